// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/event_queue.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/random.h"

namespace bindersim::sim {
namespace {

struct Wake {
  uint32_t thread = 0;
  uint32_t reason = 0;

  auto Fields() const { return std::tie(thread, reason); }
  bool operator==(const Wake&) const = default;
};

using Queue = EventQueue<Wake>;

constexpr Time At(int64_t ns) { return Time(Duration(ns)); }

// The threads of all events, in the order in which they happen.
template <class Q>
std::vector<uint32_t> Drain(Q queue) {
  std::vector<uint32_t> threads;
  while (!queue.empty()) threads.push_back(queue.Pop().payload.thread);
  return threads;
}

TEST(EventQueueTest, Tutorial) {
  Queue queue;
  queue.Push(At(20), 1, Wake{1});
  queue.Push(At(10), 2, Wake{2});
  queue.Push(At(10), 1, Wake{3});
  const EventId cancelled = queue.Push(At(5), 0, Wake{4});
  EXPECT_EQ(queue.NextTime(), At(5));
  EXPECT_TRUE(queue.Cancel(cancelled));
  EXPECT_EQ(queue.NextTime(), At(10));
  const Queue::Event first = queue.Pop();
  EXPECT_EQ(first.time, At(10));
  EXPECT_EQ(first.rank, 1);
  EXPECT_EQ(first.sequence, 2u);
  EXPECT_EQ(first.payload, Wake{3});
  EXPECT_EQ(queue.Pop().payload, Wake{2});
  EXPECT_EQ(queue.Pop().payload, Wake{1});
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.NextTime(), kNever);
}

TEST(EventQueueTest, EqualEventsHappenInOrderOfInsertion) {
  Queue queue;
  for (uint32_t i = 0; i < 100; ++i) queue.Push(At(7), 3, Wake{i});
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(queue.Pop().payload.thread, i);
    // At the current time, so through the ring.
    queue.Push(At(7), 3, Wake{100 + i});
  }
  for (uint32_t i = 100; i < 200; ++i) {
    EXPECT_EQ(queue.Pop().payload.thread, i);
  }
}

// A lesser rank at the current time must overtake what the ring holds.
TEST(EventQueueTest, RankBeatsInsertionAtTheCurrentTime) {
  Queue queue;
  queue.Push(At(5), 0, Wake{0});
  queue.Pop();
  queue.Push(At(5), 4, Wake{4});
  queue.Push(At(5), 2, Wake{2});
  queue.Push(At(5), 9, Wake{9});
  queue.Push(At(5), 2, Wake{3});
  queue.Push(At(5), 4, Wake{5});
  EXPECT_EQ(Drain(queue), (std::vector<uint32_t>{2, 3, 4, 5, 9}));
}

TEST(EventQueueTest, TimeMayGoBackAndBeNegative) {
  Queue queue;
  queue.Push(At(5), 0, Wake{1});
  queue.Pop();
  queue.Push(At(5), 0, Wake{2});
  queue.Push(At(-3), 0, Wake{3});
  queue.Push(At(5), 0, Wake{4});
  EXPECT_EQ(Drain(queue), (std::vector<uint32_t>{3, 2, 4}));
}

TEST(EventQueueTest, CancelWorksOnceAndNeverHitsAnotherEvent) {
  Queue queue;
  const EventId first = queue.Push(At(1), 0, Wake{1});
  EXPECT_TRUE(queue.IsPending(first));
  queue.Pop();
  EXPECT_FALSE(queue.IsPending(first));
  // Takes the slot over.
  const EventId second = queue.Push(At(2), 0, Wake{2});
  EXPECT_EQ(first.slot, second.slot);
  EXPECT_FALSE(queue.Cancel(first));
  EXPECT_FALSE(queue.Cancel(EventId()));
  EXPECT_FALSE(queue.Cancel(EventId{77, 1}));
  EXPECT_TRUE(queue.Cancel(second));
  EXPECT_FALSE(queue.Cancel(second));
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueueTest, CancelsInHeapAndRing) {
  Queue queue;
  queue.Push(At(5), 0, Wake{0});
  queue.Pop();
  std::vector<EventId> ids;
  for (uint32_t i = 0; i < 6; ++i) ids.push_back(queue.Push(At(5), 0, {i}));
  for (uint32_t i = 6; i < 12; ++i) ids.push_back(queue.Push(At(6), 0, {i}));
  for (const int i : {0, 3, 5, 6, 8, 11}) EXPECT_TRUE(queue.Cancel(ids[i]));
  EXPECT_EQ(queue.size(), 6u);
  EXPECT_EQ(Drain(queue), (std::vector<uint32_t>{1, 2, 4, 7, 9, 10}));
}

// Timeouts that are set and cancelled over and over must not pile up.
TEST(EventQueueTest, CancelledEventsAreForgotten) {
  Queue queue;
  queue.Push(At(1), 0, Wake{1});
  for (int i = 0; i < 100'000; ++i) {
    const EventId id = queue.Push(At(1'000'000 + i), 0, Wake{2});
    // Slots are reused, so their numbers stay small.
    ASSERT_LT(id.slot, 200u);
    ASSERT_TRUE(queue.Cancel(id));
  }
  EXPECT_EQ(Drain(queue), (std::vector<uint32_t>{1}));
}

TEST(EventQueueTest, OrderSurvivesForgetting) {
  Queue queue;
  queue.Push(At(5), 0, Wake{999});
  queue.Pop();
  std::vector<EventId> ids;
  for (uint32_t i = 0; i < 100; ++i) ids.push_back(queue.Push(At(5), 0, {i}));
  for (uint32_t i = 100; i < 200; ++i) {
    ids.push_back(queue.Push(At(5000 - (i * 7919) % 100), 0, {i}));
  }
  std::vector<std::pair<int64_t, uint32_t>> kept;
  for (uint32_t i = 0; i < 200; ++i) {
    if (i % 4 != 1) {
      EXPECT_TRUE(queue.Cancel(ids[i]));
    } else {
      kept.push_back({i < 100 ? 5 : 5000 - (i * 7919) % 100, i});
    }
  }
  std::sort(kept.begin(), kept.end());
  std::vector<uint32_t> expected;
  for (const auto& [time, thread] : kept) expected.push_back(thread);
  EXPECT_EQ(Drain(queue), expected);
  for (uint32_t i = 0; i < 200; ++i) {
    EXPECT_EQ(queue.IsPending(ids[i]), i % 4 == 1);
  }
}

TEST(EventQueueTest, CountsTies) {
  Queue queue;
  queue.Push(At(1), 0, Wake{});
  queue.Push(At(1), 1, Wake{});
  queue.Push(At(2), 1, Wake{});
  queue.Push(At(2), 1, Wake{});
  queue.Push(At(2), 1, Wake{});
  while (!queue.empty()) queue.Pop();
  EXPECT_EQ(queue.ties_popped(), 2u);
}

TEST(EventQueueTest, PopTieTakesAnyOfTheTied) {
  Queue queue;
  EXPECT_EQ(queue.Ties(), 0u);
  for (uint32_t i = 0; i < 3; ++i) queue.Push(At(5), 1, Wake{i});
  queue.Push(At(5), 2, Wake{3});
  queue.Push(At(6), 1, Wake{4});
  EXPECT_EQ(queue.Ties(), 3u);
  const Queue::Event event = queue.PopTie(1);
  EXPECT_EQ(event.payload.thread, 1u);
  EXPECT_EQ(event.sequence, 1u);
  // These go to the ring and tie with those in the heap.
  queue.Push(At(5), 1, Wake{5});
  queue.Push(At(5), 1, Wake{6});
  EXPECT_EQ(queue.Ties(), 4u);
  std::vector<uint32_t> tied;
  for (const Wake& wake : queue.Tied()) tied.push_back(wake.thread);
  EXPECT_EQ(tied, (std::vector<uint32_t>{0, 2, 5, 6}));
  EXPECT_EQ(queue.PopTie(2).payload.thread, 5u);
  EXPECT_EQ(queue.PopTie(0).payload.thread, 0u);
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(Drain(queue), (std::vector<uint32_t>{2, 6, 3, 4}));
}

TEST(EventQueueTest, IsAValueWithoutHistory) {
  Queue a;
  a.Push(At(1), 0, Wake{1});
  a.Push(At(2), 0, Wake{2});
  a.Push(At(2), 0, Wake{3});
  Queue b;
  b.Push(At(0), 0, Wake{9});
  b.Cancel(b.Push(At(9), 0, Wake{8}));
  b.Push(At(2), 0, Wake{2});
  b.Pop();
  b.Push(At(2), 0, Wake{3});
  b.Push(At(1), 0, Wake{1});
  EXPECT_EQ(a, b);
  EXPECT_EQ(HashOf(a), HashOf(b));

  Queue copy = a;
  copy.Pop();
  EXPECT_EQ(a.size(), 3u);
  EXPECT_NE(a, copy);
  EXPECT_NE(HashOf(a), HashOf(copy));
}

TEST(EventQueueTest, TimeRankPayloadAndOrderAreHashed) {
  const auto hash = [](std::vector<std::tuple<int, int, uint32_t>> events) {
    Queue queue;
    for (const auto& [time, rank, thread] : events) {
      queue.Push(At(time), static_cast<uint8_t>(rank), Wake{thread});
    }
    return HashOf(queue);
  };
  const Hash128 base = hash({{1, 1, 1}, {1, 1, 2}});
  EXPECT_NE(hash({{1, 1, 2}, {1, 1, 1}}), base);
  EXPECT_NE(hash({{1, 1, 1}, {2, 1, 2}}), base);
  EXPECT_NE(hash({{1, 1, 1}, {1, 2, 2}}), base);
  EXPECT_NE(hash({{1, 1, 1}, {1, 1, 3}}), base);
  EXPECT_NE(hash({{1, 1, 1}}), base);
}

// An id is history; only whether there is one shows.
TEST(EventQueueTest, EventIdHashesAsPresence) {
  EXPECT_EQ(HashOf(EventId{1, 1}), HashOf(EventId{2, 5}));
  EXPECT_NE(HashOf(EventId{1, 1}), HashOf(EventId()));
}

// The queue beside a sorted map, over random operations with many ties,
// cancellations and insertions at the current time.
template <class Q>
class Comparison {
 public:
  explicit Comparison(const std::string& name)
      : stream_(MakeStream(7, "event_queue/" + name)) {}

  void Run(int steps, size_t max_pending) {
    for (int step = 0; step < steps; ++step) {
      const uint64_t kind = stream_.Below(100);
      if (reference_.size() >= max_pending) {
        PopOne();
      } else if (kind < 50) {
        PushOne();
      } else if (kind < 85) {
        PopOne();
      } else {
        CancelOne();
      }
      ASSERT_EQ(queue_.size(), reference_.size());
      ASSERT_EQ(
          queue_.NextTime(),
          reference_.empty() ? kNever : std::get<0>(reference_.begin()->first));
      if (step % 1024 == 0) CheckValue();
      if (testing::Test::HasFatalFailure()) return;
    }
    while (!reference_.empty()) PopOne();
    ASSERT_TRUE(queue_.empty());
    ASSERT_EQ(queue_.ties_popped(), ties_);
  }

 private:
  // Time, rank, number of the insertion.
  using Key = std::tuple<Time, uint8_t, uint64_t>;
  struct Entry {
    Wake wake;
    EventId id;
  };

  void PushOne() {
    static constexpr int64_t kSpans[] = {0, 0, 0, 1, 2, 50, 1000, -1};
    const int64_t span = kSpans[stream_.Below(std::size(kSpans))];
    const Time time = now_ + Duration(span == 50 ? stream_.Below(50) : span);
    const uint8_t rank = static_cast<uint8_t>(stream_.Below(3) * 127);
    const Wake wake{static_cast<uint32_t>(stream_.Next64()), 1};
    const EventId id = queue_.Push(time, rank, wake);
    ASSERT_TRUE(id);
    ASSERT_TRUE(queue_.IsPending(id));
    reference_[{time, rank, pushed_++}] = {wake, id};
  }

  void PopOne() {
    if (reference_.empty()) return;
    const auto [time, rank, unused] = reference_.begin()->first;
    const auto end = reference_.lower_bound(
        {time, rank, std::numeric_limits<uint64_t>::max()});
    const size_t ties =
        static_cast<size_t>(std::distance(reference_.begin(), end));
    ASSERT_EQ(queue_.Ties(), ties);
    const bool choose = stream_.Below(4) == 0;
    const size_t k = choose ? stream_.Below(ties) : 0;
    const auto taken = std::next(reference_.begin(), static_cast<int>(k));
    const typename Q::Event event = choose ? queue_.PopTie(k) : queue_.Pop();
    ASSERT_EQ(event.time, time);
    ASSERT_EQ(event.rank, rank);
    ASSERT_EQ(event.payload, taken->second.wake);
    ASSERT_FALSE(queue_.IsPending(taken->second.id));
    ties_ += popped_ && now_ == time && rank_ == rank;
    popped_ = true;
    now_ = time;
    rank_ = rank;
    gone_.push_back(taken->second.id);
    reference_.erase(taken);
  }

  void CancelOne() {
    if (!gone_.empty() && stream_.Below(4) == 0) {
      ASSERT_FALSE(queue_.Cancel(gone_[stream_.Below(gone_.size())]));
    } else if (!reference_.empty()) {
      const auto it =
          std::next(reference_.begin(),
                    static_cast<int>(stream_.Below(reference_.size())));
      ASSERT_TRUE(queue_.Cancel(it->second.id));
      gone_.push_back(it->second.id);
      reference_.erase(it);
    }
  }

  // A queue filled in another way is equal; a copy drains alike.
  void CheckValue() {
    Q fresh;
    std::vector<uint32_t> threads;
    for (const auto& [key, entry] : reference_) {
      fresh.Push(std::get<0>(key), std::get<1>(key), entry.wake);
      threads.push_back(entry.wake.thread);
    }
    ASSERT_EQ(fresh, queue_);
    ASSERT_EQ(HashOf(fresh), HashOf(queue_));
    ASSERT_EQ(Drain(queue_), threads);
  }

  Stream stream_;
  Q queue_;
  std::map<Key, Entry> reference_;
  // Ids of events popped or cancelled.
  std::vector<EventId> gone_;
  uint64_t pushed_ = 0;
  Time now_ = kStart;
  uint8_t rank_ = 0;
  bool popped_ = false;
  uint64_t ties_ = 0;
};

TEST(EventQueuePropertyTest, AgreesWithASortedMap) {
  Comparison<Queue>("many").Run(100'000, 10'000);
}

TEST(EventQueuePropertyTest, AgreesWhenFewArePending) {
  Comparison<Queue>("few").Run(100'000, 6);
}

// The sequence runs out every 256 insertions.
TEST(EventQueuePropertyTest, AgreesAcrossRenumbering) {
  Comparison<EventQueue<Wake, 8>>("renumber").Run(100'000, 100);
}

TEST(EventQueueTest, SequenceStillOrdersAfterRenumbering) {
  EventQueue<Wake, 4> queue;
  queue.Push(At(1'000'000), 0, Wake{0});
  uint64_t last = 0;
  for (uint32_t i = 1; i < 100; ++i) {
    queue.Push(At(i), 0, Wake{i});
    const uint64_t sequence = queue.Pop().sequence;
    EXPECT_EQ(sequence, i);
    last = sequence;
  }
  queue.Push(At(1'000'000), 0, Wake{1});
  const uint64_t older = queue.Pop().sequence;
  EXPECT_LE(older, last);
  EXPECT_GT(queue.Pop().sequence, last);
}

}  // namespace
}  // namespace bindersim::sim
