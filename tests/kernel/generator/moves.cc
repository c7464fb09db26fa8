// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The single steps of generated scripts.

#include <utility>

#include "tests/kernel/generator/author.h"

namespace bindersim::generator {

bool Author::Make(Move move) {
  switch (move) {
    case Move::kPlan: {
      uint64_t sum = 0;
      for (const uint64_t weight : profile_.plans) sum += weight;
      return sum != 0 &&
             Make(static_cast<Plan>(dice_.Weighted(profile_.plans)));
    }
    case Move::kDump:
      return DumpAny();
    case Move::kSignal: {
      const size_t thread = dice_.Below(view_->threads().size());
      if (!view_->threads()[thread].alive) return false;
      return Do({{"op", "signal"}, {"target", view_->threads()[thread].name}});
    }
    case Move::kLife:
      if (dice_.Percent(40) && AfterClose()) return true;
      break;
    default:
      break;
  }
  if (move == Move::kRead) {
    const auto reader = ActorWithWork();
    if (reader) return Read(*reader);
  }
  const auto actor = AnyActor();
  if (actor) return Make(*actor, move);
  // Everyone waits: someone is disturbed.
  return Make(dice_.Percent(50) ? Move::kSignal : Move::kDump);
}

bool Author::Make(const Actor& actor, Move move) {
  switch (move) {
    case Move::kRead:
      return Read(actor);
    case Move::kCall:
      if (composer_->Callable(actor).empty() && !composer_->Mistake()) {
        return false;
      }
      return Wr(actor, {composer_->Call(actor, false)}, Room(256, 80));
    case Move::kOneway:
      return Oneways(actor);
    case Move::kServe:
      return Serve(actor);
    case Move::kFree:
      return FreeBuffers(actor);
    case Move::kReference: {
      std::vector<Command> commands;
      const uint64_t count = dice_.Number({1, 1, 2, 3, 5});
      for (uint64_t i = 0; i < count; ++i) {
        commands.push_back(composer_->Reference(actor));
      }
      return Wr(actor, commands, Room(256, 15));
    }
    case Move::kAnswer:
      return Answers(actor);
    case Move::kDeath: {
      std::vector<Command> commands;
      const uint64_t count = dice_.Number({1, 1, 1, 2});
      for (uint64_t i = 0; i < count; ++i) {
        commands.push_back(composer_->Death(actor));
      }
      return Wr(actor, commands, Room(256, 40));
    }
    case Move::kFreeze:
      return Freeze(actor);
    case Move::kFile:
      return File(actor);
    case Move::kIoctl:
      return Ioctl(actor);
    case Move::kLife:
      return Life(actor);
    case Move::kPoll:
      return Poll(actor);
    case Move::kMistake:
      return Mistake(actor);
    default:
      break;
  }
  static constexpr const char* kNames[] = {
      "BC_ENTER_LOOPER", "BC_REGISTER_LOOPER", "BC_EXIT_LOOPER"};
  const bool asked = view_->threads()[actor.thread].spawn_asked;
  const char* name = kNames[asked ? 1 : dice_.Weighted({5, 3, 2})];
  return Wr(actor, {composer_->Looper(name)}, Room(256, 50));
}

bool Author::Read(const Actor& actor) {
  // Somebody has to be left who can go on.
  if (!peek_->HasWork(actor.thread, actor.label) &&
      (view_->IdleThreads().size() < 3 || dice_.Percent(50))) {
    return false;
  }
  Json more = Json::object();
  if (dice_.Percent(3)) more["read_consumed"] = dice_.Number({4, 8, 64});
  return Wr(actor, {}, ReadSize(), more);
}

bool Author::Serve(const Actor& actor) {
  const auto& stack = view_->threads()[actor.thread].stack;
  const bool serving = !stack.empty() && stack.back().incoming &&
                       stack.back().port == actor.label;
  if (!serving && !dice_.Percent(profile_.mistakes / 2)) {
    return Read(actor);
  }
  return Wr(actor, composer_->Reply(actor), Room(256, 60));
}

bool Author::FreeBuffers(const Actor& actor) {
  std::vector<Command> commands;
  for (const Parcel& parcel : PortOf(actor).parcels) {
    if (parcel.freed || commands.size() > 3 || dice_.Percent(30)) continue;
    for (size_t i = 0; i < parcel.objects.size(); ++i) {
      if (IsHandle(parcel.objects[i]) && dice_.Percent(60)) {
        commands.push_back(composer_->Take(parcel, i, dice_.Percent(80)));
      }
    }
    commands.push_back(composer_->Free(parcel));
  }
  if (commands.empty() || composer_->Mistake()) {
    commands.push_back(composer_->FreeBadly(actor));
  }
  return Wr(actor, commands, Room(256, 30));
}

bool Author::Oneways(const Actor& actor) {
  if (composer_->Callable(actor).empty() && !composer_->Mistake()) {
    return false;
  }
  std::vector<Command> commands;
  const uint64_t count = dice_.Number({1, 1, 1, 2, 3, 4});
  const uint32_t handle = composer_->AnyHandle(actor);
  for (uint64_t i = 0; i < count; ++i) {
    const uint32_t other = composer_->AnyHandle(actor);
    const uint32_t target = dice_.Percent(70) ? handle : other;
    commands.push_back(composer_->CallTo(target, true, composer_->Any(actor)));
  }
  return Wr(actor, commands, dice_.Percent(75) ? ReadSize() : 0);
}

// What BR_INCREFS and BR_ACQUIRE asked for.
bool Author::Answers(const Actor& actor) {
  std::vector<Command> commands;
  for (const Asked& asked : PortOf(actor).asked) {
    if (commands.size() < 4 && dice_.Percent(80)) {
      commands.push_back(
          composer_->Done(asked.strong, asked.ptr, asked.cookie));
    }
  }
  if (commands.empty() || composer_->Mistake()) {
    commands.push_back(composer_->Answer(actor));
  }
  return Wr(actor, commands, Room(256, 20));
}

}  // namespace bindersim::generator
