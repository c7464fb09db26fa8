// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// servicemanager: the context manager, with one thread that polls (SVM-01).

#ifndef BINDERSIM_MODEL_USERSPACE_SERVICE_MANAGER_H_
#define BINDERSIM_MODEL_USERSPACE_SERVICE_MANAGER_H_

#include <cstdint>
#include <tuple>

#include "model/userspace/application.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// The whole life of its main thread.
struct ServiceManagerMain {
  static constexpr char kName[] = "servicemanager main";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t {
    kOpen,
    kBecomeManager,
    kBecomePlainManager,
    kManager,
    kPoll,
    kPolled,
  };
  Section section = Section::kOpen;
  auto Fields() const { return std::tie(section); }
  bool operator==(const ServiceManagerMain&) const = default;
  sim::Step Run(sim::Env& env);
};

// A call of IServiceManager (SVM-02, 03, 05). Result: the status.
struct ServiceManagerOnTransact {
  static constexpr char kName[] = "ServiceManager::onTransact";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kRead, kHandle, kLinked, kNotified, kReply };
  Incoming incoming;
  Section section = Section::kRead;
  sim::SerialNumber debug_id{};
  Binder service{};  // to be added, or the callback
  auto Fields() const { return std::tie(incoming, section, debug_id, service); }
  bool operator==(const ServiceManagerOnTransact&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Handle(sim::Env& env);
  sim::Step AddService(sim::Env& env);
  sim::Step ChangeNotifications(sim::Env& env);
  sim::Step Unregister(sim::Env& env, const std::string& name);
  sim::Step Linked(sim::Env& env);
  sim::Step Register(sim::Env& env);
  std::string NameIn(sim::Env& env);
  sim::Step ReplyStatus(sim::Env& env, int32_t exception);
};

// onRegistration of one callback or of all that the name has (SVM-03).
struct NotifyRegistration {
  static constexpr char kName[] = "ServiceManager::onRegistration";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kNext, kSend, kSent };
  NameIndex name = 0;
  Section section = Section::kNext;
  Binder only{};  // null: all
  uint32_t next = 0;
  uint32_t call = 0;
  ProxyId proxy{};
  ParcelId data{};
  auto Fields() const {
    return std::tie(name, section, only, next, call, proxy, data);
  }
  bool operator==(const NotifyRegistration&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Marshal(sim::Env& env, const Binder& callback);
};

// Takes the dead proxy's services and callbacks out of the registry (SVM-04).
struct ServiceManagerBinderDied {
  static constexpr char kName[] = "ServiceManager::binderDied";
  static constexpr bool kUserMode = true;
  ProxyId proxy;
  auto Fields() const { return std::tie(proxy); }
  bool operator==(const ServiceManagerBinderDied&) const = default;
  sim::Step Run(sim::Env& env);
};

// Whether servicemanager takes that name (SVM-03).
bool IsValidServiceName(const std::string& name);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_SERVICE_MANAGER_H_
