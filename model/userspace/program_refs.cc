// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

Binder Resolve(sim::Env& env, const ObjectRef& ref) {
  Userspace& user = env.Get<Userspace>();
  const ProcessState& process = user.Process(env);
  if (const auto* service = std::get_if<ServiceRef>(&ref)) {
    const NameIndex name = user.image->IndexOf(service->name);
    Touch(env, Shared::kService, name);
    const auto known = process.services.find(name);
    return known == process.services.end() ? Binder{} : known->second;
  }
  if (const auto* local = std::get_if<LocalRef>(&ref)) {
    return Binder::Local(local->object);
  }
  if (const auto* argument = std::get_if<ArgumentRef>(&ref)) {
    const auto& arguments = user.Self(env).activations.back().arguments;
    return argument->position < arguments.size() ? arguments[argument->position]
                                                 : Binder{};
  }
  const SymbolIndex slot = std::get<KeptRef>(ref).slot;
  Touch(env, Shared::kSlot, slot);
  return process.slots[slot];
}

std::optional<NameIndex> LookUpNeeded(sim::Env& env, const ObjectRef& ref) {
  const auto* service = std::get_if<ServiceRef>(&ref);
  if (service == nullptr) return std::nullopt;
  Userspace& user = env.Get<Userspace>();
  const NameIndex name = user.image->IndexOf(service->name);
  Touch(env, Shared::kService, name);
  if (user.Process(env).services.contains(name)) return std::nullopt;
  return name;
}

std::string LabelOf(sim::Env& env, const ObjectRef& ref) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  if (const auto* service = std::get_if<ServiceRef>(&ref)) {
    return service->name;
  }
  if (const auto* local = std::get_if<LocalRef>(&ref)) {
    return user.image->object_names[thread.process][local->object];
  }
  if (const auto* argument = std::get_if<ArgumentRef>(&ref)) {
    return fmt::format("${}", argument->position);
  }
  return user.SetupOf(thread).symbols[std::get<KeptRef>(ref).slot];
}

void StoreSlot(sim::Env& env, SymbolIndex slot, const Binder& owned) {
  Touch(env, Shared::kSlot, slot);
  Binder& place = env.Get<Userspace>().Process(env).slots[slot];
  DecStrong(env, std::exchange(place, owned));
}

std::optional<uint32_t> FindMethod(const Object& object, uint32_t code) {
  const auto it = std::ranges::find(object.methods, code, &Method::code);
  if (it == object.methods.end()) return std::nullopt;
  return static_cast<uint32_t>(it - object.methods.begin());
}

bool PushActivation(sim::Env& env, Activation activation) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  thread.activations.push_back(std::move(activation));
  if (thread.activations.size() <= kMostActivations) return true;
  user.Report(
      env, "stack_overflow",
      fmt::format("thread {} of {} is inside {} calls at once", thread.name,
                  user.SetupOf(thread).name, kMostActivations));
  KillOwnProcess(env, record::ExitReason::kAborted);
  return false;
}

void PopActivation(sim::Env& env) {
  ThreadState& thread = env.Get<Userspace>().Self(env);
  const Activation ended = std::move(thread.activations.back());
  thread.activations.pop_back();
  for (const Binder& argument : ended.arguments) DecStrong(env, argument);
}

}  // namespace bindersim::userspace
