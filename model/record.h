// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The records of a Binder run: the one door between the model and everything
// that looks at it. Together with sim/sched_records.h this is all that a sink
// ever sees. The record header carries the time and the acting thread's tid.
//
// Life of a synchronous call, as records (C = client thread, S = server):
//   C CallBegin            user space is about to transact
//   C IoctlBegin           BINDER_WRITE_READ
//   C CommandExecuted      BC_TRANSACTION
//   C TransactionSent      debug id given, target known (tracepoint
//                          binder_transaction)
//   C BufferAllocated      copied into the target's mapping
//   C TransactionQueued    on the target thread's or process's todo list
//   S TransactionReceived  taken from the list
//   S ReturnDelivered      BR_TRANSACTION
//   S MethodBegin/End      the handler runs
//   S TransactionSent      reply = 1, in_reply_to = the request's debug id
//   S TransactionQueued    the reply
//   C TransactionReceived  the reply
//   C ReturnDelivered      BR_TRANSACTION_COMPLETE, BR_REPLY
//   C IoctlEnd
//   C CallEnd              with the status that the application sees
// A oneway call ends (CallEnd) when the driver has accepted it.

#ifndef BINDERSIM_MODEL_RECORD_H_
#define BINDERSIM_MODEL_RECORD_H_

#include <cstdint>

#include "sim/record.h"

namespace bindersim::record {

using sim::Name;
using sim::RecordKind;

// --- processes and threads ---

enum class Language : uint32_t { kCpp = 0, kJava = 1, kKernel = 2 };

struct ProcessStarted {
  static constexpr RecordKind kKind{0x0201};
  uint32_t pid = 0;
  uint32_t uid = 0;
  Name name;
  Language language = Language::kCpp;
  uint32_t max_threads = 0;
};

enum class ExitReason : uint32_t { kExited = 0, kKilled = 1, kAborted = 2 };

struct ProcessExited {
  static constexpr RecordKind kKind{0x0202};
  uint32_t pid = 0;
  ExitReason reason = ExitReason::kExited;
};

enum class ThreadRole : uint32_t {
  kMain = 0,    // tid == pid
  kPool = 1,    // joined the Binder thread pool
  kWorker = 2,  // any other thread of a scenario
  kKernel = 3,
};

// The record's tid is the new thread's.
struct ThreadStarted {
  static constexpr RecordKind kKind{0x0203};
  uint32_t pid = 0;
  ThreadRole role = ThreadRole::kWorker;
  Name name;
};

struct ThreadExited {
  static constexpr RecordKind kKind{0x0204};
  uint32_t pid = 0;
  uint32_t unused = 0;
};

// --- system calls ---

// `request` is the ioctl number, e.g. BINDER_WRITE_READ.
struct IoctlBegin {
  static constexpr RecordKind kKind{0x0301};
  uint32_t request = 0;
  uint32_t unused = 0;
};

// `error` is 0 or a positive errno. The counters are those of
// BINDER_WRITE_READ, in bytes; 0 for other requests.
struct IoctlEnd {
  static constexpr RecordKind kKind{0x0302};
  uint32_t request = 0;
  uint32_t error = 0;
  uint64_t write_consumed = 0;
  uint64_t read_consumed = 0;
};

// A BC_ command word was read from the write buffer (DBG-49, CMD-06).
struct CommandExecuted {
  static constexpr RecordKind kKind{0x0303};
  uint32_t command = 0;
  uint32_t unused = 0;
};

// A BR_ word was put into the read buffer. `subject` is the transaction's or
// node's debug id, or the death cookie, where there is one.
struct ReturnDelivered {
  static constexpr RecordKind kKind{0x0304};
  uint32_t command = 0;
  uint32_t unused = 0;
  uint64_t subject = 0;
};

// --- transactions ---

// The driver has found the target of a BC_TRANSACTION or BC_REPLY (DBG-42).
struct TransactionSent {
  static constexpr RecordKind kKind{0x0401};
  uint32_t debug_id = 0;
  uint32_t in_reply_to = 0;  // debug id of the request; 0 for calls
  uint32_t to_pid = 0;
  uint32_t to_tid = 0;  // nested calls and replies; else 0
  uint32_t node_debug_id = 0;
  uint32_t code = 0;
  uint32_t flags = 0;  // TF_*
  uint32_t reply = 0;
  uint64_t data_size = 0;     // bytes
  uint64_t offsets_size = 0;  // bytes
};

// The transaction has been put on a list: a thread's todo (to_tid != 0), the
// process's todo, or behind another oneway call on its node (on_node = 1).
struct TransactionQueued {
  static constexpr RecordKind kKind{0x0402};
  uint32_t debug_id = 0;
  uint32_t to_pid = 0;
  uint32_t to_tid = 0;
  uint32_t on_node = 0;
};

// The record's thread has taken the transaction (DBG-43).
struct TransactionReceived {
  static constexpr RecordKind kKind{0x0403};
  uint32_t debug_id = 0;
  uint32_t reply = 0;
};

// The transaction failed: at once (the sender's own error) or later (`late` =
// 1: an accepted call whose target died, or a reply that could not be
// delivered). `error` is the BR_ word, `param` the negative errno of the
// extended error or 0 (TXN-43). The record's tid is the thread that is told.
struct TransactionFailed {
  static constexpr RecordKind kKind{0x0404};
  uint32_t debug_id = 0;
  uint32_t error = 0;
  int32_t param = 0;
  uint32_t late = 0;
};

// --- buffers ---

// A buffer in the mapping of `pid` was allocated for a transaction; the last
// three are the process's state after it, in bytes.
struct BufferAllocated {
  static constexpr RecordKind kKind{0x0501};
  uint32_t debug_id = 0;
  uint32_t pid = 0;
  uint64_t offset = 0;  // from the start of the mapping, bytes
  uint64_t size = 0;    // bytes
  uint32_t is_async = 0;
  uint32_t pages_populated = 0;  // by this allocation
  uint64_t in_use = 0;
  uint64_t async_free = 0;
};

// A buffer was freed; fields as above.
struct BufferFreed {
  static constexpr RecordKind kKind{0x0502};
  uint32_t debug_id = 0;
  uint32_t pid = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
  uint32_t is_async = 0;
  uint32_t unused = 0;
  uint64_t in_use = 0;
  uint64_t async_free = 0;
};

// --- thread pool, nodes, death ---

// BR_SPAWN_LOOPER was given to the record's thread (THR-20).
struct LooperSpawnRequested {
  static constexpr RecordKind kKind{0x0601};
  uint32_t pid = 0;
  uint32_t unused = 0;
};

// The thread pool of `pid` changed. `loopers`: threads that entered or
// registered and have not left; `waiting`: idle ones on waiting_threads;
// `busy`: loopers that execute a command for someone.
struct PoolChanged {
  static constexpr RecordKind kKind{0x0602};
  uint32_t pid = 0;
  uint32_t loopers = 0;
  uint32_t waiting = 0;
  uint32_t busy = 0;
};

// A node was made for object `name` of process `pid` (the name is user
// space's word for it, null where there is none).
struct NodeCreated {
  static constexpr RecordKind kKind{0x0603};
  uint32_t debug_id = 0;
  uint32_t pid = 0;
  uint64_t ptr = 0;
};

// A death notification was asked for (kRequested), queued because the owner
// died, delivered as BR_DEAD_BINDER, or cleared. `pid` is the holder's.
enum class DeathEvent : uint32_t {
  kRequested = 0,
  kQueued = 1,
  kDelivered = 2,
  kCleared = 3,
};
struct DeathNotification {
  static constexpr RecordKind kKind{0x0604};
  uint32_t pid = 0;
  DeathEvent event = DeathEvent::kRequested;
  uint32_t node_debug_id = 0;
  uint32_t unused = 0;
  uint64_t cookie = 0;
};

// --- user space ---

// The application's view of one outgoing call. `target` is the service or
// object as the scenario names it ("activity", "app.thread"), `method` the
// method, `interface` the AIDL interface name. `call` numbers the calls of the
// record's thread from 1 and is found again in CallEnd; calls of one thread
// nest. local = 1: the object lives in the caller's process, so no driver is
// involved (JAV-12).
struct CallBegin {
  static constexpr RecordKind kKind{0x0701};
  uint32_t call = 0;
  uint32_t oneway = 0;
  Name target;
  Name interface;
  Name method;
  uint64_t data_size = 0;  // bytes, as asked for by the scenario
  uint32_t local = 0;
  uint32_t code = 0;
};

// `status` is libbinder's status_t (USR-70): 0 OK, -32 DEAD_OBJECT, ...
struct CallEnd {
  static constexpr RecordKind kKind{0x0702};
  uint32_t call = 0;
  int32_t status = 0;
};

// A handler begins (on the record's thread) to execute a transaction.
// debug_id is 0 for a local call.
struct MethodBegin {
  static constexpr RecordKind kKind{0x0703};
  uint32_t debug_id = 0;
  uint32_t oneway = 0;
  Name object;  // as CallBegin::target
  Name interface;
  Name method;
};

struct MethodEnd {
  static constexpr RecordKind kKind{0x0704};
  uint32_t debug_id = 0;
  int32_t status = 0;
};

// A scenario's "mark" action or event.
struct Mark {
  static constexpr RecordKind kKind{0x0705};
  Name text;
};

// A death recipient's binderDied runs on the record's thread.
struct BinderDied {
  static constexpr RecordKind kKind{0x0706};
  Name target;
};

// A thread waits for (begins = 1), or has got or given up (0), a user-space
// mutex, condition, sleep or service of that name.
enum class UserWaitKind : uint32_t {
  kMutex = 0,
  kCondition = 1,
  kSleep = 2,
  kService = 3,
};
struct UserWait {
  static constexpr RecordKind kKind{0x0707};
  UserWaitKind kind = UserWaitKind::kMutex;
  uint32_t begins = 0;
  Name what;
};

// libbinder's message about a starved pool (USR-13), `starved_ns` long.
struct PoolStarved {
  static constexpr RecordKind kKind{0x0708};
  uint32_t pid = 0;
  uint32_t threads = 0;
  uint64_t starved_ns = 0;
};

// --- the run itself ---

// A fault of the run was injected by the scenario's events ("kill").
struct FaultInjected {
  static constexpr RecordKind kKind{0x0801};
  uint32_t pid = 0;
  uint32_t unused = 0;
};

}  // namespace bindersim::record

#endif  // BINDERSIM_MODEL_RECORD_H_
