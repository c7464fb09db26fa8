// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/invariants/claims.h"

#include "model/driver/files.h"
#include "model/driver/flows.h"
#include "model/driver/freeze.h"
#include "model/driver/ioctl.h"
#include "model/driver/object_reader.h"
#include "model/driver/read.h"
#include "model/driver/release_process.h"
#include "model/driver/transaction.h"
#include "model/driver/write_read.h"
#include "model/protocol.h"

namespace bindersim::driver {

namespace {

// One thread's frames, innermost first.
class StackReader {
 public:
  StackReader(const Driver& driver, const sim::Thread& thread, sim::ThreadId id,
              Claims& claims)
      : driver_(driver), thread_(thread), id_(id), claims_(claims) {}

  void Read() {
    thread_.stack.ForEach([this](const sim::FrameOps* ops, const void* frame) {
      // The driver's flows run to their end even if the thread is killed.
      if (!ops->user_mode) {
        ReadOneOf<NodeOperation, UpdateRef, CleanupRef, ReferenceDone,
                  FreeBuffer, ReleaseBuffer, TranslateObject,
                  FreeTransactionFlow, SendFailedReply, ReleaseThread,
                  ReleaseWork, DeferredWork, ReleaseProcess, ReleaseNode,
                  FreezeFlow, IoctlFlow, PollFlow, SetContextManager, ReadFlow,
                  WriteReadFlow, TransactionFlow>(ops, frame);
      }
      is_top_ = false;
    });
  }

 private:
  template <class... Flows>
  void ReadOneOf(const sim::FrameOps* ops, const void* frame) {
    static_assert(!(sim::frame_internal::UserMode<Flows>() || ...));
    (void)((sim::Stack::Is<Flows>(ops) &&
            (Of(*static_cast<const Flows*>(frame)), true)) ||
           ...);
  }

  NodeClaim& Node(NodeId node) { return claims_.nodes[node]; }
  void Pin(NodeId node) {
    if (node) ++Node(node).tmp_refs;
  }
  void Count(NodeId node, bool strong) {
    if (node) {
      ++(strong ? Node(node).local_strong_refs : Node(node).local_weak_refs);
    }
  }
  void Unlinked(NodeId node) { Node(node).unlinked = true; }
  TransactionClaim& Own(TransactionId transaction) {
    TransactionClaim& claim = claims_.transactions[transaction];
    ++claim.owners;
    return claim;
  }
  bool Asleep() const { return thread_.prepared; }
  void Waits(const Sleeper& wait) {
    claims_.waits.push_back(wait);
    if (Asleep()) claims_.sleepers.push_back(wait);
  }
  void HoldsNothing(ProcId proc, BufferId buffer) {
    claims_.buffers[{proc, buffer}];  // unless a callee holds some
  }
  void HoldsAll(ProcId proc, BufferId id, bool is_current) {
    const Buffer& buffer = driver_.procs[proc].alloc[id];
    const uint64_t begin = protocol::Align8(buffer.data_size);
    claims_.buffers[{proc, id}] = {true, begin, begin + buffer.offsets_size,
                                   is_current};
  }

  void Of(const NodeOperation& flow) {
    if (flow.section <= NodeOperation::kChange) {
      if (flow.kind == NodeOperation::Kind::kPut) {
        Pin(flow.node);
      } else {
        Count(flow.node, flow.strong);
      }
    } else if (flow.section == NodeOperation::kFree && flow.last) {
      Unlinked(flow.node);
    }
  }

  // --- references ---
  void RefUnlinked(RefId ref, NodeId node, bool node_unused) {
    claims_.unlinked_refs[ref] = true;
    if (node_unused) Unlinked(node);
  }
  void Of(const UpdateRef& flow) {
    const bool cleans_up =
        flow.section >= UpdateRef::kCleanUp && flow.section <= UpdateRef::kFree;
    if (!cleans_up || flow.increment) return;
    claims_.refs_in_hand[flow.ref] = true;
    if (flow.section == UpdateRef::kFree) {
      RefUnlinked(flow.ref, flow.node, flow.node_unused);
    } else if (flow.section == UpdateRef::kCleanedUp && is_top_) {
      RefUnlinked(flow.ref, flow.node, thread_.result != 0);
    }
  }
  void Of(const CleanupRef& flow) {
    if (flow.section <= CleanupRef::kUnlink) return;
    RefUnlinked(flow.ref, driver_.refs[flow.ref].node, flow.node_unused);
  }
  void Of(const ReferenceDone& flow) {
    if (flow.section > ReferenceDone::kFindNode &&
        flow.section <= ReferenceDone::kPut) {
      Pin(flow.node);
    }
  }
  void Of(const SetContextManager& flow) {
    if (flow.section > SetContextManager::kMakeNode &&
        flow.section <= SetContextManager::kPut) {
      Pin(flow.node);
    }
  }

  // --- buffers and objects ---
  void Of(const FreeBuffer& flow) {
    if (flow.section <= FreeBuffer::kClaim ||
        flow.section > FreeBuffer::kFree) {
      return;
    }
    if (flow.section > FreeBuffer::kObjects) {
      HoldsNothing(flow.proc, flow.buffer);
      return;
    }
    HoldsAll(flow.proc, flow.buffer, flow.section < FreeBuffer::kObjects);
  }
  void Of(const ReleaseBuffer& flow) {
    const Buffer& buffer = driver_.procs[flow.proc].alloc[flow.buffer];
    const bool is_new = flow.section == ReleaseBuffer::kTargetNode;
    uint64_t begin = is_new ? protocol::Align8(buffer.data_size) : flow.at;
    switch (flow.section) {
      case ReleaseBuffer::kFindNode:  // the object's count is still to be found
        begin -= sizeof(binder_size_t);
        break;
      case ReleaseBuffer::kNodeFound:
        Count(flow.node, flow.strong);
        Pin(flow.node);
        break;
      case ReleaseBuffer::kPutNode:
        Pin(flow.node);
        break;
      default:
        break;
    }
    claims_.buffers[{flow.proc, flow.buffer}] = {is_new, begin, flow.end,
                                                 false};
  }
  void Of(const TranslateObject& flow) {
    const bool pins = flow.section == TranslateObject::kRefer ||
                      flow.section == TranslateObject::kWriteHandle ||
                      (flow.section >= TranslateObject::kLockNode &&
                       flow.section <= TranslateObject::kPut);
    if (pins) Pin(flow.node);
    if (flow.at_home) Count(flow.node, flow.strong);
  }

  // --- ends of transactions ---
  void Of(const FreeTransactionFlow& flow) {
    if (flow.section <= FreeTransactionFlow::kFree) {
      Own(flow.transaction).answered = true;
    }
  }
  void Of(const SendFailedReply& flow) {
    switch (flow.section) {
      case SendFailedReply::kTellCaller:
        ++claims_.threads[flow.from];
        [[fallthrough]];
      case SendFailedReply::kFindCaller:
        Own(flow.transaction);
        break;
      case SendFailedReply::kRelock:
      case SendFailedReply::kUnpin:
        ++claims_.threads[flow.from];
        [[fallthrough]];
      case SendFailedReply::kFree:
        Own(flow.transaction).answered = flow.told;
        break;
      default:
        if (flow.next) Own(flow.next);
        break;
    }
  }
  void Of(const ReadFlow& flow) {
    using Section = ReadFlow::Section;
    switch (flow.section) {
      case Section::kDeliver:
      case Section::kPush:
      case Section::kPushLocked:
        Own(flow.transaction);
        break;
      case Section::kFreeNode:
      case Section::kFreeNodeLocked:
        Unlinked(flow.node);
        break;
      default:
        break;
    }
    if (flow.section == Section::kSleep || flow.section == Section::kAwake ||
        flow.section == Section::kTestWork) {
      Waits({flow.proc, flow.thread, false, flow.wait_for_proc_work});
    }
  }
  void Of(const WriteReadFlow& flow) {
    const bool reads = flow.section == WriteReadFlow::Section::kReadDone ||
                       flow.section == WriteReadFlow::Section::kWakeNext;
    if (reads && !Asleep()) claims_.looked_after[flow.proc] = true;
  }
  void Of(const PollFlow& flow) {
    if (flow.file) ++claims_.files[flow.file];
    if (flow.section == PollFlow::Section::kSleep ||
        flow.section == PollFlow::Section::kAwake) {
      Waits({flow.proc, flow.thread, true, true});
    }
  }
  void Of(const IoctlFlow& flow) {
    if (flow.section != IoctlFlow::Section::kReturn) ++claims_.files[flow.file];
  }

  // --- threads and processes that leave ---
  void Of(const ReleaseThread& flow) {
    if (flow.section > ReleaseThread::kDetach &&
        flow.section <= ReleaseThread::kPut) {
      ++claims_.threads[flow.thread];
    }
    if (flow.section > ReleaseThread::kDetach &&
        flow.section <= ReleaseThread::kReply && flow.send_reply) {
      Own(flow.send_reply);
    }
  }
  void Of(const ReleaseWork& flow) {
    if (flow.section != ReleaseWork::kReadType &&
        flow.section != ReleaseWork::kDrop) {
      return;
    }
    switch (flow.work.type) {
      case WorkType::kTransaction:
        Own(flow.work.Owner<TransactionTag>());
        break;
      case WorkType::kDeadBinderAndClear:
      case WorkType::kClearDeathNotification:
        ++claims_.deaths[flow.work.Owner<DeathTag>()];
        break;
      case WorkType::kTransactionComplete:
      case WorkType::kOnewaySpamSuspect:
        ++claims_.completions;
        break;
      default:
        break;
    }
  }
  void Of(const DeferredWork& flow) {
    claims_.work_queue_sleeps = is_top_ && Asleep();
    const bool has_one = flow.section >= DeferredWork::kFlush;
    if (has_one && flow.release) claims_.released[flow.proc] = true;
  }
  void Of(const ReleaseProcess& flow) {
    using Section = ReleaseProcess::Section;
    if (flow.section == Section::kDone) return;
    claims_.released[flow.proc] = true;
    if (flow.section > Section::kMarkDead) ++claims_.procs[flow.proc];
    if (flow.section == Section::kReleaseNode) {
      Pin(flow.node);
      Unlinked(flow.node);
    } else if (flow.section == Section::kFreeRef) {
      RefUnlinked(flow.ref, flow.node, flow.node_unused);
    } else if (flow.section == Section::kRefUnlinked && is_top_) {
      RefUnlinked(flow.ref, flow.node, thread_.result != 0);
    }
  }
  void Of(const ReleaseNode& flow) {
    using Section = ReleaseNode::Section;
    if (flow.section > Section::kFree) return;
    Pin(flow.node);
    if (flow.section <= Section::kDetach || flow.section == Section::kFree) {
      Unlinked(flow.node);
    }
  }
  void Of(const FreezeFlow& flow) {
    if (flow.section < FreezeFlow::Section::kFlags) return;
    ++claims_.procs[flow.target];
    claims_.freezers[{flow.target, id_}] = true;
  }

  // --- transactions being sent ---
  void Of(const TransactionFlow& flow);
  void OfSent(const TransactionFlow& flow);
  void OfBuffer(const TransactionFlow& flow);

  const Driver& driver_;
  const sim::Thread& thread_;
  const sim::ThreadId id_;
  Claims& claims_;
  bool is_top_ = true;
};

using Section = TransactionFlow::Section;

// Whether the section is of [first, last], or of [undo, undone] once the
// transaction has failed.
bool Within(const TransactionFlow& flow, Section first, Section last,
            Section undo, Section undone) {
  return (flow.section >= first && flow.section <= last) ||
         (flow.section >= undo && flow.section <= undone);
}

void StackReader::Of(const TransactionFlow& flow) {
  if (flow.target_node) {
    if (driver_.Has(Fix::kPinTargetNode) &&
        Within(flow, Section::kCheckTarget, Section::kDropNode,
               Section::kUndoStack, Section::kDropTargetTmp)) {
      Pin(flow.target_node);
    }
    // Later its buffer holds the count.
    if (Within(flow, Section::kCheckTarget, Section::kAllocate,
               Section::kLockToFree, Section::kDropTargetStrong)) {
      Count(flow.target_node, true);
    }
  }
  if (Within(flow, Section::kFindCaller, Section::kDropProc,
             Section::kUndoStack, Section::kFailDropProc)) {
    if (flow.target_proc && driver_.Has(Fix::kPinTargetProcess)) {
      ++claims_.procs[flow.target_proc];
    }
    if (flow.target_thread && driver_.Has(Fix::kPinTargetThread)) {
      ++claims_.threads[flow.target_thread];
    }
  }
  if (flow.section > Section::kReportToCaller &&
      flow.section <= Section::kUnpinCaller) {
    ++claims_.threads[flow.target_thread];
  }
  if (flow.section == Section::kWakeCaller) {
    claims_.wakings[flow.target_thread] = true;
  }
  if (flow.in_reply_to &&
      Within(flow, Section::kFindCaller, Section::kRequestAnswered,
             Section::kUndoStack, Section::kReportSent)) {
    Own(flow.in_reply_to).answered = flow.section >= Section::kWakeCaller &&
                                     flow.section <= Section::kRequestAnswered;
  }
  if (flow.outdated && flow.section >= Section::kEnqueued &&
      flow.section <= Section::kFreeOutdated) {
    Own(flow.outdated).is_sent = false;
    const BufferId old = driver_.transactions[flow.outdated].buffer;
    if (flow.section >= Section::kLockForOutdated) {
      HoldsNothing(flow.target_proc, old);
    } else {
      HoldsAll(flow.target_proc, old, false);
    }
  }
  if (flow.transaction) OfSent(flow);
}

// The transaction, its completion and its buffer, until they are handed over.
void StackReader::OfSent(const TransactionFlow& flow) {
  const bool handed_over =
      flow.section == Section::kEnqueued && flow.return_error == 0;
  const bool before = flow.reply ? flow.section <= Section::kDeliverReply
                                 : flow.section <= Section::kEnqueued;
  const bool undoing = flow.section >= Section::kUndoStack &&
                       flow.section <= Section::kFreeTransaction;
  if (handed_over || (!before && !undoing)) return;
  Own(flow.transaction).is_sent = false;
  const bool has_completion = flow.section <= Section::kReplyComplete ||
                              flow.section == Section::kLockForCallComplete ||
                              flow.section == Section::kCallComplete ||
                              flow.section >= Section::kReleaseObjects;
  if (has_completion) ++claims_.completions;
  if (flow.buffer && flow.section <= Section::kFreeBuffer) OfBuffer(flow);
}

void StackReader::OfBuffer(const TransactionFlow& flow) {
  if (flow.section >= Section::kDropBufferNode) {
    HoldsNothing(flow.target_proc, flow.buffer);
    return;
  }
  uint64_t end = flow.offset_at;
  if (flow.section == Section::kObjectTranslated && is_top_ &&
      thread_.result >= 0) {  // held already, though not yet counted
    end += sizeof(binder_size_t);
  }
  claims_.buffers[{flow.target_proc, flow.buffer}] = {
      true, protocol::Align8(flow.arguments.data_size), end, false};
}

}  // namespace

void Claims::Clear() {
  nodes.Clear();
  transactions.Clear();
  buffers.Clear();
  threads.Clear();
  procs.Clear();
  files.Clear();
  unlinked_refs.Clear();
  refs_in_hand.Clear();
  deaths.Clear();
  released.Clear();
  looked_after.Clear();
  wakings.Clear();
  freezers.Clear();
  waits.clear();
  sleepers.clear();
  completions = 0;
  work_queue_sleeps = false;
}

void Claims::Read(const Driver& driver, const sim::Machine& machine) {
  Clear();
  for (const auto& [id, thread] : machine.threads()) {
    StackReader(driver, thread, id, *this).Read();
  }
  for (const auto& [id, thread] : driver.threads) {
    if (thread.is_dead) ++procs[thread.proc];
    for (const ProcId target : thread.freeze_targets) ++procs[target];
  }
}

}  // namespace bindersim::driver
