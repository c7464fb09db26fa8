// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// binder_transaction as a frame: BC_TRANSACTION and BC_REPLY, from the debug id
// to the wake-up (TXN-10..30, LCK-10, LCK-19).

#ifndef BINDERSIM_MODEL_DRIVER_TRANSACTION_H_
#define BINDERSIM_MODEL_DRIVER_TRANSACTION_H_

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"
#include "model/driver/object_reader.h"
#include "model/protocol.h"

namespace bindersim::driver {

struct TransactionFlow {
  static constexpr char kName[] = "binder_transaction";

  // In the order of a call that succeeds; a reply has stages of its own where
  // it finds its target and where it is delivered.
  enum class Section : uint8_t {
    kBegin,
    kResetError,
    // reply: whom to answer
    kLockOwnStack,
    kPopOwnStack,
    kFindCaller,
    kCheckCaller,
    // call: whom to ask
    kFindTarget,
    kFindTargetRef,
    kFindManager,
    kLockTargetOwner,
    kPinTarget,
    kCheckTarget,
    kCheckOwnState,
    // both: the buffer
    kCreate,
    kLockAllocator,
    kAllocate,
    kAllocated,  // these two only without reset_allow_user_free (BUG-02)
    kResetBuffer,
    kCopyOffsets,
    kNextObject,
    kObjectTranslated,
    kCopyRest,
    // reply: hand over
    kLockForReplyComplete,
    kReplyComplete,
    kLockCaller,
    kDeliverReply,
    kWakeCaller,
    kRequestAnswered,
    // call: hand over
    kLockForCallComplete,
    kCallComplete,
    kLockNode,
    kLockTarget,
    kEnqueue,
    kEnqueued,
    kReleaseOutdated,
    kLockForOutdated,
    kFreeOutdated,
    // both: the end
    kDropThread,
    kDropProc,
    kDropNode,
    kDone,
    // failure, unwinding from the outermost thing done
    kUndoStack,
    kUndoComplete,
    kCompleteUndone,
    kReleaseObjects,
    kDropBufferNode,
    kLockToFree,
    kFreeBuffer,
    kFreeTransaction,
    kDropTargetStrong,
    kDropTargetTmp,
    kFailDropThread,
    kFailDropProc,
    kReportToCaller,
    kSetCallerError,
    kLockToUnpin,
    kUnpinCaller,
    kReportLock,
    kReport,
    kReportSent,
  };

  Section section = Section::kBegin;
  bool reply = false;
  bool spam_suspect = false;
  ProcId proc{};
  ThreadStateId thread{};
  TransactionArguments arguments{};
  sim::SerialNumber debug_id{};
  uint32_t return_error = 0;  // BR_ word, 0 = none yet
  int32_t return_error_param = 0;
  TransactionId in_reply_to{};
  ThreadStateId target_thread{};
  ProcId target_proc{};
  NodeId target_node{};
  TransactionId transaction{};
  BufferId buffer{};
  TransactionId outdated{};  // the oneway call that this one supersedes
  uint64_t offset_at = 0;    // in the buffer: the next entry of the offsets
  uint64_t extra_at = 0;     // in the buffer: where the next PTR's bytes go
  uint64_t extra_end = 0;    // and where there is no more room
  uint64_t last_fixup_object = 0;  // offset of the last object fixed up in
  uint64_t last_fixup_end = 0;     // and how far, from its buffer's start
  uint64_t copied = 0;             // bytes of the data that are in the buffer
  uint64_t context_size = 0;       // of the security context, padded

  auto Fields() const {
    return std::tie(section, reply, spam_suspect, proc, thread, arguments,
                    debug_id, return_error, return_error_param, in_reply_to,
                    target_thread, target_proc, target_node, transaction,
                    buffer, outdated, offset_at, extra_at, extra_end,
                    last_fixup_object, last_fixup_end, copied, context_size);
  }
  bool operator==(const TransactionFlow&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  bool oneway() const;
  Work Completion() const;

  sim::Step RunFindCaller(sim::Env& env, Driver& driver);
  sim::Step RunFindTarget(sim::Env& env, Driver& driver);
  sim::Step RunFill(sim::Env& env, Driver& driver);
  sim::Step RunDeliverReply(sim::Env& env, Driver& driver);
  sim::Step RunDeliverCall(sim::Env& env, Driver& driver);
  sim::Step RunEnd(sim::Env& env, Driver& driver);
  // Whether it pins the target's process or thread; that is let go under the
  // process's inner lock.
  bool HoldsTarget(const Driver& driver) const;
  void DropTarget(sim::Env& env, Driver& driver);
  sim::Step RunUnwind(sim::Env& env, Driver& driver);
  sim::Step RunReport(sim::Env& env, Driver& driver);
  void Log(sim::Env& env, Driver& driver);
  void LogTarget(Driver& driver);
  void LogFailure(Driver& driver);

  sim::Step PopOwnStack(sim::Env& env, Driver& driver);
  sim::Step CheckCaller(sim::Env& env, Driver& driver);
  sim::Step PinTarget(sim::Env& env, Driver& driver);
  sim::Step CheckOwnState(sim::Env& env, Driver& driver);
  sim::Step Create(sim::Env& env, Driver& driver);
  sim::Step Allocate(sim::Env& env, Driver& driver);
  sim::Step CopyOffsets(sim::Env& env, Driver& driver);
  sim::Step NextObject(sim::Env& env, Driver& driver);
  sim::Step CopyRest(sim::Env& env, Driver& driver);
  sim::Step Enqueue(sim::Env& env, Driver& driver);
  TransactionId FindOutdated(const Driver& driver) const;
  void HideWhatWasThere(sim::Env& env, Driver& driver);
  void PutSecurityContext(sim::Env& env, Driver& driver);
  void EmitQueued(sim::Env& env, Driver& driver, bool on_node,
                  ThreadStateId to_thread);

  // scatter_gather.cc: objects that need no lock. Return 0 or a negative errno.
  int TranslateObjectNow(sim::Env& env, Driver& driver, const AnyObject& object,
                         uint64_t offset);
  int TakeFile(sim::Env& env, Driver& driver, uint32_t descriptor,
               uint64_t offset);
  int TranslateFileArray(sim::Env& env, Driver& driver,
                         const binder_fd_array_object& array, uint64_t offset);
  int TranslateBuffer(sim::Env& env, Driver& driver,
                      binder_buffer_object object, uint64_t offset);
  void AddFixup(Driver& driver, const PointerFixup& fixup);
  bool CopyBuffers(sim::Env& env, Driver& driver);
  bool CopyPart(sim::Env& env, Driver& driver, uint64_t source, uint64_t offset,
                uint64_t size);
  template <class T>
  void PutObject(sim::Env& env, Driver& driver, uint64_t offset,
                 const T& object);
  // Entries of the offsets array that have been translated.
  uint64_t ObjectsDone() const {
    return (offset_at - protocol::Align8(arguments.data_size)) /
           sizeof(binder_size_t);
  }

  sim::Step Next(Section next, sim::Step step);
  // Remembers the error and goes on unwinding at `from`.
  sim::Step Fail(uint32_t error, int32_t param, Section from, sim::Step step);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_TRANSACTION_H_
