// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The hold model: with N events pending, take the next one and put a new one
// in, over and over. Items are events. Each mix of delays runs over
//   Sim     sim::EventQueue, with payloads and cancelling
//   Std     std::priority_queue of bare 24-byte keys
//   Heap4   a 4-ary heap of the same keys, the same algorithm as inside Sim
// so that the figures can be compared within one run.
//
// Mixes: "Uniform" has exponential delays. "Binder" has what a simulation of
// Binder has: half of the events at once, most others within microseconds, a
// few (timeouts) after milliseconds.

#include <array>
#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

#include "benchmark/benchmark.h"
#include "sim/distribution.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/time.h"

namespace bindersim::sim {
namespace {

struct Wake {
  uint32_t thread = 0;
  uint32_t kind = 0;

  auto Fields() const { return std::tie(thread, kind); }
  bool operator==(const Wake&) const = default;
};

// What the plain queues hold.
struct Key {
  int64_t time;
  uint64_t sequence;
  uint32_t thread;
  uint32_t kind;

  friend bool operator<(const Key& a, const Key& b) {
    return a.time != b.time ? a.time < b.time : a.sequence < b.sequence;
  }
  friend bool operator>(const Key& a, const Key& b) { return b < a; }
};

class SimQueue {
 public:
  void Push(int64_t time, uint32_t thread) {
    queue_.Push(Time(Duration(time)), 0, Wake{thread, 1});
  }
  std::pair<int64_t, uint32_t> Pop() {
    const auto event = queue_.Pop();
    return {event.time.time_since_epoch().count(), event.payload.thread};
  }

 private:
  EventQueue<Wake> queue_;
};

class StdQueue {
 public:
  void Push(int64_t time, uint32_t thread) {
    queue_.push(Key{time, sequence_++, thread, 1});
  }
  std::pair<int64_t, uint32_t> Pop() {
    const Key key = queue_.top();
    queue_.pop();
    return {key.time, key.thread};
  }

 private:
  std::priority_queue<Key, std::vector<Key>, std::greater<>> queue_;
  uint64_t sequence_ = 0;
};

class Heap4Queue {
 public:
  void Push(int64_t time, uint32_t thread) {
    keys_.emplace_back();
    Up(keys_.size() - 1, Key{time, sequence_++, thread, 1});
  }
  std::pair<int64_t, uint32_t> Pop() {
    const Key top = keys_[0];
    const Key last = keys_.back();
    keys_.pop_back();
    size_t i = 0;
    for (size_t first = 1; first < keys_.size(); first = 4 * i + 1) {
      size_t least = first;
      for (size_t j = first + 1; j < first + 4 && j < keys_.size(); ++j) {
        if (keys_[j] < keys_[least]) least = j;
      }
      keys_[i] = keys_[least];
      i = least;
    }
    if (!keys_.empty()) Up(i, last);
    return {top.time, top.thread};
  }

 private:
  void Up(size_t i, const Key& key) {
    for (; i != 0 && key < keys_[(i - 1) / 4]; i = (i - 1) / 4) {
      keys_[i] = keys_[(i - 1) / 4];
    }
    keys_[i] = key;
  }

  std::vector<Key> keys_;
  uint64_t sequence_ = 0;
};

// Delays are drawn beforehand: the queue is measured, not the generator.
constexpr size_t kDelays = 1 << 14;
using Delays = std::array<uint32_t, kDelays>;

const Delays& UniformDelays() {
  static const Delays delays = [] {
    Delays drawn;
    Stream stream = MakeStream(1, "uniform");
    for (uint32_t& delay : drawn) {
      delay = static_cast<uint32_t>(1 + DrawExponential(stream, 100'000'000));
    }
    return drawn;
  }();
  return delays;
}

const Delays& BinderDelays() {
  static const Delays delays = [] {
    Delays drawn;
    Stream stream = MakeStream(1, "binder");
    for (uint32_t& delay : drawn) {
      const uint64_t kind = stream.Below(100);
      delay =
          kind < 50 ? 0
          : kind < 95
              ? static_cast<uint32_t>(stream.Between(200, 4'000))
              : static_cast<uint32_t>(stream.Between(1'000'000, 10'000'000));
    }
    return drawn;
  }();
  return delays;
}

template <class Queue, const Delays& (*kMix)()>
void Hold(benchmark::State& state) {
  const Delays& delays = kMix();
  Queue queue;
  Stream stream = MakeStream(1, "start");
  for (uint32_t i = 0; i < static_cast<uint32_t>(state.range(0)); ++i) {
    queue.Push(delays[stream.Below(kDelays)], i);
  }
  size_t next = 0;
  const auto hold = [&] {
    const auto [time, thread] = queue.Pop();
    queue.Push(time + delays[next], thread);
    next = (next + 1) % kDelays;
  };
  // The times of the first events are not spread as they will be.
  for (int64_t i = 0; i < 2 * state.range(0); ++i) hold();
  for (auto _ : state) hold();
  state.SetItemsProcessed(state.iterations());
}

// As many timeouts as there are events: each event sets one that is cancelled
// by the thread's next event, as a call with a timeout does.
void HoldWithTimeouts(benchmark::State& state) {
  const Delays& delays = BinderDelays();
  EventQueue<Wake> queue;
  std::vector<EventId> timeouts(static_cast<size_t>(state.range(0)));
  for (uint32_t i = 0; i < timeouts.size(); ++i) {
    queue.Push(Time(Duration(delays[i % kDelays])), 0, Wake{i, 1});
  }
  size_t next = 0;
  for (auto _ : state) {
    const auto event = queue.Pop();
    EventId& timeout = timeouts[event.payload.thread];
    queue.Cancel(timeout);
    timeout = queue.Push(event.time + std::chrono::seconds(5), 1,
                         Wake{event.payload.thread, 2});
    queue.Push(event.time + Duration(delays[next]), 0, event.payload);
    next = (next + 1) % kDelays;
  }
  state.SetItemsProcessed(state.iterations());
}

#define HOLD_BENCHMARK(queue, mix)                    \
  BENCHMARK_TEMPLATE(Hold, queue##Queue, mix##Delays) \
      ->Name("Hold/" #mix "/" #queue)                 \
      ->Arg(64)                                       \
      ->Arg(1 << 10)                                  \
      ->Arg(1 << 16)                                  \
      ->Arg(1 << 20)

HOLD_BENCHMARK(Sim, Uniform);
HOLD_BENCHMARK(Std, Uniform);
HOLD_BENCHMARK(Heap4, Uniform);
HOLD_BENCHMARK(Sim, Binder);
HOLD_BENCHMARK(Std, Binder);
HOLD_BENCHMARK(Heap4, Binder);
BENCHMARK(HoldWithTimeouts)->Arg(64)->Arg(1 << 10)->Arg(1 << 16);

}  // namespace
}  // namespace bindersim::sim
