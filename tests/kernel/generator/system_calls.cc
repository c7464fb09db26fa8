// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Steps of generated scripts that are not BINDER_WRITE_READ, or a wrong one.

#include <algorithm>
#include <string>
#include <utility>

#include "tests/kernel/generator/author.h"

namespace bindersim::generator {

bool Author::Freeze(const Actor& actor) {
  const ProcessView& target = dice_.Pick(view_->processes());
  const size_t kind = dice_.Weighted({5, 4, 3, 1});
  if (kind == 2) {
    Json step = Op(actor.thread, "get_frozen_info", actor.label);
    step["target"] = target.name;
    return Do(std::move(step));
  }
  Json step = Op(actor.thread, "freeze", actor.label);
  step["target"] = target.name;
  if (kind == 1 || target.frozen) step["enable"] = 0;
  if (kind == 3) {
    step["target"] = dice_.Number({0, 3999999});
  }
  return Do(std::move(step));
}

bool Author::File(const Actor& actor) {
  const ProcessView& process = view_->ProcessOf(actor.thread);
  switch (dice_.Weighted({3, 2, 2, 3})) {
    case 0:
      return Do({{"op", "fds"}, {"p", process.name}});
    case 1: {
      if (process.files.size() > 3) return false;
      const std::string label = "f" + std::to_string(script_.steps.size());
      return Do({{"t", view_->threads()[actor.thread].name},
                 {"op", "mkfd"},
                 {"fd", label}});
    }
    case 2: {
      if (process.files.empty()) return false;
      return Do({{"t", view_->threads()[actor.thread].name},
                 {"op", "close"},
                 {"fd", dice_.Pick(process.files)}});
    }
    default: {
      if (process.received_files.empty()) return false;
      const auto& [rx, object] = dice_.Pick(process.received_files);
      return Do({{"t", view_->threads()[actor.thread].name},
                 {"op", "close"},
                 {"fd", {{"rx", rx}, {"obj", object}}}});
    }
  }
}

bool Author::Ioctl(const Actor& actor) {
  const auto op = [&](const char* name) {
    return Op(actor.thread, name, actor.label);
  };
  switch (dice_.Weighted({2, 3, 3, 6, 4, 4, 2, 2})) {
    case 0:
      return Do(op("version"));
    case 1: {
      Json step = op("set_max_threads");
      step["max"] = dice_.Number({0, 1, 2, 3, 15, 0xffffffff});
      return Do(std::move(step));
    }
    case 2: {
      Json step = op("oneway_spam_detection");
      step["enable"] = dice_.Number({0, 1, 1, 2});
      return Do(std::move(step));
    }
    case 3: {
      Json step = op("get_node_info_for_ref");
      step["handle"] = composer_->AnyHandle(actor);
      if (composer_->Mistake()) {
        step[dice_.Pick(std::vector<std::string>{"strong_count", "weak_count",
                                                 "reserved1"})] = 1;
      }
      return Do(std::move(step));
    }
    case 4: {
      Json step = op("get_node_debug_info");
      const auto& nodes = PortOf(actor).nodes;
      if (!nodes.empty() && dice_.Percent(60)) {
        step["ptr"] = dice_.Pick(nodes).ptr;
      } else if (dice_.Percent(20)) {
        step["ptr"] = 0xffffffffffffffff;
      }
      return Do(std::move(step));
    }
    case 5:
      return Do(op("get_extended_error"));
    case 6:
      return ManagerAgain(actor);
    default:
      return OddIoctl(actor);
  }
}

// By number: unknown ones, and known ones with an odd argument.
bool Author::OddIoctl(const Actor& actor) {
  Json step = Op(actor.thread, "ioctl", actor.label);
  switch (dice_.Below(6)) {
    case 0:
      step["cmd"] = dice_.Number({0, 0x6201, 0x4004627f, 0xc0306202, 0xdeadbeef,
                                  0x40046203, 0x40086206, 0x80046209});
      break;
    case 1:  // BINDER_WRITE_READ of nothing
      step["cmd"] = 0xc0306201;
      break;
    case 2:  // BINDER_FREEZE of pid 0
      step["cmd"] = 0x400c620e;
      break;
    case 3:  // BINDER_GET_FROZEN_INFO of pid 0
      step["cmd"] = 0xc00c620f;
      break;
    case 4:  // BINDER_SET_IDLE_TIMEOUT and _PRIORITY, which nobody implements
      step["cmd"] = dice_.Number({0x40086203, 0x40046206});
      break;
    default:  // BINDER_VERSION, BINDER_GET_NODE_DEBUG_INFO
      step["cmd"] = dice_.Number({0xc0046209, 0xc018620b});
      break;
  }
  return Do(std::move(step));
}

bool Author::ManagerAgain(const Actor& actor) {
  // The first manager's uid is pinned for as long as the device lives, so only
  // a process of uid 0 may be the first.
  const auto& steps = script_.steps;
  const driver::Device device = PortOf(actor).device;
  const bool pinned = std::ranges::any_of(steps, [&](const script::Step& step) {
    return step.fd.text == "b" && (step.op == script::Op::kSetContextMgr ||
                                   step.op == script::Op::kSetContextMgrExt);
  });
  if (view_->ProcessOf(actor.thread).uid != 0 &&
      (!pinned || device != script_.device)) {
    return false;
  }
  if (dice_.Percent(60)) {
    return Do(Op(actor.thread, "set_context_mgr", actor.label));
  }
  Json step = Op(actor.thread, "set_context_mgr_ext", actor.label);
  const uint64_t ptr = composer_->NodePtr(actor, dice_.Below(3));
  step["ptr"] = ptr;
  step["cookie"] = ptr + 8;
  if (dice_.Percent(50)) step["flags"] = Json::array({"ACCEPTS_FDS"});
  return Do(std::move(step));
}

void Author::Kill(size_t process) {
  Do({{"op", "kill"}, {"p", view_->processes()[process].name}});
}

bool Author::Life(const Actor& actor) {
  const size_t alive = static_cast<size_t>(std::ranges::count_if(
      view_->processes(), [](const ProcessView& one) { return one.alive; }));
  switch (dice_.Weighted({3, 2, 2, 3, 2, 3, 2})) {
    case 0:
      return Do(Op(actor.thread, "thread_exit", actor.label));
    case 1:
      return view_->IdleThreads().size() > 2 &&
             Do({{"t", view_->threads()[actor.thread].name},
                 {"op", "exit_thread"}});
    case 2:
      return Do(Op(actor.thread, "close", actor.label));
    case 3:
      return Do(Op(actor.thread, "munmap", actor.label));
    case 4:
      if (alive < 2) return false;
      Kill(view_->threads()[actor.thread].process);
      return true;
    case 5:
      return Reopen(actor.thread);
    default: {
      Json step = Op(actor.thread, "mmap", actor.label);
      step["size"] = dice_.Number({0, 4096, 65536});
      if (dice_.Percent(30)) step["prot"] = Json::array({"READ", "WRITE"});
      if (dice_.Percent(20)) step["flags"] = Json::array({"SHARED"});
      return Do(std::move(step));
    }
  }
}

// For a process whose file "b" is closed: the mapping may still be there.
bool Author::AfterClose() {
  for (const size_t thread : view_->IdleThreads()) {
    const size_t process = view_->threads()[thread].process;
    if (opened_[process] == 0 ||
        view_->processes()[process].ports.contains("b")) {
      continue;
    }
    if (dice_.Percent(50)) return Do(Op(thread, "munmap", "b"));
    return Reopen(thread);
  }
  return false;
}

// Another Binder file for the process, or "b" again after it was closed.
bool Author::Reopen(size_t thread) {
  const ProcessView& process = view_->ProcessOf(thread);
  std::string label = "b";
  if (process.ports.contains("b")) {
    label = dice_.Pick(std::vector<std::string>{"c", "h", "n"});
  }
  if (process.ports.contains(label)) return false;
  Json step = Op(thread, "open", label);
  if (label == "h") step["device"] = "hwbinder";
  if (label == "n") step["flags"] = Json::array({"NONBLOCK"});
  if (!Do(std::move(step))) return false;
  ++opened_[view_->threads()[thread].process];
  if (!dice_.Percent(85)) return true;
  Json mmap = Op(thread, "mmap", label);
  mmap["size"] = dice_.Number({8192, 131072, 1048576});
  return Do(std::move(mmap));
}

bool Author::Poll(const Actor& actor) {
  Json step = Op(actor.thread, "poll", actor.label);
  // Waiting for ever needs somebody else who goes on.
  if (dice_.Percent(30) && view_->IdleThreads().size() > 2) {
    step["timeout_ms"] = -1;
  }
  return Do(std::move(step));
}

bool Author::Mistake(const Actor& actor) {
  Json more = Json::object();
  std::vector<Command> commands;
  switch (dice_.Below(9)) {
    case 0:
      more["read_ptr"] = dice_.Number({8, 4096});
      return Wr(actor, {}, 256, more);
    case 1:
      more["write_ptr"] = dice_.Number({8, 4096});
      more["write_size"] = dice_.Number({4, 8, 68});
      return Wr(actor, {}, Room(256, 50), more);
    case 2:
      commands = {composer_->Call(actor, true)};
      more["write_cut"] = dice_.Number({1, 3, 4, 8, 60, 64});
      return Wr(actor, commands, Room(256, 50), more);
    case 3:
      commands = {composer_->Looper("BC_EXIT_LOOPER"),
                  composer_->Call(actor, true)};
      more["write_consumed"] = dice_.Number({0, 2, 4, 72, 100});
      return Wr(actor, commands, Room(256, 50), more);
    case 4:
      more["read_consumed"] = dice_.Number({1, 2, 4, 8, 64, 252, 256});
      return Wr(actor, {}, 256, more);
    case 5:
      return Wr(actor, {composer_->FreeBadly(actor)}, 0);
    case 6:
      commands = {composer_->Reference(actor), composer_->Garbage()};
      return Wr(actor, commands, Room(256, 50));
    case 7:
      return Wr(actor, {}, dice_.Number({1, 2, 3, 4, 7, 8, 40, 75, 76}));
    default:
      return Wr(actor, {composer_->Garbage()}, Room(256, 50));
  }
}

}  // namespace bindersim::generator
