// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/os/address_space.h"

#include <algorithm>
#include <cstring>

namespace bindersim::os {

constinit const AddressSpace::Chunk AddressSpace::kZeros{};

uint64_t AddressSpace::Map(uint64_t size, bool writable) {
  const uint64_t base = next_base_;
  const uint64_t length = std::max(PageAlign(size), kPageSize);
  next_base_ += length + kPageSize;  // a hole behind each mapping
  regions_.emplace_back(Region{base, length, writable, {}});
  return base;
}

AddressSpace::Chunk& AddressSpace::Region::OwnChunk(uint64_t index) {
  if (index >= chunks.size()) chunks.resize(index + 1);
  std::shared_ptr<Chunk>& chunk = chunks[index];
  if (chunk == nullptr) {
    chunk = std::make_shared<Chunk>();
  } else if (chunk.use_count() > 1) {
    chunk = std::make_shared<Chunk>(*chunk);
  }
  return *chunk;
}

bool AddressSpace::Unmap(uint64_t base) {
  return std::erase_if(regions_, [base](const auto& region) {
           return region->base == base;
         }) > 0;
}

void AddressSpace::UnmapRange(uint64_t address, uint64_t size) {
  const uint64_t end = address + size;
  std::vector<sim::Versioned<Region>> left;
  for (const auto& region : regions_) {
    const uint64_t base = region->base;
    const uint64_t region_end = base + region->size;
    const auto keep = [&](uint64_t from, uint64_t to) {
      if (from >= to) return;
      Region part{from, to - from, region->writable, {}};
      const uint64_t first = (from - base) / kChunk;
      const uint64_t last = (to - base) / kChunk;
      for (uint64_t i = first; i < last && i < region->chunks.size(); ++i) {
        part.chunks.push_back(region->chunks[i]);
      }
      left.emplace_back(std::move(part));
    };
    keep(base, std::min(region_end, address));
    keep(std::max(base, end), region_end);
  }
  regions_ = std::move(left);
}

bool AddressSpace::MapsAny(uint64_t address, uint64_t size) const {
  return std::ranges::any_of(regions_, [=](const auto& region) {
    return region->base < address + size &&
           address < region->base + region->size;
  });
}

bool AddressSpace::CopyMappingTo(uint64_t base, AddressSpace& to) const {
  const auto base_of = [](const auto& region) { return region->base; };
  const auto it = std::ranges::find(regions_, base, base_of);
  if (it == regions_.end()) return false;
  const auto place = std::ranges::upper_bound(to.regions_, base, {}, base_of);
  to.regions_.insert(place, *it);
  return true;
}

size_t AddressSpace::IndexOf(uint64_t address, uint64_t size) const {
  const auto after = std::upper_bound(
      regions_.begin(), regions_.end(), address,
      [](uint64_t value, const auto& region) { return value < region->base; });
  if (after == regions_.begin()) return kNowhere;
  const Region& region = **(after - 1);
  const uint64_t offset = address - region.base;
  if (offset > region.size || size > region.size - offset) return kNowhere;
  return static_cast<size_t>(after - 1 - regions_.begin());
}

AddressSpace::Region* AddressSpace::FindToWrite(uint64_t address, uint64_t size,
                                                Access access) {
  const size_t index = IndexOf(address, size);
  if (index == kNowhere) return nullptr;
  const bool may = access == Access::kKernel || regions_[index]->writable;
  return may ? &regions_[index].Change() : nullptr;
}

sim::Version AddressSpace::VersionAt(uint64_t address) const {
  const size_t index = IndexOf(address, 1);
  return index == kNowhere ? 0 : regions_[index].version();
}

bool AddressSpace::IsMapped(uint64_t address, uint64_t size) const {
  return size == 0 || Find(address, size) != nullptr;
}

bool AddressSpace::Read(uint64_t address, std::span<std::byte> into) const {
  return ReadPieces(address, into.size(),
                    [&](std::span<const std::byte> piece) {
                      std::ranges::copy(piece, into.begin());
                      into = into.subspan(piece.size());
                    });
}

bool AddressSpace::Write(uint64_t address, std::span<const std::byte> bytes,
                         Access access) {
  if (bytes.empty()) return true;
  Region* region = FindToWrite(address, bytes.size(), access);
  if (region == nullptr) return false;
  ForEachChunk(
      address - region->base, bytes.size(),
      [&](uint64_t chunk, uint64_t within, uint64_t at, uint64_t size) {
        std::memcpy(&region->OwnChunk(chunk)[within], &bytes[at], size);
      });
  return true;
}

bool AddressSpace::Zero(uint64_t address, uint64_t size, Access access) {
  if (size == 0) return true;
  Region* region = FindToWrite(address, size, access);
  if (region == nullptr) return false;
  ForEachChunk(address - region->base, size,
               [&](uint64_t chunk, uint64_t within, uint64_t, uint64_t bytes) {
                 if (region->ChunkAt(chunk) == nullptr) return;
                 if (bytes == kChunk) {
                   region->chunks[chunk] = nullptr;
                 } else {
                   std::memset(&region->OwnChunk(chunk)[within], 0, bytes);
                 }
               });
  return true;
}

bool AddressSpace::CopyTo(uint64_t address, uint64_t size, AddressSpace& to,
                          uint64_t to_address) const {
  if (size == 0) return true;
  const Region* source = Find(address, size);
  if (source == nullptr || to.Find(to_address, size) == nullptr) return false;
  ForEachChunk(
      address - source->base, size,
      [&](uint64_t chunk, uint64_t within, uint64_t at, uint64_t bytes) {
        // Held by value: the copy may replace the chunk it comes from.
        const std::shared_ptr<Chunk> from =
            chunk < source->chunks.size() ? source->chunks[chunk] : nullptr;
        if (from == nullptr) {
          to.Zero(to_address + at, bytes, Access::kKernel);
        } else {
          to.Write(to_address + at, std::span(*from).subspan(within, bytes),
                   Access::kKernel);
        }
      });
  return true;
}

bool AddressSpace::SameChunk(const Chunk* a, const Chunk* b) {
  if (a == b) return true;
  return (a != nullptr ? *a : kZeros) == (b != nullptr ? *b : kZeros);
}

bool AddressSpace::SameChunks(const Region& a, const Region& b) {
  for (size_t i = 0; i < std::max(a.chunks.size(), b.chunks.size()); ++i) {
    if (!SameChunk(a.ChunkAt(i), b.ChunkAt(i))) return false;
  }
  return true;
}

bool AddressSpace::operator==(const AddressSpace& other) const {
  return next_base_ == other.next_base_ &&
         std::ranges::equal(
             regions_, other.regions_, [](const auto& a, const auto& b) {
               return a->base == b->base && a->size == b->size &&
                      a->writable == b->writable && SameChunks(*a, *b);
             });
}

void AddressSpace::AddTo(sim::Hasher& hasher) const {
  hasher.Add(next_base_).AddSize(regions_.size());
  for (const auto& region : regions_) {
    hasher.Add(region->base).Add(region->size).Add(region->writable);
    for (size_t i = 0; i < region->chunks.size(); ++i) {
      if (SameChunk(region->ChunkAt(i), nullptr)) continue;
      hasher.Add(static_cast<uint64_t>(i)).Add(*region->chunks[i]);
    }
  }
}

}  // namespace bindersim::os
