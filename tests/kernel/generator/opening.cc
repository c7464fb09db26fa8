// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How a generated script begins and ends.

#include <linux/android/binder.h>

#include <utility>

#include "tests/kernel/generator/author.h"

namespace bindersim::generator {

void Author::Open(size_t process) {
  const size_t thread = view_->ThreadsOf(process).front();
  Json open = Op(thread, "open", "b");
  if (dice_.Percent(3)) open["flags"] = Json::array({"NONBLOCK"});
  Do(std::move(open));
  ++opened_[process];
  if (!dice_.Percent(2)) {
    Json mmap = Op(thread, "mmap", "b");
    mmap["size"] = dice_.Percent(profile_.small_maps)
                       ? dice_.Number({4096, 8192, 8192, 16384, 65536})
                       : dice_.Number({131072, 1040384, 1048576, 8388608});
    Do(std::move(mmap));
  }
  if (dice_.Percent(30)) {
    Json max = Op(thread, "set_max_threads", "b");
    max["max"] = dice_.Number({0, 1, 2, 15});
    Do(std::move(max));
  }
  if (profile_.files > 1 || dice_.Percent(15)) {
    Do({{"t", view_->threads()[thread].name}, {"op", "mkfd"}, {"fd", "f0"}});
    if (dice_.Percent(50)) {
      Do({{"t", view_->threads()[thread].name}, {"op", "mkfd"}, {"fd", "f1"}});
    }
  }
}

void Author::OpenAll() {
  const size_t count = view_->processes().size();
  Open(0);
  const size_t manager = view_->ThreadsOf(0).front();
  if (dice_.Percent(90)) {
    if (dice_.Percent(profile_.files > 1 ? 75 : 25)) {
      Json step = Op(manager, "set_context_mgr_ext", "b");
      step["ptr"] = dice_.Percent(80) ? 0 : 112;
      step["cookie"] = dice_.Percent(80) ? 0 : 120;
      step["flags"] = Json::array({"ACCEPTS_FDS"});
      if (dice_.Percent(3)) step["flags"] = Json::array({"TXN_SECURITY_CTX"});
      if (dice_.Percent(10)) step["type"] = BINDER_TYPE_HANDLE;
      Do(std::move(step));
    } else {
      Do(Op(manager, "set_context_mgr", "b"));
    }
  }
  for (size_t p = 1; p < count; ++p) {
    if (!dice_.Percent(4)) Open(p);
  }
  for (size_t p = 0; p < count; ++p) {
    for (const size_t thread : view_->ThreadsOf(p)) {
      if (!dice_.Percent(45) || view_->PortOf(thread, "b") == nullptr) continue;
      std::vector<Command> commands;
      commands.push_back(composer_->Looper(
          dice_.Percent(85) ? "BC_ENTER_LOOPER" : "BC_REGISTER_LOOPER"));
      if (dice_.Percent(40)) {
        commands.push_back(composer_->ReferenceTo("BC_ACQUIRE", 0));
      }
      Wr({thread, "b"}, commands, Room(256, 30));
    }
  }
  for (size_t p = 1; p < count; ++p) {
    if (dice_.Percent(75)) Introduce(p);
  }
}

// The process gives the manager a node, and is given handles in the answer.
void Author::Introduce(size_t process) {
  const auto client = IdleActor(process, "b");
  const auto server = IdleActor(0, "b");
  if (!client || !server || !PortOf(*server).manager) return;
  Data data = composer_->Node(*client, 0, dice_.Percent(80));
  if (dice_.Percent(30)) {
    Data more = composer_->Node(*client, 1, dice_.Percent(50));
    data.items.push_back(more.items[0]);
    data.effects.push_back(more.effects[0]);
  }
  Wr(*client, {composer_->CallTo(0, false, std::move(data))}, 1024);
  if (!view_->threads()[client->thread].blocked) return;
  for (int tries = 0; tries < 2; ++tries) {
    const auto& stack = view_->threads()[server->thread].stack;
    if (!stack.empty() && stack.back().incoming) break;
    if (!Idle(server->thread) || !Wr(*server, {}, 1024)) return;
  }
  if (!Idle(server->thread)) return;
  Wr(*server, composer_->Reply(*server), 256);
  if (!Idle(client->thread)) return;
  std::vector<Command> commands;
  for (const Asked& asked : PortOf(*client).asked) {
    commands.push_back(composer_->Done(asked.strong, asked.ptr, asked.cookie));
  }
  for (const Parcel& parcel : PortOf(*client).parcels) {
    if (parcel.freed) continue;
    for (size_t i = 0; i < parcel.objects.size(); ++i) {
      if (IsHandle(parcel.objects[i]))
        commands.push_back(composer_->Take(parcel, i, true));
    }
    commands.push_back(composer_->Free(parcel));
  }
  if (!commands.empty()) Wr(*client, commands, 0);
}

bool Author::Dump(const std::string& what) {
  return Do({{"op", "dump"}, {"what", what}});
}

bool Author::DumpAny() {
  // A process's file is that of its first open.
  std::vector<size_t> once;
  for (size_t p = 0; p < opened_.size(); ++p) {
    if (opened_[p] == 1 && view_->processes()[p].ports.contains("b")) {
      once.push_back(p);
    }
  }
  switch (dice_.Weighted({6, 2, 3, 2, 2, once.empty() ? 0u : 3u})) {
    case 0:
      return Dump("state");
    case 1:
      return Dump("stats");
    case 2:
      return Dump("transactions");
    case 3:
      return Dump("transaction_log");
    case 4:
      return Dump("failed_transaction_log");
    default:
      return Do({{"op", "dump"},
                 {"what", "proc"},
                 {"p", view_->processes()[dice_.Pick(once)].name}});
  }
}

void Author::Finish() {
  if (profile_.files > 1 && dice_.Percent(70)) {
    for (const ProcessView& process : view_->processes()) {
      if (process.alive && dice_.Percent(50)) {
        Do({{"op", "fds"}, {"p", process.name}});
      }
    }
  }
  if (dice_.Percent(80)) Dump("state");
  if (dice_.Percent(40)) Dump("stats");
  while (!Full() && dice_.Percent(70)) DumpAny();
}

}  // namespace bindersim::generator
