// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/service_client.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/userspace/bp_binder.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/parcel.h"
#include "model/userspace/process_state.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

// A binder::Status as a status_t: what addService returns to its caller.
Status StatusOfException(int32_t exception) {
  constexpr int32_t kExSecurity = -1;
  if (exception == 0) return kOk;
  return exception == kExSecurity ? kPermissionDenied : kBadValue;
}

const char* MethodName(uint32_t code) {
  switch (code) {
    case kGetService:
      return "getService";
    case kCheckService:
      return "checkService";
    case kRegisterForNotifications:
      return "registerForNotifications";
    case kUnregisterForNotifications:
      return "unregisterForNotifications";
    default:
      return "addService";
  }
}

// The rest of a wait for a service: one second, or for ever after too many.
UserSleep PollSleep(NameIndex name, uint32_t polls) {
  const bool for_ever = polls >= kMostPolls;
  return UserSleep{{UserWaiting::Kind::kService, name, !for_ever},
                   0,
                   for_ever ? sim::Duration{-1} : kServicePoll};
}

}  // namespace

sim::Step UserSleep::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const bool service = waiting.kind == UserWaiting::Kind::kService;
  const char* what =
      service ? user.image->service_names[waiting.what].c_str() : "sleep";
  const auto record_kind =
      service ? record::UserWaitKind::kService : record::UserWaitKind::kSleep;
  const bool begins = section++ == 0;
  if (env.recorder.enabled()) {
    env.Emit(record::UserWait{record_kind, begins ? 1u : 0u,
                              env.recorder.Intern(what)});
  }
  if (!begins) {
    user.Self(env).waiting = {};
    env.machine.FinishWait(env.self);
    return sim::Step::Done();
  }
  user.Self(env).waiting = waiting;
  env.machine.PrepareToWait(env.self, true,
                            service ? "poll for a service" : "sleep");
  return duration < sim::Duration{} ? sim::Step::Sleep()
                                    : sim::Step::SleepFor(duration);
}

sim::Step DefaultServiceManager::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ProcessState& process = user.Process(env);
  if (section == 0) {
    if (process.service_manager) return sim::Step::Done();
    section = 1;
    return env.Call(GetContextObject{});
  }
  section = 0;
  const Binder manager = std::exchange(user.Self(env).returned, {});
  if (!manager) {
    return env.Call(PollSleep(user.image->IndexOf("manager"), ++polls));
  }
  if (process.service_manager) {  // another thread was faster
    DecStrong(env, manager);
  } else {
    process.service_manager = manager;
  }
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  return sim::Step::Again();
}

sim::Step ServiceManagerCall::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section) {
    case Section::kConnect:
      section = Section::kMarshal;
      return env.Call(DefaultServiceManager{});
    case Section::kMarshal:
      section = Section::kSend;
      return Marshal(env);
    case Section::kSend:
      section = Section::kReceive;
      return env.Call(BpTransact{user.Process(env).service_manager.proxy, code,
                                 0, data, reply});
    case Section::kReceive:
      section = Section::kEnd;
      status = static_cast<Status>(env.result());
      Receive(env);
      return sim::Step::Run(UnmarshalCost(user.costs, 0));
    case Section::kEnd:
      break;
  }
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  env.Emit(record::CallEnd{call, status});
  return sim::Step::Done(status);
}

sim::Step ServiceManagerCall::Marshal(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  call = ++thread.calls;
  if (env.recorder.enabled()) {
    env.Emit(record::CallBegin{call, 0, env.recorder.Intern("manager"),
                               env.recorder.Intern(kServiceManagerInterface),
                               env.recorder.Intern(MethodName(code)), 0, 0,
                               code});
  }
  ParcelBuilder builder;
  builder.WriteInterfaceToken(kServiceManagerInterface);
  std::vector<Binder> objects;
  builder.WriteString16(user.image->service_names[name]);
  if (object) {
    Flatten(env, object, builder);
    objects.push_back(object);
  }
  if (code == kAddService) {
    constexpr int32_t kDefaultPriority = 8;
    builder.WriteInt32(0);  // allowIsolated
    builder.WriteInt32(kDefaultPriority);
  }
  data = MakeParcel(env, builder, objects);
  reply = EmptyParcel(env);
  sim::Duration cost = MarshalCost(user.costs, builder.size());
  if (user.SetupOf(thread).language == record::Language::kJava) {
    cost += user.costs.java;
  }
  return sim::Step::Run(cost);
}

void ServiceManagerCall::Receive(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Parcel answer = user.Process(env).parcels[reply];
  if (status == kOk) {
    ParcelReader reader(MemoryToRead(env), answer.data, answer.data_size);
    status = StatusOfException(reader.ReadInt32());
    if (status == kOk && (code == kGetService || code == kCheckService)) {
      if (const auto object = reader.ReadBinder()) {
        const Binder binder = Unflatten(env, *object);
        user.Self(env).returned = binder;
      }
    }
  }
  FreeParcel(env, reply);
  FreeParcel(env, data);
}

namespace {

// The first of the process's objects that are callbacks.
ObjectIndex FirstCallback(sim::Env& env) {
  const Userspace& user = env.Get<Userspace>();
  return static_cast<ObjectIndex>(
      user.SetupOf(env.Get<Userspace>().Self(env)).objects.size());
}

// A waiter of the acting thread.
uint32_t NewWaiter(sim::Env& env, NameIndex name) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  auto& waiters = process.waiters;
  auto waiter =
      std::ranges::find(waiters, sim::ThreadId{}, &ServiceWaiter::thread);
  if (waiter == waiters.end()) {
    waiter = waiters.emplace(waiter);
    process.objects.push_back(NewLocalObject(env));
  }
  waiter->name = name;
  waiter->thread = env.self;
  return static_cast<uint32_t>(waiter - waiters.begin());
}

}  // namespace

sim::Step WaitForRegistration::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  auto& waiters = user.Process(env).waiters;
  Touch(env, Shared::kService, name);
  switch (section) {
    case Section::kRegister:
      section = Section::kRegistered;
      waiter = NewWaiter(env, name);
      return env.Call(
          ServiceManagerCall{kRegisterForNotifications, name,
                             Binder::Local(FirstCallback(env) + waiter)});
    case Section::kRegistered:
      if (env.result() != kOk) {
        waiters[waiter].thread = {};
        return sim::Step::Done();
      }
      section = Section::kWait;
      return sim::Step::Again();
    case Section::kWait:
      if (waiters[waiter].found) return Unregister(env);
      section = Section::kAwake;
      return env.Call(PollSleep(name, ++polls));
    case Section::kAwake:
      if (waiters[waiter].found) return Unregister(env);
      section = Section::kAsked;
      return env.Call(ServiceManagerCall{kGetService, name, {}});
    case Section::kAsked:
      section = Section::kWait;
      if (user.Self(env).returned) {
        DecStrong(env,
                  std::exchange(waiters[waiter].found,
                                std::exchange(user.Self(env).returned, {})));
      }
      return sim::Step::Again();
    case Section::kUnregistered:
      break;
  }
  waiters[waiter].thread = {};
  user.Self(env).returned = std::exchange(waiters[waiter].found, {});
  return sim::Step::Done();
}

sim::Step WaitForRegistration::Unregister(sim::Env& env) {
  section = Section::kUnregistered;
  return env.Call(
      ServiceManagerCall{kUnregisterForNotifications, name,
                         Binder::Local(FirstCallback(env) + waiter)});
}

sim::Step ServiceCallbackOnTransact::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section++) {
    case 0: {
      if (incoming.code != kOnRegistration) {
        section = 3;
        return sim::Step::Done(kUnknownTransaction);
      }
      const Parcel& data = user.Process(env).parcels[incoming.data];
      debug_id = env.Get<Application>().DebugIdOf(env, data.data);
      if (env.recorder.enabled()) {
        env.Emit(record::MethodBegin{
            debug_id, 1, env.recorder.Intern(kServiceCallbackName),
            env.recorder.Intern(kServiceCallbackInterface),
            env.recorder.Intern("onRegistration")});
      }
      return sim::Step::Run(user.costs.dispatch +
                            UnmarshalCost(user.costs, data.data_size));
    }
    case 1:
      OnRegistration(env);
      // So that servicemanager's count of the service's clients is right.
      return env.Call(FlushCommands{});
    default:
      env.Emit(record::MethodEnd{debug_id, kOk});
      return sim::Step::Done(kOk);
  }
}

// A call may come late, when its waiter is gone or waits for something else.
void ServiceCallbackOnTransact::OnRegistration(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Parcel data = user.Process(env).parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), data.data, data.data_size);
  reader.ReadInterfaceToken();
  const std::string registered = reader.ReadString16();
  const auto object = reader.ReadBinder();
  ServiceWaiter& waiter =
      user.Process(env).waiters[incoming.object - FirstCallback(env)];
  if (!object || !waiter.thread ||
      user.image->service_names[waiter.name] != registered) {
    return;
  }
  Touch(env, Shared::kService, waiter.name);
  const Binder service = Unflatten(env, *object);
  DecStrong(env, std::exchange(waiter.found, service));
  env.machine.Wake(env, waiter.thread);
}

sim::Step LookUpService::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  if (section == 2) return Found(env);
  if (section == 0) {  // ask
    section = 1;
    if (polls == 0) give_up = sim::SaturatingAdd(env.now(), kGetServiceLimit);
    return env.Call(ServiceManagerCall{
        how == LookUp::kWait ? kGetService : kCheckService, name, {}});
  }
  if (user.Self(env).returned) {
    section = 2;
    return sim::Step::Again();
  }
  if (how == LookUp::kWait) {
    section = 2;
    return env.Call(WaitForRegistration{name});
  }
  const bool give_up_now = how == LookUp::kCheck || env.now() >= give_up;
  if (give_up_now) return sim::Step::Done();
  section = 0;
  return env.Call(PollSleep(name, ++polls));
}

sim::Step LookUpService::Found(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Binder binder = user.Self(env).returned;
  if (keep != 0 && binder) {
    Touch(env, Shared::kService, name);
    auto& known = user.Process(env).services;
    if (!known.contains(name)) {
      IncStrong(env, binder);
      user.Process(env).services[name] = binder;
    }
    keep = 0;
  }
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  return sim::Step::Done();
}

}  // namespace bindersim::userspace
