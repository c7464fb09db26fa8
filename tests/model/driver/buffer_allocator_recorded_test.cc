// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What the driver of Linux 6.1 did with the buffers of one process, taken from
// recordings of the kernel: each test is named after its kernel script. The
// offsets are those of the BR_TRANSACTION commands, the page counts those of
// the debug files.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "model/driver/buffer_allocator.h"
#include "model/driver/ids.h"

namespace bindersim::driver {
namespace {

// A process that receives transactions.
class Receiver {
 public:
  explicit Receiver(uint64_t map_size) { alloc_.Map(map_size); }

  // A synchronous transaction with so many bytes of data must come to lie at
  // `offset`.
  void Receive(uint64_t data_size, uint64_t offset) {
    const AllocationResult got =
        alloc_.Allocate(data_size, 0, 0, /*is_async=*/false, kSender);
    ASSERT_EQ(got.error, 0);
    EXPECT_EQ(alloc_[got.buffer].offset, offset) << data_size << " bytes";
    received_.push_back(got.buffer);
  }

  // Frees the n-th buffer received, from 0.
  void Free(size_t n) { alloc_.Free(received_[n]); }

  // The lines of `stats`.
  void ExpectStats(uint64_t free_async_space, size_t buffers,
                   const PageCounts& pages, uint32_t high_watermark) const {
    EXPECT_EQ(alloc_.free_async_space(), free_async_space);
    EXPECT_EQ(alloc_.buffer_count(), buffers);
    EXPECT_EQ(alloc_.CountPages(), pages);
    EXPECT_EQ(alloc_.pages_high_watermark(), high_watermark);
    EXPECT_TRUE(alloc_.CheckInvariants().ok()) << alloc_.CheckInvariants();
  }

  // The buffers of `state`, by address, as numbers of those received.
  void ExpectBuffers(const std::vector<size_t>& expected) const {
    std::vector<BufferId> ids;
    alloc_.ForEachExtent([&](const Extent& extent) {
      if (extent.buffer) ids.push_back(extent.buffer);
    });
    std::vector<BufferId> expected_ids;
    for (size_t n : expected) expected_ids.push_back(received_[n]);
    EXPECT_EQ(ids, expected_ids);
  }

 private:
  static constexpr uint32_t kSender = 1;

  BufferAllocator alloc_;
  std::vector<BufferId> received_;
};

TEST(BufferAllocatorRecordedTest, BuffersFreeOrder1) {  // ALLOC-05, 07, 12
  Receiver sm(64 << 10);
  sm.Receive(1000, 0);
  sm.Receive(2000, 1000);
  sm.Receive(3000, 3000);
  sm.Receive(100, 6000);
  sm.Free(1);
  sm.Free(0);
  sm.Free(2);
  sm.ExpectBuffers({3});
  sm.Receive(1500, 0);
  sm.Receive(500, 1504);
  sm.Receive(4000, 6104);
  sm.Receive(2999, 2008);
  sm.ExpectBuffers({4, 5, 7, 3, 6});
  sm.ExpectStats(32768, 5, PageCounts{3, 0, 13}, 3);
}

TEST(BufferAllocatorRecordedTest, BuffersBestFitHole) {  // ALLOC-05
  Receiver sm(64 << 10);
  sm.Receive(64, 0);
  sm.Receive(1024, 64);
  sm.Receive(64, 1088);
  sm.Receive(256, 1152);
  sm.Receive(64, 1408);
  sm.Receive(512, 1472);
  sm.Receive(64, 1984);
  sm.Free(1);
  sm.Free(3);
  sm.Free(5);
  sm.Receive(200, 1152);
  sm.Receive(300, 1472);
  sm.Receive(1000, 64);
  sm.Receive(60, 1776);
  sm.Receive(24, 1064);
  sm.Receive(12, 1352);
  sm.ExpectBuffers({0, 9, 11, 2, 7, 12, 4, 8, 10, 6});
  sm.ExpectStats(32768, 10, PageCounts{1, 0, 15}, 1);
}

TEST(BufferAllocatorRecordedTest, BuffersExactFit) {  // ALLOC-05, ALLOC-07
  Receiver sm(32 << 10);
  sm.Receive(4096, 0);
  sm.Receive(4096, 4096);
  sm.Receive(4096, 8192);
  sm.Receive(8, 12288);
  sm.Free(1);
  sm.Receive(4096, 4096);
  sm.Receive(4096, 12296);
  sm.ExpectBuffers({0, 4, 2, 3, 5});
  sm.ExpectStats(16384, 5, PageCounts{5, 0, 3}, 5);
}

// Three holes of 512 bytes; `first`, `second` and `third` are freed in this
// order.
Receiver WithEqualHoles(size_t first, size_t second, size_t third) {
  Receiver sm(64 << 10);
  for (uint64_t offset : {0, 576, 1152}) {
    sm.Receive(512, offset);
    sm.Receive(64, offset + 512);
  }
  sm.Free(first);
  sm.Free(second);
  sm.Free(third);
  sm.ExpectBuffers({1, 3, 5});
  return sm;
}

TEST(BufferAllocatorRecordedTest, BuffersEqualHoles) {  // ALLOC-06
  Receiver sm = WithEqualHoles(0, 2, 4);
  sm.Receive(512, 576);
  sm.Receive(512, 1152);
  sm.Receive(512, 0);
  sm.Receive(500, 1728);
  sm.ExpectBuffers({8, 1, 6, 3, 7, 5, 9});
  sm.ExpectStats(32768, 7, PageCounts{1, 0, 15}, 1);
}

TEST(BufferAllocatorRecordedTest, BuffersEqualHolesRev) {  // ALLOC-06
  Receiver sm = WithEqualHoles(4, 2, 0);
  sm.Receive(512, 576);
  sm.Receive(512, 0);
  sm.Receive(512, 1152);
  sm.Receive(500, 1728);
  sm.ExpectBuffers({7, 1, 6, 3, 8, 5, 9});
  sm.ExpectStats(32768, 7, PageCounts{1, 0, 15}, 1);
}

TEST(BufferAllocatorRecordedTest, BuffersRounding) {  // ALLOC-01
  Receiver sm(64 << 10);
  sm.Receive(0, 0);
  sm.Receive(0, 8);
  sm.Receive(1, 16);
  sm.Receive(7, 24);
  sm.Receive(8, 32);
  sm.Receive(9, 40);
  sm.Receive(0, 56);
  sm.Free(0);
  sm.Free(1);
  sm.Receive(16, 0);
  sm.Receive(0, 64);
  sm.ExpectBuffers({7, 2, 3, 4, 5, 6, 8});
  sm.ExpectStats(32768, 7, PageCounts{1, 0, 15}, 1);
}

TEST(BufferAllocatorRecordedTest, OnewaySpam) {  // ALLOC-32 to ALLOC-37
  constexpr uint32_t kClient = 1;
  constexpr uint32_t kOther = 2;
  BufferAllocator alloc;
  alloc.Map(64 << 10);
  const auto is_suspect = [&](uint64_t data_size, uint32_t pid) {
    return alloc.Allocate(data_size, 0, 0, /*is_async=*/true, pid).spam_suspect;
  };
  std::vector<bool> suspects;
  for (int i = 0; i < 9; ++i) suspects.push_back(is_suspect(2500, kClient));
  for (int i = 0; i < 6; ++i) suspects.push_back(is_suspect(1500, kClient));
  suspects.push_back(is_suspect(100, kOther));
  suspects.push_back(is_suspect(100, kClient));
  std::vector<bool> expected(17, false);
  expected[11] = true;
  EXPECT_EQ(suspects, expected);
  alloc.Free(alloc.Find(0));
  EXPECT_FALSE(is_suspect(8, kClient));
  EXPECT_EQ(alloc.CountPages(), (PageCounts{8, 0, 8}));
  EXPECT_EQ(alloc.pages_high_watermark(), 8u);
}

TEST(BufferAllocatorRecordedTest, OnewaySpamCount) {  // ALLOC-32, ALLOC-33
  BufferAllocator alloc;
  alloc.Map(64 << 10);
  EXPECT_TRUE(alloc.Allocate(26400, 0, 0, true, 1).spam_suspect);
  for (int i = 0; i < 60; ++i) {
    EXPECT_FALSE(alloc.Allocate(8, 0, 0, true, 1).spam_suspect);
  }
  EXPECT_EQ(alloc.free_async_space(), 5888u);
  EXPECT_EQ(alloc.buffer_count(), 61u);
  EXPECT_EQ(alloc.CountPages(), (PageCounts{7, 0, 9}));
  EXPECT_EQ(alloc.pages_high_watermark(), 7u);
}

}  // namespace
}  // namespace bindersim::driver
