// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// BufferAllocator::CheckInvariants.

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/driver/buffer_allocator.h"

namespace bindersim::driver {
namespace {

template <class... Args>
absl::Status Broken(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InternalError("buffer allocator: " +
                             fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace

absl::Status BufferAllocator::CheckInvariants() const {
  for (auto check :
       {&BufferAllocator::CheckRegions, &BufferAllocator::CheckTrees,
        &BufferAllocator::CheckAsync, &BufferAllocator::CheckPages}) {
    const absl::Status status = (this->*check)();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// The list of regions covers the mapping and agrees with the buffers.
absl::Status BufferAllocator::CheckRegions() const {
  if (map_size_ == 0) {
    if (first_region_ == kNone && buffers_.empty() && !mapped_) {
      return absl::OkStatus();
    }
    return Broken("something is there without a mapping");
  }
  uint64_t end = 0;
  size_t buffers = 0;
  Index prev = kNone;
  for (Index region = first_region_; region != kNone;
       region = regions_[region].next) {
    const Region& at = regions_[region];
    const uint64_t size = RegionSize(region);
    if (at.prev != prev) return Broken("broken chain at {}", at.offset);
    if (at.offset != end) return Broken("gap at {}", at.offset);
    if (at.offset % 8 != 0) return Broken("unaligned at {}", at.offset);
    // Also catches offsets that descend, the difference having wrapped.
    if (size == 0 || size > map_size_ - at.offset) {
      return Broken("size {} at {}", size, at.offset);
    }
    if (IsFree(region)) {
      if (prev != kNone && IsFree(prev)) {
        return Broken("two free neighbours meet at {}", at.offset);
      }
    } else {
      ++buffers;
      const Buffer* buffer = buffers_.Find(at.buffer);
      if (buffer == nullptr || buffer->offset != at.offset) {
        return Broken("wrong buffer at {}", at.offset);
      }
      uint64_t wanted = 0;
      for (uint64_t part : {buffer->data_size, buffer->offsets_size,
                            buffer->extra_buffers_size}) {
        wanted += (part + 7) / 8 * 8;
      }
      if (size != (wanted == 0 ? 8 : wanted)) {
        return Broken("size {} for {} bytes at {}", size, wanted, at.offset);
      }
    }
    end = at.offset + size;
    prev = region;
  }
  if (end != map_size_) return Broken("end at {}", end);
  if (buffers != buffers_.size()) {
    return Broken("{} buffers in the list, {} in all", buffers,
                  buffers_.size());
  }
  return absl::OkStatus();
}

// Every region is in the tree where it belongs, in its place.
absl::Status BufferAllocator::CheckTrees() const {
  if (!free_regions_.IsSound()) return Broken("tree of free buffers");
  if (!allocated_regions_.IsSound()) return Broken("tree of buffers");
  size_t regions = 0;
  for (Index region = first_region_; region != kNone;
       region = regions_[region].next) {
    ++regions;
    const RbTree& tree = IsFree(region) ? free_regions_ : allocated_regions_;
    if (!tree.Contains(region)) {
      return Broken("not in its tree: {}", regions_[region].offset);
    }
  }
  if (size_t{free_regions_.size()} + allocated_regions_.size() != regions) {
    return Broken("{} and {} in the trees, {} in the list",
                  free_regions_.size(), allocated_regions_.size(), regions);
  }
  size_t unused = 0;
  for (Index at = first_unused_; at != kNone && unused <= regions_.size();
       at = regions_[at].next) {
    ++unused;
  }
  if (regions + unused != regions_.size()) {
    return Broken("{} used and {} unused of {}", regions, unused,
                  regions_.size());
  }
  uint64_t last = 0;
  for (Index at = free_regions_.First(); at != kNone;
       at = free_regions_.Next(at)) {
    if (RegionSize(at) < last) return Broken("free size after {}", last);
    last = RegionSize(at);
  }
  last = 0;
  for (Index at = allocated_regions_.First(); at != kNone;
       at = allocated_regions_.Next(at)) {
    if (regions_[at].offset < last) return Broken("address after {}", last);
    last = regions_[at].offset;
  }
  return absl::OkStatus();
}

// The quota and the live oneway buffers make half of the mapping (BUG-25).
absl::Status BufferAllocator::CheckAsync() const {
  uint64_t bytes = 0;
  std::map<uint32_t, AsyncUse> use;
  ForEachExtent([&](const Extent& extent) {
    const Buffer* buffer = buffers_.Find(extent.buffer);
    if (buffer == nullptr || !buffer->async_transaction) return;
    bytes += extent.size;
    ++use[buffer->pid].buffers;
    use[buffer->pid].bytes += extent.size;
  });
  if (free_async_space_ + bytes != map_size_ / 2) {
    return Broken("{} of async space free, {} used, of {}", free_async_space_,
                  bytes, map_size_ / 2);
  }
  if (use != async_use_) return Broken("async space by sender");
  return absl::OkStatus();
}

// The active pages are those that hold a part of an allocated buffer.
absl::Status BufferAllocator::CheckPages() const {
  if (pages_.size() != map_size_ / kPageSize) {
    return Broken("{} pages", pages_.size());
  }
  std::vector<bool> used(pages_.size(), false);
  ForEachExtent([&](const Extent& extent) {
    if (!extent.buffer) return;
    const uint64_t last = (extent.offset + extent.size - 1) / kPageSize;
    for (uint64_t page = extent.offset / kPageSize; page <= last; ++page) {
      used[page] = true;
    }
  });
  uint32_t active = 0;
  uint32_t lru = 0;
  for (size_t page = 0; page < pages_.size(); ++page) {
    if ((pages_[page] == PageState::kActive) != used[page]) {
      return Broken("page {} is {}in use", page, used[page] ? "" : "not ");
    }
    if (pages_[page] == PageState::kActive) ++active;
    if (pages_[page] == PageState::kLru) ++lru;
    if (pages_[page] != PageState::kFree && page >= pages_high_) {
      return Broken("page {} is above the watermark {}", page, pages_high_);
    }
  }
  if (active != pages_active_ || lru != pages_lru_) {
    return Broken("{} active and {} LRU pages, counted {} and {}", active, lru,
                  pages_active_, pages_lru_);
  }
  return absl::OkStatus();
}

}  // namespace bindersim::driver
