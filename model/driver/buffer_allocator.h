// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The allocator of transaction buffers in one process's binder mapping
// (binder_alloc), as of Linux 6.1: best fit by size over an address range that
// is populated page by page, with a quota for oneway transactions. Facts
// ALLOC-01 to ALLOC-58.
//
//   BufferAllocator alloc;
//   alloc.Map(1016 << 10);
//   AllocationResult got = alloc.Allocate(100, 8, 0, false, sender_pid);
//   if (got.error == 0) alloc[got.buffer].transaction = transaction;
//   ...
//   alloc[got.buffer].allow_user_free = true;
//   ClaimResult claim = alloc.PrepareToFree(offset);
//   if (claim.error == 0) alloc.Free(claim.buffer);
//
// It knows addresses and sizes, not the bytes: offsets count from the start of
// the mapping, which is page-aligned. It takes no lock and no time; the driver
// calls it inside the allocator's simulated mutex, and charges the costs by the
// page counts that come back.
//
// An id stays valid from Allocate to Free. Its use afterwards throws
// sim::StaleId: a use after free in the simulated driver.
//
// Thread safety: as for std::vector.

#ifndef BINDERSIM_MODEL_DRIVER_BUFFER_ALLOCATOR_H_
#define BINDERSIM_MODEL_DRIVER_BUFFER_ALLOCATOR_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "model/driver/ids.h"
#include "model/driver/rb_tree.h"
#include "sim/os_number.h"
#include "sim/serial_number.h"
#include "sim/slot_map.h"
#include "sim/value.h"

namespace bindersim::driver {

// An allocated buffer (binder_buffer). The allocator sets the members up to
// `oneway_spam_suspect` and reads them again at the free; the driver changes
// `allow_user_free` and those below it only.
struct Buffer {
  // From the start of the mapping, in bytes; a multiple of 8.
  uint64_t offset = 0;
  // As asked for, in bytes, before rounding.
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint64_t extra_buffers_size = 0;
  // The process that sent the transaction.
  sim::Tid pid;
  bool async_transaction = false;
  // Whether this allocation was the one that reported its sender (ALLOC-33).
  bool oneway_spam_suspect = false;

  // Whether BC_FREE_BUFFER may name it: from delivery to the first free
  // (ALLOC-11).
  bool allow_user_free = false;
  // Whether its bytes are to be zeroed before it is freed (ALLOC-14).
  bool clear_on_free = false;
  sim::SerialNumber debug_id{};
  TransactionId transaction;
  NodeId target_node;

  auto Fields() const {
    return std::tie(offset, data_size, offsets_size, extra_buffers_size, pid,
                    async_transaction, oneway_spam_suspect, allow_user_free,
                    clear_on_free, debug_id, transaction, target_node);
  }
  bool operator==(const Buffer&) const = default;
};

// Why there is no buffer.
enum class AllocationFailure : uint8_t {
  kNone,
  // There is no mapping, or no longer: ESRCH (CTL-16).
  kNotMapped,
  // The sizes overflow 64 bits: EINVAL (ALLOC-02).
  kInvalidSize,
  // The quota for oneway transactions is used up: ENOSPC (ALLOC-30).
  kNoAsyncSpace,
  // No free buffer is large enough: ENOSPC (ALLOC-41).
  kNoAddressSpace,
};

// What Allocate did.
struct AllocationResult {
  // 0, ESRCH, EINVAL or ENOSPC. If not 0 nothing has changed.
  int error = 0;
  AllocationFailure failure = AllocationFailure::kNone;
  BufferId buffer;
  // The pages first_page, first_page + 1, ... that the buffer is the first to
  // use: new ones, and those taken back from the LRU list (ALLOC-20, ALLOC-22).
  uint32_t first_page = 0;
  uint32_t pages_populated = 0;
  uint32_t pages_reused = 0;
  // The buffer's oneway_spam_suspect.
  bool spam_suspect = false;
  // Whether the sender is over the limit of ALLOC-32: the driver logs it each
  // time. AsyncUseOf(pid) has the numbers.
  bool over_spam_limit = false;
};

// What PrepareToFree found.
struct ClaimResult {
  // 0; ENOENT if no allocated buffer starts there; EPERM if user space may not
  // free it, or has done so already.
  int error = 0;
  BufferId buffer;
};

// The oneway buffers of one sender.
struct AsyncUse {
  uint64_t buffers = 0;
  // Their sizes after rounding.
  uint64_t bytes = 0;

  auto Fields() const { return std::tie(buffers, bytes); }
  bool operator==(const AsyncUse&) const = default;
};

// The `pages:` line of DBG-20.
struct PageCounts {
  uint32_t active = 0;
  uint32_t lru = 0;
  uint32_t free = 0;

  bool operator==(const PageCounts&) const = default;
};

// The numbers that "no address space" logs (ALLOC-41); sizes in bytes.
struct AddressSpaceTotals {
  uint64_t allocated_size = 0;
  uint64_t allocated_count = 0;
  uint64_t largest_allocated = 0;
  uint64_t free_size = 0;
  uint64_t free_count = 0;
  uint64_t largest_free = 0;

  bool operator==(const AddressSpaceTotals&) const = default;
};

// One stretch of the mapping: a buffer, or a free one with a null id.
struct Extent {
  uint64_t offset = 0;
  uint64_t size = 0;
  BufferId buffer;
  bool delivered = false;  // see BufferAllocator::Region

  bool operator==(const Extent&) const = default;
};

// See the head of this file.
class BufferAllocator {
 public:
  static constexpr uint64_t kPageSize = 4096;
  // What lies above in a longer mapping is never used (CTL-13).
  static constexpr uint64_t kMaxMapSize = uint64_t{4} << 20;

  // What a page is.
  enum class PageState : uint8_t {
    // Not there; touching it raises SIGBUS (CTL-15).
    kFree,
    // In use by one buffer or more.
    kActive,
    // Populated but in no buffer: the shrinker may take it (ALLOC-22).
    kLru,
  };

  // Maps `size` bytes, a multiple of the page size and not 0. Returns 0, or
  // EBUSY if there is or was a mapping (CTL-14).
  int Map(uint64_t size);

  // The mapping is gone from the process's address space. Buffers stay and can
  // be freed; nothing can be allocated any more (CTL-16).
  void Unmap() { mapped_ = false; }

  // Whether there is a mapping now.
  bool mapped() const { return mapped_; }
  // The usable bytes of the mapping, also after Unmap; 0 before Map.
  uint64_t map_size() const { return map_size_; }

  // Takes a buffer for a transaction sent by the process `pid`. Sizes in
  // bytes. Checks in the order of ALLOC-03.
  // Without `reset` the buffer has the allow_user_free that its place had last
  // (BUG-02).
  AllocationResult Allocate(uint64_t data_size, uint64_t offsets_size,
                            uint64_t extra_buffers_size, bool is_async,
                            uint32_t pid, bool reset = true);

  // The allocated buffer that starts at `offset`; the null id if none does.
  BufferId Find(uint64_t offset) const;

  // Claims the buffer at `offset` for a free by user space: on success its
  // allow_user_free is cleared, so that a second claim fails (ALLOC-10).
  // Without `claim` it is only found, and can be found again (BUG-03).
  ClaimResult PrepareToFree(uint64_t offset, bool claim = true);

  // Gives the buffer back and merges it with its free neighbours, the right
  // one first (ALLOC-12). Returns how many pages went to the LRU list. Its
  // `transaction` must be null by now. Throws StaleId. Without `whole` the
  // quota for oneway transactions gets back what the sizes asked for come to,
  // which misses the padding of small ones (BUG-25).
  uint32_t Free(BufferId id, bool whole = true);

  // The end of the process: frees all buffers by increasing address, then all
  // pages. Unmap comes first. Returns the number of buffers (EXT-22).
  uint32_t FreeAll();

  // The shrinker takes the page with this index if it is on the LRU list
  // (ALLOC-24). Returns whether it was.
  bool ReclaimPage(uint32_t page);

  // The buffer. Throws StaleId.
  Buffer& operator[](BufferId id) { return buffers_[id]; }
  const Buffer& operator[](BufferId id) const { return buffers_[id]; }
  // The buffer, nullptr if the id is stale or null.
  const Buffer* Get(BufferId id) const { return buffers_.Find(id); }

  // The distance to the next buffer or to the end of the mapping, in bytes:
  // the sizes asked for, each rounded up to 8, but 8 at least. Throws StaleId.
  uint64_t SizeOf(BufferId id) const;

  // Whether the driver itself may read or write these bytes of the buffer:
  // inside it, 4-aligned, and not while user space owns it. Throws StaleId.
  bool MayAccess(BufferId id, uint64_t offset_in_buffer, uint64_t size) const;

  // The number of allocated buffers.
  size_t buffer_count() const { return buffers_.size(); }
  // What is left of the quota for oneway transactions, in bytes.
  uint64_t free_async_space() const { return free_async_space_; }
  // The live oneway buffers of one sender.
  AsyncUse AsyncUseOf(uint32_t pid) const;
  // All zero without a mapping, as the kernel prints it.
  PageCounts CountPages() const;
  // The highest page ever populated, plus one (ALLOC-25).
  uint32_t pages_high_watermark() const { return pages_high_; }
  PageState page_state(uint32_t page) const { return pages_.at(page); }
  // Goes through all buffers.
  AddressSpaceTotals Totals() const;

  // Calls visit(const Extent&) for every allocated and free buffer by
  // increasing address. `visit` must not change the allocator.
  template <class Visitor>
  void ForEachExtent(Visitor visit) const {
    for (Index region = first_region_; region != kNone;
         region = regions_[region].next) {
      visit(Extent{regions_[region].offset, RegionSize(region),
                   regions_[region].buffer, regions_[region].delivered});
    }
  }

  // Whether the parts agree: list and trees, sizes and offsets, the quota and
  // the live oneway buffers (BUG-25), pages and the buffers in them; and that
  // no two free buffers are neighbours. O(n log n).
  absl::Status CheckInvariants() const;

  bool operator==(const BufferAllocator&) const = default;
  void AddTo(sim::Hasher& hasher) const;

 private:
  using Index = RbTree::Index;
  static constexpr Index kNone = RbTree::kNone;

  // A stretch of the mapping; its size is the distance to the next (ALLOC-09).
  struct Region {
    uint64_t offset = 0;
    // Neighbours by address. The unused entries are chained through `next`.
    Index prev = kNone;
    Index next = kNone;
    // Null in a free one.
    BufferId buffer;
    // Whether user space was given the buffer that was here last, with
    // `offset`.
    bool delivered = false;

    auto Fields() const {
      return std::tie(offset, prev, next, buffer, delivered);
    }
    bool operator==(const Region&) const = default;
  };

  bool IsFree(Index region) const { return !regions_[region].buffer; }
  uint64_t RegionSize(Index region) const;
  // The region of an allocated buffer that starts at `offset`, or kNone.
  Index FindAllocated(uint64_t offset) const;
  Index RegionOf(BufferId id) const;
  Index FindBestFit(uint64_t size) const;
  void InsertFree(Index region);
  void InsertAllocated(Index region);
  // Cuts `region` after `size` bytes; the rest becomes a free region.
  void Split(Index region, uint64_t size);
  // Removes `region` from the list, so that its left neighbour, which is free,
  // grows over it. Returns how many pages went to the LRU list.
  uint32_t MergeIntoLeft(Index region);
  void TakePages(uint32_t first, uint32_t end, AllocationResult* result);
  uint32_t ReleasePages(uint32_t first, uint32_t end);
  void ChargeAsync(BufferId id, uint64_t size, AllocationResult* result);
  void RefundAsync(const Buffer& buffer, uint64_t size, bool whole);

  absl::Status CheckRegions() const;
  absl::Status CheckTrees() const;
  absl::Status CheckAsync() const;
  absl::Status CheckPages() const;

  bool mapped_ = false;
  uint64_t map_size_ = 0;
  sim::SlotMap<Buffer, BufferId> buffers_;
  std::vector<Region> regions_;
  Index first_region_ = kNone;
  Index first_unused_ = kNone;
  // By size, equal ones in order of insertion, and by address.
  RbTree free_regions_;
  RbTree allocated_regions_;
  std::vector<PageState> pages_;
  uint32_t pages_active_ = 0;
  uint32_t pages_lru_ = 0;
  uint32_t pages_high_ = 0;
  uint64_t free_async_space_ = 0;
  // Whether a sender has been reported since the quota was last in good order.
  bool oneway_spam_detected_ = false;
  // Live oneway buffers by sender; none without any.
  std::map<uint32_t, AsyncUse> async_use_;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_BUFFER_ALLOCATOR_H_
