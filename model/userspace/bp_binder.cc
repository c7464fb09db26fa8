// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/bp_binder.h"

#include <linux/android/binder.h>

#include <utility>

#include "model/userspace/application.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

constexpr uint32_t kPingTransaction = B_PACK_CHARS('_', 'P', 'N', 'G');

Proxy& ProxyOf(sim::Env& env, ProxyId id) {
  Proxy& proxy = env.Get<Userspace>().Process(env).proxies[id];
  Touch(env, Shared::kProxy, proxy.handle);
  return proxy;
}

}  // namespace

sim::Step BpTransact::Run(sim::Env& env) {
  Proxy& target = ProxyOf(env, proxy);
  if (called == 0) {
    if (!target.alive) return sim::Step::Done(kDeadObject);
    called = 1;
    return env.Call(Transact{target.handle, code, flags, 0, data, reply});
  }
  if (env.result() == kDeadObject) target.alive = false;
  return sim::Step::Done(env.result());
}

sim::Step BpLinkToDeath::Run(sim::Env& env) {
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  if (section++ > 0) return sim::Step::Done(kOk);
  Proxy& target = ProxyOf(env, proxy);
  if (target.obituaries_sent) return sim::Step::Done(kDeadObject);
  target.obituaries.push_back(recipient);
  if (target.linked) return sim::Step::Done(kOk);
  target.linked = true;
  IncWeak(env, proxy);  // until the driver has confirmed a clear
  WriteDeathCommand(env, BC_REQUEST_DEATH_NOTIFICATION, target);
  return env.Call(FlushCommands{});
}

sim::Step BpUnlinkToDeath::Run(sim::Env& env) {
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  if (section++ > 0) return sim::Step::Done(kOk);
  Proxy& target = ProxyOf(env, proxy);
  if (target.obituaries_sent) return sim::Step::Done(kDeadObject);
  if (target.obituaries.empty()) return sim::Step::Done(kNameNotFound);
  target.obituaries.erase(target.obituaries.begin());
  if (!target.obituaries.empty()) return sim::Step::Done(kOk);
  target.linked = false;
  WriteDeathCommand(env, BC_CLEAR_DEATH_NOTIFICATION, target);
  return env.Call(FlushCommands{});
}

sim::Step BpSendObituary::Run(sim::Env& env) {
  auto& obituaries = env.Get<Userspace>().Self(env).obituaries;
  if (section == Section::kClear) {
    Proxy& target = ProxyOf(env, proxy);
    target.alive = false;
    if (target.obituaries_sent) return sim::Step::Done();
    target.obituaries_sent = true;
    section = Section::kReport;
    obituaries.push_back(std::exchange(target.obituaries, {}));
    if (!std::exchange(target.linked, false)) return sim::Step::Again();
    WriteDeathCommand(env, BC_CLEAR_DEATH_NOTIFICATION, target);
    return env.Call(FlushCommands{});
  }
  if (next < obituaries.back().size()) {
    const Recipient recipient = obituaries.back()[next++];
    return env.Get<Application>().OnBinderDied(env, recipient, proxy);
  }
  obituaries.pop_back();
  return sim::Step::Done();
}

sim::Step GetContextObject::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  if (section == 0) {
    section = 1;
    if (user.Process(env).handles.contains(0)) return sim::Step::Again();
    data = EmptyParcel(env);
    return env.Call(Transact{0, kPingTransaction, 0, 0, data, {}});
  }
  if (section == 1) {
    section = 2;
    const bool pinged = static_cast<bool>(data);
    if (pinged) FreeParcel(env, data);
    user.Self(env).returned =
        pinged && env.result() == kDeadObject ? Binder{} : AcquireProxy(env, 0);
  }
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  return sim::Step::Done();
}

}  // namespace bindersim::userspace
