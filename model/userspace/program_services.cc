// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Actions about services and about death.

#include <utility>
#include <variant>

#include "model/userspace/bp_binder.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"
#include "model/userspace/service_client.h"

namespace bindersim::userspace {

namespace {

template <class A>
const A& SpecOf(sim::Env& env, ActionRef action) {
  return std::get<A>(env.Get<Userspace>().image->At(action).body);
}

// Goes on with the block, or ends the action.
sim::Step RunOrEnd(sim::Env& env, const std::optional<BlockIndex>& block) {
  return block ? env.Call(RunBlock{*block}) : sim::Step::Done();
}

// Looks the reference's service up if that is necessary.
sim::Step Prepare(sim::Env& env, const ObjectRef& ref) {
  if (const auto name = LookUpNeeded(env, ref)) {
    return env.Call(LookUpService{*name, LookUp::kGet, 1});
  }
  return sim::Step::Again();
}

// What Prepare's lookup returned is kept by the process; the extra reference
// goes.
void DropReturned(sim::Env& env) {
  DecStrong(env, std::exchange(env.Get<Userspace>().Self(env).returned, {}));
}

}  // namespace

sim::Step GetServiceAction::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const GetService& spec = SpecOf<GetService>(env, action);
  switch (section++) {
    case 0:
      return env.Call(LookUpService{user.image->IndexOf(spec.name), spec.how,
                                    spec.as ? 0u : 1u});
    case 1: {
      const Binder found = std::exchange(user.Self(env).returned, {});
      if (!found) return RunOrEnd(env, spec.on_error);
      if (spec.as) {
        StoreSlot(env, *spec.as, found);
      } else {
        DecStrong(env, found);
      }
      return sim::Step::Done();
    }
    default:
      return sim::Step::Done();
  }
}

sim::Step AddServiceAction::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const AddService& spec = SpecOf<AddService>(env, action);
  switch (section++) {
    case 0:
      return Prepare(env, spec.object);
    case 1:
      DropReturned(env);
      return env.Call(ServiceManagerCall{kAddService,
                                         user.image->IndexOf(spec.name),
                                         Resolve(env, spec.object)});
    case 2:
      if (env.result() == kOk) return sim::Step::Done();
      return RunOrEnd(env, spec.on_error);
    default:
      return sim::Step::Done();
  }
}

sim::Step LinkAction::Run(sim::Env& env) {
  const LinkToDeath* link =
      unlink == 0 ? &SpecOf<LinkToDeath>(env, action) : nullptr;
  const ObjectRef& ref = link != nullptr
                             ? link->target
                             : SpecOf<UnlinkToDeath>(env, action).target;
  switch (section++) {
    case 0:
      return Prepare(env, ref);
    case 1:
      DropReturned(env);
      target = Resolve(env, ref);
      IncStrong(env, target);
      if (target.IsLocal()) {  // a local object cannot die (JAV-10)
        DecStrong(env, target);
        return sim::Step::Done();
      }
      if (!target) break;
      if (link == nullptr) return env.Call(BpUnlinkToDeath{target.proxy});
      return env.Call(BpLinkToDeath{target.proxy, {false, action}});
    case 2:
      DecStrong(env, target);
      if (env.result() != kOk) break;
      return sim::Step::Done();
    default:
      return sim::Step::Done();
  }
  section = 3;
  if (link == nullptr) return sim::Step::Done();
  return RunOrEnd(env, link->on_error);
}

sim::Step KeepAction::Run(sim::Env& env) {
  const Keep& spec = SpecOf<Keep>(env, action);
  if (section++ == 0) return Prepare(env, spec.object);
  DropReturned(env);
  const Binder binder = Resolve(env, spec.object);
  IncStrong(env, binder);
  StoreSlot(env, spec.slot, binder);
  return sim::Step::Done();
}

sim::Step RunBinderDied::Run(sim::Env& env) {
  const LinkToDeath& spec = SpecOf<LinkToDeath>(env, action);
  if (section++ > 0) {
    PopActivation(env);
    return sim::Step::Done();
  }
  if (env.recorder.enabled()) {
    env.Emit(
        record::BinderDied{env.recorder.Intern(LabelOf(env, spec.target))});
  }
  if (!spec.on_death) return sim::Step::Done();
  if (!PushActivation(env, {})) return sim::Step::Again();
  return env.Call(RunBlock{*spec.on_death});
}

}  // namespace bindersim::userspace
