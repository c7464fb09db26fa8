// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/buffer_allocator.h"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "model/driver/ids.h"
#include "sim/slot_map.h"
#include "sim/value.h"

namespace bindersim::driver {
namespace {

using PageState = BufferAllocator::PageState;

constexpr uint64_t kKib = 1024;
// libbinder's (ALLOC-50).
constexpr uint64_t kDefaultMap = 1024 * kKib - 2 * BufferAllocator::kPageSize;
constexpr uint32_t kSender = 100;
constexpr uint32_t kOther = 200;

// An allocator with a mapping of the given size.
BufferAllocator Mapped(uint64_t size) {
  BufferAllocator alloc;
  EXPECT_EQ(alloc.Map(size), 0);
  return alloc;
}

// A synchronous allocation's offset; the negative error if it fails.
int64_t Sync(BufferAllocator& alloc, uint64_t data, uint64_t offsets = 0,
             uint64_t extra = 0) {
  const AllocationResult got =
      alloc.Allocate(data, offsets, extra, false, kSender);
  if (got.error != 0) return -got.error;
  return static_cast<int64_t>(alloc[got.buffer].offset);
}

AllocationResult Async(BufferAllocator& alloc, uint64_t data,
                       uint32_t pid = kSender) {
  return alloc.Allocate(data, 0, 0, true, pid);
}

uint32_t FreeAt(BufferAllocator& alloc, uint64_t offset) {
  const BufferId id = alloc.Find(offset);
  EXPECT_TRUE(id) << "no buffer at " << offset;
  return alloc.Free(id);
}

// "A" for each active page, "L" for those on the LRU list, "." for the others.
std::string Pages(const BufferAllocator& alloc, uint32_t count) {
  std::string text;
  for (uint32_t page = 0; page < count; ++page) {
    const PageState state = alloc.page_state(page);
    text += state == PageState::kActive ? 'A'
            : state == PageState::kLru  ? 'L'
                                        : '.';
  }
  return text;
}

// The free buffers by address: offset and size.
std::vector<std::pair<uint64_t, uint64_t>> Holes(const BufferAllocator& alloc) {
  std::vector<std::pair<uint64_t, uint64_t>> holes;
  alloc.ForEachExtent([&](const Extent& extent) {
    if (!extent.buffer) holes.emplace_back(extent.offset, extent.size);
  });
  return holes;
}
using HoleList = std::vector<std::pair<uint64_t, uint64_t>>;

void ExpectSound(const BufferAllocator& alloc) {
  const absl::Status status = alloc.CheckInvariants();
  EXPECT_TRUE(status.ok()) << status;
}

// --- The mapping (CTL-13 to CTL-18) ------------------------------------------

TEST(BufferAllocatorTest, NothingWithoutAMapping) {  // CTL-16, CTL-17
  BufferAllocator alloc;
  EXPECT_FALSE(alloc.mapped());
  const AllocationResult got = alloc.Allocate(0, 0, 0, false, kSender);
  EXPECT_EQ(got.error, ESRCH);
  EXPECT_EQ(got.failure, AllocationFailure::kNotMapped);
  EXPECT_FALSE(got.buffer);
  EXPECT_FALSE(alloc.Find(0));
  EXPECT_EQ(alloc.CountPages(), PageCounts());
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, StartsAsOneFreeBuffer) {  // CTL-18
  const BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_TRUE(alloc.mapped());
  EXPECT_EQ(Holes(alloc), (HoleList{{0, 16384}}));
  EXPECT_EQ(alloc.free_async_space(), 8192u);
  EXPECT_EQ(alloc.CountPages(), (PageCounts{0, 0, 4}));
  EXPECT_EQ(alloc.pages_high_watermark(), 0u);
  EXPECT_EQ(alloc.buffer_count(), 0u);
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, UsesFourMebibytesAtMost) {  // CTL-13
  BufferAllocator alloc = Mapped(16 * 1024 * kKib);
  EXPECT_EQ(alloc.map_size(), 4 * 1024 * kKib);
  EXPECT_EQ(alloc.free_async_space(), 2 * 1024 * kKib);
  EXPECT_EQ(Sync(alloc, 4 * 1024 * kKib), 0);
  EXPECT_EQ(Sync(alloc, 0), -ENOSPC);
}

TEST(BufferAllocatorTest, IsMappedOnce) {  // CTL-14
  BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_EQ(alloc.Map(32 * kKib), EBUSY);
  alloc.Unmap();
  EXPECT_EQ(alloc.Map(32 * kKib), EBUSY);
  EXPECT_FALSE(alloc.mapped());
  EXPECT_EQ(alloc.map_size(), 16 * kKib);
}

TEST(BufferAllocatorTest, BuffersOutliveTheMapping) {  // CTL-16
  BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_EQ(Sync(alloc, 5000), 0);
  alloc.Unmap();
  EXPECT_EQ(Sync(alloc, 0), -ESRCH);
  EXPECT_EQ(alloc.buffer_count(), 1u);
  EXPECT_EQ(alloc.CountPages(), PageCounts());
  EXPECT_EQ(alloc.pages_high_watermark(), 2u);
  EXPECT_EQ(FreeAt(alloc, 0), 2u);
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, FreeAllTakesEverythingAtTheEnd) {  // EXT-22
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId first = Async(alloc, 100).buffer;
  Sync(alloc, 5000);
  Sync(alloc, 0);
  FreeAt(alloc, 104);
  alloc.Unmap();
  EXPECT_EQ(alloc.FreeAll(), 2u);
  EXPECT_EQ(alloc.buffer_count(), 0u);
  EXPECT_EQ(alloc.map_size(), 0u);
  EXPECT_EQ(Holes(alloc), HoleList());
  EXPECT_EQ(Sync(alloc, 0), -ESRCH);
  ExpectSound(alloc);
  // An id that somebody kept never comes to life again.
  EXPECT_EQ(alloc.Map(16 * kKib), 0);
  EXPECT_EQ(Sync(alloc, 0), 0);
  EXPECT_EQ(alloc.Get(first), nullptr);
}

// --- Sizes, checks and their order (ALLOC-01 to ALLOC-03) --------------------

TEST(BufferAllocatorTest, Sizes) {  // ALLOC-01, ALLOC-51
  struct Case {
    uint64_t data, offsets, extra, size;
  };
  // A security context of 33 bytes comes padded to 40.
  for (const Case& c :
       {Case{0, 0, 0, 8}, Case{1, 0, 0, 8}, Case{60, 8, 0, 72},
        Case{100, 16, 24, 144}, Case{13, 8, 40, 64}, Case{13, 8, 33, 64}}) {
    BufferAllocator alloc = Mapped(16 * kKib);
    const AllocationResult got =
        alloc.Allocate(c.data, c.offsets, c.extra, true, kSender);
    ASSERT_EQ(got.error, 0);
    EXPECT_EQ(alloc.SizeOf(got.buffer), c.size);
    EXPECT_EQ(alloc.free_async_space(), 8192 - c.size);
    EXPECT_EQ(alloc[got.buffer].data_size, c.data);
    EXPECT_EQ(alloc[got.buffer].offsets_size, c.offsets);
    EXPECT_EQ(alloc[got.buffer].extra_buffers_size, c.extra);
    ExpectSound(alloc);
  }
}

TEST(BufferAllocatorTest, SizesThatOverflow) {  // ALLOC-02
  BufferAllocator alloc = Mapped(kDefaultMap);
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(Sync(alloc, kMax), -EINVAL);
  EXPECT_EQ(Sync(alloc, kMax - 6), -EINVAL);
  EXPECT_EQ(Sync(alloc, 0, kMax), -EINVAL);
  EXPECT_EQ(Sync(alloc, kMax - 7, 8), -EINVAL);
  EXPECT_EQ(Sync(alloc, 8, 0, kMax), -EINVAL);
  EXPECT_EQ(Sync(alloc, 8, 0, kMax - 7), -EINVAL);
  EXPECT_EQ(Sync(alloc, kMax - 7, kMax - 7), -EINVAL);
  // Seen on a real kernel: the first fits 64 bits, and only that.
  EXPECT_EQ(Sync(alloc, kMax - 7), -ENOSPC);
  EXPECT_EQ(Sync(alloc, kMax - 6, 16), -EINVAL);
  EXPECT_EQ(Sync(alloc, 0, 0, kMax - 7), -ENOSPC);
  EXPECT_EQ(alloc.Allocate(kMax, 0, 0, true, kSender).failure,
            AllocationFailure::kInvalidSize);
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, OrderOfChecks) {  // ALLOC-03, ALLOC-30
  BufferAllocator alloc = Mapped(16 * kKib);
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(Sync(alloc, 12 * kKib), 0);
  // Both too much for the quota and for the free buffer: the quota is first.
  EXPECT_EQ(Async(alloc, 8200).failure, AllocationFailure::kNoAsyncSpace);
  EXPECT_EQ(Async(alloc, 8000).failure, AllocationFailure::kNoAddressSpace);
  EXPECT_EQ(Async(alloc, kMax).failure, AllocationFailure::kInvalidSize);
  EXPECT_EQ(Async(alloc, 4096).failure, AllocationFailure::kNone);
  alloc.Unmap();
  EXPECT_EQ(Async(alloc, kMax).failure, AllocationFailure::kNotMapped);
}

TEST(BufferAllocatorTest, FailureChangesNothing) {
  BufferAllocator alloc = Mapped(16 * kKib);
  Sync(alloc, 12 * kKib);
  const BufferAllocator before = alloc;
  EXPECT_EQ(Sync(alloc, 5000), -ENOSPC);
  EXPECT_EQ(Async(alloc, 8200).error, ENOSPC);
  EXPECT_EQ(alloc, before);
}

// --- Worked examples ---------------------------------------------------------

TEST(BufferAllocatorTest, DefaultMapping) {  // ALLOC-50
  const BufferAllocator alloc = Mapped(kDefaultMap);
  EXPECT_EQ(alloc.map_size(), 1040384u);
  EXPECT_EQ(alloc.free_async_space(), 520192u);
  EXPECT_EQ(alloc.CountPages().free, 254u);
}

TEST(BufferAllocatorTest, OnewayPagesUntilTheQuotaIsUsedUp) {  // ALLOC-52
  BufferAllocator alloc = Mapped(kDefaultMap);
  for (int number = 1; number <= 127; ++number) {
    const AllocationResult got = Async(alloc, 4096);
    ASSERT_EQ(got.error, 0) << number;
    EXPECT_EQ(got.spam_suspect, number == 102) << number;
    EXPECT_EQ(alloc[got.buffer].oneway_spam_suspect, number == 102);
    EXPECT_EQ(got.over_spam_limit, number >= 102) << number;
    if (number == 102) {
      EXPECT_EQ(alloc.free_async_space(), 102400u);
      EXPECT_EQ(alloc.AsyncUseOf(kSender), (AsyncUse{102, 417792}));
    }
  }
  EXPECT_EQ(Async(alloc, 4096).error, ENOSPC);
  EXPECT_EQ(alloc.free_async_space(), 0u);
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, EmptyOneways) {  // ALLOC-53
  BufferAllocator alloc = Mapped(kDefaultMap);
  int fit = 0;
  while (Async(alloc, 0).error == 0) ++fit;
  EXPECT_EQ(fit, 65024);
  EXPECT_EQ(Sync(alloc, 0), 65024 * 8);
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, SplitsAndMerges) {  // ALLOC-54, 05, 07, 12, 22, 23
  BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_EQ(Sync(alloc, 100, 8), 0);
  EXPECT_EQ(alloc.SizeOf(alloc.Find(0)), 112u);
  EXPECT_EQ(Sync(alloc, 4096), 112);
  EXPECT_EQ(Sync(alloc, 0), 4208);
  EXPECT_EQ(Sync(alloc, 200), 4216);
  EXPECT_EQ(Pages(alloc, 4), "AA..");
  EXPECT_EQ(FreeAt(alloc, 112), 0u);
  EXPECT_EQ(Holes(alloc), (HoleList{{112, 4096}, {4416, 11968}}));
  EXPECT_EQ(Sync(alloc, 1000), 112);
  EXPECT_EQ(Holes(alloc), (HoleList{{1112, 3096}, {4416, 11968}}));
  EXPECT_EQ(FreeAt(alloc, 4208), 0u);
  EXPECT_EQ(Holes(alloc), (HoleList{{1112, 3104}, {4416, 11968}}));
  EXPECT_EQ(Sync(alloc, 3000), 1112);
  EXPECT_EQ(Holes(alloc), (HoleList{{4112, 104}, {4416, 11968}}));
  EXPECT_EQ(FreeAt(alloc, 0), 0u);
  EXPECT_EQ(FreeAt(alloc, 112), 0u);
  EXPECT_EQ(Holes(alloc), (HoleList{{0, 1112}, {4112, 104}, {4416, 11968}}));
  EXPECT_EQ(FreeAt(alloc, 1112), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LA..");
  EXPECT_EQ(Holes(alloc), (HoleList{{0, 4216}, {4416, 11968}}));
  EXPECT_EQ(FreeAt(alloc, 4216), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LL..");
  EXPECT_EQ(Holes(alloc), (HoleList{{0, 16384}}));
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, PagesAreFreedWithTheirLastBuffer) {  // ALLOC-55
  BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_EQ(Sync(alloc, 6000), 0);
  EXPECT_EQ(Sync(alloc, 3000), 6000);
  EXPECT_EQ(Sync(alloc, 100), 9000);
  EXPECT_EQ(alloc.SizeOf(alloc.Find(9000)), 104u);
  EXPECT_EQ(Pages(alloc, 4), "AAA.");
  EXPECT_EQ(FreeAt(alloc, 6000), 0u);
  EXPECT_EQ(Pages(alloc, 4), "AAA.");
  EXPECT_EQ(FreeAt(alloc, 0), 2u);
  EXPECT_EQ(Pages(alloc, 4), "LLA.");
  EXPECT_EQ(FreeAt(alloc, 9000), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LLL.");
  EXPECT_EQ(alloc.CountPages(), (PageCounts{0, 3, 1}));
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, TiesDependOnTheTreesShape) {  // ALLOC-56, ALLOC-06
  BufferAllocator alloc = Mapped(64 * kKib);
  EXPECT_EQ(Sync(alloc, 1000), 0);
  EXPECT_EQ(Sync(alloc, 2000), 1000);
  EXPECT_EQ(Sync(alloc, 1000), 3000);
  EXPECT_EQ(Sync(alloc, 3000), 4000);
  EXPECT_EQ(Sync(alloc, 500), 7000);
  EXPECT_EQ(alloc.SizeOf(alloc.Find(7000)), 504u);
  FreeAt(alloc, 0);
  FreeAt(alloc, 3000);
  BufferAllocator other = alloc;
  EXPECT_EQ(Sync(alloc, 900), 0);
  EXPECT_EQ(Sync(other, 1000), 3000);
}

TEST(BufferAllocatorTest, TheQuotaIsNotARegion) {  // ALLOC-57, ALLOC-30
  BufferAllocator full = Mapped(16 * kKib);
  EXPECT_EQ(Sync(full, 16384), 0);
  EXPECT_EQ(Sync(full, 0), -ENOSPC);

  BufferAllocator alloc = Mapped(16 * kKib);
  EXPECT_EQ(Async(alloc, 8193).error, ENOSPC);
  EXPECT_EQ(Async(alloc, 8192).error, 0);
  EXPECT_EQ(Async(alloc, 0).error, ENOSPC);
  EXPECT_EQ(Sync(alloc, 8192), 8192);
  ExpectSound(alloc);
}

// --- Frees by user space (ALLOC-10, ALLOC-11) --------------------------------

TEST(BufferAllocatorTest, PrepareToFreeClaimsOnce) {  // ALLOC-10, ALLOC-11
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId id = alloc.Allocate(64, 0, 0, false, kSender).buffer;
  EXPECT_EQ(alloc.PrepareToFree(0).error, EPERM);
  alloc[id].allow_user_free = true;
  EXPECT_EQ(alloc.PrepareToFree(8).error, ENOENT);
  EXPECT_EQ(alloc.PrepareToFree(64).error, ENOENT);
  EXPECT_EQ(alloc.PrepareToFree(uint64_t{0} - 8).error, ENOENT);
  const ClaimResult claim = alloc.PrepareToFree(0);
  EXPECT_EQ(claim.error, 0);
  EXPECT_EQ(claim.buffer, id);
  EXPECT_FALSE(alloc[id].allow_user_free);
  EXPECT_EQ(alloc.PrepareToFree(0).error, EPERM);
  alloc.Free(id);
  EXPECT_EQ(alloc.PrepareToFree(0).error, ENOENT);
}

TEST(BufferAllocatorTest, UseAfterFreeIsFound) {
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId id = alloc.Allocate(64, 0, 0, false, kSender).buffer;
  alloc.Free(id);
  const BufferId next = alloc.Allocate(64, 0, 0, false, kSender).buffer;
  EXPECT_EQ(alloc[next].offset, 0u);
  EXPECT_NE(next, id);
  EXPECT_THROW(alloc.Free(id), sim::StaleId);
  EXPECT_THROW(alloc.SizeOf(id), sim::StaleId);
  EXPECT_THROW(alloc[id].debug_id = 1, sim::StaleId);
  EXPECT_EQ(alloc.Get(id), nullptr);
}

TEST(BufferAllocatorTest, WhatTheDriverMayAccess) {
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId id = alloc.Allocate(60, 0, 0, false, kSender).buffer;
  EXPECT_TRUE(alloc.MayAccess(id, 0, 64));
  EXPECT_TRUE(alloc.MayAccess(id, 64, 0));
  EXPECT_TRUE(alloc.MayAccess(id, 4, 60));
  EXPECT_FALSE(alloc.MayAccess(id, 8, 60));
  EXPECT_FALSE(alloc.MayAccess(id, 0, 65));
  EXPECT_FALSE(alloc.MayAccess(id, 2, 4));
  EXPECT_FALSE(alloc.MayAccess(id, ~uint64_t{3}, 8));
  // Delivered and with its transaction: it is user space's.
  alloc[id].transaction = TransactionId{0, 1};
  EXPECT_TRUE(alloc.MayAccess(id, 0, 64));
  alloc[id].allow_user_free = true;
  EXPECT_FALSE(alloc.MayAccess(id, 0, 64));
  alloc[id].transaction = TransactionId();
  EXPECT_TRUE(alloc.MayAccess(id, 0, 64));
}

// --- Pages (ALLOC-20 to ALLOC-25) --------------------------------------------

TEST(BufferAllocatorTest, PagesArePopulatedOnceAndReused) {  // ALLOC-20, 22
  BufferAllocator alloc = Mapped(64 * kKib);
  AllocationResult got = alloc.Allocate(10000, 0, 0, false, kSender);
  EXPECT_EQ(got.first_page, 0u);
  EXPECT_EQ(got.pages_populated, 3u);
  EXPECT_EQ(got.pages_reused, 0u);
  alloc.Free(got.buffer);
  EXPECT_EQ(Pages(alloc, 4), "LLL.");
  got = alloc.Allocate(14000, 0, 0, false, kSender);
  EXPECT_EQ(got.pages_populated, 1u);
  EXPECT_EQ(got.pages_reused, 3u);
  // The first page belongs to the buffer before.
  got = alloc.Allocate(5000, 0, 0, false, kSender);
  EXPECT_EQ(got.first_page, 4u);
  EXPECT_EQ(got.pages_populated, 1u);
  got = alloc.Allocate(8, 0, 0, false, kSender);
  EXPECT_EQ(got.pages_populated + got.pages_reused, 0u);
}

TEST(BufferAllocatorTest, ThePageBehindAHoleIsTheNextBuffers) {  // ALLOC-21
  BufferAllocator alloc = Mapped(64 * kKib);
  EXPECT_EQ(Sync(alloc, 5000), 0);
  EXPECT_EQ(Sync(alloc, 5000), 5000);
  EXPECT_EQ(FreeAt(alloc, 0), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LAA.");
  const AllocationResult got = alloc.Allocate(4500, 0, 0, false, kSender);
  EXPECT_EQ(got.pages_reused, 1u);
  EXPECT_EQ(got.pages_populated, 0u);
  EXPECT_EQ(Pages(alloc, 4), "AAA.");
}

TEST(BufferAllocatorTest, PageAlignedBuffersShareNothing) {  // ALLOC-23
  BufferAllocator alloc = Mapped(64 * kKib);
  Sync(alloc, 4096);
  Sync(alloc, 4096);
  Sync(alloc, 4096);
  EXPECT_EQ(FreeAt(alloc, 4096), 1u);
  EXPECT_EQ(FreeAt(alloc, 0), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LLA.");
  EXPECT_EQ(FreeAt(alloc, 8192), 1u);
  EXPECT_EQ(Pages(alloc, 4), "LLL.");
  ExpectSound(alloc);
}

TEST(BufferAllocatorTest, TheShrinkerTakesUnusedPages) {  // ALLOC-24, ALLOC-25
  BufferAllocator alloc = Mapped(16 * kKib);
  Sync(alloc, 9000);
  EXPECT_EQ(alloc.pages_high_watermark(), 3u);
  EXPECT_FALSE(alloc.ReclaimPage(0));
  FreeAt(alloc, 0);
  EXPECT_TRUE(alloc.ReclaimPage(1));
  EXPECT_FALSE(alloc.ReclaimPage(1));
  EXPECT_FALSE(alloc.ReclaimPage(3));
  EXPECT_EQ(alloc.CountPages(), (PageCounts{0, 2, 2}));
  EXPECT_EQ(alloc.pages_high_watermark(), 3u);
  const AllocationResult got = alloc.Allocate(8192, 0, 0, false, kSender);
  EXPECT_EQ(got.pages_reused, 1u);
  EXPECT_EQ(got.pages_populated, 1u);
  EXPECT_EQ(alloc.pages_high_watermark(), 3u);
  ExpectSound(alloc);
}

// --- Oneway space and spam (ALLOC-30 to ALLOC-37) ----------------------------

TEST(BufferAllocatorTest, FreeGivesAsyncSpaceBack) {  // ALLOC-31, BUG-25
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId odd = Async(alloc, 13).buffer;
  const BufferId empty = Async(alloc, 0).buffer;
  Sync(alloc, 100);
  EXPECT_EQ(alloc.free_async_space(), 8192u - 16 - 8);
  alloc.Free(empty);
  EXPECT_EQ(alloc.free_async_space(), 8192u - 16);
  alloc.Free(odd);
  EXPECT_EQ(alloc.free_async_space(), 8192u);
  EXPECT_EQ(alloc.AsyncUseOf(kSender), AsyncUse());
}

TEST(BufferAllocatorTest, ManySmallBuffersAreSuspect) {  // ALLOC-32
  BufferAllocator alloc = Mapped(64 * kKib);
  // Two others take the space, less than a quarter of the mapping each.
  EXPECT_FALSE(Async(alloc, 15000, kOther).spam_suspect);
  EXPECT_FALSE(Async(alloc, 15000, kOther + 1).spam_suspect);
  for (int number = 1; number <= 51; ++number) {
    EXPECT_EQ(Async(alloc, 8).spam_suspect, number == 51) << number;
  }
}

TEST(BufferAllocatorTest, QuarterOfTheMappingIsNoSpamYet) {  // ALLOC-32
  // The space is low below 4096 bytes; a quarter of the mapping is 10240.
  BufferAllocator alloc = Mapped(40 * kKib);
  Async(alloc, 6152, kOther);
  EXPECT_FALSE(Async(alloc, 10240).over_spam_limit);
  EXPECT_EQ(alloc.free_async_space(), 4088u);
  EXPECT_TRUE(Async(alloc, 0).spam_suspect);
}

TEST(BufferAllocatorTest, NobodyIsSuspectWhileThereIsSpace) {  // ALLOC-32
  BufferAllocator alloc = Mapped(40 * kKib);
  EXPECT_FALSE(Async(alloc, 16384).over_spam_limit);
  EXPECT_EQ(alloc.free_async_space(), 4096u);
  EXPECT_TRUE(Async(alloc, 0).over_spam_limit);
}

TEST(BufferAllocatorTest, OneReportUntilTheSpaceRecovers) {  // ALLOC-33, 34
  BufferAllocator alloc = Mapped(64 * kKib);
  const BufferId big = Async(alloc, 26216).buffer;
  EXPECT_TRUE(alloc[big].oneway_spam_suspect);
  // More of the same sender, and others below the limit: no report.
  AllocationResult got = Async(alloc, 0);
  EXPECT_FALSE(got.spam_suspect);
  EXPECT_TRUE(got.over_spam_limit);
  got = Async(alloc, 0, kOther);
  EXPECT_FALSE(got.over_spam_limit);
  // A free alone does not arm the report again...
  alloc.Free(big);
  const BufferId again = Async(alloc, 26216).buffer;
  EXPECT_FALSE(alloc[again].oneway_spam_suspect);
  alloc.Free(again);
  // ... an allocation with enough space left does, whoever makes it.
  Async(alloc, 0, kOther);
  EXPECT_TRUE(Async(alloc, 26216).spam_suspect);
}

// --- Numbers for the debug files ---------------------------------------------

TEST(BufferAllocatorTest, TotalsForTheLog) {  // ALLOC-41
  BufferAllocator alloc = Mapped(16 * kKib);
  Sync(alloc, 1000);
  Sync(alloc, 2000);
  Sync(alloc, 40);
  FreeAt(alloc, 0);
  const AddressSpaceTotals expected = {2040, 2, 2000, 14344, 2, 13344};
  EXPECT_EQ(alloc.Totals(), expected);
}

TEST(BufferAllocatorTest, ExtentsCoverTheMapping) {  // ALLOC-08, ALLOC-09
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId first = alloc.Allocate(10, 0, 0, false, kSender).buffer;
  const BufferId second = alloc.Allocate(20, 0, 0, false, kSender).buffer;
  alloc.Free(first);
  std::vector<Extent> extents;
  alloc.ForEachExtent([&](const Extent& extent) { extents.push_back(extent); });
  const std::vector<Extent> expected = {
      {0, 16, BufferId()}, {16, 24, second}, {40, 16344, BufferId()}};
  EXPECT_EQ(extents, expected);
}

// --- Values and invariants ---------------------------------------------------

TEST(BufferAllocatorTest, IsAValue) {
  BufferAllocator alloc = Mapped(kDefaultMap);
  Async(alloc, 100);
  BufferAllocator copy = alloc;
  EXPECT_EQ(copy, alloc);
  EXPECT_EQ(sim::HashOf(copy), sim::HashOf(alloc));
  EXPECT_EQ(Sync(copy, 100), 104);
  EXPECT_FALSE(copy == alloc);
  EXPECT_NE(sim::HashOf(copy), sim::HashOf(alloc));
  EXPECT_EQ(Sync(alloc, 100), 104);
  EXPECT_EQ(copy, alloc);
  EXPECT_EQ(sim::HashOf(copy), sim::HashOf(alloc));
}

TEST(BufferAllocatorTest, InvariantsFindChangedBuffers) {  // BUG-25
  BufferAllocator alloc = Mapped(16 * kKib);
  const BufferId id = Async(alloc, 100).buffer;
  ExpectSound(alloc);
  BufferAllocator wrong = alloc;
  wrong[id].async_transaction = false;
  EXPECT_EQ(wrong.CheckInvariants().message(),
            "buffer allocator: 8088 of async space free, 0 used, of 8192");
  wrong = alloc;
  wrong[id].pid = kOther;
  EXPECT_FALSE(wrong.CheckInvariants().ok());
  wrong = alloc;
  wrong[id].offset = 8;
  EXPECT_FALSE(wrong.CheckInvariants().ok());
  wrong = alloc;
  wrong[id].data_size = 200;
  EXPECT_FALSE(wrong.CheckInvariants().ok());
}

}  // namespace
}  // namespace bindersim::driver
