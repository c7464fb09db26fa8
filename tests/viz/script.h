// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Makes runs by hand for the tests of sinks: records in the order and form in
// which the model emits them.
//
//   Script script(step);
//   script.AddSink(&trace);
//   script.Process(100, "app");
//   const Call call{.id = 1, .client = 100, .server = 201, .server_pid = 200};
//   script.Request(call);
//   script.Handle(call);
//   script.Reply(call);
//   script.Return(call);

#ifndef BINDERSIM_TESTS_VIZ_SCRIPT_H_
#define BINDERSIM_TESTS_VIZ_SCRIPT_H_

#include <cstdint>
#include <string>

#include "model/record.h"
#include "sim/record.h"
#include "sim/sched_records.h"
#include "sim/time.h"

namespace bindersim::viz {

struct Call {
  uint32_t id = 1;  // debug id of the request; the reply's is 1000 higher
  uint32_t client = 0;
  uint32_t server = 0;
  uint32_t server_pid = 0;
  uint32_t number = 1;  // of the client thread's calls
  bool oneway = false;
  bool nested = false;  // to a thread that waits for a reply
  std::string target = "activity";
  std::string interface = "IActivityManager";
  std::string method = "startService";
  int32_t status = 0;
};

class Script {
 public:
  // Each record is `step` ns after the one before.
  explicit Script(int64_t step) : step_(step) {}

  void AddSink(sim::Sink* sink) { recorder_.AddSink(sink); }

  // Time of the last record, ns.
  int64_t now() const { return now_; }
  void Pass(int64_t ns) { now_ += ns; }
  void set_step(int64_t step) { step_ = step; }

  sim::Name Name(const std::string& text) { return recorder_.Intern(text); }

  template <class P>
  void Emit(uint32_t tid, const P& payload) {
    now_ += step_;
    recorder_.Emit(sim::kStart + sim::Duration(now_), tid, payload);
  }

  // A process and its main thread, which has the same number.
  void Process(uint32_t pid, const std::string& name,
               record::Language language = record::Language::kCpp);
  void Thread(uint32_t pid, uint32_t tid, const std::string& name);
  void State(uint32_t tid, sim::RunState state, uint32_t cpu,
             const std::string& waits_for = "");

  // CallBegin to TransactionQueued; a oneway call is over with it.
  void Request(const Call& call);
  // The server's TransactionReceived to MethodBegin.
  void Receive(const Call& call);
  void Handle(const Call& call);
  // MethodEnd; with the reply's sending if the call is synchronous.
  void Reply(const Call& call);
  // The caller gets the reply: TransactionReceived to CallEnd.
  void Return(const Call& call);
  // The caller is told that the call has failed, to CallEnd.
  void Fail(const Call& call, uint32_t error, int32_t param);
  // All of it.
  void Complete(const Call& call);

 private:
  int64_t step_;
  int64_t now_ = 0;
  sim::Recorder recorder_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_TESTS_VIZ_SCRIPT_H_
