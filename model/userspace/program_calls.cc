// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Both sides of a scenario's calls: what AIDL's generated code does.

#include <linux/android/binder.h>

#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/userspace/bp_binder.h"
#include "model/userspace/files.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/parcel.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"
#include "model/userspace/service_client.h"

namespace bindersim::userspace {

namespace {

constexpr uint32_t kPing = B_PACK_CHARS('_', 'P', 'N', 'G');
constexpr uint32_t kInterface = B_PACK_CHARS('_', 'N', 'T', 'F');

sim::Duration JavaCost(const Userspace& user, const ThreadState& thread) {
  return user.SetupOf(thread).language == record::Language::kJava
             ? user.costs.java
             : sim::Duration{};
}

// Drops what a lookup returned beside the reference that the process keeps.
void DropReturned(sim::Env& env) {
  DecStrong(env, std::exchange(env.Get<Userspace>().Self(env).returned, {}));
}

}  // namespace

const Call& CallAction::Spec(sim::Env& env) const {
  return std::get<Call>(env.Get<Userspace>().image->At(action).body);
}

sim::Step CallAction::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section) {
    case Section::kLookUp:
      return LookUpNext(env);
    case Section::kBegin:
      return Begin(env);
    case Section::kTransact: {
      section = Section::kReturned;
      const Call& spec = Spec(env);
      return env.Call(BpTransact{target.proxy, spec.code,
                                 spec.oneway ? uint32_t{TF_ONE_WAY} : 0u, data,
                                 spec.oneway ? ParcelId{} : reply});
    }
    case Section::kReturned: {
      status = static_cast<Status>(env.result());
      section = Section::kReply;
      if (status != kOk || Spec(env).oneway) return sim::Step::Again();
      const uint64_t size = user.Process(env).parcels[reply].data_size;
      return sim::Step::Run(UnmarshalCost(user.costs, size) +
                            JavaCost(user, user.Self(env)));
    }
    case Section::kReply:
      section = Section::kEnd;
      ReadReply(env);
      return sim::Step::Again();
    case Section::kLocal: {
      section = Section::kEnd;
      const Object& object =
          user.SetupOf(user.Self(env)).objects[target.object];
      const Method& method =
          object.methods[*FindMethod(object, Spec(env).code)];
      if (Spec(env).as) {
        const Binder kept = method.reply_objects.empty()
                                ? Binder{}
                                : Resolve(env, method.reply_objects[0]);
        IncStrong(env, kept);
        StoreSlot(env, *Spec(env).as, kept);
      }
      PopActivation(env);
      env.Emit(record::MethodEnd{0, kOk});
      return sim::Step::Again();
    }
    case Section::kEnd:
      return End(env);
    case Section::kFailed: {
      section = Section::kDone;
      const Call& spec = Spec(env);
      if (spec.exit_on_error) return ExitProcess(env);
      if (spec.on_error) return env.Call(RunBlock{*spec.on_error});
      return sim::Step::Done(status);
    }
    case Section::kDone:
      break;
  }
  return sim::Step::Done(status);
}

// The target, then the objects that go into the Parcel.
sim::Step CallAction::LookUpNext(sim::Env& env) {
  DropReturned(env);
  const Call& spec = Spec(env);
  while (cursor <= spec.objects.size()) {
    const uint32_t at = cursor++;
    const ObjectRef& ref = at == 0 ? spec.target : spec.objects[at - 1];
    if (const auto name = LookUpNeeded(env, ref)) {
      return env.Call(LookUpService{*name, LookUp::kGet, 1});
    }
  }
  section = Section::kBegin;
  return sim::Step::Again();
}

sim::Step CallAction::Begin(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  const Call& spec = Spec(env);
  target = Resolve(env, spec.target);
  IncStrong(env, target);
  const auto payload = static_cast<uint64_t>(user.Draw(env, spec.data, action));
  call = ++thread.calls;
  if (user.image->watches_calls) {
    thread.call_names.push_back(TargetName(env) + "." + spec.method);
  }
  if (env.recorder.enabled()) {
    env.Emit(record::CallBegin{
        call, spec.oneway ? 1u : 0u, env.recorder.Intern(TargetName(env)),
        env.recorder.Intern(spec.interface), env.recorder.Intern(spec.method),
        payload, target.IsLocal() ? 1u : 0u, spec.code});
  }
  if (!target) {
    status = kNameNotFound;
    section = Section::kEnd;
    return sim::Step::Again();
  }
  if (target.IsLocal()) return BeginLocal(env);
  return Marshal(env, payload);
}

// A service's name; any other object's own name if it is known.
std::string CallAction::TargetName(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const Call& spec = Spec(env);
  if (std::holds_alternative<ServiceRef>(spec.target)) return spec.label;
  if (target.IsLocal()) {
    return user.image->object_names[thread.process][target.object];
  }
  if (!target) return spec.label;
  const Proxy& proxy = user.processes[thread.process].proxies[target.proxy];
  const std::string name = env.Get<Application>().NameOf(env, proxy.handle);
  return name.empty() ? spec.label : name;
}

// The method runs at once, on this thread, also if it is a oneway one.
sim::Step CallAction::BeginLocal(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const ProcessSetup& setup = user.SetupOf(thread);
  const Object& object = setup.objects[target.object];
  const Call& spec = Spec(env);
  const auto method = FindMethod(object, spec.code);
  if (!method) {
    status = kUnknownTransaction;
    section = Section::kEnd;
    return sim::Step::Again();
  }
  section = Section::kLocal;
  Activation activation{setup.pid, {}};
  for (const ObjectRef& ref : spec.objects) {
    activation.arguments.push_back(Resolve(env, ref));
    IncStrong(env, activation.arguments.back());
  }
  if (env.recorder.enabled()) {
    env.Emit(record::MethodBegin{
        0, spec.oneway ? 1u : 0u,
        env.recorder.Intern(
            user.image->object_names[thread.process][target.object]),
        env.recorder.Intern(object.interface),
        env.recorder.Intern(object.methods[*method].name)});
  }
  if (!PushActivation(env, std::move(activation))) return sim::Step::Again();
  return env.Call(RunMethod{target.object, *method});
}

sim::Step CallAction::Marshal(sim::Env& env, uint64_t payload) {
  Userspace& user = env.Get<Userspace>();
  const Call& spec = Spec(env);
  ParcelBuilder builder;
  builder.WriteInterfaceToken(spec.interface);
  std::vector<Binder> objects;
  for (const ObjectRef& ref : spec.objects) {
    objects.push_back(Resolve(env, ref));
    Flatten(env, objects.back(), builder);
  }
  std::vector<int32_t> files = WriteFiles(env, spec.files, builder);
  builder.WriteZeros(payload);
  data = MakeParcel(env, builder, objects, std::move(files));
  reply = EmptyParcel(env);
  section = Section::kTransact;
  return sim::Step::Run(MarshalCost(user.costs, builder.size()) +
                        JavaCost(user, user.Self(env)));
}

void CallAction::ReadReply(sim::Env& env) {
  const Parcel answer = env.Get<Userspace>().Process(env).parcels[reply];
  const Call& spec = Spec(env);
  if (status == kOk && spec.as) {
    ParcelReader reader(MemoryToRead(env), answer.data, answer.data_size);
    reader.ReadInt32();  // the exception code
    const auto object = reader.ReadBinder();
    StoreSlot(env, *spec.as, object ? Unflatten(env, *object) : Binder{});
  }
  FreeParcel(env, reply);
  FreeParcel(env, data);
}

sim::Step CallAction::End(sim::Env& env) {
  DecStrong(env, std::exchange(target, {}));
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  env.Emit(record::CallEnd{call, status});
  Userspace& user = env.Get<Userspace>();
  if (user.image->watches_calls) {
    user.CountCall(user.Self(env).call_names.back(), status);
    user.Self(env).call_names.pop_back();
  }
  section = Section::kFailed;
  return status == kOk ? sim::Step::Done(kOk) : sim::Step::Again();
}

sim::Step RunMethod::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Method& spec =
      user.SetupOf(user.Self(env)).objects[object].methods[method];
  if (started == 0) {
    started = 1;
    return env.Call(RunBlock{spec.body});
  }
  DropReturned(env);
  while (cursor < spec.reply_objects.size()) {
    if (const auto name = LookUpNeeded(env, spec.reply_objects[cursor++])) {
      return env.Call(LookUpService{*name, LookUp::kGet, 1});
    }
  }
  return sim::Step::Done();
}

sim::Step BBinderTransact::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section) {
    case Section::kDispatch:
      return Dispatch(env);
    case Section::kUnmarshal: {
      section = Section::kCall;
      BeginMethod(env);
      const uint64_t size = user.Process(env).parcels[incoming.data].data_size;
      return sim::Step::Run(UnmarshalCost(user.costs, size));
    }
    case Section::kCall:
      section = Section::kReply;
      if (!PushActivation(env, ReadArguments(env))) return sim::Step::Again();
      return env.Call(RunMethod{incoming.object, method});
    case Section::kReply:
      section = Section::kEnd;
      if ((incoming.flags & TF_ONE_WAY) != 0) return sim::Step::Again();
      return sim::Step::Run(MarshalCost(user.costs, WriteReply(env)));
    case Section::kEnd:
      break;
  }
  PopActivation(env);
  env.Emit(record::MethodEnd{debug_id, kOk});
  return sim::Step::Done(kOk);
}

// What BBinder answers by itself, and the way to onTransact.
sim::Step BBinderTransact::Dispatch(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const Object& object = user.SetupOf(thread).objects[incoming.object];
  if (incoming.code == kPing) return sim::Step::Done(kOk);
  if (incoming.code == kInterface) {
    ParcelBuilder builder;
    builder.WriteString16(object.interface);
    auto& parcels = user.Process(env).parcels;
    const ParcelId made = MakeParcel(env, builder, {});
    std::swap(parcels[made], parcels[incoming.reply]);
    FreeParcel(env, made);
    return sim::Step::Done(kOk);
  }
  const auto found = FindMethod(object, incoming.code);
  if (!found) return sim::Step::Done(kUnknownTransaction);
  method = *found;
  section = Section::kUnmarshal;
  return sim::Step::Run(user.costs.dispatch + JavaCost(user, thread));
}

void BBinderTransact::BeginMethod(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const Object& object = user.SetupOf(thread).objects[incoming.object];
  debug_id = env.Get<Application>().DebugIdOf(
      env, user.Process(env).parcels[incoming.data].data);
  if (!env.recorder.enabled()) return;
  const bool oneway = (incoming.flags & TF_ONE_WAY) != 0;
  env.Emit(record::MethodBegin{
      debug_id, oneway ? 1u : 0u,
      env.recorder.Intern(
          user.image->object_names[thread.process][incoming.object]),
      env.recorder.Intern(object.interface),
      env.recorder.Intern(object.methods[method].name)});
}

// The binders directly behind the interface token are the arguments.
Activation BBinderTransact::ReadArguments(sim::Env& env) {
  const Parcel parcel =
      env.Get<Userspace>().Process(env).parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), parcel.data, parcel.data_size);
  reader.ReadInterfaceToken();
  Activation activation{incoming.sender_pid, {}};
  while (const auto object = reader.ReadBinder()) {
    activation.arguments.push_back(Unflatten(env, *object));
  }
  return activation;
}

uint64_t BBinderTransact::WriteReply(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Method& spec =
      user.SetupOf(user.Self(env)).objects[incoming.object].methods[method];
  ParcelBuilder builder;
  builder.WriteInt32(0);  // no exception
  std::vector<Binder> objects;
  for (const ObjectRef& ref : spec.reply_objects) {
    objects.push_back(Resolve(env, ref));
    Flatten(env, objects.back(), builder);
  }
  std::vector<int32_t> files = WriteFiles(env, spec.reply_files, builder);
  builder.WriteZeros(
      static_cast<uint64_t>(user.DrawReply(env, incoming.object, method)));
  auto& parcels = user.Process(env).parcels;
  const ParcelId made = MakeParcel(env, builder, objects, std::move(files));
  std::swap(parcels[made], parcels[incoming.reply]);
  FreeParcel(env, made);
  return builder.size();
}

}  // namespace bindersim::userspace
