// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The bare engine: remote procedure calls without Binder, and what a blocked
// thread costs. 16 clients call 4 servers with 4 workers each; a call is
// handed to a worker, takes 10 us there and wakes its client.
//
//   bazel run -c opt //bench:engine_bench
//
// Each figure stands beside a yardstick in the same run: a hand-written state
// machine over std::priority_queue, which has no threads, CPUs or locks at
// all, and C++20 coroutines over the same queue.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <array>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/machine.h"

namespace bindersim {
namespace {

using sim::Duration;
using sim::Step;

constexpr uint32_t kServers = 4;
constexpr uint32_t kWorkers = 4;  // of each server
constexpr uint32_t kClients = 16;
constexpr uint32_t kCallsPerClient = 500;
constexpr int64_t kServiceTime = 10'000;  // ns
constexpr int64_t kCalls = int64_t{kClients} * kCallsPerClient;

// --- the engine ---

struct Exchange {
  static constexpr size_t kSlot = 0;
  struct Server {
    std::deque<sim::ThreadId> requests;  // from these clients
    std::vector<sim::ThreadId> idle;
  };
  std::array<Server, kServers> servers;
  uint64_t answered = 0;
};

struct WorkerFrame {
  static constexpr char kName[] = "worker";
  uint32_t server = 0;
  uint32_t section = 0;
  sim::ThreadId client{};
  auto Fields() const { return std::tie(server, section, client); }
  bool operator==(const WorkerFrame&) const = default;

  Step Run(sim::Env& env) {
    auto& exchange = env.Get<Exchange>();
    auto& self = exchange.servers[server];
    if (section == 1) {  // served
      env.machine.Wake(env, client);
      ++exchange.answered;
      section = 0;
    }
    if (self.requests.empty()) {
      self.idle.push_back(env.self);
      env.machine.PrepareToWait(env.self, true, "work");
      return Step::Sleep();
    }
    client = self.requests.front();
    self.requests.pop_front();
    section = 1;
    return Step::Run(Duration{kServiceTime});
  }
};

struct ClientFrame {
  static constexpr char kName[] = "client";
  uint32_t server = 0;
  uint32_t left = kCallsPerClient;
  auto Fields() const { return std::tie(server, left); }
  bool operator==(const ClientFrame&) const = default;

  Step Run(sim::Env& env) {
    if (left-- == 0) return Step::Exit();
    auto& called = env.Get<Exchange>().servers[server];
    server = (server + 1) % kServers;
    called.requests.push_back(env.self);
    if (!called.idle.empty()) {
      env.machine.Wake(env, called.idle.back());
      called.idle.pop_back();
    }
    env.machine.PrepareToWait(env.self, true, "reply");
    return Step::Sleep();
  }
};

struct NoHooks : sim::Hooks {
  void OnEvent(sim::Env&, uint32_t, uint64_t) override {}
  void OnThreadExit(sim::Env&, sim::ThreadId) override {}
};

void BM_EngineRpc(benchmark::State& state) {
  sim::SchedulerCosts costs;
  costs.context_switch = costs.wake_latency = costs.sync_wake_latency = {};
  for (auto _ : state) {
    sim::Machine machine({64, 1, costs});
    sim::Recorder recorder;
    sim::FirstComeChooser chooser;
    NoHooks hooks;
    Exchange exchange;
    sim::Env env(machine, recorder, chooser, hooks);
    env.Provide(exchange);
    for (uint32_t i = 0; i < kServers * kWorkers; ++i) {
      machine.Spawn(env, {1 + i, 0, 0}, WorkerFrame{i % kServers});
    }
    for (uint32_t i = 0; i < kClients; ++i) {
      machine.Spawn(env, {100 + i, 0, 0}, ClientFrame{i % kServers});
    }
    machine.Run(env, {});
    if (exchange.answered != kCalls) state.SkipWithError("calls lost");
  }
  state.SetItemsProcessed(state.iterations() * kCalls);
  state.SetLabel("calls");
}
BENCHMARK(BM_EngineRpc);

// --- yardstick: a state machine ---

void BM_StateMachineRpc(benchmark::State& state) {
  struct Event {
    int64_t at;
    uint64_t sequence;
    uint32_t kind;  // 0: request arrives, 1: served, 2: client goes on
    uint32_t client;
    uint32_t server;
    bool operator<(const Event& other) const {
      return std::tie(at, sequence) > std::tie(other.at, other.sequence);
    }
  };
  for (auto _ : state) {
    std::priority_queue<Event> events;
    std::array<std::deque<uint32_t>, kServers> waiting;
    std::array<uint32_t, kServers> idle;
    idle.fill(kWorkers);
    std::array<uint32_t, kClients> left;
    left.fill(kCallsPerClient);
    std::array<uint32_t, kClients> next{};
    uint64_t sequence = 0;
    uint64_t answered = 0;
    int64_t now = 0;
    const auto push = [&](int64_t at, uint32_t kind, uint32_t client,
                          uint32_t server) {
      events.push({at, sequence++, kind, client, server});
    };
    for (uint32_t client = 0; client < kClients; ++client) {
      next[client] = client % kServers;
      push(0, 2, client, 0);
    }
    while (!events.empty()) {
      const Event event = events.top();
      events.pop();
      now = event.at;
      if (event.kind == 0) {
        waiting[event.server].push_back(event.client);
      } else if (event.kind == 1) {
        ++idle[event.server];
        ++answered;
        push(now, 2, event.client, 0);
      } else if (left[event.client]-- > 0) {
        push(now, 0, event.client, next[event.client]);
        next[event.client] = (next[event.client] + 1) % kServers;
        continue;
      } else {
        continue;
      }
      auto& queue = waiting[event.server];
      if (idle[event.server] > 0 && !queue.empty()) {
        --idle[event.server];
        push(now + kServiceTime, 1, queue.front(), event.server);
        queue.pop_front();
      }
    }
    if (answered != kCalls) state.SkipWithError("calls lost");
  }
  state.SetItemsProcessed(state.iterations() * kCalls);
  state.SetLabel("calls");
}
BENCHMARK(BM_StateMachineRpc);

// --- yardstick: coroutines ---

struct Task {
  struct promise_type {
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

struct CoroutineWorld {
  struct Timer {
    int64_t at;
    uint64_t sequence;
    std::coroutine_handle<> handle;
    bool operator<(const Timer& other) const {
      return std::tie(at, sequence) > std::tie(other.at, other.sequence);
    }
  };
  std::priority_queue<Timer> timers;
  uint64_t sequence = 0;
  int64_t now = 0;
  std::array<std::deque<std::coroutine_handle<>>, kServers> requests;
  std::array<std::vector<std::coroutine_handle<>>, kServers> idle;
  uint64_t answered = 0;

  void Resume(std::coroutine_handle<> handle, int64_t at) {
    timers.push({at, sequence++, handle});
  }
  struct Delay {
    CoroutineWorld& world;
    int64_t span;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      world.Resume(handle, world.now + span);
    }
    void await_resume() const {}
  };
  struct Idle {
    CoroutineWorld& world;
    uint32_t server;
    bool await_ready() const { return !world.requests[server].empty(); }
    void await_suspend(std::coroutine_handle<> handle) {
      world.idle[server].push_back(handle);
    }
    void await_resume() const {}
  };
  struct Request {
    CoroutineWorld& world;
    uint32_t server;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      world.requests[server].push_back(handle);
      if (world.idle[server].empty()) return;
      world.Resume(world.idle[server].back(), world.now);
      world.idle[server].pop_back();
    }
    void await_resume() const {}
  };
};

Task CoroutineWorker(CoroutineWorld& world, uint32_t server) {
  for (;;) {
    co_await CoroutineWorld::Idle{world, server};
    if (world.requests[server].empty()) continue;
    const auto client = world.requests[server].front();
    world.requests[server].pop_front();
    co_await CoroutineWorld::Delay{world, kServiceTime};
    ++world.answered;
    world.Resume(client, world.now);
  }
}

Task CoroutineClient(CoroutineWorld& world, uint32_t server) {
  for (uint32_t i = 0; i < kCallsPerClient; ++i) {
    co_await CoroutineWorld::Request{world, server};
    server = (server + 1) % kServers;
  }
}

void BM_CoroutineRpc(benchmark::State& state) {
  for (auto _ : state) {
    CoroutineWorld world;
    std::vector<std::coroutine_handle<>> all;
    for (uint32_t i = 0; i < kServers * kWorkers; ++i) {
      all.push_back(CoroutineWorker(world, i % kServers).handle);
    }
    for (uint32_t i = 0; i < kClients; ++i) {
      all.push_back(CoroutineClient(world, i % kServers).handle);
    }
    for (const auto handle : all) world.Resume(handle, 0);
    while (!world.timers.empty()) {
      const auto timer = world.timers.top();
      world.timers.pop();
      world.now = timer.at;
      timer.handle.resume();
    }
    if (world.answered != kCalls) state.SkipWithError("calls lost");
    for (const auto handle : all) handle.destroy();
  }
  state.SetItemsProcessed(state.iterations() * kCalls);
  state.SetLabel("calls");
}
BENCHMARK(BM_CoroutineRpc);

// --- what a blocked thread costs ---

size_t AllocatedBytes() { return mallinfo2().uordblks; }

// Three frames deep, as a thread that waits in a system call is.
template <int kDepth>
struct Nested {
  static constexpr char kName[] = "nested";
  uint64_t local = kDepth;
  uint32_t section = 0;
  auto Fields() const { return std::tie(local, section); }
  bool operator==(const Nested&) const = default;
  Step Run(sim::Env& env) {
    if constexpr (kDepth > 1) {
      if (section++ == 0) return env.Call(Nested<kDepth - 1>{});
    } else if (section++ == 0) {
      env.machine.PrepareToWait(env.self, true, "for ever");
      return Step::Sleep();
    }
    return Step::Done();
  }
};

void BM_BlockedThreads(benchmark::State& state) {
  const auto count = static_cast<uint32_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    const size_t before = AllocatedBytes();
    sim::Machine machine({4, 1, {}});
    sim::Recorder recorder;
    sim::FirstComeChooser chooser;
    NoHooks hooks;
    sim::Env env(machine, recorder, chooser, hooks);
    for (uint32_t i = 0; i < count; ++i) {
      machine.Spawn(env, {1 + i, 0, 0}, Nested<3>{});
    }
    machine.Run(env, {});
    bytes = static_cast<double>(AllocatedBytes() - before) / count;
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["bytes_per_thread"] = bytes;
}
BENCHMARK(BM_BlockedThreads)->Arg(10'000)->Arg(100'000);

struct Blocked {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() const {}
};
Task BlockedCoroutine(uint64_t local) {
  co_await Blocked{};
  benchmark::DoNotOptimize(local);
}

// One coroutine frame each: no tid, no priority, no name, not even a caller.
void BM_BlockedCoroutines(benchmark::State& state) {
  const auto count = static_cast<uint32_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    std::vector<std::coroutine_handle<>> all;
    const size_t before = AllocatedBytes();
    for (uint32_t i = 0; i < count; ++i) {
      all.push_back(BlockedCoroutine(i).handle);
      all.back().resume();
    }
    bytes = static_cast<double>(AllocatedBytes() - before) / count;
    for (const auto handle : all) handle.destroy();
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["bytes_per_thread"] = bytes;
}
BENCHMARK(BM_BlockedCoroutines)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace bindersim
