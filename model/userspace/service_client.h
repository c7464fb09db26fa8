// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The client's side of android.os.IServiceManager (SVM-02, 05..10).

#ifndef BINDERSIM_MODEL_USERSPACE_SERVICE_CLIENT_H_
#define BINDERSIM_MODEL_USERSPACE_SERVICE_CLIENT_H_

#include <cstdint>
#include <tuple>

#include "model/userspace/application.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

inline constexpr char kServiceManagerInterface[] = "android.os.IServiceManager";
// Transaction codes (SVM-02).
inline constexpr uint32_t kGetService = 1;
inline constexpr uint32_t kCheckService = 2;
inline constexpr uint32_t kAddService = 3;
inline constexpr uint32_t kListServices = 4;
inline constexpr uint32_t kRegisterForNotifications = 5;
inline constexpr uint32_t kUnregisterForNotifications = 6;
// What servicemanager calls back when a service is registered; oneway.
inline constexpr char kServiceCallbackInterface[] =
    "android.os.IServiceCallback";
inline constexpr char kServiceCallbackName[] = "callback";
inline constexpr uint32_t kOnRegistration = 1;
// What lookups that wait do between their attempts, and for how long getService
// tries (SVM-06, 07).
inline constexpr sim::Duration kServicePoll = std::chrono::seconds(1);
inline constexpr sim::Duration kGetServiceLimit = std::chrono::seconds(5);
// A lookup without a limit would keep a run going for ever. After so many
// attempts it stops trying and waits for ever, which is then found.
inline constexpr uint32_t kMostPolls = 60;

// Waits until there is a context manager (SVM-08) and keeps its proxy in
// ProcessState::service_manager.
struct DefaultServiceManager {
  static constexpr char kName[] = "defaultServiceManager";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  uint32_t polls = 0;
  auto Fields() const { return std::tie(section, polls); }
  bool operator==(const DefaultServiceManager&) const = default;
  sim::Step Run(sim::Env& env);
};

// One transaction with servicemanager. Result: the status.
// ThreadState::returned: the binder in the reply, if any.
struct ServiceManagerCall {
  static constexpr char kName[] = "BpServiceManager";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kConnect, kMarshal, kSend, kReceive, kEnd };
  uint32_t code = 0;
  NameIndex name = 0;
  Binder object;  // of addService and the notifications; borrowed
  Section section = Section::kConnect;
  uint32_t call = 0;
  ParcelId data{};
  ParcelId reply{};
  Status status = kOk;
  uint32_t unused = 0;
  auto Fields() const {
    return std::tie(code, name, object, section, call, data, reply, status,
                    unused);
  }
  bool operator==(const ServiceManagerCall&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Marshal(sim::Env& env);
  void Receive(sim::Env& env);
};

// The part of waitForService after the first look: asks to be told of the
// service's registration, and looks again each second all the same (SVM-07).
// ThreadState::returned: the service, or null if servicemanager refuses.
struct WaitForRegistration {
  static constexpr char kName[] = "ServiceManager::waitForService";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t {
    kRegister,
    kRegistered,
    kWait,
    kAwake,
    kAsked,
    kUnregistered,
  };
  NameIndex name = 0;
  Section section = Section::kRegister;
  uint32_t polls = 0;
  uint32_t waiter = 0;  // index in ProcessState::waiters
  auto Fields() const { return std::tie(name, section, polls, waiter); }
  bool operator==(const WaitForRegistration&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Unregister(sim::Env& env);
};

// IServiceCallback of a waitForService. Result: the status.
struct ServiceCallbackOnTransact {
  static constexpr char kName[] = "ServiceCallback::onTransact";
  static constexpr bool kUserMode = true;
  Incoming incoming;
  uint32_t section = 0;
  sim::SerialNumber debug_id{};
  auto Fields() const { return std::tie(incoming, section, debug_id); }
  bool operator==(const ServiceCallbackOnTransact&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  void OnRegistration(sim::Env& env);
};

// getService, checkService or waitForService. ThreadState::returned: the
// service or null. With `keep` it also becomes the process's proxy for the
// name.
struct LookUpService {
  static constexpr char kName[] = "ServiceManager::getService";
  static constexpr bool kUserMode = true;
  NameIndex name = 0;
  LookUp how = LookUp::kGet;
  uint32_t keep = 0;
  uint32_t section = 0;
  uint32_t polls = 0;
  uint32_t unused = 0;
  sim::Time give_up = sim::kNever;
  auto Fields() const {
    return std::tie(name, how, keep, section, polls, unused, give_up);
  }
  bool operator==(const LookUpService&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Found(sim::Env& env);
};

// Sleeps off the CPU for that long and tells the records why.
struct UserSleep {
  static constexpr char kName[] = "nanosleep";
  static constexpr bool kUserMode = true;
  UserWaiting waiting;
  uint32_t section = 0;
  sim::Duration duration{};  // negative: for ever
  auto Fields() const { return std::tie(waiting, section, duration); }
  bool operator==(const UserSleep&) const = default;
  sim::Step Run(sim::Env& env);
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_SERVICE_CLIENT_H_
