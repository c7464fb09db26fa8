// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What user space does: processes, the objects they host and the programs of
// their threads and methods, with every name resolved. model/scenario builds a
// Setup from JSON; the frames of model/userspace execute it. A Setup never
// changes during a run and is shared by all copies of a world.

#ifndef BINDERSIM_MODEL_USERSPACE_PROGRAM_H_
#define BINDERSIM_MODEL_USERSPACE_PROGRAM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/record.h"
#include "model/userspace/quantity.h"
#include "sim/time.h"

namespace bindersim::userspace {

// Indices into Setup's vectors.
using BlockIndex = uint32_t;   // Setup::blocks
using ObjectIndex = uint32_t;  // ProcessSetup::objects
using SymbolIndex = uint32_t;  // ProcessSetup::symbols

// --- references to Binder objects, as a program writes them ---

// "activity": a service, looked up once per process with getService and then
// cached (USR-41, SVM-06).
struct ServiceRef {
  std::string name;
};
// "thread": an object that the acting process itself hosts.
struct LocalRef {
  ObjectIndex object;
};
// "$0", "$1": the objects received with the transaction being handled.
struct ArgumentRef {
  uint32_t position;
};
// A name given by "keep" or "as": a slot of the process.
struct KeptRef {
  SymbolIndex slot;
};
using ObjectRef = std::variant<ServiceRef, LocalRef, ArgumentRef, KeptRef>;

// Files whose descriptors go into a Parcel (OBJ-20).
struct Files {
  uint32_t fresh = 0;               // opened for the Parcel and closed with it
  std::vector<SymbolIndex> shared;  // the process's own, opened once
};

// --- actions ---

struct Work {  // use the CPU
  Quantity duration;
};
struct Sleep {  // sleep off the CPU
  Quantity duration;
};
struct Call {
  ObjectRef target;
  std::string method;     // for people
  std::string interface;  // AIDL interface name, for people
  std::string label;      // the target as written, e.g. "activity", "$0"
  uint32_t code = 0;      // transaction code
  bool oneway = false;
  Quantity data;                   // payload bytes beside headers and objects
  std::vector<ObjectRef> objects;  // binders put into the Parcel, in order
  Files files;                     // behind them
  std::optional<SymbolIndex> as;   // keeps the reply's first object
  std::optional<BlockIndex> on_error;  // runs if the status is not OK
  bool exit_on_error = false;          // "on_error": "exit"
};
enum class LookUp { kGet, kCheck, kWait };  // SVM-05..07
struct GetService {
  LookUp how = LookUp::kGet;
  std::string name;
  std::optional<SymbolIndex> as;
  std::optional<BlockIndex> on_error;  // runs if there is none
};
struct AddService {
  std::string name;
  ObjectRef object;
  std::optional<BlockIndex> on_error;
};
struct LinkToDeath {
  ObjectRef target;
  std::optional<BlockIndex> on_death;  // binderDied
  std::optional<BlockIndex> on_error;  // runs if it is dead already
};
struct UnlinkToDeath {
  ObjectRef target;
};
struct Keep {  // hold a strong reference under a name
  ObjectRef object;
  SymbolIndex slot;
};
struct Release {  // drop it
  SymbolIndex slot;
};
struct Lock {  // a named user-space mutex of the process
  SymbolIndex mutex;
};
struct Unlock {
  SymbolIndex mutex;
};
struct Notify {  // wakes waiters that are waiting now, like Object.notify
  SymbolIndex condition;
  bool all = false;
};
struct Wait {  // waits for a later Notify; gives up `mutex` meanwhile
  SymbolIndex condition;
  std::optional<SymbolIndex> mutex;
  std::optional<Quantity> timeout;
};
struct Spawn {  // starts another thread of the process
  std::string name;
  BlockIndex body;
};
struct Repeat {
  uint64_t times;
  BlockIndex body;
};
struct Choose {  // one of the branches, by weight
  std::vector<uint64_t> weights;
  std::vector<BlockIndex> bodies;
};
struct MarkAction {
  std::string text;
};
struct Kill {                       // SIGKILL
  std::vector<uint32_t> processes;  // indices into Setup::processes
  bool caller = false;              // "$caller": the sender of this call
};
struct Exit {};  // the acting process ends
// BINDER_FREEZE, and then the control group's freezer, which stops the threads
// (FRZ-07, 12). Stops at the first process that cannot be frozen.
struct Freeze {
  std::vector<uint32_t> processes;  // indices into Setup::processes
  bool enable = true;               // else they are thawed
  uint32_t timeout_ms = 0;
  std::optional<BlockIndex> on_error;  // runs if it fails: EAGAIN, EINVAL
};
struct RawIoctl {  // on the process's own descriptor of the driver
  uint32_t request = 0;
  std::string argument;                // bytes, zeros follow
  std::optional<uint32_t> pid_of;      // the process whose pid comes first
  std::string write;                   // commands, for BINDER_WRITE_READ
  std::vector<uint32_t> buffers;       // where in them buffers are named, by
                                       // their offset in the mapping
  uint32_t read_size = 0;              // of its read buffer, bytes
  std::optional<BlockIndex> on_error;  // runs if it fails
};

// A variant's alternative order is not part of any contract.
using ActionBody = std::variant<Work, Sleep, Call, GetService, AddService,
                                LinkToDeath, UnlinkToDeath, Keep, Release, Lock,
                                Unlock, Notify, Wait, Spawn, Repeat, Choose,
                                MarkAction, Kill, Exit, Freeze, RawIoctl>;

struct Action {
  ActionBody body;
  // Where it stands in the scenario, e.g. "/processes/app/threads/main/do/0".
  // Also the name of its random stream together with the thread's name.
  std::string pointer;
};

struct Block {
  std::vector<Action> actions;
};

// --- objects and processes ---

struct Method {
  std::string name;
  uint32_t code = 0;  // FIRST_CALL_TRANSACTION.. (USR-60)
  BlockIndex body = 0;
  Quantity reply;                        // payload bytes of the reply
  std::vector<ObjectRef> reply_objects;  // binders in the reply
  Files reply_files;                     // and files behind them
};

// A local Binder object (BBinder).
struct Object {
  std::string name;             // as the scenario names it
  std::string interface;        // AIDL interface name
  bool is_service = false;      // registered with servicemanager at start-up
  std::vector<Method> methods;  // ascending by code
  bool accepts_fds = true;      // FLAT_BINDER_FLAG_ACCEPTS_FDS (REF-50)
};

struct ThreadSetup {
  std::string name;
  sim::Duration at{};  // start, relative to the process's start
  std::optional<int> nice;
  BlockIndex body = 0;
};

// Pids are multiples of this; the process's threads are numbered from its pid.
inline constexpr uint32_t kTidsPerProcess = 1000;

// One process to start; `count` in a scenario becomes that many of these.
struct ProcessSetup {
  std::string name;   // "app[3]" for members of a count
  std::string group;  // "app"
  uint32_t pid = 0;   // fixed by the name, not by its neighbours
  uint32_t uid = 0;
  int nice = 0;
  std::string device = "binder";  // binder, hwbinder, vndbinder
  record::Language language = record::Language::kCpp;
  uint32_t max_threads = 15;    // USR-03
  uint64_t map_size = 1040384;  // bytes, USR-02
  sim::Duration at{};           // start; 0 = up and idle when time begins
  bool thread_pool = true;      // startThreadPool at start-up (USR-04)
  bool is_service_manager = false;
  std::vector<Object> objects;  // services among them first registered first
  std::vector<ThreadSetup> threads;
  // Names of slots, mutexes, conditions, files.
  std::vector<std::string> symbols;
};

// Something that happens at a fixed time, from outside.
struct Event {
  sim::Duration at{};
  std::variant<Kill, MarkAction> what;
  std::string pointer;
};

// What may happen at any moment, in explorations without time.
struct Faults {
  std::vector<uint32_t> kill;  // indices into Setup::processes
  uint32_t at_most = 1;        // of them in one run
};

// Something that a scenario's expectations need to know about a run. What is
// known of it is part of the world (Userspace::tally).
struct Watch {
  enum class What : uint32_t {
    kMarks,     // counts marks with the text `of`
    kCalls,     // counts finished calls of the method `of`
    kFailures,  // counts those with a status other than OK
    kBefore,    // whether the mark `of` comes before the mark `then`
  };
  What what = What::kMarks;
  std::string of;
  std::string then;
  // Counts from here on mean the same.
  uint64_t enough = UINT64_MAX;
};

// Counts of Watch::What::kBefore.
inline constexpr uint64_t kNeitherSeen = 0;
inline constexpr uint64_t kInOrder = 1;   // `of` was seen first
inline constexpr uint64_t kReversed = 2;  // `then` was

// What takes too long; Duration::max() = nothing does. Only time tells: a run
// without it knows no bounds.
struct Bounds {
  // For a transaction to lie in a process's list while no thread of its pool is
  // free: when libbinder says that a pool starves (USR-13).
  sim::Duration starvation = std::chrono::milliseconds(100);
  // For a synchronous call to be answered: Android's time-out for input, after
  // which an app is "not responding".
  sim::Duration answer = std::chrono::seconds(5);
};

struct Setup {
  std::vector<ProcessSetup> processes;
  std::vector<Block> blocks;
  std::vector<Event> events;
  Faults faults;
  std::vector<Watch> watches;
  Bounds bounds;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_PROGRAM_H_
