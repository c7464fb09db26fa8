// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// binder_ioctl: the dispatcher and the small requests (CTL-20..26, 40..53).

#include "model/driver/ioctl.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <cerrno>

#include "model/driver/files.h"
#include "model/driver/freeze.h"

namespace bindersim::driver {

using sim::Step;

Step SetContextManager::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  Proc& owner = driver.procs[proc];
  Context& context = driver.ContextOf(owner);
  switch (section++) {
    case kLock:
      return Step::Enter(context.manager_mutex);
    case kCheck: {
      const uint32_t uid =
          env.Get<const os::Kernel>().process(owner.process).uid;
      if (context.manager) {
        error = -EBUSY;
      } else if (context.manager_uid.value_or(uid) != uid) {
        error = -EPERM;
      } else {
        context.manager_uid = uid;
        return Step::Enter(owner.inner_lock);
      }
      section = kDone;
      return Step::Leave(driver.costs.lock);
    }
    case kMakeNode:
      node = driver.FindNode(proc, ptr);
      if (node) {
        ++driver.nodes[node].tmp_refs;
      } else {
        node = driver.NewNode(env, proc, ptr, cookie, flags);
      }
      return Step::Leave(driver.costs.lock);
    case kLockNode:
      return Step::Enter(driver.LookAt(node).lock);
    case kAppoint: {
      Node& manager = driver.nodes[node];
      ++manager.local_weak_refs;
      ++manager.local_strong_refs;
      manager.has_strong_ref = true;
      manager.has_weak_ref = true;
      context.manager = node;
      return Step::Leave(driver.costs.lock);
    }
    case kPut:
      return env.Call(NodeOperation::Put(node));
    case kUnlock:
      return Step::Leave(sim::Duration{});
    default:
      return Step::Done(error);
  }
}

Step IoctlFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const sim::LockId inner = section == Section::kReturn
                                ? sim::LockId{}
                                : driver.LookAt(proc).inner_lock;
  switch (section) {
    case Section::kStart:
      env.Emit(record::IoctlBegin{request, 0});
      section = Section::kFindThread;
      return Step::Enter(inner);
    case Section::kFindThread:  // CTL-21
      env.OnlyLooks();
      thread = driver.FindThread(proc, env.tid());
      if (!thread) thread = driver.NewThread(env, proc);
      section = Section::kDispatch;
      // Half of the system call's cost is paid on the way in, half on the way
      // out.
      return Step::Leave(driver.costs.syscall / 2);
    case Section::kDispatch:
      return Dispatch(env, driver);
    case Section::kSmall:
      outcome = Small(env, driver);
      section = Section::kDone;
      return Step::Leave(driver.costs.lock);
    case Section::kAnswered:
      outcome = env.result();
      section = Section::kDone;
      return Step::Again();
    case Section::kDone:
      driver.ChangesInbox(env, thread);
      if (driver.LookAt(thread).looper_need_return) {
        driver.threads[thread].looper_need_return = false;
      }
      return Finish(env, driver, outcome);
    case Section::kThreadExited:
      return Finish(env, driver, 0);
    default:
      return Step::Done(outcome);
  }
}

Step IoctlFlow::Dispatch(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  const os::AddressSpace& memory = Driver::MemoryToRead(env, owner);
  section = Section::kAnswered;
  switch (request) {
    case BINDER_WRITE_READ:
      return WriteReadIoctl(env, proc, thread, argument,
                            env.Get<os::Kernel>().files()[file].nonblocking);
    case BINDER_SET_CONTEXT_MGR:
      return env.Call(SetContextManager{proc});
    case BINDER_SET_CONTEXT_MGR_EXT: {
      flat_binder_object object{};
      if (!memory.ReadValue(argument, object)) {
        outcome = -EINVAL;
        section = Section::kDone;
        return Step::Again();
      }
      return env.Call(
          SetContextManager{proc, object.binder, object.cookie, object.flags});
    }
    case BINDER_FREEZE: {
      binder_freeze_info info{};
      if (!memory.ReadValue(argument, info)) {
        outcome = -EFAULT;
        section = Section::kDone;
        return Step::Again();
      }
      return Freeze(env, thread, info);
    }
    case BINDER_THREAD_EXIT:
      section = Section::kThreadExited;
      return env.Call(ReleaseThread{thread});
    case BINDER_VERSION: {
      const int32_t version = BINDER_CURRENT_PROTOCOL_VERSION;
      outcome = driver.UserMemory(env, owner).WriteValue(argument, version)
                    ? 0
                    : -EINVAL;
      section = Section::kDone;
      return Step::Again();
    }
    case BINDER_SET_MAX_THREADS:
    case BINDER_GET_NODE_DEBUG_INFO:
    case BINDER_GET_NODE_INFO_FOR_REF:
    case BINDER_GET_FROZEN_INFO:
    case BINDER_ENABLE_ONEWAY_SPAM_DETECTION:
    case BINDER_GET_EXTENDED_ERROR:
      section = Section::kSmall;
      return Step::Enter(owner.inner_lock);
    default:  // CTL-24
      outcome = -EINVAL;
      section = Section::kDone;
      return Step::Again();
  }
}

int IoctlFlow::Small(sim::Env& env, Driver& driver) {
  Proc& owner = driver.procs[proc];
  os::AddressSpace& memory = driver.UserMemory(env, owner);
  switch (request) {
    case BINDER_SET_MAX_THREADS:
      if (!memory.ReadValue(argument, owner.max_threads)) return -EINVAL;
      owner.most_max_threads.value =
          std::max(owner.most_max_threads.value, owner.max_threads);
      return 0;
    case BINDER_GET_NODE_DEBUG_INFO:
      return NodeDebugInfo(driver, memory);
    case BINDER_GET_NODE_INFO_FOR_REF:
      return NodeInfoForRef(env, driver, memory);
    case BINDER_GET_FROZEN_INFO: {
      binder_frozen_status_info info{};
      if (!memory.ReadValue(argument, info)) return -EFAULT;
      const int error = FrozenInfo(env, driver, info);
      if (error != 0) return error;
      return memory.WriteValue(argument, info) ? 0 : -EFAULT;
    }
    case BINDER_ENABLE_ONEWAY_SPAM_DETECTION: {
      uint32_t enable = 0;
      if (!memory.ReadValue(argument, enable)) return -EFAULT;
      owner.oneway_spam_detection_enabled = enable != 0;
      return 0;
    }
    default: {  // BINDER_GET_EXTENDED_ERROR
      ExtendedError& ee = driver.threads[thread].ee;
      const binder_extended_error told{ee.id, ee.command, ee.param};
      ee = {0, BR_OK, 0};
      return memory.WriteValue(argument, told) ? 0 : -EFAULT;
    }
  }
}

// CTL-48.
int IoctlFlow::NodeDebugInfo(Driver& driver, os::AddressSpace& memory) {
  binder_node_debug_info info{};
  if (!memory.ReadValue(argument, info)) return -EFAULT;
  const uint64_t after = info.ptr;
  info = {};
  for (const auto& [ptr, id] : driver.LookAt(proc).nodes) {
    if (ptr <= after) continue;
    const Node& node = driver.LookAt(id);
    info = {node.ptr, node.cookie, node.has_strong_ref, node.has_weak_ref};
    break;
  }
  return memory.WriteValue(argument, info) ? 0 : -EFAULT;
}

// CTL-49.
int IoctlFlow::NodeInfoForRef(sim::Env& env, Driver& driver,
                              os::AddressSpace& memory) {
  binder_node_info_for_ref info{};
  if (!memory.ReadValue(argument, info)) return -EFAULT;
  if (info.strong_count != 0 || info.weak_count != 0 || info.reserved1 != 0 ||
      info.reserved2 != 0 || info.reserved3 != 0) {
    return -EINVAL;
  }
  const Proc& owner = driver.LookAt(proc);
  const Context& context = driver.ContextOf(owner);
  // What else it looks at is under other locks than that of the process.
  Driver::ChangesUnder(env, context.manager_mutex);
  const NodeId manager = context.manager;
  if (!manager || driver.LookAt(manager).proc != proc) return -EPERM;
  Driver::ChangesUnder(env, owner.outer_lock);
  const RefId ref = driver.FindRef(proc, info.handle, true);
  if (!ref) return -EINVAL;
  const Node& node = driver.LookAt(driver.LookAt(ref).node);
  Driver::ChangesUnder(env, node.lock);
  info.strong_count =
      static_cast<uint32_t>(node.local_strong_refs + node.internal_strong_refs);
  info.weak_count = static_cast<uint32_t>(node.local_weak_refs);
  return memory.WriteValue(argument, info) ? 0 : -EFAULT;
}

Step IoctlFlow::Finish(sim::Env& env, Driver& driver, int64_t result) {
  outcome = result;
  record::IoctlEnd end{request, result < 0 ? static_cast<uint32_t>(-result) : 0,
                       0, 0};
  binder_write_read bwr{};
  if (request == BINDER_WRITE_READ && env.recorder.enabled() &&
      Driver::MemoryToRead(env, driver.LookAt(proc)).ReadValue(argument, bwr)) {
    end.write_consumed = bwr.write_consumed;
    end.read_consumed = bwr.read_consumed;
  }
  env.Emit(end);
  section = Section::kReturn;
  PutFile(env, file);
  return Step::Run(driver.costs.syscall / 2);
}

Step Ioctl(sim::Env& env, int32_t fd, uint32_t request, uint64_t argument) {
  auto& kernel = env.Get<os::Kernel>();
  const os::FileId file =
      kernel.FileOf(kernel.processes()[kernel.ProcessOf(env.self)], fd);
  if (!file) return env.Call(Answer{-EBADF});
  if (kernel.files()[file].kind != os::File::Kind::kBinder) {
    return env.Call(Answer{-ENOTTY});
  }
  ++kernel.file(file).references;
  IoctlFlow flow;
  flow.request = request;
  flow.argument = argument;
  flow.file = file;
  flow.proc = Unpack<ProcTag>(kernel.files()[file].private_data);
  return env.Call(flow);
}

}  // namespace bindersim::driver
