// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/view.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <optional>

namespace bindersim::generator {

using script::Op;

namespace {

Handle& HandleOf(Port& port, uint64_t number) {
  for (Handle& handle : port.handles) {
    if (handle.number == number) return handle;
  }
  port.handles.push_back({static_cast<uint32_t>(number), 0, 0});
  return port.handles.back();
}

uint64_t FieldOf(const script::Operation& operation, const std::string& name) {
  for (const auto& [key, field] : operation.fields) {
    const auto* number = std::get_if<uint64_t>(&field);
    if (key == name && number != nullptr) return *number;
  }
  return 0;
}

}  // namespace

bool IsHandle(const script::ReceivedObject& object) {
  return object.complete && (object.type == BINDER_TYPE_HANDLE ||
                             object.type == BINDER_TYPE_WEAK_HANDLE);
}

View::View(const script::Script& script) {
  for (const script::Process& process : script.processes) {
    processes_.push_back({process.name, process.uid, true, false, {}, {}, {}});
  }
  for (const script::Thread& thread : script.threads) {
    ThreadView view;
    view.name = thread.name;
    view.process = thread.process;
    threads_.push_back(view);
  }
}

const Port* View::PortOf(size_t thread, const std::string& label) const {
  const auto& ports = ProcessOf(thread).ports;
  const auto it = ports.find(label);
  return it == ports.end() ? nullptr : &it->second;
}

std::vector<size_t> View::IdleThreads() const {
  std::vector<size_t> list;
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].idle()) list.push_back(i);
  }
  return list;
}

std::vector<size_t> View::ThreadsOf(size_t process) const {
  std::vector<size_t> list;
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].process == process) list.push_back(i);
  }
  return list;
}

std::optional<size_t> View::Manager(driver::Device device) const {
  for (size_t i = 0; i < processes_.size(); ++i) {
    for (const auto& [label, port] : processes_[i].ports) {
      if (port.manager && port.device == device) return i;
    }
  }
  return std::nullopt;
}

void View::Note(const script::Script& script, const script::StepResult& result,
                const std::vector<Consumption>& consumptions) {
  const size_t now = script.steps.size() - 1;
  const script::Step& last = script.steps.back();
  if (last.ByThread()) {
    auto& ports = processes_[threads_[last.thread].process].ports;
    const auto port = ports.find(last.fd.text);
    const auto it = result.operations.find(threads_[last.thread].name);
    const bool performed =
        it != result.operations.end() && !it->second.of && port != ports.end();
    for (const Consumption& one : consumptions) {
      if (!performed) break;
      if (!it->second.blocked && one.end > FieldOf(it->second, "wc")) break;
      for (const Effect& effect : one.effects) {
        Apply(effect, last.thread, port->second, last.fd.text);
      }
    }
  } else if (result.self.empty() || result.self.front().first != "skipped") {
    NoteControl(last);
  }
  for (size_t i = 0; i < threads_.size(); ++i) {
    const auto it = result.operations.find(threads_[i].name);
    if (it == result.operations.end()) continue;
    threads_[i].blocked = it->second.blocked;
    if (it->second.blocked) continue;
    NoteOperation(script.steps[it->second.of.value_or(now)], i, it->second);
  }
}

void View::NoteControl(const script::Step& step) {
  if (step.op != Op::kKill) return;
  processes_[step.process].alive = false;
  processes_[step.process].ports.clear();
  for (const size_t thread : ThreadsOf(step.process)) {
    threads_[thread].alive = false;
    threads_[thread].blocked = false;
  }
}

void View::NoteOperation(const script::Step& step, size_t index,
                         const script::Operation& operation) {
  ThreadView& thread = threads_[index];
  ProcessView& process = processes_[thread.process];
  if (operation.exited) thread.alive = false;
  if (operation.ret < 0 && step.op != Op::kWr) return;
  const std::string& label = step.fd.text;
  const auto found = process.ports.find(label);
  Port* port = found == process.ports.end() ? nullptr : &found->second;
  switch (step.op) {
    case Op::kOpen:
      process.ports[label].device = step.device;
      break;
    case Op::kMkfd:
      process.files.push_back(label);
      break;
    case Op::kClose:
      process.ports.erase(label);
      std::erase(process.files, label);
      break;
    case Op::kMmap:
      if (port != nullptr) port->mapped = true;
      if (port != nullptr) port->size = step.size;
      break;
    case Op::kMunmap:
      if (port != nullptr) port->mapped = false;
      break;
    case Op::kSetContextMgr:
    case Op::kSetContextMgrExt:
      if (port != nullptr) port->manager = true;
      break;
    case Op::kThreadExit:
      std::erase_if(thread.stack,
                    [&](const Frame& frame) { return frame.port == label; });
      thread.in_looper = false;
      break;
    case Op::kFreeze:
      if (step.target_process) {
        processes_[*step.target_process].frozen = step.number != 0;
      }
      break;
    case Op::kWr:
      if (port == nullptr || !operation.returns) break;
      for (const script::Return& entry : *operation.returns) {
        NoteReturn(entry, index, *port, label);
      }
      break;
    default:
      break;
  }
}

void View::NoteReturn(const script::Return& entry, size_t index, Port& port,
                      const std::string& label) {
  ThreadView& thread = threads_[index];
  const auto end_call = [&] {
    if (!thread.stack.empty() && !thread.stack.back().incoming) {
      thread.stack.pop_back();
    }
  };
  switch (entry.word) {
    case BR_TRANSACTION:
    case BR_TRANSACTION_SEC_CTX:
    case BR_REPLY:
      if (entry.word == BR_REPLY) end_call();
      NoteReceived(entry, index, port, label);
      break;
    case BR_FAILED_REPLY:
    case BR_DEAD_REPLY:
    case BR_FROZEN_REPLY:
      end_call();
      break;
    case BR_INCREFS:
    case BR_ACQUIRE:
      port.asked.push_back({entry.word == BR_ACQUIRE, entry.ptr, entry.cookie});
      break;
    case BR_SPAWN_LOOPER:
      thread.spawn_asked = true;
      break;
    case BR_DEAD_BINDER:
      for (Death& death : port.deaths) {
        if (death.cookie == entry.cookie) death.delivered = true;
      }
      break;
    case BR_CLEAR_DEATH_NOTIFICATION_DONE:
      std::erase_if(port.deaths, [&](const Death& death) {
        return death.cookie == entry.cookie && death.cleared;
      });
      break;
    default:
      break;
  }
}

void View::NoteReceived(const script::Return& entry, size_t index, Port& port,
                        const std::string& label) {
  ThreadView& thread = threads_[index];
  const script::Received& received = *entry.received;
  Parcel parcel;
  parcel.rx = thread.name + "#" + std::to_string(thread.received++);
  parcel.reply = entry.word == BR_REPLY;
  parcel.oneway = !parcel.reply && (received.flags & TF_ONE_WAY) != 0;
  parcel.objects = received.objects;
  if (!parcel.reply && !parcel.oneway) {
    thread.stack.push_back({label, true, parcel.rx});
  }
  for (size_t i = 0; i < received.objects.size(); ++i) {
    const script::ReceivedObject& object = received.objects[i];
    if (!object.complete) continue;
    if (IsHandle(object)) {
      HandleOf(port, object.value & 0xffffffff);
    } else if (!object.files.empty() && object.files.front() != "open") {
      processes_[thread.process].received_files.emplace_back(parcel.rx, i);
    }
  }
  port.parcels.push_back(std::move(parcel));
}

void View::Apply(const Effect& effect, size_t index, Port& port,
                 const std::string& label) {
  ThreadView& thread = threads_[index];
  const auto handle = [&]() -> Handle& {
    return HandleOf(port, effect.number);
  };
  switch (effect.kind) {
    case Effect::Kind::kNone:
      break;
    case Effect::Kind::kCall:
      thread.stack.push_back({label, false, ""});
      break;
    case Effect::Kind::kReply:
      if (!thread.stack.empty() && thread.stack.back().incoming) {
        thread.stack.pop_back();
      }
      break;
    case Effect::Kind::kFree:
      for (Parcel& parcel : port.parcels) {
        if (parcel.rx == effect.rx) parcel.freed = true;
      }
      break;
    case Effect::Kind::kIncrefs:
      ++handle().weak;
      break;
    case Effect::Kind::kAcquire:
      ++handle().strong;
      break;
    case Effect::Kind::kRelease:
      if (handle().strong > 0) --handle().strong;
      break;
    case Effect::Kind::kDecrefs:
      if (handle().weak > 0) --handle().weak;
      break;
    case Effect::Kind::kDone:
      std::erase_if(port.asked, [&](const Asked& asked) {
        return asked.ptr == effect.number && asked.strong == effect.strong;
      });
      break;
    case Effect::Kind::kRequestDeath:
      port.deaths.push_back(
          {static_cast<uint32_t>(effect.number), effect.cookie, false, false});
      break;
    case Effect::Kind::kClearDeath:
      for (Death& death : port.deaths) {
        if (death.cookie == effect.cookie) death.cleared = true;
      }
      break;
    case Effect::Kind::kDeadDone:
      std::erase_if(port.deaths, [&](const Death& death) {
        return death.cookie == effect.cookie && death.delivered;
      });
      break;
    case Effect::Kind::kLooper:
      thread.in_looper = true;
      thread.spawn_asked = false;
      break;
    case Effect::Kind::kExport:
      if (std::none_of(
              port.nodes.begin(), port.nodes.end(),
              [&](const OwnNode& node) { return node.ptr == effect.number; })) {
        port.nodes.push_back({effect.number, effect.cookie});
      }
      break;
  }
}

}  // namespace bindersim::generator
