// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes one script, step by step, against the simulated driver: each step is
// performed before the next one is thought of.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_AUTHOR_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_AUTHOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/script/result.h"
#include "model/script/script.h"
#include "model/script/session.h"
#include "model/script/simulated_host.h"
#include "tests/kernel/generator/composer.h"
#include "tests/kernel/generator/dice.h"
#include "tests/kernel/generator/peek.h"
#include "tests/kernel/generator/profile.h"
#include "tests/kernel/generator/view.h"

namespace bindersim::generator {

class Author {
 public:
  Author(uint64_t seed, uint64_t index, const Profile& profile, size_t steps);

  // The whole script as one JSON object.
  Json Write();

 private:
  // --- author.cc ---
  void Cast();
  bool Full() const { return script_.steps.size() >= steps_; }
  // Appends the step and performs it; what it did is in `last_`. False if the
  // script is full or the step was not performed.
  bool Do(Json step, const std::vector<Command>& commands = {});
  // The room for a read; in `percent` of the cases, and none otherwise. An
  // argument must not throw dice beside others that do: the order in which
  // arguments are evaluated differs between compilers.
  struct Room {
    Room(uint64_t room_size, uint64_t of_cases = 100)
        : size(room_size), percent(of_cases) {}
    uint64_t size;
    uint64_t percent;
  };
  bool Wr(const Actor& actor, const std::vector<Command>& commands, Room read,
          Json more = Json::object());
  Json Op(size_t thread, const std::string& op, const std::string& label) const;
  bool Idle(size_t thread) const { return view_->threads()[thread].idle(); }
  // An idle thread of the process, if it has the file.
  std::optional<Actor> IdleActor(size_t process, const std::string& label);
  // Any thread that can act, with one of its files.
  std::optional<Actor> AnyActor();
  // One whose read would return at once.
  std::optional<Actor> ActorWithWork();
  // An idle thread, and one of the process that it reaches through the handle.
  struct Pair {
    Actor from;
    Actor to;
    uint32_t handle = 0;
  };
  std::optional<Pair> AnyPair();
  const Port& PortOf(const Actor& actor) const {
    return *view_->PortOf(actor.thread, actor.label);
  }
  uint64_t ReadSize();
  std::string ProcessName(size_t thread) const {
    return view_->ProcessOf(thread).name;
  }

  // --- opening.cc: how a script begins and ends ---
  void Open(size_t process);
  void OpenAll();
  void Introduce(size_t process);
  void Finish();
  bool Dump(const std::string& what);
  bool DumpAny();

  // --- moves.cc ---
  bool Make(Move move);
  bool Make(const Actor& actor, Move move);
  bool Read(const Actor& actor);
  bool Serve(const Actor& actor);
  bool FreeBuffers(const Actor& actor);
  bool Oneways(const Actor& actor);
  bool Answers(const Actor& actor);

  // --- system_calls.cc ---
  bool Freeze(const Actor& actor);
  bool File(const Actor& actor);
  bool Ioctl(const Actor& actor);
  bool OddIoctl(const Actor& actor);
  bool Life(const Actor& actor);
  bool Reopen(size_t thread);
  bool AfterClose();
  bool Poll(const Actor& actor);
  bool Mistake(const Actor& actor);
  bool ManagerAgain(const Actor& actor);
  void Kill(size_t process);

  // --- plans.cc, more_plans.cc ---
  bool Make(Plan plan);
  // The call is made and received: true if a thread of `to` now has to answer;
  // `server` is it.
  bool Deliver(const Pair& pair, Data data, Actor& server);
  void ReplyTo(const Actor& server, Data data);
  bool FreezeIdle();
  bool FreezeBusy();
  bool FreezeTimeout();
  bool Update();
  bool EqualHoles();
  bool Spam();
  bool Exhaust();
  bool Deaths();
  bool DeathWhileCalled();
  bool Nested();
  bool PassFiles();
  bool PassPointers();
  bool Promote();
  bool ChangeManager();
  bool Pool();
  bool SecondDevice();
  bool Nonblocking();
  bool Reads();
  bool Writes();
  bool FailAndAsk();

  Dice dice_;
  const Profile& profile_;
  size_t steps_;  // how long the script is to be
  Json header_;
  Json written_ = Json::array();
  script::Script script_;
  std::unique_ptr<script::SimulatedHost> host_;
  std::unique_ptr<script::Session> session_;
  std::unique_ptr<View> view_;
  std::unique_ptr<Peek> peek_;
  std::unique_ptr<Composer> composer_;
  script::StepResult last_;
  std::vector<size_t> opened_;  // by process: how often
};

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_AUTHOR_H_
