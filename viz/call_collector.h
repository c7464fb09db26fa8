// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The part of the statistics that follows calls and transactions.

#ifndef BINDERSIM_VIZ_CALL_COLLECTOR_H_
#define BINDERSIM_VIZ_CALL_COLLECTOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "model/record.h"
#include "sim/record.h"
#include "viz/statistics.h"

namespace bindersim::viz {

class CallCollector {
 public:
  void OnRecord(const sim::Record& record, const sim::NameTable& names);
  // Adds methods, marks and counts of transactions. To be called once.
  void Finish(RunStatistics* result);

 private:
  // A method's statistics in the making.
  struct Method {
    uint64_t calls = 0;
    std::array<uint64_t, kOutcomes> outcomes{};
    std::vector<int64_t> latency, failed_latency;
    std::vector<int64_t> prepare, kernel, waiting, server, reply;
    std::vector<int64_t> delivery, handling;
    uint64_t pending = 0;
    uint64_t lost = 0;
  };
  // A call whose CallEnd has not come.
  struct OpenCall {
    uint32_t number = 0;
    CallKind kind = CallKind::kSync;
    bool frozen = false;
    uint32_t debug_id = 0;  // of its transaction, once sent
    Method* method = nullptr;
    int64_t begin = 0;
    int64_t ioctl = 0;  // when the ioctl began that sent it
  };
  // Times of a request; -1 = not yet.
  struct Transaction {
    Method* oneway = nullptr;  // of a oneway call
    uint32_t to_pid = 0;
    int64_t queued = -1;
    int64_t received = -1;
    int64_t reply_sent = -1;
    int64_t reply_queued = -1;
  };
  struct MarkCount {
    uint64_t count = 0;
    int64_t first = 0;
    int64_t last = 0;
  };

  void On(const record::CallBegin& call, const sim::NameTable& names);
  void On(const record::CallEnd& call);
  void On(const record::IoctlBegin& ioctl);
  void On(const record::TransactionSent& sent);
  void On(const record::TransactionQueued& queued);
  void On(const record::TransactionReceived& received);
  void On(const record::TransactionFailed& failed);
  void On(const record::MethodEnd& method);
  void On(const record::ThreadExited& exited);
  void On(const record::ProcessExited& exited);
  void On(const record::Mark& mark, const sim::NameTable& names);

  void EndCall(const OpenCall& call, int32_t status);
  void AddParts(const OpenCall& call);
  void Discard(uint32_t debug_id);

  // By target, method and kind. The map never moves its elements.
  std::map<std::tuple<std::string, std::string, CallKind>, Method> methods_;
  std::map<std::tuple<sim::Name, sim::Name, CallKind>, Method*> by_name_;
  std::map<uint32_t, std::vector<OpenCall>> open_;  // by tid
  std::map<uint32_t, int64_t> ioctls_;              // tid -> last begin
  std::map<uint32_t, Transaction> transactions_;    // by debug id
  std::map<uint32_t, uint32_t> replies_;            // reply -> request
  std::map<std::string, MarkCount> marks_;
  int64_t at_ = 0;
  uint32_t tid_ = 0;
  uint64_t sent_ = 0;
  uint64_t replied_ = 0;
  uint64_t failed_ = 0;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_CALL_COLLECTOR_H_
