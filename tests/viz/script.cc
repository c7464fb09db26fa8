// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/viz/script.h"

#include <linux/android/binder.h>

namespace bindersim::viz {

void Script::Process(uint32_t pid, const std::string& name,
                     record::Language language) {
  Emit(0, record::ProcessStarted{pid, 1000, Name(name), language, 15});
  Emit(pid,
       record::ThreadStarted{pid, record::ThreadRole::kMain, Name("main")});
}

void Script::Thread(uint32_t pid, uint32_t tid, const std::string& name) {
  Emit(tid, record::ThreadStarted{pid, record::ThreadRole::kPool, Name(name)});
}

void Script::State(uint32_t tid, sim::RunState state, uint32_t cpu,
                   const std::string& waits_for) {
  Emit(tid, sim::ThreadStateChanged{
                state, cpu, waits_for.empty() ? sim::Name{} : Name(waits_for)});
}

void Script::Request(const Call& call) {
  Emit(call.client,
       record::CallBegin{call.number, call.oneway, Name(call.target),
                         Name(call.interface), Name(call.method), 64, 0, 1});
  Emit(call.client, record::IoctlBegin{BINDER_WRITE_READ, 0});
  Emit(call.client, record::CommandExecuted{BC_TRANSACTION, 0});
  Emit(call.client,
       record::TransactionSent{
           call.id, 0, call.server_pid, call.nested ? call.server : 0, 7, 1,
           call.oneway ? uint32_t{TF_ONE_WAY} : 0, 0, 64, 8});
  Emit(call.client,
       record::TransactionQueued{call.id, call.server_pid,
                                 call.nested ? call.server : 0, 0});
  if (!call.oneway) return;
  Emit(call.client, record::ReturnDelivered{BR_TRANSACTION_COMPLETE, 0, 0});
  Emit(call.client, record::IoctlEnd{BINDER_WRITE_READ, 0, 68, 8});
  Emit(call.client, record::CallEnd{call.number, call.status});
}

void Script::Receive(const Call& call) {
  Emit(call.server, record::TransactionReceived{call.id, 0});
  Emit(call.server, record::ReturnDelivered{BR_TRANSACTION, 0, call.id});
  Emit(call.server, record::IoctlEnd{BINDER_WRITE_READ, 0, 0, 72});
}

void Script::Handle(const Call& call) {
  Receive(call);
  Emit(call.server,
       record::MethodBegin{call.id, call.oneway, Name(call.target),
                           Name(call.interface), Name(call.method)});
}

void Script::Reply(const Call& call) {
  Emit(call.server, record::MethodEnd{call.id, 0});
  Emit(call.server, record::IoctlBegin{BINDER_WRITE_READ, 0});
  if (call.oneway) return;
  const uint32_t reply = call.id + 1000;
  Emit(call.server, record::CommandExecuted{BC_REPLY, 0});
  Emit(call.server, record::TransactionSent{reply, call.id, 0, call.client, 0,
                                            0, 0, 1, 4, 0});
  Emit(call.server, record::TransactionQueued{reply, 0, call.client, 0});
}

void Script::Return(const Call& call) {
  const uint32_t reply = call.id + 1000;
  Emit(call.client, record::TransactionReceived{reply, 1});
  Emit(call.client, record::ReturnDelivered{BR_REPLY, 0, reply});
  Emit(call.client, record::IoctlEnd{BINDER_WRITE_READ, 0, 68, 76});
  Emit(call.client, record::CallEnd{call.number, call.status});
}

void Script::Fail(const Call& call, uint32_t error, int32_t param) {
  Emit(call.client, record::TransactionFailed{call.id, error, param, 1});
  Emit(call.client, record::ReturnDelivered{error, 0, 0});
  Emit(call.client, record::IoctlEnd{BINDER_WRITE_READ, 0, 68, 8});
  Emit(call.client, record::CallEnd{call.number, call.status});
}

void Script::Complete(const Call& call) {
  Request(call);
  Handle(call);
  Reply(call);
  if (!call.oneway) Return(call);
}

}  // namespace bindersim::viz
