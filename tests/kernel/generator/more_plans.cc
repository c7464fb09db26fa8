// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// More sequences of steps: deaths, nested calls, files, references, pools,
// odd reads and writes.

#include <utility>

#include "tests/kernel/generator/author.h"

namespace bindersim::generator {

// Notifications are asked for, perhaps cleared; the owner dies in some way;
// they are read, perhaps cleared, and answered.
bool Author::Deaths() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const size_t owner = view_->threads()[pair->to.thread].process;
  uint64_t cookie = 1000 + 10 * script_.steps.size();
  const uint64_t first = cookie;
  std::vector<Command> commands = {
      composer_->ReferenceTo(dice_.Percent(70) ? "BC_ACQUIRE" : "BC_INCREFS",
                             pair->handle),
      composer_->RequestDeath(pair->handle, cookie)};
  if (dice_.Percent(20)) {
    commands.push_back(composer_->RequestDeath(pair->handle, ++cookie));
  }
  if (dice_.Percent(25)) {
    commands.push_back(composer_->ClearDeath(pair->handle, first));
    if (dice_.Percent(50)) {
      commands.push_back(composer_->RequestDeath(pair->handle, first + 5));
    }
  }
  Wr(pair->from, commands, Room(256, 30));
  if (dice_.Percent(30)) {
    const auto waiter =
        IdleActor(view_->threads()[pair->from.thread].process, "b");
    if (waiter && view_->IdleThreads().size() > 2) Wr(*waiter, {}, 256);
  }
  const auto dying = IdleActor(owner, "b");
  if (dying && dice_.Percent(35)) {
    Do(Op(dying->thread, "close", "b"));
    Do(Op(dying->thread, "munmap", "b"));
  } else {
    Kill(owner);
  }
  const auto watcher =
      IdleActor(view_->threads()[pair->from.thread].process, "b");
  if (!watcher) return true;
  if (dice_.Percent(25)) {
    Wr(*watcher, {composer_->ClearDeath(pair->handle, first)}, 0);
  }
  if (dice_.Percent(15)) {
    Wr(*watcher, {composer_->ReferenceTo("BC_RELEASE", pair->handle)}, 0);
  }
  for (int i = 0; i < 2 && Idle(watcher->thread); ++i) {
    Wr(*watcher, {}, 256);
    if (dice_.Percent(50)) break;
  }
  if (!Idle(watcher->thread)) return true;
  commands.clear();
  if (dice_.Percent(30)) {
    commands.push_back(composer_->ClearDeath(pair->handle, first));
  }
  commands.push_back(composer_->DeadDone(first));
  if (dice_.Percent(30)) {
    commands.push_back(composer_->RequestDeath(pair->handle, cookie + 7));
  }
  return Wr(*watcher, commands, 256);
}

// One side of a call goes away before the reply.
bool Author::DeathWhileCalled() {
  const auto pair = AnyPair();
  if (!pair) return false;
  Actor server;
  const size_t from = view_->threads()[pair->from.thread].process;
  const size_t to = view_->threads()[pair->to.thread].process;
  bool delivered = false;
  if (dice_.Percent(75)) {
    delivered = Deliver(*pair, composer_->Any(pair->from), server);
  } else {
    Wr(pair->from, {composer_->Call(pair->from, dice_.Percent(40))}, 0);
  }
  switch (dice_.Below(6)) {
    case 0:
      Kill(from);
      break;
    case 1:
      Kill(to);
      break;
    case 2:
      if (delivered) Do(Op(server.thread, "thread_exit", server.label));
      break;
    case 3:
      if (delivered && view_->IdleThreads().size() > 1) {
        Do({{"t", view_->threads()[server.thread].name},
            {"op", "exit_thread"}});
      }
      break;
    case 4: {
      const auto closer = IdleActor(to, "b");
      if (!closer) break;
      Do(Op(closer->thread, "close", "b"));
      if (dice_.Percent(70)) Do(Op(closer->thread, "munmap", "b"));
      break;
    }
    default: {
      const auto unmapper = IdleActor(dice_.Percent(50) ? to : from, "b");
      if (unmapper) Do(Op(unmapper->thread, "munmap", "b"));
      break;
    }
  }
  if (delivered && view_->threads()[server.thread].idle() &&
      view_->PortOf(server.thread, server.label) != nullptr &&
      !view_->threads()[server.thread].stack.empty()) {
    ReplyTo(server, composer_->Any(server));
  }
  if (dice_.Percent(40)) DumpAny();
  return true;
}

// The server calls back while it serves.
bool Author::Nested() {
  const auto pair = AnyPair();
  if (!pair) return false;
  Actor server;
  if (!Deliver(*pair, composer_->Any(pair->from), server)) return true;
  for (uint64_t depth = dice_.Below(3) + 1; depth > 0; --depth) {
    // A handle that leads back, if any is known.
    if (!Idle(server.thread)) return true;
    uint32_t back = composer_->AnyHandle(server);
    for (const Handle& handle : PortOf(server).handles) {
      const auto target =
          peek_->Target(server.thread, server.label, handle.number);
      if (target == view_->threads()[pair->from.thread].process) {
        back = handle.number;
      }
    }
    const bool oneway = dice_.Percent(15);
    Wr(server, {composer_->CallTo(back, oneway, composer_->Fill(16 * depth))},
       256);
    // Whoever got it serves it, now or deeper.
    std::optional<Actor> next;
    for (const size_t thread : view_->IdleThreads()) {
      const auto& stack = view_->threads()[thread].stack;
      if (!stack.empty() && stack.back().incoming && stack.back().port == "b" &&
          thread != server.thread && view_->PortOf(thread, "b") != nullptr) {
        next = Actor{thread, "b"};
      }
    }
    if (!next) break;
    server = *next;
  }
  // From the innermost to the outermost.
  for (int replies = 0; replies < 4; ++replies) {
    for (const size_t thread : view_->IdleThreads()) {
      const auto& stack = view_->threads()[thread].stack;
      if (stack.empty() || !stack.back().incoming || dice_.Percent(15))
        continue;
      const Actor actor{thread, stack.back().port};
      if (view_->PortOf(thread, actor.label) == nullptr) continue;
      ReplyTo(actor, composer_->Any(actor));
      break;
    }
  }
  return true;
}

bool Author::PassFiles() {
  const auto pair = AnyPair();
  if (!pair) return false;
  Data data = composer_->Fill(dice_.Below(3) * 8);
  for (uint64_t i = dice_.Below(3) + 1; i > 0; --i) {
    composer_->AddFile(pair->from, data);
  }
  if (dice_.Percent(40)) composer_->AddPointers(pair->from, data);
  Actor server;
  const bool delivered = Deliver(*pair, std::move(data), server);
  const std::string receiver = ProcessName(pair->to.thread);
  if (view_->processes()[view_->threads()[pair->to.thread].process].alive) {
    Do({{"op", "fds"}, {"p", receiver}});
  }
  if (!delivered) {
    return !Idle(pair->from.thread) ||
           Do(Op(pair->from.thread, "get_extended_error", "b"));
  }
  if (dice_.Percent(30)) File(server);
  Data answer;
  if (dice_.Percent(60)) composer_->AddFile(server, answer);
  if (dice_.Percent(30)) composer_->AddPointers(server, answer);
  ReplyTo(server, std::move(answer));
  if (Idle(server.thread)) FreeBuffers(server);
  return Do({{"op", "fds"}, {"p", receiver}});
}

bool Author::PassPointers() {
  const auto pair = AnyPair();
  if (!pair) return false;
  Data data = composer_->Fill(dice_.Number({0, 1, 8, 24}));
  if (dice_.Percent(30)) composer_->AddNode(pair->from, data);
  composer_->AddPointers(pair->from, data);
  Actor server;
  if (!Deliver(*pair, std::move(data), server)) {
    return !Idle(pair->from.thread) || dice_.Percent(40) ||
           Do(Op(pair->from.thread, "get_extended_error", "b"));
  }
  Data answer;
  if (dice_.Percent(50)) composer_->AddPointers(server, answer);
  ReplyTo(server, std::move(answer));
  return true;
}

// Weak references made strong, strong ones given back, in the owner's absence.
bool Author::Promote() {
  const auto pair = AnyPair();
  if (!pair) return false;
  static const std::vector<std::string> names = {"BC_INCREFS", "BC_ACQUIRE",
                                                 "BC_RELEASE", "BC_DECREFS"};
  for (uint64_t round = dice_.Below(3) + 1; round > 0; --round) {
    if (!Idle(pair->from.thread)) return true;
    std::vector<Command> commands;
    for (uint64_t i = dice_.Below(5) + 1; i > 0; --i) {
      commands.push_back(
          composer_->ReferenceTo(dice_.Pick(names).c_str(), pair->handle));
    }
    Wr(pair->from, commands, 0);
    const auto owner =
        IdleActor(view_->threads()[pair->to.thread].process, "b");
    if (!owner || dice_.Percent(30)) continue;
    if (view_->IdleThreads().size() > 1) Wr(*owner, {}, 256);
    if (Idle(owner->thread) && !PortOf(*owner).asked.empty()) Answers(*owner);
  }
  return !dice_.Percent(50) || Dump("state");
}

// The manager goes, and somebody takes its place.
bool Author::ChangeManager() {
  const auto manager = view_->Manager(script_.device);
  if (manager && dice_.Percent(75)) {
    const auto closer = IdleActor(*manager, "b");
    if (closer && dice_.Percent(50)) {
      Do(Op(closer->thread, "close", "b"));
      if (dice_.Percent(80)) Do(Op(closer->thread, "munmap", "b"));
    } else {
      size_t alive = 0;
      for (const ProcessView& process : view_->processes()) {
        alive += process.alive ? 1 : 0;
      }
      if (alive < 2) return false;
      Kill(*manager);
    }
    const auto caller = AnyActor();
    if (caller && dice_.Percent(50)) {
      Wr(*caller, {composer_->CallTo(0, dice_.Percent(50), {})}, 256);
    }
  }
  const auto next = AnyActor();
  return next && ManagerAgain(*next);
}

// Threads are asked for, and come or do not.
bool Author::Pool() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const size_t process = view_->threads()[pair->to.thread].process;
  const auto main = IdleActor(process, "b");
  if (!main) return false;
  Json step = Op(main->thread, "set_max_threads", "b");
  step["max"] = dice_.Number({1, 1, 2, 3});
  Do(std::move(step));
  for (const size_t thread : view_->ThreadsOf(process)) {
    if (!Idle(thread)) continue;
    if (!view_->threads()[thread].in_looper) {
      Wr({thread, "b"},
         {composer_->Looper(thread == main->thread ? "BC_ENTER_LOOPER"
                                                   : "BC_REGISTER_LOOPER")},
         Room(256, 50));
    }
    const auto client = AnyPair();
    if (!client) return true;
    Wr(client->from, {composer_->CallTo(client->handle, dice_.Percent(50), {})},
       Room(256, 50));
    if (Idle(thread)) Wr({thread, "b"}, {}, 256);
  }
  return true;
}

// The same processes meet on the other device.
bool Author::SecondDevice() {
  const auto first = AnyActor();
  if (!first) return false;
  if (view_->PortOf(first->thread, "h") == nullptr) {
    Json open = Op(first->thread, "open", "h");
    open["device"] = "hwbinder";
    if (!Do(std::move(open))) return true;
    ++opened_[view_->threads()[first->thread].process];
    Json mmap = Op(first->thread, "mmap", "h");
    mmap["size"] = 131072;
    Do(std::move(mmap));
  }
  const Actor there{first->thread, "h"};
  if (view_->ProcessOf(first->thread).uid == 0 &&
      !view_->Manager(driver::Device::kHwBinder)) {
    return Do(Op(first->thread, "set_context_mgr", "h"));
  }
  const bool oneway = dice_.Percent(40);
  return Wr(there, {composer_->CallTo(0, oneway, composer_->Any(there))}, 256);
}

bool Author::Nonblocking() {
  const auto actor = AnyActor();
  if (!actor) return false;
  const Actor there{actor->thread, "n"};
  if (view_->PortOf(actor->thread, "n") == nullptr) {
    Json open = Op(actor->thread, "open", "n");
    open["flags"] = Json::array({"NONBLOCK"});
    if (!Do(std::move(open))) return true;
    ++opened_[view_->threads()[actor->thread].process];
    Json mmap = Op(actor->thread, "mmap", "n");
    mmap["size"] = 131072;
    Do(std::move(mmap));
  }
  Wr(there, {}, 256);
  const bool oneway = dice_.Percent(40);
  Wr(there, {composer_->CallTo(0, oneway, composer_->Any(there))},
     Room(256, 70));
  Do(Op(there.thread, "poll", "n"));
  if (dice_.Percent(50)) {
    const auto other = AnyActor();
    if (other) Make(*other, Move::kServe);
  }
  return !Idle(there.thread) || Wr(there, {}, 256);
}

// Reads with hardly any room, when there is something to read.
bool Author::Reads() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const uint64_t room = dice_.Number({0, 1, 3, 4, 8, 72, 76, 79, 80});
  Wr(pair->from,
     {composer_->CallTo(pair->handle, true, composer_->Any(pair->from))}, room);
  const auto reader = IdleActor(view_->threads()[pair->to.thread].process, "b");
  if (!reader) return true;
  Json more = Json::object();
  if (dice_.Percent(50)) {
    more["read_consumed"] = dice_.Number({1, 4, 8, 64, 180, 256, 300});
  }
  if (dice_.Percent(20)) more["read_ptr"] = 4096;
  Wr(*reader, {}, dice_.Number({1, 2, 3, 4, 40, 76, 79, 80, 256}), more);
  return !Idle(reader->thread) || Make(*reader, Move::kRead);
}

bool Author::Writes() {
  const auto actor = AnyActor();
  if (!actor) return false;
  std::vector<Command> commands;
  for (uint64_t i = dice_.Below(3) + 1; i > 0; --i) {
    commands.push_back(dice_.Percent(50) ? composer_->Reference(*actor)
                                         : composer_->Looper("BC_EXIT_LOOPER"));
  }
  commands.push_back(dice_.Percent(60) ? composer_->Garbage()
                                       : composer_->Call(*actor, true));
  commands.push_back(composer_->Reference(*actor));
  Json more = Json::object();
  if (dice_.Percent(50)) more["write_cut"] = dice_.Number({1, 2, 4, 6, 8, 12});
  if (dice_.Percent(30)) more["write_consumed"] = dice_.Number({4, 8, 12, 16});
  Wr(*actor, commands, Room(256, 50), more);
  return !dice_.Percent(30) || Dump("stats");
}

// Calls and replies that fail, and why.
bool Author::FailAndAsk() {
  const auto pair = AnyPair();
  if (!pair) return false;
  Data data = composer_->Any(pair->from);
  if (dice_.Percent(60)) composer_->AddMalformed(data);
  if (dice_.Percent(40)) {
    // The call is good and the reply is not.
    Actor server;
    if (!Deliver(*pair, composer_->Fill(4), server)) return true;
    data = composer_->Any(server);
    composer_->AddMalformed(data);
    ReplyTo(server, std::move(data));
  } else {
    const uint32_t handle =
        dice_.Percent(70) ? pair->handle
                          : static_cast<uint32_t>(dice_.Number({5, 9, 99}));
    Wr(pair->from,
       {composer_->CallTo(handle, dice_.Percent(40), std::move(data)),
        composer_->Reference(pair->from)},
       Room(256, 70));
    if (dice_.Percent(40) && Idle(pair->from.thread)) {
      // What was queued keeps further writes from being read.
      Wr(pair->from, {composer_->Call(pair->from, false)}, 0);
      if (Idle(pair->from.thread)) {
        Wr(pair->from, {composer_->Call(pair->from, false)}, 256);
      }
    }
  }
  if (Idle(pair->from.thread)) {
    Do(Op(pair->from.thread, "get_extended_error", "b"));
  }
  return !dice_.Percent(40) || Dump("failed_transaction_log");
}

}  // namespace bindersim::generator
