// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Each invariant of the driver, broken on purpose in a copy of its state.

#include "model/driver/invariants.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "model/script/script.h"
#include "model/script/session.h"
#include "model/script/simulated_host.h"
#include "sim/machine.h"

namespace bindersim::driver {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::IsEmpty;

// A server's node, which its client refers to and wants to know the death of:
// one oneway call delivered and another waiting behind it, one call being
// served and another in the server's queue. A looper of the client sleeps.
constexpr char kScript[] = R"({"name":"s","processes":{
  "server":{"threads":["looper"]},"client":{"threads":["a","b","c","d"]}},
  "steps":[
  {"t":"server.looper","op":"open"},
  {"t":"server.looper","op":"mmap","size":65536},
  {"t":"server.looper","op":"set_context_mgr"},
  {"t":"client.a","op":"open"},
  {"t":"client.a","op":"mmap","size":65536},
  {"t":"client.a","op":"wr","write":[{"bc":"BC_ACQUIRE","handle":0},
    {"bc":"BC_REQUEST_DEATH_NOTIFICATION","handle":0,"cookie":7},
    {"bc":"BC_TRANSACTION","handle":0,"code":1,"flags":["ONE_WAY"]},
    {"bc":"BC_TRANSACTION","handle":0,"code":2,"flags":["ONE_WAY"]}]},
  {"t":"server.looper","op":"wr","write":[{"bc":"BC_ENTER_LOOPER"}],
    "read":256},
  {"t":"client.b","op":"wr","write":[
    {"bc":"BC_TRANSACTION","handle":0,"code":3}],"read":256},
  {"t":"server.looper","op":"wr","read":256},
  {"t":"client.c","op":"wr","write":[
    {"bc":"BC_TRANSACTION","handle":0,"code":4}],"read":256},
  {"t":"client.d","op":"wr","write":[{"bc":"BC_ENTER_LOOPER"}]},
  {"t":"client.d","op":"wr","read":256}
  ]})";

struct State {
  Driver driver;
  os::Kernel kernel;
  sim::Machine machine;

  ProcId server() const { return driver.proc_list.front(); }
  ProcId client() const { return driver.proc_list.back(); }
  NodeId node() const { return driver.contexts[0].manager; }
  RefId ref() const { return driver.nodes[node()].refs.front(); }
  // The server's thread, and the client's that sleeps for any work.
  ThreadStateId looper() const {
    return driver.procs[server()].threads.front().second;
  }
  ThreadStateId sleeper() const {
    return driver.procs[client()].threads.back().second;
  }
  // The call in the server's queue.
  TransactionId queued() const {
    return driver.procs[server()].todo.front().Owner<TransactionTag>();
  }
};

State MakeState() {
  const auto parsed = script::ParseScript(kScript);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  script::SimulatedHost host(*parsed, nullptr);
  script::Session session(*parsed, host);
  for (size_t i = 0; i < parsed->steps.size(); ++i) session.Perform(i);
  return {host.driver(), host.kernel(), host.machine()};
}

const State& Sound() {
  static const State* state = new State(MakeState());
  return *state;
}

std::vector<Violation> Violations(const State& state) {
  return CheckInvariants(state.driver, state.kernel, state.machine);
}

struct Damage {
  Invariant invariant;
  const char* name;
  void (*damage)(State& state);
};

// How each invariant can break.
const Damage kDamages[] = {
    {Invariant::kNodeCounts, "TmpRefs",
     [](State& s) { ++s.driver.nodes[s.node()].tmp_refs; }},
    {Invariant::kNodeCounts, "LocalStrongRefs",
     [](State& s) { --s.driver.nodes[s.node()].local_strong_refs; }},
    {Invariant::kNodeCounts, "LocalWeakRefs",
     [](State& s) { ++s.driver.nodes[s.node()].local_weak_refs; }},
    {Invariant::kNodeCounts, "InternalStrongRefs",
     [](State& s) { ++s.driver.nodes[s.node()].internal_strong_refs; }},
    {Invariant::kNodeTables, "NodeNotInItsTree",
     [](State& s) { s.driver.procs[s.server()].nodes.clear(); }},
    {Invariant::kNodeTables, "NodeAlsoAmongTheDead",
     [](State& s) { s.driver.dead_nodes.push_back(s.node()); }},
    {Invariant::kRefTables, "RefWithoutHandle",
     [](State& s) { s.driver.procs[s.client()].refs_by_desc.clear(); }},
    {Invariant::kRefTables, "RefNotAtItsNode",
     [](State& s) { s.driver.nodes[s.node()].refs.clear(); }},
    {Invariant::kRefTables, "RefUnderAnotherHandle",
     [](State& s) { s.driver.refs[s.ref()].desc = 5; }},
    {Invariant::kRefCounts, "RefHoldsNothing",
     [](State& s) {
       s.driver.refs[s.ref()].strong = s.driver.refs[s.ref()].weak = 0;
     }},
    {Invariant::kNodeWork, "OwnerNotToldOfRefs",
     [](State& s) { s.driver.nodes[s.node()].has_strong_ref = false; }},
    {Invariant::kNodeWork, "OwnerNotToldOfTheEnd",
     [](State& s) {
       Node& node = s.driver.nodes[s.node()];
       node.internal_strong_refs = node.local_strong_refs = 0;
     }},
    {Invariant::kWorkLists, "ThreadWillNotLook",
     [](State& s) {
       ThreadState& thread = s.driver.threads[s.sleeper()];
       thread.reply_error = 1;
       thread.todo.push_back(Work::Of(WorkType::kReplyError, s.sleeper()));
     }},
    {Invariant::kWorkLists, "ItemWithoutOwner",
     [](State& s) {
       s.driver.procs[s.server()].todo.push_back(
           Work::Of(WorkType::kTransaction, TransactionId{99, 1}));
     }},
    {Invariant::kWorkLists, "NodeThinksItIsQueued",
     [](State& s) {
       s.driver.nodes[s.node()].work_list = WorkListRef::Todo(s.server());
     }},
    {Invariant::kWorkLists, "NodeDoesNotKnowItIsQueued",
     [](State& s) {
       s.driver.procs[s.server()].todo.push_back(
           Work::Of(WorkType::kNode, s.node()));
     }},
    {Invariant::kWorkLists, "CompletionForAProcess",
     [](State& s) {
       s.driver.procs[s.server()].todo.push_back(
           {WorkType::kTransactionComplete, 1, 0});
     }},
    {Invariant::kWorkLists, "ErrorThatIsNone",
     [](State& s) {
       s.driver.threads[s.looper()].todo.push_back(
           Work::Of(WorkType::kReturnError, s.looper()));
     }},
    {Invariant::kDeaths, "DeathWithoutRef",
     [](State& s) { s.driver.refs[s.ref()].death = {}; }},
    {Invariant::kDeaths, "RefWithoutItsDeath",
     [](State& s) { s.driver.deaths.Erase(s.driver.refs[s.ref()].death); }},
    {Invariant::kTransactions, "NobodyHasIt",
     [](State& s) { s.driver.procs[s.server()].todo.clear(); }},
    {Invariant::kTransactions, "QueuedTwice",
     [](State& s) {
       WorkList& todo = s.driver.procs[s.server()].todo;
       todo.push_back(todo.front());
     }},
    {Invariant::kTransactionStack, "CallNotOnItsSendersStack",
     [](State& s) {
       s.driver.threads[s.driver.transactions[s.queued()].from]
           .transaction_stack = {};
     }},
    {Invariant::kTransactionStack, "ServedByAnother",
     [](State& s) {
       s.driver.threads[s.sleeper()].transaction_stack = s.queued();
     }},
    {Invariant::kTransactionStack, "SenderIsGone",
     [](State& s) {
       s.driver.transactions[s.queued()].from = {99, 1};
     }},
    {Invariant::kOutstanding, "OneTooMany",
     [](State& s) { ++s.driver.procs[s.server()].outstanding_txns; }},
    {Invariant::kBuffers, "BufferForgetsItsTransaction",
     [](State& s) {
       s.driver.procs[s.server()]
           .alloc[s.driver.transactions[s.queued()].buffer]
           .transaction = {};
     }},
    {Invariant::kBuffers, "TransactionForgetsItsBuffer",
     [](State& s) { s.driver.transactions[s.queued()].buffer = {}; }},
    {Invariant::kBuffers, "BytesInUse",
     [](State& s) { ++s.driver.procs[s.server()].bytes_in_use; }},
    {Invariant::kAllocator, "BufferLargerThanItsPlace",
     [](State& s) {
       s.driver.procs[s.server()]
           .alloc[s.driver.transactions[s.queued()].buffer]
           .data_size = 4096;
     }},
    {Invariant::kOneway, "NobodyIsBeingServed",
     [](State& s) { s.driver.nodes[s.node()].has_async_transaction = false; }},
    {Invariant::kOneway, "TwoAtATime",
     [](State& s) { s.driver.nodes[s.node()].async_todo.clear(); }},
    {Invariant::kThreads, "TmpRef",
     [](State& s) { ++s.driver.threads[s.looper()].tmp_ref; }},
    {Invariant::kThreads, "ThreadNotInItsTree",
     [](State& s) { s.driver.procs[s.server()].threads.clear(); }},
    {Invariant::kPool, "RequestedThreads",
     [](State& s) { s.driver.procs[s.server()].requested_threads = 2; }},
    {Invariant::kPool, "MoreThreadsThanItMayHave",
     [](State& s) {
       Proc& server = s.driver.procs[s.server()];
       server.requested_threads_started = server.most_max_threads.value + 1;
     }},
    {Invariant::kPool, "RegisteredUnasked",
     [](State& s) { s.driver.threads[s.looper()].looper = kLooperRegistered; }},
    {Invariant::kPool, "Loopers",
     [](State& s) { ++s.driver.procs[s.client()].loopers; }},
    {Invariant::kPool, "WaitingWithWorkOfItsOwn",
     [](State& s) {
       s.driver.threads[s.sleeper()].todo.push_back(
           {WorkType::kTransactionComplete, 1, 0});
     }},
    {Invariant::kPool, "WaitingWithACall",
     [](State& s) {
       s.driver.threads[s.sleeper()].transaction_stack = s.queued();
     }},
    {Invariant::kPool, "WaitingButAwake",
     [](State& s) {
       s.driver.procs[s.server()].waiting_threads.push_back(s.looper());
     }},
    {Invariant::kPool, "OnAWaitQueueButAwake",
     [](State& s) { s.driver.threads[s.looper()].on_wait_queue = true; }},
    {Invariant::kProcesses, "TmpRef",
     [](State& s) { ++s.driver.procs[s.client()].tmp_ref; }},
    {Invariant::kProcesses, "NotInTheList",
     [](State& s) { s.driver.proc_list.pop_back(); }},
    {Invariant::kProcesses, "DeferredForNothing",
     [](State& s) { s.driver.deferred_list.push_back(s.client()); }},
    {Invariant::kProcesses, "FreezerThatIsNone",
     [](State& s) {
       s.driver.procs[s.client()].freeze_waiters.push_back(
           s.driver.threads[s.looper()].thread);
     }},
    {Invariant::kFiles, "References",
     [](State& s) {
       const os::FileId file = (*s.kernel.files().begin()).first;
       ++s.kernel.file(file).references;
     }},
    {Invariant::kLostWakeUp, "OwnWork",
     [](State& s) { s.driver.threads[s.sleeper()].process_todo = true; }},
    {Invariant::kLostWakeUp, "WorkOfTheProcess",
     [](State& s) {
       s.driver.procs[s.client()].todo.push_back(
           Work::Of(WorkType::kTransaction, s.queued()));
     }},
    {Invariant::kLostWakeUp, "DeferredWork",
     [](State& s) {
       s.driver.holds_deferred_work = false;
       s.driver.deferred_list.push_back(s.client());
     }},
    {Invariant::kStatistics, "CreatedButNotThere",
     [](State& s) { s.driver.statistics->Created(Counted::kNode); }},
    {Invariant::kStatistics, "Completions",
     [](State& s) {
       s.driver.statistics->Created(Counted::kTransactionComplete);
     }},
    {Invariant::kFlows, "ThreadOfAReadIsGone",
     [](State& s) { s.driver.threads.Erase(s.sleeper()); }},
};

class DamageTest : public ::testing::TestWithParam<Damage> {};

TEST_P(DamageTest, IsReported) {
  State state = Sound();
  ASSERT_THAT(Violations(state), IsEmpty());
  GetParam().damage(state);
  EXPECT_THAT(Violations(state),
              Contains(Field(&Violation::invariant, GetParam().invariant)));
}

INSTANTIATE_TEST_SUITE_P(All, DamageTest, ::testing::ValuesIn(kDamages),
                         [](const auto& info) {
                           return std::string(
                                      InvariantName(info.param.invariant)) +
                                  "_" + info.param.name;
                         });

TEST(InvariantsTest, EachHasADamageAndAName) {
  std::set<Invariant> damaged;
  for (const Damage& damage : kDamages) damaged.insert(damage.invariant);
  std::set<std::string> names;
  for (const Invariant invariant : damaged) {
    names.insert(InvariantName(invariant));
  }
  constexpr size_t kAll = static_cast<size_t>(Invariant::kFlows) + 1;
  EXPECT_EQ(damaged.size(), kAll);
  EXPECT_EQ(names.size(), kAll);
}

TEST(InvariantsTest, TheTextIsInBindersWords) {
  State state = Sound();
  ++state.driver.nodes[state.node()].tmp_refs;
  const std::vector<Violation> violations = Violations(state);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].text,
            "node 1 of pid 1000: tmp_refs is 1, but 0 are "
            "held");
}

TEST(InvariantsTest, TheCheckerSaysAfterWhichSection) {
  const InvariantViolated violated(
      {Invariant::kPool, "process 7: requested_threads is 2"},
      "binder_thread_read/kSpawn of thread 8");
  EXPECT_EQ(violated.text,
            "thread_pool after binder_thread_read/kSpawn of thread 8: process "
            "7: requested_threads is 2");
}

}  // namespace
}  // namespace bindersim::driver
