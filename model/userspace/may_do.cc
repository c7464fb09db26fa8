// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/may_do.h"

#include <algorithm>
#include <type_traits>
#include <variant>
#include <vector>

#include "model/userspace/program_frames.h"

namespace bindersim::userspace {

namespace {

// Whether the call, made by a thread of `caller`, may be meant for that method.
// A service's name says whose it is; other names may stand for any object that
// has such a method.
bool MayMean(const Setup& setup, ProcessIndex caller, const Call& call,
             ProcessIndex process, ObjectIndex object, const Method& method) {
  if (const auto* local = std::get_if<LocalRef>(&call.target)) {
    return process == caller && object == local->object;
  }
  const Object& meant = setup.processes[process].objects[object];
  const auto* service = std::get_if<ServiceRef>(&call.target);
  if (service != nullptr && meant.is_service) {
    return meant.name == service->name;
  }
  return method.name == call.method;
}

}  // namespace

bool MayDo::Itself(ProcessIndex process) {
  const ProcessSetup& setup = user_.setup().processes[process];
  seen_.clear();
  follows_calls_ = false;
  bool found = false;
  for (const ThreadSetup& thread : setup.threads) {
    found = found || Runs(process, thread.body);
  }
  for (const Object& object : setup.objects) {
    for (const Method& method : object.methods) {
      found = found || Runs(process, method.body);
    }
  }
  seen_.clear();
  follows_calls_ = true;
  return found;
}

bool MayDo::Serving(ProcessIndex process, const Method& method) {
  const bool found = Runs(process, method.body);
  if (found) seen_.clear();
  return found;
}

bool MayDo::Rest(const ThreadState& thread, const sim::Stack& stack) {
  const ProcessIndex process = thread.process;
  bool found = false;
  stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    if (found) return;
    if (sim::Stack::Is<RunBlock>(ops)) {
      const auto& block = *static_cast<const RunBlock*>(frame);
      const auto& actions = user_.setup().blocks[block.block].actions;
      found =
          Runs(process, block.block, block.next) ||
          (block.next > 0 && Follows(process, actions[block.next - 1].body));
    } else if (sim::Stack::Is<RepeatBlock>(ops)) {
      const auto& repeat = *static_cast<const RepeatBlock*>(frame);
      found = repeat.left > 0 && Runs(process, repeat.body);
    } else if (sim::Stack::Is<CallAction>(ops)) {
      const auto& call = *static_cast<const CallAction*>(frame);
      found = call.section == CallAction::Section::kLookUp &&
              Does(process, user_.image->At(call.action).body);
    }
  });
  for (const std::vector<Recipient>& recipients : thread.obituaries) {
    for (const Recipient& recipient : recipients) {
      found =
          found || (!recipient.service_manager &&
                    Follows(process, user_.image->At(recipient.action).body));
    }
  }
  if (found) seen_.clear();
  return found;
}

bool MayDo::Runs(ProcessIndex process, BlockIndex block, uint32_t from) {
  // The rest of a block is looked at anew: it may be less than the whole.
  if (from == 0 && !seen_.emplace(process, block).second) return false;
  const std::vector<Action>& actions = user_.setup().blocks[block].actions;
  return std::any_of(
      actions.begin() + std::min<size_t>(from, actions.size()), actions.end(),
      [&](const Action& action) { return Does(process, action.body); });
}

bool MayDo::Does(ProcessIndex process, const ActionBody& action) {
  const bool does = std::visit(
      [&](const auto& body) {
        using A = std::remove_cvref_t<decltype(body)>;
        if constexpr (std::is_same_v<A, Notify>) {
          return process == process_ && condition_ == body.condition;
        } else if constexpr (std::is_same_v<A, AddService>) {
          return !condition_ && body.name == service_;
        } else if constexpr (std::is_same_v<A, Call>) {
          return Calls(process, body);
        } else if constexpr (std::is_same_v<A, Spawn> ||
                             std::is_same_v<A, Repeat>) {
          return Runs(process, body.body);
        } else if constexpr (std::is_same_v<A, Choose>) {
          return std::ranges::any_of(body.bodies, [&](BlockIndex block) {
            return Runs(process, block);
          });
        } else {
          return false;
        }
      },
      action);
  return does || Follows(process, action);
}

bool MayDo::Calls(ProcessIndex process, const Call& call) {
  if (!follows_calls_) return false;
  const Setup& setup = user_.setup();
  for (ProcessIndex p = 0; p < setup.processes.size(); ++p) {
    const std::vector<Object>& objects = setup.processes[p].objects;
    for (ObjectIndex i = 0; i < objects.size(); ++i) {
      const auto index = FindMethod(objects[i], call.code);
      if (!index) continue;
      const Method& method = objects[i].methods[*index];
      if (MayMean(setup, process, call, p, i, method) && Runs(p, method.body)) {
        return true;
      }
    }
  }
  return false;
}

bool MayDo::Follows(ProcessIndex process, const ActionBody& action) {
  return std::visit(
      [&](const auto& body) {
        using A = std::remove_cvref_t<decltype(body)>;
        if constexpr (std::is_same_v<A, LinkToDeath>) {
          return RunsIf(process, body.on_death) ||
                 RunsIf(process, body.on_error);
        } else if constexpr (requires { body.on_error; }) {
          return RunsIf(process, body.on_error);
        } else {
          return false;
        }
      },
      action);
}

}  // namespace bindersim::userspace
