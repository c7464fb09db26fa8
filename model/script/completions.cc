// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the operations of kernel scripts show when they have returned, and the
// steps that no thread does.

#include <linux/android/binder.h>
#include <poll.h>

#include <algorithm>
#include <cstring>

#include "model/driver/debugfs.h"
#include "model/script/dump.h"
#include "model/script/names.h"
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
  ProcessMeanings(const Session& session, const ProcessState& process)
      : session_(session), process_(process) {}

  std::string ProcessName(uint32_t pid) const override {
    for (size_t i = 0; i < session_.processes_.size(); ++i) {
      if (session_.processes_[i].pid == pid) {
        return session_.script_.processes[i].name;
      }
    }
    return "";
  }
  std::string FileName(int32_t descriptor) const override {
    return session_.FileName(process_, descriptor);
  }

 private:
  const Session& session_;
  const ProcessState& process_;
};

std::string Session::FileName(const ProcessState& process,
                              int32_t descriptor) const {
  const os::FileId file =
      kernel_.FileOf(kernel_.process(process.id), descriptor);
  if (!file) return "closed";
  const os::File& entry = *kernel_.files().Find(file);
  if (entry.kind != os::File::Kind::kOrdinary) return "open";
  return file_names_[entry.private_data];
}

Operation Session::Complete(size_t index) {
  ThreadState& thread = threads_[index];
  const Step& step = script_.steps[thread.step];
  Operation operation;
  const size_t process = ProcessOf(thread);
  if (thread.result < 0) {
    operation.ret = -1;
    operation.error = static_cast<int>(-thread.result);
  }
  if (step.op == Op::kExitThread) {
    operation.exited = true;
    return operation;
  }
  if (!Alive(process)) return operation;
  if (step.op == Op::kWr) {
    CompleteWriteRead(step, thread, operation);
  } else if (step.op < Op::kSetMaxThreads || step.op == Op::kPoll) {
    CompleteFile(step, thread, operation);
  } else if (thread.result >= 0) {
    CompleteIoctl(step, thread, operation);
  }
  for (const uint64_t region : thread.regions) {
    MemoryOf(process).Unmap(region);
  }
  thread.regions.clear();
  return operation;
}

void Session::CompleteFile(const Step& step, const ThreadState& thread,
                           Operation& operation) {
  if (thread.result < 0) return;
  ProcessState& own = processes_[ProcessOf(thread)];
  switch (step.op) {
    case Op::kOpen:
    case Op::kMkfd:
      own.descriptors[step.fd.text] = static_cast<int32_t>(thread.result);
      break;
    case Op::kMmap:
      own.mappings[step.fd.text] = {static_cast<uint64_t>(thread.result),
                                    os::PageAlign(step.size)};
      break;
    case Op::kClose:
      std::erase_if(own.descriptors, [&](const auto& entry) {
        return entry.second == thread.descriptor;
      });
      break;
    case Op::kPoll:
      operation.ret = thread.result != 0 ? 1 : 0;
      operation.fields.emplace_back("revents", EventNames(thread.result));
      break;
    default:
      break;
  }
}

void Session::CompleteIoctl(const Step& step, const ThreadState& thread,
                            Operation& operation) {
  const os::AddressSpace& memory = MemoryOf(ProcessOf(thread));
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
      put("id", error.id);
      operation.fields.emplace_back("command", ReturnName(error.command));
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
  const os::AddressSpace& memory = MemoryOf(process);
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
  const ProcessMeanings meanings(*this, processes_[process]);
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

void Session::Control(const Step& step, StepResult& result) {
  switch (step.op) {
    case Op::kKill:
      kernel_.Kill(env_, processes_[step.process].id,
                   record::ExitReason::kKilled);
      RunUntilQuiet();
      result.self.emplace_back("ret", int64_t{0});
      break;
    case Op::kSignal:
      machine_.Signal(env_, threads_[step.thread].id);
      RunUntilQuiet();
      result.self.emplace_back("ret", int64_t{0});
      break;
    case Op::kSleepMs:
      RunUntilQuiet(std::chrono::milliseconds(step.number));
      break;
    case Op::kFds: {
      std::vector<std::string> names;
      const ProcessState& process = processes_[step.process];
      const auto& table = kernel_.process(process.id).descriptors;
      for (size_t i = 0; i < table.size(); ++i) {
        const std::string name = FileName(process, static_cast<int32_t>(i));
        if (name != "open" && name != "closed") names.push_back(name);
      }
      std::sort(names.begin(), names.end());
      result.self.emplace_back("fds", names);
      break;
    }
    case Op::kDump:
      result.self.emplace_back("lines", Dump(step));
      break;
    default:
      break;
  }
}

std::vector<std::string> Session::Dump(const Step& step) {
  const uint32_t pid = step.dump == "proc" ? processes_[step.process].pid : 0;
  if (step.dump == "state" || step.dump == "proc") {
    driver::HoldPrintedNodes(env_, driver_, true, pid);
  } else if (step.dump == "transactions") {
    driver::HoldPrintedNodes(env_, driver_, false);
  }
  DumpNames names;
  for (size_t i = 0; i < processes_.size(); ++i) {
    names.processes[processes_[i].pid] = script_.processes[i].name;
  }
  for (size_t i = 0; i < threads_.size(); ++i) {
    names.threads[threads_[i].tid] = script_.threads[i].name;
  }
  const auto file = [&]() -> std::string {
    if (step.dump == "state") return driver::StateFile(driver_);
    if (step.dump == "stats") return driver::StatsFile(driver_);
    if (step.dump == "transactions") return driver::TransactionsFile(driver_);
    if (step.dump == "transaction_log") {
      return driver::TransactionLogFile(driver_);
    }
    if (step.dump == "failed_transaction_log") {
      return driver::FailedTransactionLogFile(driver_);
    }
    return driver::ProcFile(driver_, pid);
  };
  const std::vector<std::string> lines = NormalisedLines(file(), names);
  RunUntilQuiet();
  return lines;
}

}  // namespace bindersim::script
