// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the operations of kernel scripts show when they have returned, and the
// steps that no thread does.

#include <linux/android/binder.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "model/os/address_space.h"
#include "model/protocol.h"
#include "model/script/dump.h"
#include "model/script/error_name.h"
#include "model/script/session.h"

namespace bindersim::script {

namespace {

std::vector<std::string> EventNames(int64_t events) {
  std::vector<std::string> names;
  if ((events & POLLIN) != 0) names.emplace_back("POLLIN");
  if ((events & POLLERR) != 0) names.emplace_back("POLLERR");
  if ((events & POLLHUP) != 0) names.emplace_back("POLLHUP");
  if ((events & POLLNVAL) != 0) names.emplace_back("POLLNVAL");
  return names;
}

}  // namespace

class Session::ProcessMeanings : public Meanings {
 public:
  ProcessMeanings(const Session& session, size_t process)
      : session_(session), process_(process) {}

  std::string ProcessName(uint32_t pid) const override {
    const std::vector<Process>& processes = session_.script_.processes;
    for (size_t i = 0; i < processes.size(); ++i) {
      if (session_.host_.pid(i) == pid) return processes[i].name;
    }
    return "";
  }
  std::string FileName(int32_t descriptor) const override {
    return session_.host_.FileName(process_, descriptor);
  }

 private:
  const Session& session_;
  size_t process_;
};

Operation Session::Complete(const Host::Completion& completion) {
  ThreadState& thread = threads_[completion.thread];
  const Step& step = script_.steps[thread.step];
  Operation operation;
  const size_t process = ProcessOf(thread);
  if (completion.result < 0) {
    operation.ret = -1;
    operation.error = static_cast<int>(-completion.result);
  }
  if (step.op == Op::kExitThread) {
    operation.exited = true;
    return operation;
  }
  if (!host_.ProcessAlive(process)) return operation;
  if (step.op == Op::kWr) {
    CompleteWriteRead(step, thread, operation);
  } else if (completion.result >= 0) {
    if (step.op < Op::kSetMaxThreads || step.op == Op::kPoll) {
      CompleteFile(step, thread, completion.result, operation);
    } else {
      CompleteIoctl(step, thread, operation);
    }
  }
  for (const uint64_t region : thread.regions) {
    host_.memory(process).Unmap(region);
  }
  thread.regions.clear();
  return operation;
}

void Session::CompleteFile(const Step& step, const ThreadState& thread,
                           int64_t result, Operation& operation) {
  ProcessState& own = processes_[ProcessOf(thread)];
  switch (step.op) {
    case Op::kOpen:
    case Op::kMkfd:
      own.descriptors[step.fd.text] = static_cast<int32_t>(result);
      break;
    case Op::kMmap:
      own.mappings[step.fd.text] = {static_cast<uint64_t>(result),
                                    os::PageAlign(step.size)};
      break;
    case Op::kClose:
      std::erase_if(own.descriptors, [&](const auto& entry) {
        return entry.second == thread.descriptor;
      });
      break;
    case Op::kPoll:
      operation.ret = result != 0 ? 1 : 0;
      operation.fields.emplace_back("revents", EventNames(result));
      break;
    default:
      break;
  }
}

void Session::CompleteIoctl(const Step& step, const ThreadState& thread,
                            Operation& operation) {
  const Memory& memory = host_.memory(ProcessOf(thread));
  const auto put = [&](const char* name, uint64_t number) {
    operation.fields.emplace_back(name, number);
  };
  switch (step.op) {
    case Op::kVersion: {
      int32_t version = 0;
      memory.ReadValue(thread.argument, version);
      operation.fields.emplace_back("version", int64_t{version});
      break;
    }
    case Op::kGetFrozenInfo: {
      binder_frozen_status_info info{};
      memory.ReadValue(thread.argument, info);
      put("sync_recv", info.sync_recv);
      put("async_recv", info.async_recv);
      break;
    }
    case Op::kGetNodeInfoForRef: {
      binder_node_info_for_ref info{};
      memory.ReadValue(thread.argument, info);
      put("strong_count", info.strong_count);
      put("weak_count", info.weak_count);
      break;
    }
    case Op::kGetNodeDebugInfo: {
      binder_node_debug_info info{};
      memory.ReadValue(thread.argument, info);
      put("ptr", info.ptr);
      put("cookie", info.cookie);
      put("has_strong_ref", info.has_strong_ref);
      put("has_weak_ref", info.has_weak_ref);
      break;
    }
    case Op::kGetExtendedError: {
      binder_extended_error error{};
      memory.ReadValue(thread.argument, error);
      put("id", error.id == 0 ? 0 : error.id - host_.first_debug_id());
      operation.fields.emplace_back(
          "command", protocol::NameOf(protocol::Returns(), error.command));
      if (error.param < 0) {
        operation.fields.emplace_back("param", "-" + ErrorName(-error.param));
      } else {
        operation.fields.emplace_back("param", int64_t{error.param});
      }
      break;
    }
    default:
      break;
  }
}

void Session::CompleteWriteRead(const Step& step, ThreadState& thread,
                                Operation& operation) {
  const size_t process = ProcessOf(thread);
  const Memory& memory = host_.memory(process);
  binder_write_read bwr{};
  memory.ReadValue(thread.argument, bwr);
  operation.fields.emplace_back("wc", uint64_t{bwr.write_consumed});
  operation.fields.emplace_back("rc", uint64_t{bwr.read_consumed});
  if (step.read_ptr) return;  // not where the driver was told to write
  uint32_t head = 0;
  uint32_t untouched = 0;
  std::memset(&untouched, static_cast<int>(kUntouched), sizeof(untouched));
  memory.ReadValue(thread.read_buffer, head);
  if (step.read_consumed >= sizeof(head) && head != untouched) {
    operation.head = head;
  }
  const ProcessMeanings meanings(*this, process);
  const ReturnReader reader(
      memory, MappingOf(processes_[process], step.fd.text), meanings);
  operation.returns = reader.Read(thread.read_buffer + step.read_consumed,
                                  thread.read_buffer + bwr.read_consumed);
  for (const Return& entry : *operation.returns) {
    if (!entry.received) continue;
    thread.received.push_back(*entry.received);
    processes_[process].received.push_back(*entry.received);
  }
}

// --- steps that no thread does ---

void Session::Control(size_t index, StepResult& result) {
  const Step& step = script_.steps[index];
  switch (step.op) {
    case Op::kKill:
      host_.Kill(step.process);
      Settle(index);
      result.self.emplace_back("ret", int64_t{0});
      break;
    case Op::kSignal:
      host_.Signal(step.thread);
      Settle(index);
      result.self.emplace_back("ret", int64_t{0});
      break;
    case Op::kSleepMs:
      Settle(index, step.number);
      break;
    case Op::kFds: {
      std::vector<std::string> names = host_.FileNames(step.process);
      std::sort(names.begin(), names.end());
      result.self.emplace_back("fds", names);
      break;
    }
    case Op::kDump:
      result.self.emplace_back("lines", Dump(step));
      Settle(index);
      break;
    default:
      break;
  }
}

std::vector<std::string> Session::Dump(const Step& step) {
  DumpNames names;
  for (size_t i = 0; i < processes_.size(); ++i) {
    names.processes[host_.pid(i)] = script_.processes[i].name;
  }
  for (size_t i = 0; i < threads_.size(); ++i) {
    names.threads[host_.tid(i)] = script_.threads[i].name;
  }
  names.first_debug_id = host_.first_debug_id();
  names.first_statistics = host_.first_statistics();
  return NormalisedLines(host_.DebugFile(step.dump, step.process), names);
}

}  // namespace bindersim::script
