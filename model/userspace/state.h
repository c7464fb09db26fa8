// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The state of user space as one value: what libbinder keeps per process
// (ProcessState, GLO-46) and per thread (IPCThreadState, USR-11), the proxies
// and local objects between them, and what scenario programs hold.
//
// The flows over this state are frames: libbinder's own in ipc_thread_state.h,
// bp_binder.h and process_state.h; servicemanager's in service_manager.h and
// service_client.h; those of programs in program_frames.h and threads.h.

#ifndef BINDERSIM_MODEL_USERSPACE_STATE_H_
#define BINDERSIM_MODEL_USERSPACE_STATE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/costs.h"
#include "model/os/kernel.h"
#include "model/userspace/finding.h"
#include "model/userspace/heap.h"
#include "model/userspace/image.h"
#include "model/userspace/slow_call.h"
#include "model/userspace/status.h"
#include "sim/check.h"
#include "sim/machine.h"
#include "sim/observed.h"
#include "sim/os_number.h"
#include "sim/slot_map.h"
#include "sim/version.h"

namespace bindersim::userspace {

struct ProxyTag {
  static constexpr char kName[] = "BpBinder";
  static constexpr uint32_t kSpace = 10;
};
using ProxyId = sim::Id<ProxyTag>;
struct ParcelTag {
  static constexpr char kName[] = "Parcel";
  static constexpr uint32_t kSpace = 11;
};
using ParcelId = sim::Id<ParcelTag>;
struct UserThreadTag {
  static constexpr char kName[] = "user thread";
};
using UserThreadId = sim::Id<UserThreadTag>;

// sp<IBinder>: a strong reference to a local object or to a proxy, or none.
// Whoever stores one has counted it (refs.h).
struct Binder {
  enum class Kind : uint32_t { kNull, kLocal, kProxy };
  Kind kind = Kind::kNull;
  ObjectIndex object = 0;
  ProxyId proxy;

  static Binder Local(ObjectIndex object) { return {Kind::kLocal, object, {}}; }
  static Binder Remote(ProxyId proxy) { return {Kind::kProxy, 0, proxy}; }
  explicit operator bool() const { return kind != Kind::kNull; }
  bool IsLocal() const { return kind == Kind::kLocal; }
  bool IsProxy() const { return kind == Kind::kProxy; }

  auto Fields() const { return std::tie(kind, object, proxy); }
  bool operator==(const Binder&) const = default;
};

// BBinder: one of the process's own objects. The process itself holds one
// strong reference for as long as it lives.
struct LocalObject {
  uint64_t refs = 0;    // address of its weakref_type: the node's ptr (USR-44)
  uint64_t cookie = 0;  // address of the object: the node's cookie
  uint32_t strong = 1;
  uint32_t weak = 1;  // strong references included

  auto Fields() const { return std::tie(refs, cookie, strong, weak); }
  bool operator==(const LocalObject&) const = default;
};

// A death recipient: the scenario's link_to_death action that asked, or the
// service manager (SVM-04).
struct Recipient {
  bool service_manager = false;
  ActionRef action;

  auto Fields() const { return std::tie(service_manager, action); }
  bool operator==(const Recipient&) const = default;
};

// BpBinder (USR-40, 45, 50..52).
struct Proxy {
  uint32_t handle = 0;
  uint64_t address = 0;  // the cookie of its death notification
  uint32_t strong = 0;
  uint32_t weak = 0;  // strong references included
  bool alive = true;
  bool linked = false;  // mObituaries exists: notification requested
  bool obituaries_sent = false;
  std::vector<Recipient> obituaries;

  auto Fields() const {
    return std::tie(handle, address, strong, weak, alive, linked,
                    obituaries_sent, obituaries);
  }
  bool operator==(const Proxy&) const = default;
};

// Parcel: data in the process's own heap, or a buffer in the driver's mapping.
struct Parcel {
  bool from_driver = false;
  uint64_t data = 0;
  uint64_t data_size = 0;
  uint64_t offsets = 0;
  uint64_t offsets_size = 0;  // bytes
  Status error = kOk;
  std::vector<Binder> held;    // by the objects in it
  std::vector<int32_t> files;  // descriptors that it closes; if from_driver,
                               // its objects say which

  auto Fields() const {
    return std::tie(from_driver, data, data_size, offsets, offsets_size, error,
                    held, files);
  }
  bool operator==(const Parcel&) const = default;
};

struct UserMutex {
  sim::ThreadId holder;
  sim::Tid holder_tid;
  uint32_t depth = 0;  // further locks by the holder (Java monitors nest)
  std::vector<sim::ThreadId> waiters;  // in order of arrival

  auto Fields() const { return std::tie(holder, holder_tid, depth, waiters); }
  bool operator==(const UserMutex&) const = default;
};

struct Condition {
  std::vector<sim::ThreadId> waiters;  // in order of arrival
  uint64_t unheard = 0;  // notifications that nobody was waiting for
  // Notifications that woke one of several, since somebody waits.
  sim::Observed<uint64_t> passed_by;

  auto Fields() const { return std::tie(waiters, unheard, passed_by); }
  bool operator==(const Condition&) const = default;
};

// A waitForService: what servicemanager tells its callback, an object behind
// the process's own (SVM-07). Used again by later waits.
struct ServiceWaiter {
  NameIndex name = 0;
  sim::ThreadId thread;  // null: nobody waits
  Binder found;          // the service, once it is registered

  auto Fields() const { return std::tie(name, thread, found); }
  bool operator==(const ServiceWaiter&) const = default;
};

struct ProcessState {
  os::ProcessId id;  // null before the process starts and after it is gone
  int32_t driver_fd = -1;
  uint64_t mapping = 0;  // address of the receive buffer
  uint32_t max_threads = 0;
  bool pool_started = false;
  uint32_t pool_sequence = 0;
  uint32_t unstarted = 0;  // scenario threads that are not due yet
  bool frozen = false;     // its threads stop when they are in user mode
  uint32_t executing = 0;  // threads in a top-level executeCommand (USR-13)
  sim::Time starved_since = sim::kNever;
  Heap heap;
  // As ProcessSetup::objects. Behind them servicemanager has its own object,
  // any other process one for each of `waiters`.
  std::vector<LocalObject> objects;
  sim::SlotMap<Proxy, ProxyId> proxies;
  std::map<uint32_t, ProxyId> handles;
  sim::SlotMap<Parcel, ParcelId> parcels;
  Binder service_manager;                        // defaultServiceManager()
  std::map<NameIndex, Binder> services;          // looked up by name and kept
  std::vector<Binder> slots;                     // by symbol
  std::vector<UserMutex> mutexes;                // by symbol
  std::vector<Condition> conditions;             // by symbol
  std::vector<int32_t> files;                    // by symbol; -1 = not open
  std::map<std::string, uint32_t> thread_names;  // how often given out
  std::vector<ServiceWaiter> waiters;
  // servicemanager's services, and who wants to know of them, by name.
  std::map<std::string, Binder> registry;
  std::map<std::string, std::vector<Binder>> callbacks;

  auto Fields() const {
    return std::tie(id, driver_fd, mapping, max_threads, pool_started,
                    pool_sequence, unstarted, frozen, executing, starved_since,
                    heap, objects, proxies, handles, parcels, service_manager,
                    services, slots, mutexes, conditions, files, thread_names,
                    waiters, registry, callbacks);
  }
  bool operator==(const ProcessState&) const = default;
};

// A command about a reference or a buffer that has to be flushed by itself
// (USR-23), because its thread may not call the driver again soon.
struct RefCommand {
  uint32_t command = 0;
  uint64_t argument = 0;  // handle or buffer address
  uint64_t cookie = 0;    // of BC_CLEAR_DEATH_NOTIFICATION

  auto Fields() const { return std::tie(command, argument, cookie); }
  bool operator==(const RefCommand&) const = default;
};

// IPCThreadState. mOut and mIn are blocks of the process's memory.
struct Ipc {
  uint64_t exchange = 0;  // address of the binder_write_read; 0 = not made yet
  uint64_t scratch = 0;   // for the arguments of other ioctls
  uint64_t out_data = 0;
  uint64_t out_size = 0;
  uint64_t out_capacity = 0;
  uint64_t in_data = 0;
  uint64_t in_size = 0;
  uint64_t in_position = 0;
  bool is_looper = false;
  bool is_flushing = false;
  uint32_t serving = 0;  // incoming transactions being executed
  std::vector<ObjectIndex> pending_weak_derefs;
  std::vector<ObjectIndex> pending_strong_derefs;
  std::vector<ProxyId> post_write_weak_derefs;
  std::vector<ProxyId> post_write_strong_derefs;
  std::vector<RefCommand> unflushed;

  auto Fields() const {
    return std::tie(exchange, scratch, out_data, out_size, out_capacity,
                    in_data, in_size, in_position, is_looper, is_flushing,
                    serving, pending_weak_derefs, pending_strong_derefs,
                    post_write_weak_derefs, post_write_strong_derefs,
                    unflushed);
  }
  bool operator==(const Ipc&) const = default;
};

// A method (or a death recipient, or a thread's program) under execution.
struct Activation {
  sim::Tid caller_pid;            // 0 = none, or hidden by a oneway call
  std::vector<Binder> arguments;  // $0, $1, ...

  auto Fields() const { return std::tie(caller_pid, arguments); }
  bool operator==(const Activation&) const = default;
};

// What a thread waits for outside of the driver.
struct UserWaiting {
  enum class Kind : uint32_t {
    kNothing,
    kMutex,
    kCondition,
    kSleep,
    kService,   // polls servicemanager, or has given up polling
    kStart,     // for the rest of the system to come up
    kMessages,  // the main thread's message queue, with nothing left to do
    kFrozen,    // for the process to be thawed
  };
  Kind kind = Kind::kNothing;
  uint32_t what = 0;     // symbol, or NameIndex
  bool limited = false;  // ends by itself

  auto Fields() const { return std::tie(kind, what, limited); }
  bool operator==(const UserWaiting&) const = default;
};

struct ThreadState {
  sim::ThreadId machine_thread;
  ProcessIndex process = 0;
  uint32_t tid = 0;
  record::ThreadRole role = record::ThreadRole::kWorker;
  std::string name;
  Ipc ipc;
  std::vector<Activation> activations;  // innermost last
  // Obituaries being read out, innermost last (USR-51).
  std::vector<std::vector<Recipient>> obituaries;
  Binder returned;  // of the frame that ended last; its taker owns it
  UserWaiting waiting;
  uint32_t calls = 0;  // numbers CallBegin
  // "activity.startService": of the calls under way, innermost last; only if an
  // expectation is about calls.
  std::vector<std::string> call_names;
  // Draws made so far from the random stream of each action.
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> draws;

  auto Fields() const {
    return std::tie(machine_thread, process, tid, role, name, ipc, activations,
                    obituaries, returned, waiting, calls, call_names, draws);
  }
  bool operator==(const ThreadState&) const = default;
};

class Userspace {
 public:
  static constexpr size_t kSlot = 2;

  Userspace(Setup setup, const UserspaceCosts& costs, uint64_t seed);

  const Setup& setup() const { return image->setup; }
  const ProcessSetup& SetupOf(const ThreadState& thread) const {
    return setup().processes[thread.process];
  }
  // The state of a machine thread; null if it is not one of user space.
  ThreadState* Find(sim::ThreadId thread) { return FindIn(threads, thread); }
  const ThreadState* Find(sim::ThreadId thread) const {
    return FindIn(threads, thread);
  }
  // The same, as its id.
  UserThreadId IdOf(sim::ThreadId thread) const {
    return Find(thread) != nullptr ? thread_index[thread.index]
                                   : UserThreadId{};
  }
  // REQUIRES: it is one of user space.
  ThreadState& Of(sim::ThreadId thread) {
    ThreadState* state = Find(thread);
    SIM_CHECK(state != nullptr) << thread << " is no thread of user space";
    return *state;
  }
  ThreadState& Self(const sim::Env& env) { return Of(env.self); }
  ProcessState& Process(const sim::Env& env) {
    return processes[Self(env).process];
  }

  // Starts a thread of a process that runs `first`.
  template <sim::FrameType F>
  sim::ThreadId StartThread(sim::Env& env, ProcessIndex process, int32_t nice,
                            record::ThreadRole role, const std::string& name,
                            const F& first, sim::Duration delay = {}) {
    auto& kernel = env.Get<os::Kernel>();
    const sim::ThreadId thread = kernel.StartThread(
        env, processes[process].id, nice, role, name, first, delay);
    Adopt(thread, process, env.machine.thread(thread).tid, role, name);
    return thread;
  }
  // The thread is about to end: nobody waits for it or hands it a mutex.
  void Forget(sim::ThreadId thread);
  // For people: "app/main (tid 3000)"; "app", or "pid 3" if there is none.
  std::string NameOf(const ThreadState& thread) const;
  std::string NameOfProcess(uint32_t pid) const;
  // A name for a new thread that no other thread of the process ever had.
  std::string UniqueName(ProcessIndex process, const std::string& name);

  // Draws from the stream of an action for the acting thread: named by
  // process, thread and the action's place, so that nothing else shifts it.
  int64_t Draw(const sim::Env& env, const Quantity& quantity, ActionRef action);
  // A uniform number below `n` from the same stream.
  uint64_t DrawBelow(const sim::Env& env, uint64_t n, ActionRef action);
  // For the payload of a method's reply.
  int64_t DrawReply(const sim::Env& env, ObjectIndex object, uint32_t method);

  void Report(const sim::Env& env, const char* kind, std::string text);

  // Counts for the expectations that watch these.
  void CountMark(sim::Env& env, const std::string& text);
  // A call of the method ("activity.startService") has ended.
  void CountCall(const std::string& method, Status status);

  bool operator==(const Userspace&) const = default;
  // The image is left out: it is shared by all worlds that are ever compared.
  void AddTo(sim::Hasher& hasher) const {
    hasher.Add(std::tie(costs, seed, processes, threads, thread_index, findings,
                        slow_calls, is_up, registering, faults_left));
    for (size_t i = 0; i < tally.size(); ++i) {
      hasher.Add(std::min(tally[i], setup().watches[i].enough));
    }
  }

  // --- state (for the frames of user space and the world) ---
  std::shared_ptr<const Image> image;
  UserspaceCosts costs;
  uint64_t seed = 1;
  sim::VersionedVector<ProcessState> processes;  // as Setup::processes
  sim::SlotMap<ThreadState, UserThreadId> threads;
  std::vector<UserThreadId> thread_index;  // by slot of the machine's thread
  std::vector<Finding> findings;
  std::vector<SlowCalls> slow_calls;  // that have been answered
  bool is_up = false;                 // time has begun
  uint32_t registering = 0;     // processes that still register their services
  uint32_t faults_left = 0;     // that may still happen
  std::vector<uint64_t> tally;  // as Setup::watches

 private:
  template <class Threads>
  auto FindIn(Threads& states, sim::ThreadId thread) const
      -> decltype(states.Find({})) {
    if (thread.index >= thread_index.size()) return nullptr;
    auto* state = states.Find(thread_index[thread.index]);
    return state != nullptr && state->machine_thread == thread ? state
                                                               : nullptr;
  }
  void Adopt(sim::ThreadId thread, ProcessIndex process, uint32_t tid,
             record::ThreadRole role, const std::string& name);
  sim::Stream StreamFor(const ThreadState& thread, const std::string& what,
                        uint64_t counter) const;
};

// What threads of one process share without a lock of the driver's.
enum class Shared : uint32_t {
  kSlot,       // by symbol
  kMutex,      // by symbol
  kCondition,  // by symbol
  kFile,       // by symbol
  kService,    // the cache of services, by NameIndex
  kProxy,      // by handle
  kThreads,    // which threads there are
  kMarks,      // of all processes: their order, if a Watch is about it
  kFrozen,     // whether a process is, by ProcessIndex
  kHeap,       // which blocks are given out next
};
// The acting thread's section looks at or changes that (sim::Env::Touch). Free
// while the process has no other thread.
void Touch(sim::Env& env, Shared what, uint32_t which = 0);
// As Touch for kThreads: a thread of that process comes or goes.
void ChangesThreads(sim::Env& env, uint32_t pid);
// Somebody asks which there are.
void LooksAtThreads(sim::Env& env, uint32_t pid);
// Kills all threads of the acting process.
void KillOwnProcess(sim::Env& env, record::ExitReason reason);

// The acting process's heap, of which it gets or gives back blocks: where the
// next one lies depends on that.
Heap& HeapOf(sim::Env& env);

// The acting process's memory.
inline os::AddressSpace& Memory(const sim::Env& env) {
  return env.Get<os::Kernel>().Current(env).memory;
}

// The same, only to be read.
inline const os::AddressSpace& MemoryToRead(const sim::Env& env) {
  const auto& kernel = env.Get<const os::Kernel>();
  return kernel.process(kernel.ProcessOf(env.self)).memory;
}

// CPU time of marshalling that many bytes.
sim::Duration MarshalCost(const UserspaceCosts& costs, uint64_t bytes);
sim::Duration UnmarshalCost(const UserspaceCosts& costs, uint64_t bytes);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_STATE_H_
