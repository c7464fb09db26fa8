// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/calls_under_way.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <variant>

#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/service_client.h"

namespace bindersim::userspace {

std::vector<CallUnderWay> CallsUnderWay(const Userspace& user,
                                        const sim::Stack& stack) {
  std::vector<CallUnderWay> calls;
  bool unnamed = false;  // the last of them: its caller is further out
  stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    if (sim::Stack::Is<Transact>(ops)) {
      const auto& transact = *static_cast<const Transact*>(frame);
      unnamed = transact.section == 1 && (transact.flags & TF_ONE_WAY) == 0;
      // Who calls without an action asks servicemanager for something.
      if (unnamed) calls.push_back({"servicemanager", transact.began.value});
    } else if (sim::Stack::Is<ServiceManagerCall>(ops)) {
      unnamed = false;
    } else if (unnamed && sim::Stack::Is<CallAction>(ops)) {
      const auto& action = *static_cast<const CallAction*>(frame);
      const auto& spec = std::get<Call>(user.image->At(action.action).body);
      calls.back().method = spec.label + "." + spec.method;
      unnamed = false;
    }
  });
  return calls;
}

std::string MethodServed(const Userspace& user, const ThreadState& thread,
                         const sim::Stack& stack) {
  std::string served;
  stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    if (!sim::Stack::Is<BBinderTransact>(ops)) return;
    const auto& transact = *static_cast<const BBinderTransact*>(frame);
    const ObjectIndex object = transact.incoming.object;
    const Object& hosted = user.SetupOf(thread).objects[object];
    served =
        fmt::format("{}.{}", user.image->object_names[thread.process][object],
                    hosted.methods[transact.method].name);
  });
  return served;
}

}  // namespace bindersim::userspace
