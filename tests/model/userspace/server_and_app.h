// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The usual pair of processes, and their command streams as seen in records.

#ifndef BINDERSIM_TESTS_MODEL_USERSPACE_SERVER_AND_APP_H_
#define BINDERSIM_TESTS_MODEL_USERSPACE_SERVER_AND_APP_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {

inline constexpr uint32_t kAppUid = 10001;

// BC_ and BR_ words of one thread from one moment on, in order.
inline std::vector<uint32_t> Commands(const Collector& out, uint32_t tid,
                                      sim::Time from) {
  std::vector<uint32_t> words;
  for (const sim::Record& record : out.records) {
    if (record.tid != tid || record.at < from) continue;
    if (const auto bc = record.As<record::CommandExecuted>()) {
      words.push_back(bc->command);
    } else if (const auto br = record.As<record::ReturnDelivered>()) {
      words.push_back(br->command);
    }
  }
  return words;
}

// One ioctl of a thread, with the words that it wrote and read.
struct Exchange {
  uint32_t tid = 0;
  sim::Time at{};
  record::IoctlEnd end;
  std::vector<uint32_t> words;
};

// The ioctls of a thread (0: of all) from one moment on, in the order of their
// ends.
inline std::vector<Exchange> Exchanges(const Collector& out, uint32_t tid,
                                       sim::Time from = sim::kStart) {
  std::vector<Exchange> done;
  std::vector<Exchange> open;
  for (const sim::Record& record : out.records) {
    if (record.at < from || (tid != 0 && record.tid != tid)) continue;
    const auto at = std::ranges::find(open, record.tid, &Exchange::tid);
    if (record.As<record::IoctlBegin>()) {
      open.push_back({record.tid, record.at, {}, {}});
    } else if (at == open.end()) {
      continue;
    } else if (const auto bc = record.As<record::CommandExecuted>()) {
      at->words.push_back(bc->command);
    } else if (const auto br = record.As<record::ReturnDelivered>()) {
      at->words.push_back(br->command);
    } else if (const auto end = record.As<record::IoctlEnd>()) {
      at->end = *end;
      done.push_back(std::move(*at));
      open.erase(at);
    }
  }
  return done;
}

// How the calls of a thread ended.
inline std::vector<int32_t> Statuses(const Collector& out, uint32_t tid) {
  std::vector<int32_t> statuses;
  for (const sim::Record& record : out.records) {
    const auto end = record.As<record::CallEnd>();
    if (end && record.tid == tid) statuses.push_back(end->status);
  }
  return statuses;
}

// A server "svc" with the methods m1, m2 and so on, and an app whose main
// thread starts at 1 ms.
inline SystemForTest ServerAndApp(std::vector<std::vector<ActionBody>> methods,
                                  std::vector<ActionBody> program) {
  SystemForTest system;
  Object service = SystemForTest::Service("svc", {});
  for (uint32_t i = 0; i < methods.size(); ++i) {
    service.methods.push_back(system.Method("m" + std::to_string(i + 1), i + 1,
                                            std::move(methods[i]),
                                            i == 0 ? 64 : 0));
  }
  system.Add("server", kServerPid).objects.push_back(service);
  ProcessSetup& app = system.Add("app", kAppPid);
  app.uid = kAppUid;
  app.threads.push_back(system.Thread("main", 1ms, std::move(program)));
  return system;
}

}  // namespace bindersim::userspace

#endif  // BINDERSIM_TESTS_MODEL_USERSPACE_SERVER_AND_APP_H_
