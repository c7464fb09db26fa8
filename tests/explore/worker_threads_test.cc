// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/worker_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <stdexcept>
#include <thread>

namespace bindersim::explore {
namespace {

namespace fs = std::filesystem;

TEST(WorkerThreads, AllWork) {
  std::atomic<int> done = 0;
  std::atomic<int> stopped = 0;
  {
    WorkerThreads threads(
        4, [&] { ++done; }, [&] { ++stopped; });
    threads.Join();
  }
  EXPECT_EQ(done, 4);
  EXPECT_EQ(stopped, 0);
}

TEST(WorkerThreads, NoneBeginsBeforeTheLastHasStarted) {
  // Work on another thread may not get the room that a stack is to have.
  constexpr int kCount = 16;
  const auto this_many = [] {
    return std::distance(fs::directory_iterator("/proc/self/task"),
                         fs::directory_iterator());
  };
  const auto before = this_many();
  std::latch all_looked(kCount);
  std::atomic<int> saw_all = 0;
  const auto work = [&] {
    if (this_many() >= before + kCount) ++saw_all;
    all_looked.arrive_and_wait();
  };
  WorkerThreads threads(kCount, work, [] {});
  threads.Join();
  EXPECT_EQ(saw_all, kCount);
}

TEST(WorkerThreads, AreStoppedIfNobodyWaitsForThem) {
  std::atomic<bool> stop = false;
  std::atomic<int> ended = 0;
  const auto work = [&] {
    while (!stop) std::this_thread::yield();
    ++ended;
  };
  EXPECT_THROW(
      {
        WorkerThreads threads(3, work, [&] { stop = true; });
        throw std::runtime_error("in between");
      },
      std::runtime_error);
  EXPECT_EQ(ended, 3);
}

TEST(WorkerThreads, WhatOneThrowsStopsTheOthersAndReachesWhoWaits) {
  std::atomic<bool> stop = false;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  const auto work = [&] {
    if (begun++ == 0) throw std::runtime_error("from the first");
    while (!stop) std::this_thread::yield();
    ++ended;
  };
  WorkerThreads threads(3, work, [&] { stop = true; });
  EXPECT_THROW(threads.Join(), std::runtime_error);
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace bindersim::explore
