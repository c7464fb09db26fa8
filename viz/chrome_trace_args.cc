// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What a viewer shows of a slice: its name, category and arguments.

#include <fmt/format.h>

#include <string>

#include "sim/sched_records.h"
#include "viz/binder_names.h"
#include "viz/json_writer.h"
#include "viz/trace_model.h"

namespace bindersim::viz {
namespace {

const std::string& Text(const TraceModel& model, sim::Name name) {
  return model.texts.Text(name);
}

// Perfetto cuts an AIDL name at "::".
std::string NamePart(const std::string& text) {
  std::string part;
  for (const char c : text) {
    if (c == ':' && part.ends_with(':')) {
      part.back() = '.';
    } else {
      part += c;
    }
  }
  return part.empty() ? "unknown" : part;
}

std::string AidlName(const TraceModel& model, const Slice& slice) {
  const uint32_t tid = model.rows[slice.track].id;
  const auto thread = model.threads.find(tid);
  const auto process = thread == model.threads.end()
                           ? model.processes.end()
                           : model.processes.find(thread->second.pid);
  const bool java = process != model.processes.end() &&
                    process->second.language == record::Language::kJava;
  const bool client = slice.kind == SliceKind::kClient;
  const std::string& interface = Text(model, slice.second);
  return fmt::format(
      "AIDL::{}::{}::{}::{}", java ? "java" : "cpp",
      NamePart(interface.empty() ? Text(model, slice.first) : interface),
      NamePart(Text(model, slice.third)),
      java ? (client ? "client" : "server")
           : (client ? "cppClient" : "cppServer"));
}

std::string StateName(const TraceModel& model, const Slice& slice) {
  const std::string& what = Text(model, slice.first);
  const std::string suffix = what.empty() ? "" : ": " + what;
  switch (static_cast<sim::RunState>(slice.code)) {
    case sim::RunState::kBlocked:
      return "blocked" + suffix;
    case sim::RunState::kRunnable:
      return "runnable";
    case sim::RunState::kRunning:
      return "running";
    case sim::RunState::kSpinning:
      return "spinning" + suffix;
    case sim::RunState::kExited:
      break;
  }
  return "exited";
}

std::string WaitName(const TraceModel& model, const Slice& slice) {
  const std::string& what = Text(model, slice.first);
  const char* prefix = "";
  switch (static_cast<record::UserWaitKind>(slice.code)) {
    case record::UserWaitKind::kSleep:
      return what.empty() || what == "sleep" ? "sleep" : "sleep " + what;
    case record::UserWaitKind::kMutex:
      prefix = "wait for mutex ";
      break;
    case record::UserWaitKind::kCondition:
      prefix = "wait for condition ";
      break;
    case record::UserWaitKind::kService:
      prefix = "wait for service ";
      break;
  }
  return prefix + what;
}

std::string ExitName(uint32_t reason) {
  switch (static_cast<record::ExitReason>(reason)) {
    case record::ExitReason::kKilled:
      return "process killed";
    case record::ExitReason::kAborted:
      return "process aborted";
    case record::ExitReason::kExited:
      break;
  }
  return "process exited";
}

// "name" of a thread, or its number.
std::string ThreadLabel(const TraceModel& model, uint32_t tid) {
  const auto thread = model.threads.find(tid);
  if (thread == model.threads.end() || thread->second.name.empty()) {
    return fmt::format("thread {}", tid);
  }
  return thread->second.name;
}

std::string OnCpuName(const TraceModel& model, const Slice& slice) {
  const std::string thread = ThreadLabel(model, slice.number);
  const auto facts = model.threads.find(slice.number);
  if (facts == model.threads.end()) return thread;
  const auto process = model.processes.find(facts->second.pid);
  if (process == model.processes.end()) return thread;
  return process->second.name + "/" + thread;
}

void WriteTransactionArgs(const TraceModel& model, const Slice& slice,
                          JsonWriter& json) {
  json.Field("debug_id", slice.debug_id);
  if (slice.kind == SliceKind::kTransaction ||
      slice.kind == SliceKind::kAsyncTransaction) {
    json.Field("to_pid", slice.number);
  } else if (slice.number != 0) {
    json.Field("from_tid", slice.number);
  }
  if (slice.kind != SliceKind::kReceiveReply) json.Field("code", slice.code);
  json.Field("flags", fmt::format("0x{:x}", slice.flags));
  json.Field("data_size", slice.size1);
  json.Field("offsets_size", slice.size2);
  const std::string& error = Text(model, slice.first);
  if (error.empty()) return;
  json.Field("error", error);
  if (slice.status != 0) json.Field("errno", -slice.status);
}

void WriteCallArgs(const TraceModel& model, const Slice& slice,
                   JsonWriter& json) {
  json.Field("target", Text(model, slice.first));
  json.Field("method", Text(model, slice.third));
  if (slice.kind == SliceKind::kClient || slice.kind == SliceKind::kLocalCall) {
    json.Field("call", slice.number);
    json.Field("code", slice.code);
    json.Field("data_size", slice.size1);
  } else if (slice.debug_id != 0) {
    json.Field("debug_id", slice.debug_id);
  }
  json.Field("oneway", slice.flags != 0);
  if (!slice.unfinished && !slice.interrupted) {
    json.Field("status", StatusName(slice.status));
  }
}

void WriteIoctlArgs(const TraceModel& model, const Slice& slice,
                    JsonWriter& json) {
  const std::string& written = Text(model, slice.first);
  const std::string& returned = Text(model, slice.second);
  if (!written.empty()) json.Field("commands", written);
  if (!returned.empty()) json.Field("returns", returned);
  json.Field("write_consumed", slice.size1);
  json.Field("read_consumed", slice.size2);
  if (slice.status != 0) json.Field("errno", slice.status);
}

void WriteStateArgs(const Slice& slice, JsonWriter& json) {
  const auto state = static_cast<sim::RunState>(slice.code);
  if (state == sim::RunState::kRunning || state == sim::RunState::kSpinning) {
    json.Field("cpu", slice.number);
  } else if (slice.debug_id != 0) {
    json.Field("woken_by_tid", slice.debug_id);
  }
}

void WriteInstantArgs(const TraceModel& model, const Slice& slice,
                      JsonWriter& json) {
  switch (slice.kind) {
    case SliceKind::kFinding:
      json.Field("detail", Text(model, slice.second));
      if (slice.debug_id != 0) json.Field("tid", slice.debug_id);
      break;
    case SliceKind::kFailure:
      json.Field("debug_id", slice.debug_id);
      if (slice.status != 0) json.Field("errno", -slice.status);
      json.Field("late", slice.flags != 0);
      break;
    case SliceKind::kDeathNotice:
      json.Field("node_debug_id", slice.debug_id);
      json.Field("cookie", slice.size1);
      break;
    case SliceKind::kStarved:
      json.Field("threads", slice.code);
      json.Field("starved_ns", slice.size1);
      break;
    default:
      break;
  }
}

}  // namespace

std::string SliceName(const TraceModel& model, const Slice& slice) {
  switch (slice.kind) {
    case SliceKind::kClient:
    case SliceKind::kServer:
      return AidlName(model, slice);
    case SliceKind::kLocalCall:
      return fmt::format("local call {}.{}", Text(model, slice.first),
                         Text(model, slice.third));
    case SliceKind::kLocalMethod:
      return fmt::format("{}.{}", Text(model, slice.first),
                         Text(model, slice.third));
    case SliceKind::kTransaction:
      return "binder transaction";
    case SliceKind::kAsyncTransaction:
      return "binder transaction async";
    case SliceKind::kReceiveReply:
      return "receive reply";
    case SliceKind::kReply:
      return "binder reply";
    case SliceKind::kAsyncReceive:
      return "binder async rcv";
    case SliceKind::kUserWait:
      return WaitName(model, slice);
    case SliceKind::kIoctl:
      return IoctlName(slice.code);
    case SliceKind::kLockWait:
      return "wait for lock " + Text(model, slice.first);
    case SliceKind::kState:
      return StateName(model, slice);
    case SliceKind::kOnCpu:
      return OnCpuName(model, slice);
    case SliceKind::kMark:
      return "mark: " + Text(model, slice.first);
    case SliceKind::kFinding:
      return "finding: " + Text(model, slice.first);
    case SliceKind::kFailure:
      return CommandName(slice.code);
    case SliceKind::kSpawnLooper:
      return "BR_SPAWN_LOOPER";
    case SliceKind::kDeathNotice:
      return "BR_DEAD_BINDER";
    case SliceKind::kBinderDied:
      return "binderDied " + Text(model, slice.first);
    case SliceKind::kProcessExit:
      return ExitName(slice.code);
    case SliceKind::kFault:
      return "fault injected";
    case SliceKind::kStarved:
      return "binder thread pool starved";
  }
  return "";
}

const char* SliceCategory(SliceKind kind) {
  switch (kind) {
    case SliceKind::kClient:
    case SliceKind::kServer:
    case SliceKind::kLocalCall:
    case SliceKind::kLocalMethod:
      return "aidl";
    case SliceKind::kUserWait:
    case SliceKind::kMark:
    case SliceKind::kBinderDied:
      return "user";
    case SliceKind::kIoctl:
    case SliceKind::kLockWait:
      return "driver";
    case SliceKind::kState:
    case SliceKind::kOnCpu:
      return "sched";
    case SliceKind::kFinding:
    case SliceKind::kFault:
    case SliceKind::kProcessExit:
      return "run";
    default:
      return "binder";
  }
}

void WriteSliceArgs(const TraceModel& model, const Slice& slice,
                    JsonWriter& json) {
  switch (slice.kind) {
    case SliceKind::kTransaction:
    case SliceKind::kAsyncTransaction:
    case SliceKind::kReceiveReply:
    case SliceKind::kReply:
    case SliceKind::kAsyncReceive:
      WriteTransactionArgs(model, slice, json);
      break;
    case SliceKind::kClient:
    case SliceKind::kLocalCall:
    case SliceKind::kServer:
    case SliceKind::kLocalMethod:
      WriteCallArgs(model, slice, json);
      break;
    case SliceKind::kIoctl:
      WriteIoctlArgs(model, slice, json);
      break;
    case SliceKind::kLockWait:
      json.Field("holder_tid", slice.number);
      break;
    case SliceKind::kState:
      WriteStateArgs(slice, json);
      break;
    case SliceKind::kOnCpu:
      json.Field("tid", slice.number);
      break;
    default:
      WriteInstantArgs(model, slice, json);
      break;
  }
  if (slice.unfinished) json.Field("unfinished", true);
  if (slice.interrupted) json.Field("interrupted", true);
  if (slice.shift != 0) json.Field("shift_ns", slice.shift);
}

}  // namespace bindersim::viz
