// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/state_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/driver/read.h"
#include "model/scenario/loader.h"
#include "model/world.h"
#include "sim/check.h"

namespace bindersim {
namespace {

using driver::ReadFlow;

scenario::Scenario Load(const char* text) {
  scenario::LoadResult loaded = scenario::ParseScenario(text, "test.json");
  SIM_CHECK(loaded.scenario) << loaded.ToString();
  return *loaded.scenario;
}

scenario::Scenario OneCall() {
  return Load(R"({"processes": {
    "server": {"max_threads": 1, "services": {"echo": {"methods": {
      "say": {}}}}},
    "client": {"threads": {"main": {"do": [{"call": "echo.say"}]}}}}})");
}

// Goes through states of a scenario, depth first, and compares where those with
// the same hash lead to. Returns how many have been met more than once.
class FutureChecker {
 public:
  explicit FutureChecker(const char* text)
      : scenario_(Load(text)),
        until_(scenario_.until ? sim::kStart + *scenario_.until : sim::kNever),
        hasher_(Symmetric::kNo, until_) {}

  size_t Check(size_t most_states) {
    World start(scenario_);
    BringUp(start, nobody_, Timing::kUntimed);
    std::vector<World> open = {start};
    while (!open.empty() && futures_.size() < most_states) {
      const World world = std::move(open.back());
      open.pop_back();
      const std::string hash = hasher_.Hash(world).ToHex();
      std::vector<World> next;
      const Future future = FutureOf(world, next);
      const auto [it, is_new] = futures_.try_emplace(hash, future);
      if (is_new) {
        for (World& after : next) open.push_back(std::move(after));
      } else {
        ++met_again_;
        EXPECT_EQ(future, it->second);
        if (future != it->second) return met_again_;
      }
    }
    return met_again_;
  }

 private:
  // By the thread that goes on, or 0: where that leads to.
  using Future = std::multimap<uint32_t, std::string>;

  Future FutureOf(const World& world, std::vector<World>& next) {
    Future future;
    World copy = world;
    std::vector<sim::Transition> options;
    Stepper(copy, nobody_, Checking::kOff, until_).List(options);
    for (const sim::Transition& option : options) {
      World after = world;
      Stepper(after, nobody_, Checking::kOff, until_).Take(option);
      const bool is_thread = option.kind == sim::Transition::Kind::kThread;
      future.emplace(is_thread ? world.machine.thread(option.thread).tid : 0,
                     hasher_.Hash(after).ToHex());
      next.push_back(std::move(after));
    }
    return future;
  }

  const scenario::Scenario scenario_;
  const sim::Time until_;
  sim::Recorder nobody_;
  StateHasher hasher_;
  std::map<std::string, Future> futures_;
  size_t met_again_ = 0;
};

// Calls visit(world) for each state on the default way through a scenario.
template <class Visit>
void ForEachState(const scenario::Scenario& scenario, Visit visit) {
  World world(scenario);
  sim::Recorder nobody;
  ASSERT_TRUE(BringUp(world, nobody, Timing::kUntimed));
  Stepper stepper(world, nobody, Checking::kOff);
  std::vector<sim::Transition> options;
  while (stepper.List(options)) {
    stepper.Take(options[0]);
    visit(std::as_const(world));
  }
}

// A thread whose system call has returned something and goes on.
const userspace::ThreadState* InTheMiddleOfARead(const World& world,
                                                 uint64_t& filled) {
  for (const auto& [id, thread] : world.user.threads) {
    const auto* read =
        world.machine.thread(thread.machine_thread).stack.Find<ReadFlow>();
    if (read == nullptr || read->filled <= sizeof(uint32_t)) continue;
    filled = read->filled;
    return &thread;
  }
  return nullptr;
}

World WithByte(const World& world, const userspace::ThreadState& thread,
               uint64_t position) {
  World other = world;
  os::Process& process =
      other.kernel.process(other.user.processes[thread.process].id);
  uint8_t byte = 0;
  process.memory.ReadValue(thread.ipc.in_data + position, byte);
  process.memory.WriteValue(thread.ipc.in_data + position,
                            static_cast<uint8_t>(byte ^ 1));
  return other;
}

// It will be looked at when the call is over; what is left there from the last
// one will not.
TEST(StateHash, IsAboutWhatASystemCallHasReturnedSoFar) {
  StateHasher hasher(Symmetric::kNo);
  size_t compared = 0;
  ForEachState(OneCall(), [&](const World& world) {
    uint64_t filled = 0;
    const userspace::ThreadState* thread = InTheMiddleOfARead(world, filled);
    if (thread == nullptr) return;
    ++compared;
    const sim::Hash128 hash = hasher.Hash(world);
    EXPECT_NE(hasher.Hash(WithByte(world, *thread, filled - 1)), hash);
    EXPECT_EQ(hasher.Hash(WithByte(world, *thread, filled)), hash);
  });
  EXPECT_GT(compared, 0u);
}

// One thing of a world that can be changed by itself. Returns false if there is
// none.
struct Change {
  const char* what;
  bool (*make)(World&);
};

template <class Map, class Make>
bool ChangeFirst(Map& entities, Make make) {
  for (auto [id, entity] : entities) {
    make(entity);
    return true;
  }
  return false;
}

// Changes the byte at `offset_in(buffer)` of the first buffer that has one.
template <class OffsetIn>
bool ChangeABuffer(World& world, OffsetIn offset_in) {
  for (const auto& [id, proc] : std::as_const(world.driver.procs)) {
    std::optional<uint64_t> address;
    proc.alloc.ForEachExtent([&](const driver::Extent& extent) {
      if (!extent.buffer) return;
      const std::optional<uint64_t> offset =
          offset_in(proc.alloc[extent.buffer]);
      if (offset) address = proc.mapping + extent.offset + *offset;
    });
    if (!address) continue;
    os::AddressSpace& memory = world.kernel.process(proc.process).memory;
    std::array<std::byte, 1> byte{};
    memory.Read(*address, byte);
    byte[0] ^= std::byte{1};
    return memory.Write(*address, byte, os::Access::kKernel);
  }
  return false;
}

std::optional<uint64_t> FirstByte(const driver::Buffer& buffer) {
  if (buffer.data_size == 0) return std::nullopt;
  return 0;
}

// Up to a multiple of 8 nothing was sent.
std::optional<uint64_t> ByteBehindTheData(const driver::Buffer& buffer) {
  if (buffer.data_size % 8 == 0) return std::nullopt;
  return buffer.data_size;
}

bool ChangeAParcel(World& world) {
  for (size_t i = 0; i < world.user.processes.size(); ++i) {
    const auto& process = std::as_const(world.user.processes)[i];
    for (const auto& [id, parcel] : process.parcels) {
      if (parcel.from_driver || parcel.data_size == 0) continue;
      os::AddressSpace& memory = world.kernel.process(process.id).memory;
      uint8_t byte = 0;
      memory.ReadValue(parcel.data, byte);
      return memory.WriteValue(parcel.data, static_cast<uint8_t>(byte ^ 1));
    }
  }
  return false;
}

constexpr Change kChanges[] = {
    {"what a thread of user space does",
     [](World& world) {
       return ChangeFirst(world.user.threads, [](userspace::ThreadState& it) {
         it.ipc.is_flushing = !it.ipc.is_flushing;
       });
     }},
    {"what a process has",
     [](World& world) {
       world.user.processes[1].frozen = !world.user.processes[1].frozen;
       return true;
     }},
    {"a proxy",
     [](World& world) {
       return ChangeFirst(world.user.processes[2].proxies,
                          [](userspace::Proxy& it) { ++it.weak; });
     }},
    {"a parcel in the process's memory", ChangeAParcel},
    {"a process",
     [](World& world) {
       os::Process& it = world.kernel.process(world.user.processes[1].id);
       it.exiting = !it.exiting;
       return true;
     }},
    {"a process that ends instead of starting a thread",
     [](World& world) {
       os::Process& it = world.kernel.process(world.user.processes[1].id);
       it.exiting = !it.exiting;
       it.next_tid ^= 1;
       return true;
     }},
    {"an open file",
     [](World& world) {
       for (const auto& [id, file] : world.kernel.files()) {
         ++world.kernel.file(id).references;
         return true;
       }
       return false;
     }},
    {"binder_proc",
     [](World& world) {
       return ChangeFirst(world.driver.procs, [](driver::Proc& it) {
         it.sync_recv = !it.sync_recv;
       });
     }},
    {"binder_thread",
     [](World& world) {
       return ChangeFirst(world.driver.threads, [](driver::ThreadState& it) {
         it.looper_need_return = !it.looper_need_return;
       });
     }},
    {"binder_thread of a looper that was asked for",
     [](World& world) {
       driver::ThreadStateId last;
       for (const auto& [id, it] : std::as_const(world.driver.threads)) {
         if ((it.looper & driver::kLooperRegistered) != 0) last = id;
       }
       if (!last) return false;
       driver::ThreadState& it = world.driver.threads[last];
       it.looper_need_return = !it.looper_need_return;
       return true;
     }},
    {"binder_node",
     [](World& world) {
       return ChangeFirst(world.driver.nodes, [](driver::Node& it) {
         it.accept_fds = !it.accept_fds;
       });
     }},
    {"binder_ref",
     [](World& world) {
       return ChangeFirst(world.driver.refs,
                          [](driver::Ref& it) { ++it.weak; });
     }},
    {"binder_transaction",
     [](World& world) {
       return ChangeFirst(world.driver.transactions,
                          [](driver::Transaction& it) { ++it.code; });
     }},
    {"a buffer", [](World& world) { return ChangeABuffer(world, FirstByte); }},
    {"the manager",
     [](World& world) {
       world.driver.contexts[0].manager_uid = 77;
       return true;
     }},
    {"what is counted",
     [](World& world) {
       ++world.driver.grace_periods;
       return true;
     }},
};

// Also when it knows all the rest from before.
void ExpectToBeAboutEachPart(const scenario::Scenario& scenario,
                             Symmetric symmetric) {
  StateHasher hasher(symmetric);
  std::map<std::string, size_t> made;
  ForEachState(scenario, [&](const World& world) {
    const sim::Hash128 hash = hasher.Hash(world);
    for (const Change& change : kChanges) {
      World other = world;
      if (!change.make(other)) continue;
      ++made[change.what];
      EXPECT_NE(hasher.Hash(other), hash) << change.what;
      EXPECT_EQ(hasher.Hash(world), hash) << change.what;
    }
  });
  for (const Change& change : kChanges) {
    EXPECT_GT(made[change.what], 0u) << change.what;
  }
}

// Buffers begin at multiples of 8: what is left there of the one before is
// nobody's.
TEST(StateHash, IsNotAboutWhatLiesBehindABuffersData) {
  StateHasher hasher(Symmetric::kNo);
  size_t compared = 0;
  ForEachState(OneCall(), [&](const World& world) {
    World other = world;
    if (!ChangeABuffer(other, ByteBehindTheData)) return;
    ++compared;
    EXPECT_EQ(hasher.Hash(other), hasher.Hash(world));
  });
  EXPECT_GT(compared, 0u);
}

// Nobody reads what was there before in a buffer that is not filled yet.
TEST(StateHash, IsNotAboutWhatWasInABufferBefore) {
  World world(OneCall());
  sim::Recorder nobody;
  ASSERT_TRUE(BringUp(world, nobody, Timing::kUntimed));
  StateHasher hasher(Symmetric::kNo);
  std::vector<sim::Transition> options;
  size_t buffers = 0;
  World other = world;
  while (Stepper(world, nobody, Checking::kOff).List(options)) {
    for (const auto& [id, proc] : std::as_const(other.driver.procs)) {
      if (proc.mapping == 0 || proc.alloc.buffer_count() > 0) continue;
      if (other.kernel.Find(proc.process) == nullptr) continue;
      const std::array<std::byte, 200> bytes = {std::byte{1}, std::byte{2}};
      ASSERT_TRUE(other.kernel.process(proc.process)
                      .memory.Write(proc.mapping, bytes, os::Access::kKernel));
    }
    EXPECT_EQ(hasher.Hash(other), hasher.Hash(world));
    Stepper(world, nobody, Checking::kOff).Take(options[0]);
    Stepper(other, nobody, Checking::kOff).Take(options[0]);
    for (const auto& [id, proc] : std::as_const(world.driver.procs)) {
      buffers += proc.alloc.buffer_count();
    }
  }
  EXPECT_GT(buffers, 0u);
}

TEST(StateHash, IsAboutEachPartOfAState) {
  ExpectToBeAboutEachPart(OneCall(), Symmetric::kNo);
}

// Two clients are, and the server's loopers.
TEST(StateHash, IsAboutEachPartOfAStateWhereSomeAreAlike) {
  ExpectToBeAboutEachPart(Load(R"({"processes": {
    "server": {"max_threads": 2, "services": {"echo": {"methods": {
      "say": {}}}}},
    "client": {"count": 2, "threads": {"main": {"do": [
      {"call": "echo.say"}]}}}}})"),
                          Symmetric::kYes);
}

// A problem is found in the end, or it is not. In which order several were is
// no difference.
TEST(StateHash, IsAboutWhatHasBeenFound) {
  World world(OneCall());
  sim::Recorder nobody;
  ASSERT_TRUE(BringUp(world, nobody, Timing::kUntimed));
  const auto hash_with = [&](const std::vector<Finding>& findings) {
    World other = world;
    other.user.findings = findings;
    return StateHasher(Symmetric::kYes).Hash(other);
  };
  const Finding misuse{"misuse", "", {3}, {}, {}};
  const Finding abort{"abort", "", {4}, {}, {}};
  EXPECT_NE(hash_with({misuse}), hash_with({abort}));
  EXPECT_EQ(hash_with({misuse, abort}), hash_with({abort, misuse}));
  const Finding node{"use_after_free", "node 1", {}, {}, {}};
  const Finding other_node{"use_after_free", "node 2", {}, {}, {}};
  const Finding ref{"use_after_free", "ref 1", {}, {}, {}};
  EXPECT_NE(hash_with({node}), hash_with({ref}));
  EXPECT_EQ(hash_with({node}), hash_with({other_node}));
}

// What a thread waits for depends on how far away that is: the process "late"
// has started, but its thread is not due yet. Of "app" one cannot tell any more
// whether it was woken after 2 ms or gave up after 3.
TEST(StateHash, IsAboutTheTimeThatIsLeft) {
  EXPECT_GT(FutureChecker(R"({"processes": {
    "app": {"threads": {
      "main": {"do": [{"wait": "c", "timeout": "3ms"}]},
      "b": {"do": [{"sleep": "2ms"}, {"notify": "c"}]}}},
    "late": {"at": "1ms", "threads": {
      "main": {"at": "3ms", "do": [{"mark": "late"}]}}}}})")
                .Check(5000),
            100u);
}

TEST(StateHash, IsAboutTheTimeUntilTheEnd) {
  EXPECT_GT(FutureChecker(R"({"until": "4500us", "processes": {
    "app": {"threads": {
      "main": {"do": [{"wait": "c", "timeout": "3ms"}, {"sleep": "2ms"},
                      {"mark": "slept"}]},
      "b": {"do": [{"sleep": "2ms"}, {"notify": "c"}]}}}}})")
                .Check(5000),
            10u);
}

}  // namespace
}  // namespace bindersim
