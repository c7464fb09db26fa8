// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/service_manager.h"

#include <linux/android/binder.h>
#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "model/driver/system_calls.h"
#include "model/userspace/bp_binder.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/parcel.h"
#include "model/userspace/process_state.h"
#include "model/userspace/refs.h"
#include "model/userspace/service_client.h"

namespace bindersim::userspace {

namespace {

// Exception codes of binder::Status.
constexpr int32_t kExNone = 0;
constexpr int32_t kExSecurity = -1;
constexpr int32_t kExIllegalArgument = -3;
constexpr int32_t kExNullPointer = -4;
constexpr int32_t kExIllegalState = -5;

constexpr uint32_t kPing = B_PACK_CHARS('_', 'P', 'N', 'G');

// Application uids begin here, in each user's range of 100000 (SVM-03).
constexpr uint32_t kFirstAppId = 10000;
constexpr uint32_t kUserRange = 100000;

const char* NameOfMethod(uint32_t code) {
  switch (code) {
    case kGetService:
      return "getService";
    case kCheckService:
      return "checkService";
    case kAddService:
      return "addService";
    case kListServices:
      return "listServices";
    case kRegisterForNotifications:
      return "registerForNotifications";
    case kUnregisterForNotifications:
      return "unregisterForNotifications";
    default:
      return nullptr;
  }
}

}  // namespace

bool IsValidServiceName(const std::string& name) {
  if (name.empty() || name.size() > 127) return false;
  return std::ranges::all_of(name, [](char c) {
    return c == '_' || c == '-' || c == '.' || c == '/' ||
           (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
}

sim::Step ServiceManagerMain::Run(sim::Env& env) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  const uint64_t argument = IpcOf(env).scratch;
  switch (section) {
    case Section::kOpen:
      section = Section::kBecomeManager;
      MakeLocalObjects(env);
      return env.Call(OpenDriver{});
    case Section::kBecomeManager: {
      // It registers itself, by a call within the process (SVM-01).
      const Binder self =
          Binder::Local(static_cast<ObjectIndex>(process.objects.size() - 1));
      IncStrong(env, self);
      process.registry["manager"] = self;
      flat_binder_object object{};
      object.flags = FLAT_BINDER_FLAG_TXN_SECURITY_CTX;
      Memory(env).WriteValue(argument, object);
      section = Section::kBecomePlainManager;
      return driver::Ioctl(env, process.driver_fd, BINDER_SET_CONTEXT_MGR_EXT,
                           argument);
    }
    case Section::kBecomePlainManager:
      section = Section::kManager;
      if (env.result() == 0) return sim::Step::Again();
      Memory(env).WriteValue(argument, int32_t{0});
      return driver::Ioctl(env, process.driver_fd, BINDER_SET_CONTEXT_MGR,
                           argument);
    case Section::kManager:
      if (env.result() < 0) return Abort(env, "cannot become context manager");
      section = Section::kPoll;
      return env.Call(SetupPolling{});
    case Section::kPoll:
      section = Section::kPolled;
      return driver::Poll(env, process.driver_fd, sim::Duration{-1});
    case Section::kPolled:
      section = Section::kPoll;
      if (env.result() < 0 || (env.result() & POLLIN) == 0) {
        return sim::Step::Again();
      }
      return env.Call(HandlePolledCommands{});
  }
  return sim::Step::Done();
}

sim::Step ServiceManagerOnTransact::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section) {
    case Section::kRead: {
      if (incoming.code == kPing) return sim::Step::Done(kOk);
      const char* method = NameOfMethod(incoming.code);
      if (method == nullptr) return sim::Step::Done(kUnknownTransaction);
      const Parcel& data = user.Process(env).parcels[incoming.data];
      debug_id = env.Get<Application>().DebugIdOf(env, data.data);
      if (env.recorder.enabled()) {
        env.Emit(
            record::MethodBegin{debug_id, 0, env.recorder.Intern("manager"),
                                env.recorder.Intern(kServiceManagerInterface),
                                env.recorder.Intern(method)});
      }
      section = Section::kHandle;
      return sim::Step::Run(user.costs.dispatch +
                            UnmarshalCost(user.costs, data.data_size));
    }
    case Section::kHandle:
      section = Section::kReply;
      return Handle(env);
    case Section::kLinked:
      return Linked(env);
    case Section::kNotified:
      section = Section::kReply;
      return ReplyStatus(env, kExNone);
    case Section::kReply:
      break;
  }
  env.Emit(record::MethodEnd{debug_id, kOk});
  DecStrong(env, std::exchange(service, {}));
  return sim::Step::Done(kOk);
}

namespace {

// Puts what the builder holds into the reply's Parcel.
void FillReply(sim::Env& env, ParcelId reply, const ParcelBuilder& builder,
               std::span<const Binder> objects) {
  auto& parcels = env.Get<Userspace>().Process(env).parcels;
  const ParcelId made = MakeParcel(env, builder, objects);
  std::swap(parcels[made], parcels[reply]);
  FreeParcel(env, made);
}

}  // namespace

sim::Step ServiceManagerOnTransact::Handle(sim::Env& env) {
  if (incoming.code == kAddService) return AddService(env);
  if (incoming.code == kRegisterForNotifications ||
      incoming.code == kUnregisterForNotifications) {
    return ChangeNotifications(env);
  }
  Userspace& user = env.Get<Userspace>();
  const ProcessState& process = user.Process(env);
  const Parcel& data = process.parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), data.data, data.data_size);
  reader.ReadInterfaceToken();
  ParcelBuilder builder;
  builder.WriteInt32(kExNone);
  std::vector<Binder> objects;
  if (incoming.code == kListServices) {
    builder.WriteInt32(static_cast<int32_t>(process.registry.size()));
    for (const auto& [name, binder] : process.registry) {
      builder.WriteString16(name);
    }
  } else {
    const auto found = process.registry.find(reader.ReadString16());
    const Binder binder =
        found == process.registry.end() ? Binder{} : found->second;
    Flatten(env, binder, builder);
    objects.push_back(binder);
  }
  FillReply(env, incoming.reply, builder, objects);
  return sim::Step::Run(MarshalCost(user.costs, builder.size()));
}

sim::Step ServiceManagerOnTransact::AddService(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const Parcel& data = user.Process(env).parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), data.data, data.data_size);
  reader.ReadInterfaceToken();
  const std::string name = reader.ReadString16();
  const auto object = reader.ReadBinder();
  if (object) service = Unflatten(env, *object);
  if (incoming.sender_uid % kUserRange >= kFirstAppId) {
    return ReplyStatus(env, kExSecurity);
  }
  if (!service || !IsValidServiceName(name)) {
    return ReplyStatus(env, kExIllegalArgument);
  }
  if (!service.IsProxy()) return Register(env);
  section = Section::kLinked;
  return env.Call(BpLinkToDeath{service.proxy, {true, {}}});
}

sim::Step ServiceManagerOnTransact::ChangeNotifications(sim::Env& env) {
  const Parcel& data = env.Get<Userspace>().Process(env).parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), data.data, data.data_size);
  reader.ReadInterfaceToken();
  const std::string name = reader.ReadString16();
  const auto object = reader.ReadBinder();
  if (object) service = Unflatten(env, *object);
  if (!IsValidServiceName(name)) return ReplyStatus(env, kExIllegalArgument);
  if (!service.IsProxy()) return ReplyStatus(env, kExNullPointer);
  if (incoming.code == kUnregisterForNotifications) {
    return Unregister(env, name);
  }
  section = Section::kLinked;
  return env.Call(BpLinkToDeath{service.proxy, {true, {}}});
}

sim::Step ServiceManagerOnTransact::Unregister(sim::Env& env,
                                               const std::string& name) {
  auto& all = env.Get<Userspace>().Process(env).callbacks;
  const auto entry = all.find(name);
  if (entry == all.end()) return ReplyStatus(env, kExIllegalState);
  const auto callback = std::ranges::find(entry->second, service);
  if (callback == entry->second.end()) return ReplyStatus(env, kExIllegalState);
  entry->second.erase(callback);
  if (entry->second.empty()) all.erase(entry);
  DecStrong(env, service);
  return ReplyStatus(env, kExNone);
}

// The new service's or callback's process lives.
sim::Step ServiceManagerOnTransact::Linked(sim::Env& env) {
  section = Section::kReply;
  if (env.result() != kOk) return ReplyStatus(env, kExIllegalState);
  if (incoming.code == kAddService) return Register(env);
  ProcessState& process = env.Get<Userspace>().Process(env);
  const std::string name = NameIn(env);
  const Binder callback = std::exchange(service, {});
  process.callbacks[name].push_back(callback);
  if (!process.registry.contains(name)) return ReplyStatus(env, kExNone);
  section = Section::kNotified;
  return env.Call(NotifyRegistration{env.Get<Userspace>().image->IndexOf(name),
                                     NotifyRegistration::Section::kNext,
                                     callback});
}

sim::Step ServiceManagerOnTransact::ReplyStatus(sim::Env& env,
                                                int32_t exception) {
  ParcelBuilder builder;
  builder.WriteInt32(exception);
  FillReply(env, incoming.reply, builder, {});
  return sim::Step::Run(
      MarshalCost(env.Get<Userspace>().costs, builder.size()));
}

std::string ServiceManagerOnTransact::NameIn(sim::Env& env) {
  const Parcel& data = env.Get<Userspace>().Process(env).parcels[incoming.data];
  ParcelReader reader(MemoryToRead(env), data.data, data.data_size);
  reader.ReadInterfaceToken();
  return reader.ReadString16();
}

sim::Step ServiceManagerOnTransact::Register(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const std::string name = NameIn(env);
  Binder& entry = user.Process(env).registry[name];
  const Binder replaced = std::exchange(entry, std::exchange(service, {}));
  DecStrong(env, replaced);
  if (!user.Process(env).callbacks.contains(name)) {
    return ReplyStatus(env, kExNone);
  }
  section = Section::kNotified;
  return env.Call(NotifyRegistration{user.image->IndexOf(name)});
}

sim::Step NotifyRegistration::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  switch (section) {
    case Section::kNext: {
      if (only) {
        if (next++ > 0) return sim::Step::Done();
        return Marshal(env, only);
      }
      const auto& callbacks =
          user.Process(env).callbacks[user.image->service_names[name]];
      if (next >= callbacks.size()) return sim::Step::Done();
      return Marshal(env, callbacks[next++]);
    }
    case Section::kSend:
      section = Section::kSent;
      return env.Call(BpTransact{proxy, kOnRegistration, TF_ONE_WAY, data, {}});
    case Section::kSent:
      break;
  }
  section = Section::kNext;
  env.Emit(record::CallEnd{call, static_cast<Status>(env.result())});
  FreeParcel(env, data);
  return sim::Step::Again();
}

sim::Step NotifyRegistration::Marshal(sim::Env& env, const Binder& callback) {
  Userspace& user = env.Get<Userspace>();
  const std::string& text = user.image->service_names[name];
  const Binder service = user.Process(env).registry.at(text);
  proxy = callback.proxy;
  call = ++user.Self(env).calls;
  if (env.recorder.enabled()) {
    env.Emit(record::CallBegin{
        call, 1, env.recorder.Intern(kServiceCallbackName),
        env.recorder.Intern(kServiceCallbackInterface),
        env.recorder.Intern("onRegistration"), 0, 0, kOnRegistration});
  }
  ParcelBuilder builder;
  builder.WriteInterfaceToken(kServiceCallbackInterface);
  builder.WriteString16(text);
  Flatten(env, service, builder);
  data = MakeParcel(env, builder, std::span(&service, 1));
  section = Section::kSend;
  return sim::Step::Run(MarshalCost(user.costs, builder.size()));
}

sim::Step ServiceManagerBinderDied::Run(sim::Env& env) {
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  ProcessState& process = env.Get<Userspace>().Process(env);
  const Binder dead = Binder::Remote(proxy);
  const auto entry = std::ranges::find_if(
      process.registry,
      [&](const auto& candidate) { return candidate.second == dead; });
  if (entry != process.registry.end()) {
    process.registry.erase(entry);
    DecStrong(env, dead);
    return sim::Step::Again();
  }
  for (auto& [name, callbacks] : process.callbacks) {
    const auto callback = std::ranges::find(callbacks, dead);
    if (callback == callbacks.end()) continue;
    callbacks.erase(callback);
    DecStrong(env, dead);
    return sim::Step::Again();
  }
  return sim::Step::Done();
}

}  // namespace bindersim::userspace
