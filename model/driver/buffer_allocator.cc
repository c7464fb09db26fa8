// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/buffer_allocator.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "model/protocol.h"
#include "sim/check.h"

namespace bindersim::driver {
namespace {

constexpr uint64_t kPageSize = BufferAllocator::kPageSize;

// The limits of ALLOC-32. The first two divide the size of the mapping.
constexpr uint64_t kLowAsyncSpaceDivisor = 10;
constexpr uint64_t kSpamBytesDivisor = 4;
constexpr uint64_t kSpamBuffers = 50;

// The first page that starts at `offset` or after it.
uint32_t PageAtOrAfter(uint64_t offset) {
  return static_cast<uint32_t>((offset + kPageSize - 1) / kPageSize);
}

// The page that holds `offset`.
uint32_t PageOf(uint64_t offset) {
  return static_cast<uint32_t>(offset / kPageSize);
}

// The bytes that a buffer takes (ALLOC-01); false if they overflow (ALLOC-02).
bool ComputeSize(uint64_t data_size, uint64_t offsets_size,
                 uint64_t extra_buffers_size, uint64_t* size) {
  const uint64_t first =
      protocol::Align8(data_size) + protocol::Align8(offsets_size);
  if (first < data_size || first < offsets_size) return false;
  const uint64_t all = first + protocol::Align8(extra_buffers_size);
  if (all < first || all < extra_buffers_size) return false;
  // Empty buffers get addresses of their own.
  *size = std::max<uint64_t>(all, 8);
  return true;
}

AllocationResult Failed(int error, AllocationFailure failure) {
  AllocationResult result;
  result.error = error;
  result.failure = failure;
  return result;
}

}  // namespace

int BufferAllocator::Map(uint64_t size) {
  SIM_CHECK(size != 0 && size % kPageSize == 0) << "size " << size;
  if (map_size_ != 0) return EBUSY;
  mapped_ = true;
  map_size_ = std::min(size, kMaxMapSize);
  free_async_space_ = map_size_ / 2;
  pages_.assign(map_size_ / kPageSize, PageState::kFree);
  regions_.emplace_back();
  first_region_ = 0;
  InsertFree(0);
  return 0;
}

AllocationResult BufferAllocator::Allocate(uint64_t data_size,
                                           uint64_t offsets_size,
                                           uint64_t extra_buffers_size,
                                           bool is_async, uint32_t pid,
                                           bool reset) {
  if (!mapped_) return Failed(ESRCH, AllocationFailure::kNotMapped);
  uint64_t size = 0;
  if (!ComputeSize(data_size, offsets_size, extra_buffers_size, &size)) {
    return Failed(EINVAL, AllocationFailure::kInvalidSize);
  }
  if (is_async && free_async_space_ < size) {
    return Failed(ENOSPC, AllocationFailure::kNoAsyncSpace);
  }
  const Index region = FindBestFit(size);
  if (region == kNone) {
    return Failed(ENOSPC, AllocationFailure::kNoAddressSpace);
  }
  const uint64_t offset = regions_[region].offset;
  const uint64_t free_size = RegionSize(region);
  AllocationResult result;
  // The page that the free buffer ends in belongs to its right neighbour.
  TakePages(PageAtOrAfter(offset),
            std::min(PageAtOrAfter(offset + size), PageOf(offset + free_size)),
            &result);
  // The rest enters the tree before the buffer leaves it, and finds it there
  // with its new size: this decides the tree's shape (ALLOC-06). The order
  // holds, since no free buffer has a size between the new one and the old.
  if (free_size != size) Split(region, size);
  free_regions_.Erase(region);
  Buffer buffer;
  buffer.offset = offset;
  buffer.data_size = data_size;
  buffer.offsets_size = offsets_size;
  buffer.extra_buffers_size = extra_buffers_size;
  buffer.pid = pid;
  buffer.async_transaction = is_async;
  if (!reset) buffer.allow_user_free = regions_[region].delivered;
  regions_[region].delivered = false;
  result.buffer = buffers_.Insert(buffer);
  regions_[region].buffer = result.buffer;
  InsertAllocated(region);
  if (is_async) ChargeAsync(result.buffer, size, &result);
  return result;
}

void BufferAllocator::ChargeAsync(BufferId id, uint64_t size,
                                  AllocationResult* result) {
  free_async_space_ -= size;
  AsyncUse& use = async_use_[buffers_[id].pid];
  ++use.buffers;
  use.bytes += size;
  if (free_async_space_ >= map_size_ / kLowAsyncSpaceDivisor) {
    oneway_spam_detected_ = false;
    return;
  }
  // Whoever fills the space up is likely to be caught here sooner or later.
  result->over_spam_limit =
      use.buffers > kSpamBuffers || use.bytes > map_size_ / kSpamBytesDivisor;
  if (!result->over_spam_limit || oneway_spam_detected_) return;
  oneway_spam_detected_ = true;
  buffers_[id].oneway_spam_suspect = true;
  result->spam_suspect = true;
}

void BufferAllocator::RefundAsync(const Buffer& buffer, uint64_t size,
                                  bool whole) {
  free_async_space_ += whole ? size
                             : protocol::Align8(buffer.data_size) +
                                   protocol::Align8(buffer.offsets_size) +
                                   protocol::Align8(buffer.extra_buffers_size);
  const auto use = async_use_.find(buffer.pid);
  SIM_CHECK(use != async_use_.end()) << "pid " << buffer.pid;
  --use->second.buffers;
  use->second.bytes -= size;
  if (use->second.buffers == 0) async_use_.erase(use);
}

BufferId BufferAllocator::Find(uint64_t offset) const {
  const Index region = FindAllocated(offset);
  return region == kNone ? BufferId() : regions_[region].buffer;
}

ClaimResult BufferAllocator::PrepareToFree(uint64_t offset, bool claim) {
  const Index region = FindAllocated(offset);
  if (region == kNone) return ClaimResult{ENOENT, BufferId()};
  const BufferId id = regions_[region].buffer;
  Buffer& buffer = buffers_[id];
  if (!buffer.allow_user_free) return ClaimResult{EPERM, id};
  if (claim) buffer.allow_user_free = false;
  regions_[region].delivered = true;
  return ClaimResult{0, id};
}

uint32_t BufferAllocator::Free(BufferId id, bool whole) {
  const Buffer& buffer = buffers_[id];
  SIM_CHECK(!buffer.transaction) << id << " of " << buffer.transaction;
  Index region = RegionOf(id);
  const uint64_t offset = buffer.offset;
  const uint64_t size = RegionSize(region);
  if (buffer.async_transaction) RefundAsync(buffer, size, whole);
  uint32_t released =
      ReleasePages(PageAtOrAfter(offset), PageOf(offset + size));
  allocated_regions_.Erase(region);
  buffers_.Erase(id);
  regions_[region].buffer = BufferId();
  const Index next = regions_[region].next;
  if (next != kNone && IsFree(next)) {
    free_regions_.Erase(next);
    released += MergeIntoLeft(next);
  }
  const Index prev = regions_[region].prev;
  if (prev != kNone && IsFree(prev)) {
    released += MergeIntoLeft(region);
    free_regions_.Erase(prev);
    region = prev;
  }
  InsertFree(region);
  return released;
}

uint32_t BufferAllocator::FreeAll() {
  SIM_CHECK(!mapped_);
  uint32_t count = 0;
  while (!allocated_regions_.empty()) {
    Free(regions_[allocated_regions_.First()].buffer);
    ++count;
  }
  // Ids that somebody still has stay stale.
  sim::SlotMap<Buffer, BufferId> buffers = std::move(buffers_);
  *this = BufferAllocator();
  buffers_ = std::move(buffers);
  return count;
}

bool BufferAllocator::ReclaimPage(uint32_t page) {
  if (pages_.at(page) != PageState::kLru) return false;
  pages_[page] = PageState::kFree;
  --pages_lru_;
  return true;
}

uint64_t BufferAllocator::SizeOf(BufferId id) const {
  return RegionSize(RegionOf(id));
}

bool BufferAllocator::MayAccess(BufferId id, uint64_t offset_in_buffer,
                                uint64_t size) const {
  const uint64_t buffer_size = SizeOf(id);
  const Buffer& buffer = buffers_[id];
  return size <= buffer_size && offset_in_buffer <= buffer_size - size &&
         offset_in_buffer % 4 == 0 &&
         (!buffer.allow_user_free || !buffer.transaction);
}

AsyncUse BufferAllocator::AsyncUseOf(uint32_t pid) const {
  const auto use = async_use_.find(pid);
  return use == async_use_.end() ? AsyncUse() : use->second;
}

PageCounts BufferAllocator::CountPages() const {
  if (!mapped_) return PageCounts();
  const auto all = static_cast<uint32_t>(pages_.size());
  return PageCounts{pages_active_, pages_lru_,
                    all - pages_active_ - pages_lru_};
}

AddressSpaceTotals BufferAllocator::Totals() const {
  AddressSpaceTotals totals;
  ForEachExtent([&](const Extent& extent) {
    if (extent.buffer) {
      totals.allocated_size += extent.size;
      ++totals.allocated_count;
      totals.largest_allocated =
          std::max(totals.largest_allocated, extent.size);
    } else {
      totals.free_size += extent.size;
      ++totals.free_count;
      totals.largest_free = std::max(totals.largest_free, extent.size);
    }
  });
  return totals;
}

void BufferAllocator::AddTo(sim::Hasher& hasher) const {
  hasher.Add(mapped_).Add(map_size_).Add(buffers_).Add(regions_);
  hasher.Add(first_region_).Add(first_unused_);
  hasher.Add(free_regions_).Add(allocated_regions_);
  hasher.Add(pages_).Add(pages_active_).Add(pages_lru_).Add(pages_high_);
  hasher.Add(free_async_space_).Add(oneway_spam_detected_).Add(async_use_);
}

uint64_t BufferAllocator::RegionSize(Index region) const {
  const Index next = regions_[region].next;
  const uint64_t end = next == kNone ? map_size_ : regions_[next].offset;
  return end - regions_[region].offset;
}

BufferAllocator::Index BufferAllocator::FindAllocated(uint64_t offset) const {
  Index at = allocated_regions_.root();
  while (at != kNone && regions_[at].offset != offset) {
    at = offset < regions_[at].offset ? allocated_regions_.left(at)
                                      : allocated_regions_.right(at);
  }
  return at;
}

BufferAllocator::Index BufferAllocator::RegionOf(BufferId id) const {
  const Index region = FindAllocated(buffers_[id].offset);
  SIM_CHECK(region != kNone && regions_[region].buffer == id)
      << id << " at " << buffers_[id].offset;
  return region;
}

// An exact fit ends the search where it is met; otherwise the last larger one
// on the way is the smallest (ALLOC-05).
BufferAllocator::Index BufferAllocator::FindBestFit(uint64_t size) const {
  Index best = kNone;
  Index at = free_regions_.root();
  while (at != kNone) {
    const uint64_t free_size = RegionSize(at);
    if (free_size == size) return at;
    if (size < free_size) {
      best = at;
      at = free_regions_.left(at);
    } else {
      at = free_regions_.right(at);
    }
  }
  return best;
}

void BufferAllocator::InsertFree(Index region) {
  const uint64_t size = RegionSize(region);
  free_regions_.Insert(region,
                       [&](Index other) { return size < RegionSize(other); });
}

void BufferAllocator::InsertAllocated(Index region) {
  const uint64_t offset = regions_[region].offset;
  allocated_regions_.Insert(
      region, [&](Index other) { return offset < regions_[other].offset; });
}

void BufferAllocator::Split(Index region, uint64_t size) {
  Index rest = first_unused_;
  if (rest == kNone) {
    rest = static_cast<Index>(regions_.size());
    regions_.emplace_back();
  } else {
    first_unused_ = regions_[rest].next;
  }
  const Index next = regions_[region].next;
  regions_[rest] =
      Region{regions_[region].offset + size, region, next, BufferId()};
  regions_[region].next = rest;
  if (next != kNone) regions_[next].prev = rest;
  InsertFree(rest);
}

uint32_t BufferAllocator::MergeIntoLeft(Index region) {
  const Region gone = regions_[region];
  const Region& left = regions_[gone.prev];
  // The page in which the two met stays while it holds a part of the buffer
  // before the left one or of the buffer after the right one. If they met at a
  // page boundary, the free of the one or the other has dealt with it.
  const uint32_t page = PageOf(gone.offset);
  const bool kept_on_left = left.offset != 0 && PageOf(left.offset - 1) == page;
  const bool kept_on_right =
      gone.next != kNone && PageOf(regions_[gone.next].offset) == page;
  uint32_t released = 0;
  if (!kept_on_left && !kept_on_right && gone.offset % kPageSize != 0) {
    released = ReleasePages(page, page + 1);
  }
  regions_[gone.prev].next = gone.next;
  if (gone.next != kNone) regions_[gone.next].prev = gone.prev;
  regions_[region] = Region{0, kNone, first_unused_, BufferId()};
  first_unused_ = region;
  return released;
}

void BufferAllocator::TakePages(uint32_t first, uint32_t end,
                                AllocationResult* result) {
  result->first_page = first;
  for (uint32_t page = first; page < end; ++page) {
    SIM_CHECK(pages_[page] != PageState::kActive) << "page " << page;
    if (pages_[page] == PageState::kLru) {
      --pages_lru_;
      ++result->pages_reused;
    } else {
      ++result->pages_populated;
      pages_high_ = std::max(pages_high_, page + 1);
    }
    pages_[page] = PageState::kActive;
    ++pages_active_;
  }
}

uint32_t BufferAllocator::ReleasePages(uint32_t first, uint32_t end) {
  for (uint32_t page = first; page < end; ++page) {
    SIM_CHECK(pages_[page] == PageState::kActive) << "page " << page;
    pages_[page] = PageState::kLru;
    --pages_active_;
    ++pages_lru_;
  }
  return first < end ? end - first : 0;
}

}  // namespace bindersim::driver
