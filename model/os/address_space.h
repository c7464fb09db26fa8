// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory of a simulated process, as bytes at 64-bit addresses.
//
// Memory is kept in chunks that copies share until one of them writes, so that
// copying a world costs one reference a chunk. A chunk never written is all
// zeros and takes no space.

#ifndef BINDERSIM_MODEL_OS_ADDRESS_SPACE_H_
#define BINDERSIM_MODEL_OS_ADDRESS_SPACE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/value.h"
#include "sim/version.h"

namespace bindersim::os {

inline constexpr uint64_t kPageSize = 4096;  // bytes

constexpr uint64_t PageAlign(uint64_t size) {
  return (size + kPageSize - 1) & ~(kPageSize - 1);
}

// Who accesses memory. User space may not write read-only mappings; the kernel
// writes a Binder mapping on the receiver's behalf (ALLOC-27).
enum class Access : uint8_t { kUser, kKernel };

class AddressSpace {
 public:
  // Maps `size` bytes, rounded up to whole pages, of zeros and returns their
  // address. The next mapping's address depends on the earlier ones only.
  uint64_t Map(uint64_t size, bool writable);
  // Removes the mapping that begins at `base`. Returns false if there is none.
  bool Unmap(uint64_t base);

  // Removes all that is mapped in [address, address + size), which begins and
  // ends at a page's border; what remains of a mapping stays.
  void UnmapRange(uint64_t address, uint64_t size);
  // Whether any of the range is mapped.
  bool MapsAny(uint64_t address, uint64_t size) const;

  // Copies the mapping that begins at `base`, contents and all, to the same
  // address of `to`, which must have nothing there. Returns false if there is
  // none. The kernel keeps a Binder mapping's pages when the process unmaps it
  // or dies.
  bool CopyMappingTo(uint64_t base, AddressSpace& to) const;

  // Copy out of or into memory. Return false, with nothing written, if part of
  // the range is not mapped or may not be written.
  bool Read(uint64_t address, std::span<std::byte> into) const;
  bool Write(uint64_t address, std::span<const std::byte> bytes,
             Access access = Access::kUser);
  // As Write, with `size` zeros; chunks that it covers whole are dropped.
  bool Zero(uint64_t address, uint64_t size, Access access = Access::kUser);
  // Calls visit(bytes) for one piece of memory after the other, where Read
  // would copy them. Returns false, and calls nothing, where Read does.
  template <class Visit>
  bool ReadPieces(uint64_t address, uint64_t size, Visit visit) const;
  // Whether all of the range is mapped.
  bool IsMapped(uint64_t address, uint64_t size) const;

  // Copies `size` bytes from memory to `to_address` in `to` (which may be this
  // one), on the kernel's authority; what is zeros here costs no memory there.
  // Returns false, with nothing written, if a range is not mapped.
  bool CopyTo(uint64_t address, uint64_t size, AddressSpace& to,
              uint64_t to_address) const;

  // Typed forms of Read and Write for plain structs.
  template <class T>
  bool ReadValue(uint64_t address, T& value) const {
    return Read(address, std::as_writable_bytes(std::span(&value, 1)));
  }
  template <class T>
  bool WriteValue(uint64_t address, const T& value) {
    return Write(address, std::as_bytes(std::span(&value, 1)));
  }

  // Of the mapping that has this address, with its contents; 0 if there is
  // none.
  sim::Version VersionAt(uint64_t address) const;

  bool operator==(const AddressSpace& other) const;
  void AddTo(sim::Hasher& hasher) const;

 private:
  // A page would be much to copy for a few bytes.
  static constexpr uint64_t kChunk = 512;  // bytes; divides kPageSize
  using Chunk = std::array<std::byte, kChunk>;

  struct Region {
    uint64_t base = 0;
    uint64_t size = 0;
    bool writable = true;
    // Null = zeros, as are those behind the last.
    std::vector<std::shared_ptr<Chunk>> chunks;

    // Null if it is zeros.
    const Chunk* ChunkAt(uint64_t index) const {
      return index < chunks.size() ? chunks[index].get() : nullptr;
    }
    // The chunk, to be written: no other value's.
    Chunk& OwnChunk(uint64_t index);
  };

  static constexpr size_t kNowhere = SIZE_MAX;

  // The index of the region that has all of the range.
  size_t IndexOf(uint64_t address, uint64_t size) const;
  const Region* Find(uint64_t address, uint64_t size) const {
    const size_t index = IndexOf(address, size);
    return index == kNowhere ? nullptr : &*regions_[index];
  }
  // To be written by them; null if they may not.
  Region* FindToWrite(uint64_t address, uint64_t size, Access access);
  // Calls part(index of chunk, offset in it, offset in range, bytes) for each
  // chunk that the range [offset, offset + size) of a region touches.
  template <class Part>
  static void ForEachChunk(uint64_t offset, uint64_t size, Part part);
  static const Chunk kZeros;

  static bool SameChunk(const Chunk* a, const Chunk* b);
  static bool SameChunks(const Region& a, const Region& b);

  std::vector<sim::Versioned<Region>> regions_;  // by ascending base
  uint64_t next_base_ = 0x7000'0000'0000;
};

template <class Part>
void AddressSpace::ForEachChunk(uint64_t offset, uint64_t size, Part part) {
  uint64_t done = 0;
  while (done < size) {
    const uint64_t within = (offset + done) % kChunk;
    const uint64_t bytes = std::min(size - done, kChunk - within);
    part((offset + done) / kChunk, within, done, bytes);
    done += bytes;
  }
}

template <class Visit>
bool AddressSpace::ReadPieces(uint64_t address, uint64_t size,
                              Visit visit) const {
  if (size == 0) return true;
  const Region* region = Find(address, size);
  if (region == nullptr) return false;
  ForEachChunk(address - region->base, size,
               [&](uint64_t index, uint64_t within, uint64_t, uint64_t bytes) {
                 const Chunk* const chunk = region->ChunkAt(index);
                 visit(std::span(chunk != nullptr ? *chunk : kZeros)
                           .subspan(within, bytes));
               });
  return true;
}

}  // namespace bindersim::os

#endif  // BINDERSIM_MODEL_OS_ADDRESS_SPACE_H_
