// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How the operations of kernel scripts are begun.

#include <linux/android/binder.h>

#include <span>

#include "model/script/session.h"

namespace bindersim::script {

namespace {

constexpr uint64_t kIoctlRoom = 4096;  // for the argument of any ioctl
constexpr uint64_t kRoomBehindRead = 4096;

// The bytes of a plain struct.
template <class T>
std::vector<std::byte> BytesOf(const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  return {bytes.begin(), bytes.end()};
}

uint32_t RequestOf(const Step& step) {
  switch (step.op) {
    case Op::kSetMaxThreads:
      return BINDER_SET_MAX_THREADS;
    case Op::kSetContextMgr:
      return BINDER_SET_CONTEXT_MGR;
    case Op::kSetContextMgrExt:
      return BINDER_SET_CONTEXT_MGR_EXT;
    case Op::kVersion:
      return BINDER_VERSION;
    case Op::kThreadExit:
      return BINDER_THREAD_EXIT;
    case Op::kWr:
      return BINDER_WRITE_READ;
    case Op::kFreeze:
      return BINDER_FREEZE;
    case Op::kGetFrozenInfo:
      return BINDER_GET_FROZEN_INFO;
    case Op::kOnewaySpamDetection:
      return BINDER_ENABLE_ONEWAY_SPAM_DETECTION;
    case Op::kGetNodeInfoForRef:
      return BINDER_GET_NODE_INFO_FOR_REF;
    case Op::kGetNodeDebugInfo:
      return BINDER_GET_NODE_DEBUG_INFO;
    case Op::kGetExtendedError:
      return BINDER_GET_EXTENDED_ERROR;
    default:
      return step.command;
  }
}

bool UsesFile(const Step& step) {
  return step.op != Op::kOpen && step.op != Op::kMkfd &&
         step.op != Op::kMunmap && step.op != Op::kExitThread &&
         step.op != Op::kThreadSleep;
}

}  // namespace

// What a process's references stand for.
class Session::ProcessResolver : public Resolver {
 public:
  ProcessResolver(const Session& session, size_t process)
      : session_(session), process_(session.processes_[process]) {}

  std::optional<uint64_t> Resolve(const Value& value, As as) override {
    switch (value.kind) {
      case Value::Kind::kNumber:
        return value.number;
      case Value::Kind::kMapping:
        return session_.MappingOf(process_, value.text).base + value.number;
      case Value::Kind::kLabel: {
        const auto it = process_.descriptors.find(value.text);
        if (it == process_.descriptors.end()) return std::nullopt;
        return static_cast<uint32_t>(it->second);
      }
      case Value::Kind::kReceived:
        break;
    }
    const Received* received = Find(value);
    if (received == nullptr) return std::nullopt;
    if (as == As::kBuffer) return received->address + value.number;
    if (value.object >= received->objects.size()) return std::nullopt;
    return OfObject(received->objects[value.object], as);
  }

 private:
  const Received* Find(const Value& value) const {
    const std::vector<Received>* list = nullptr;
    const Script& script = session_.script_;
    for (size_t i = 0; i < script.threads.size(); ++i) {
      if (script.threads[i].name == value.text) {
        list = &session_.threads_[i].received;
      }
    }
    for (size_t i = 0; i < script.processes.size(); ++i) {
      if (script.processes[i].name == value.text) {
        list = &session_.processes_[i].received;
      }
    }
    if (list == nullptr) return nullptr;
    const int64_t size = static_cast<int64_t>(list->size());
    const int64_t at = value.nth < 0 ? size + value.nth : value.nth;
    return at < 0 || at >= size ? nullptr : &(*list)[static_cast<size_t>(at)];
  }

  static std::optional<uint64_t> OfObject(const ReceivedObject& object, As as) {
    if (!object.complete) return std::nullopt;
    switch (object.type) {
      case BINDER_TYPE_HANDLE:
      case BINDER_TYPE_WEAK_HANDLE:
        if (as == As::kHandle) return static_cast<uint32_t>(object.value);
        break;
      case BINDER_TYPE_BINDER:
      case BINDER_TYPE_WEAK_BINDER:
        if (as == As::kPtr) return object.value;
        if (as == As::kCookie) return object.cookie;
        break;
      default:
        if (as == As::kDescriptor && !object.descriptors.empty()) {
          return static_cast<uint32_t>(object.descriptors.front());
        }
        break;
    }
    return std::nullopt;
  }

  const Session& session_;
  const ProcessState& process_;
};

// --- beginning ---

std::vector<std::byte> Session::IoctlArgument(const Step& step) {
  switch (step.op) {
    case Op::kSetMaxThreads:
    case Op::kOnewaySpamDetection:
      return BytesOf(static_cast<uint32_t>(step.number));
    case Op::kSetContextMgrExt: {
      flat_binder_object object{};
      object.hdr.type = step.type;
      object.flags = step.flags;
      object.binder = step.ptr.number;
      object.cookie = step.cookie.number;
      return BytesOf(object);
    }
    case Op::kFreeze:
      return BytesOf(binder_freeze_info{
          step.target_process ? host_.pid(*step.target_process)
                              : static_cast<uint32_t>(step.handle.number),
          static_cast<uint32_t>(step.number),
          static_cast<uint32_t>(step.timeout_ms)});
    case Op::kGetFrozenInfo:
      return BytesOf(binder_frozen_status_info{
          step.target_process ? host_.pid(*step.target_process)
                              : static_cast<uint32_t>(step.handle.number),
          0, 0});
    case Op::kGetNodeInfoForRef:
      return BytesOf(binder_node_info_for_ref{
          static_cast<uint32_t>(step.handle.number), step.strong_count,
          step.weak_count, step.reserved, 0, 0});
    case Op::kGetNodeDebugInfo:
      return BytesOf(binder_node_debug_info{step.ptr.number, 0, 0, 0});
    case Op::kIoctl: {
      const auto bytes = std::as_bytes(std::span(step.bytes));
      return {bytes.begin(), bytes.end()};
    }
    default:
      return {};
  }
}

std::string Session::Prepare(const Step& original, ThreadState& thread) {
  const size_t process = ProcessOf(thread);
  ProcessState& own = processes_[process];
  ProcessResolver resolver(*this, process);
  if (original.op == Op::kOpen || original.op == Op::kMkfd) {
    return own.descriptors.contains(original.fd.text) ? "label in use" : "";
  }
  if (original.op == Op::kMunmap) {
    return MappingOf(own, original.fd.text).base == 0 ? "no file" : "";
  }
  if (UsesFile(original)) {
    const auto descriptor =
        resolver.Resolve(original.fd, Resolver::As::kDescriptor);
    if (!descriptor) return "unresolved: fd " + original.fd.text;
    thread.descriptor = static_cast<int32_t>(*descriptor);
  }
  if (original.op == Op::kWr) return PrepareWriteRead(original, thread);
  Step step = original;
  for (const auto& [value, as] :
       {std::pair(&step.handle, Resolver::As::kHandle),
        std::pair(&step.ptr, Resolver::As::kPtr),
        std::pair(&step.cookie, Resolver::As::kCookie)}) {
    const auto number = resolver.Resolve(*value, as);
    if (!number) return "unresolved: " + value->text;
    *value = Value::Number(*number);
  }
  if (step.op < Op::kSetMaxThreads || step.op == Op::kPoll) return "";
  Memory& memory = host_.memory(process);
  thread.argument = memory.Map(kIoctlRoom);
  thread.regions.push_back(thread.argument);
  memory.Write(thread.argument, IoctlArgument(step));
  return "";
}

std::string Session::PrepareWriteRead(const Step& step, ThreadState& thread) {
  const size_t process = ProcessOf(thread);
  ProcessResolver resolver(*this, process);
  Memory& memory = host_.memory(process);
  WriteBuffer buffer(memory, resolver);
  bool resolved = true;
  for (const Command& command : step.write) {
    resolved = resolved && buffer.Add(command);
  }
  const uint64_t commands = buffer.Finish();
  thread.regions = buffer.regions();
  if (!resolved) {
    for (const uint64_t region : thread.regions) memory.Unmap(region);
    thread.regions.clear();
    return "unresolved: reference";
  }
  std::vector<std::byte> untouched(step.read_size + kRoomBehindRead,
                                   kUntouched);
  thread.read_buffer = memory.Map(untouched.size());
  thread.regions.push_back(thread.read_buffer);
  memory.Write(thread.read_buffer, untouched);

  binder_write_read bwr{};
  bwr.write_size = step.write_size.value_or(buffer.size() - step.write_cut);
  bwr.write_consumed = step.write_consumed;
  bwr.write_buffer = step.write_ptr.value_or(commands);
  bwr.read_size = step.read_size;
  bwr.read_consumed = step.read_consumed;
  bwr.read_buffer = step.read_ptr.value_or(thread.read_buffer);
  thread.argument = memory.Map(sizeof(bwr));
  thread.regions.push_back(thread.argument);
  memory.WriteValue(thread.argument, bwr);
  return "";
}

SystemCall Session::CallOf(const Step& step, const ThreadState& thread) const {
  using Kind = SystemCall::Kind;
  const size_t process = ProcessOf(thread);
  SystemCall call;
  call.descriptor = thread.descriptor;
  switch (step.op) {
    case Op::kOpen:
      call.kind = Kind::kOpen;
      call.device = step.device;
      call.nonblocking = step.nonblocking;
      break;
    case Op::kMmap:
      call.kind = Kind::kMmap;
      call.length = step.size;
      call.protection = step.protection;
      call.flags = step.map_flags;
      call.offset = step.offset;
      break;
    case Op::kMunmap: {
      const Mapping mapping = MappingOf(processes_[process], step.fd.text);
      call.kind = Kind::kMunmap;
      call.address = mapping.base + step.offset;
      call.length = step.length.value_or(mapping.size);
      break;
    }
    case Op::kClose:
      call.kind = Kind::kClose;
      break;
    case Op::kMkfd:
      call.kind = Kind::kMkfd;
      call.identity = script_.processes[process].name + "." + step.fd.text;
      break;
    case Op::kPoll:
      call.kind = Kind::kPoll;
      call.milliseconds = step.timeout_ms;
      break;
    case Op::kExitThread:
      call.kind = Kind::kExit;
      break;
    case Op::kThreadSleep:
      call.kind = Kind::kSleep;
      call.milliseconds = step.number;
      break;
    default:
      call.kind = Kind::kIoctl;
      call.request = RequestOf(step);
      call.address = thread.argument;
      break;
  }
  return call;
}

}  // namespace bindersim::script
