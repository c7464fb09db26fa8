// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Sequences of steps that reach what single ones hardly do: calls, freezing,
// buffers. Each gives up where something unexpected has happened.

#include <algorithm>
#include <utility>

#include "tests/kernel/generator/author.h"

namespace bindersim::generator {

bool Author::Make(Plan plan) {
  switch (plan) {
    case Plan::kFreezeIdle:
      return FreezeIdle();
    case Plan::kFreezeBusy:
      return FreezeBusy();
    case Plan::kFreezeTimeout:
      return FreezeTimeout();
    case Plan::kUpdate:
      return Update();
    case Plan::kEqualHoles:
      return EqualHoles();
    case Plan::kSpam:
      return Spam();
    case Plan::kExhaust:
      return Exhaust();
    case Plan::kDeath:
      return Deaths();
    case Plan::kDeathWhileCalled:
      return DeathWhileCalled();
    case Plan::kNested:
      return Nested();
    case Plan::kFiles:
      return PassFiles();
    case Plan::kPointers:
      return PassPointers();
    case Plan::kPromote:
      return Promote();
    case Plan::kManager:
      return ChangeManager();
    case Plan::kPool:
      return Pool();
    case Plan::kSecondDevice:
      return SecondDevice();
    case Plan::kNonblocking:
      return Nonblocking();
    case Plan::kReads:
      return Reads();
    case Plan::kWrites:
      return Writes();
    default:
      return FailAndAsk();
  }
}

bool Author::Deliver(const Pair& pair, Data data, Actor& server) {
  const size_t process = view_->threads()[pair.to.thread].process;
  const auto find = [&] {
    for (const size_t thread : view_->ThreadsOf(process)) {
      const auto& stack = view_->threads()[thread].stack;
      if (Idle(thread) && !stack.empty() && stack.back().incoming) {
        server = {thread, stack.back().port};
        return true;
      }
    }
    return false;
  };
  if (!Wr(pair.from, {composer_->CallTo(pair.handle, false, std::move(data))},
          256)) {
    return false;
  }
  if (!view_->threads()[pair.from.thread].blocked) return false;
  for (int tries = 0; tries < 3 && !find(); ++tries) {
    const auto reader = IdleActor(process, "b");
    if (!reader || !Wr(*reader, {}, 256)) return false;
  }
  return find();
}

void Author::ReplyTo(const Actor& server, Data data) {
  std::vector<Command> commands;
  const std::string rx = view_->threads()[server.thread].stack.back().rx;
  for (const Parcel& parcel : PortOf(server).parcels) {
    if (parcel.rx == rx && !parcel.freed && dice_.Percent(80)) {
      commands.push_back(composer_->Free(parcel));
    }
  }
  commands.push_back(composer_->ReplyWith(std::move(data)));
  Wr(server, commands, Room(256, 80));
}

namespace {

Json FreezeStep(Json step, const std::string& target, uint64_t enable,
                uint64_t timeout_ms) {
  step["target"] = target;
  if (enable != 1) step["enable"] = enable;
  if (timeout_ms != 0) step["timeout_ms"] = timeout_ms;
  return step;
}

}  // namespace

// Calls to a frozen process, of both kinds.
bool Author::FreezeIdle() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const std::string target = ProcessName(pair->to.thread);
  const auto op = [&](const char* name) {
    return Op(pair->from.thread, name, "b");
  };
  Do(FreezeStep(op("freeze"), target, 1, dice_.Number({0, 0, 1000})));
  if (!Idle(pair->from.thread)) return true;
  for (uint64_t i = dice_.Below(3) + 1; i > 0; --i) {
    if (!Idle(pair->from.thread)) return true;
    const uint64_t size = dice_.Below(40);
    Wr(pair->from,
       {composer_->CallTo(pair->handle, dice_.Percent(50),
                          composer_->Fill(size))},
       256);
  }
  const auto asker = AnyActor();
  if (asker) {
    Json info = Op(asker->thread, "get_frozen_info", asker->label);
    info["target"] = target;
    Do(std::move(info));
  }
  if (dice_.Percent(30)) {
    const auto frozen =
        IdleActor(view_->threads()[pair->to.thread].process, "b");
    if (frozen) Make(*frozen, Move::kRead);
  }
  if (dice_.Percent(20)) DumpAny();
  const auto thawer = AnyActor();
  if (!thawer || dice_.Percent(15)) return true;
  return Do(
      FreezeStep(Op(thawer->thread, "freeze", thawer->label), target, 0, 0));
}

// A call is on its way, or being handled, when its target is to be frozen.
bool Author::FreezeBusy() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const std::string target = ProcessName(pair->to.thread);
  Actor server;
  bool delivered = false;
  if (dice_.Percent(70)) {
    delivered = Deliver(*pair, composer_->Fill(8), server);
  } else {
    Wr(pair->from, {composer_->CallTo(pair->handle, dice_.Percent(50), {})}, 0);
  }
  const auto freezer = AnyActor();
  if (!freezer) return true;
  // Either at once, or as long as it takes.
  const bool waits =
      dice_.Percent(60) && !(delivered && freezer->thread == server.thread);
  Do(FreezeStep(Op(freezer->thread, "freeze", freezer->label),
                dice_.Percent(85) ? target : ProcessName(pair->from.thread), 1,
                waits ? 100000 : 0));
  if (!Idle(freezer->thread) && dice_.Percent(25)) {
    return Do(
        {{"op", "signal"}, {"target", view_->threads()[freezer->thread].name}});
  }
  if (!Idle(freezer->thread) && dice_.Percent(15)) {
    Kill(view_->threads()[pair->to.thread].process);
    return true;
  }
  if (dice_.Percent(30)) {
    const auto other = AnyActor();
    if (other) Make(*other, Move::kCall);
  }
  if (delivered && Idle(server.thread)) ReplyTo(server, composer_->Fill(4));
  const auto asker = AnyActor();
  if (!asker) return true;
  Json info = Op(asker->thread, "get_frozen_info", asker->label);
  info["target"] = target;
  Do(std::move(info));
  if (dice_.Percent(60)) {
    Do(FreezeStep(Op(asker->thread, "freeze", asker->label), target, 0, 0));
  }
  return true;
}

bool Author::FreezeTimeout() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const std::string target = ProcessName(pair->to.thread);
  Wr(pair->from,
     {composer_->CallTo(pair->handle, true, composer_->Fill(8)),
      composer_->CallTo(pair->handle, true, composer_->Fill(8))},
     256);
  const auto freezer = AnyActor();
  // The time-out must not expire in a step that is not the sleep's.
  if (!freezer || script_.steps.size() + 2 > steps_) return true;
  Do(FreezeStep(Op(freezer->thread, "freeze", freezer->label), target, 1, 20));
  if (!Idle(freezer->thread)) Do({{"op", "sleep_ms"}, {"ms", 120}});
  const auto asker = AnyActor();
  if (!asker) return true;
  Json info = Op(asker->thread, "get_frozen_info", asker->label);
  info["target"] = target;
  return Do(std::move(info));
}

// TF_UPDATE_TXN: a later oneway call takes the place of an earlier one.
bool Author::Update() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const std::string target = ProcessName(pair->to.thread);
  Do(FreezeStep(Op(pair->from.thread, "freeze", "b"), target, 1, 0));
  for (uint64_t i = dice_.Below(4) + 2; i > 0; --i) {
    if (!Idle(pair->from.thread)) return true;
    Command command =
        composer_->CallTo(pair->handle, true, composer_->Fill(8 * i));
    command.json["code"] = dice_.Percent(85) ? 7 : 8;
    command.json["flags"] = Json::array({"ONE_WAY"});
    if (dice_.Percent(85)) command.json["flags"].push_back("UPDATE_TXN");
    Wr(pair->from, {command}, 256);
  }
  if (dice_.Percent(50)) Dump(dice_.Percent(50) ? "transactions" : "state");
  const auto thawer = AnyActor();
  if (!thawer) return true;
  Do(FreezeStep(Op(thawer->thread, "freeze", thawer->label), target, 0, 0));
  const auto reader = IdleActor(view_->threads()[pair->to.thread].process, "b");
  return !reader || Make(*reader, Move::kRead);
}

// Buffers of one size are freed among others, and taken again.
bool Author::EqualHoles() {
  const auto pair = AnyPair();
  if (!pair || pair->handle != 0) return false;
  const size_t process = view_->threads()[pair->to.thread].process;
  const uint64_t size = dice_.Number({64, 512, 1000, 4096});
  const uint64_t count = 3 + dice_.Below(4);
  // Oneway calls, since a thread can make one sync call at a time; read one by
  // one, since a node's next call comes when the last one's buffer is freed,
  // unless it goes to another node.
  for (uint64_t i = 0; i < count; ++i) {
    const auto client = AnyPair();
    if (!client) return true;
    Wr(client->from,
       {composer_->CallTo(client->handle, i % 2 == 0,
                          composer_->Fill(i % 3 == 1 ? 40 : size))},
       i % 2 == 0 ? 256 : 0);
    const auto reader = IdleActor(process, "b");
    if (reader && dice_.Percent(80)) Wr(*reader, {}, 256);
    const auto server = IdleActor(process, "b");
    if (server && dice_.Percent(50)) Make(*server, Move::kServe);
  }
  const auto owner = IdleActor(process, "b");
  if (!owner) return true;
  std::vector<Command> commands;
  for (const Parcel& parcel : PortOf(*owner).parcels) {
    if (!parcel.freed && dice_.Percent(60)) {
      commands.push_back(composer_->Free(parcel));
    }
  }
  std::reverse(commands.begin(),
               commands.begin() + static_cast<std::ptrdiff_t>(
                                      dice_.Below(commands.size() + 1)));
  if (!commands.empty()) Wr(*owner, commands, 0);
  if (dice_.Percent(40)) Dump("state");
  for (int i = 0; i < 3; ++i) {
    const auto client = AnyPair();
    if (!client) return true;
    Wr(client->from,
       {composer_->CallTo(client->handle, true,
                          composer_->Fill(size - 8 * dice_.Below(2)))},
       256);
  }
  return true;
}

// So many oneway calls that the sender is suspected.
bool Author::Spam() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const auto& ports = view_->ProcessOf(pair->to.thread).ports;
  const uint64_t room = ports.at("b").size;
  if (room == 0) return false;
  Json step = Op(pair->from.thread, "oneway_spam_detection", "b");
  step["enable"] = 1;
  Do(std::move(step));
  const uint64_t half = std::min<uint64_t>(room, 4 << 20) / 2;
  const bool many = room >= 65536 && dice_.Percent(50);
  // More than 50 buffers, or more than a quarter of the mapping, when less than
  // a tenth of it is left.
  const uint64_t size = many ? half / 62 : half / 8;
  std::vector<Command> commands;
  for (uint64_t i = 0; i < (many ? 58 : 8); ++i) {
    commands.push_back(
        composer_->CallTo(pair->handle, true, composer_->Fill(size / 8 * 8)));
  }
  Wr(pair->from, commands, 1024);
  if (!Idle(pair->from.thread)) return true;
  Wr(pair->from, {composer_->CallTo(pair->handle, true, composer_->Fill(8))},
     256);
  const auto reader = IdleActor(view_->threads()[pair->to.thread].process, "b");
  if (reader) Make(*reader, Move::kRead);
  return true;
}

// Until there is no room.
bool Author::Exhaust() {
  const auto pair = AnyPair();
  if (!pair) return false;
  const uint64_t room = std::min<uint64_t>(
      view_->ProcessOf(pair->to.thread).ports.at("b").size, 4 << 20);
  if (room == 0) return false;
  const bool oneway = dice_.Percent(60);
  const uint64_t whole = oneway ? room / 2 : room;
  for (uint64_t i = 2 + dice_.Below(3); i > 0; --i) {
    const auto next = AnyPair();
    if (!next || next->handle != pair->handle) continue;
    const uint64_t size =
        dice_.Number({whole, whole - 8, whole / 2, whole / 2 + 8, whole / 3});
    if (size > 600000) continue;
    Wr(next->from,
       {composer_->CallTo(next->handle, oneway, composer_->Fill(size))}, 256);
    if (Idle(next->from.thread) && dice_.Percent(40)) {
      Do(Op(next->from.thread, "get_extended_error", "b"));
    }
  }
  if (dice_.Percent(40)) Dump("state");
  return true;
}

}  // namespace bindersim::generator
