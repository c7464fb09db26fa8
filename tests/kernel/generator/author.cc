// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/author.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace bindersim::generator {

Author::Author(uint64_t seed, uint64_t index, const Profile& profile,
               size_t steps)
    : dice_(seed, "script/" + std::to_string(index)),
      profile_(profile),
      steps_(steps) {
  header_["name"] = "gen_" + std::to_string(seed) + "_" + std::to_string(index);
  header_["doc"] = "generated: " + profile.name;
  header_["device"] = dice_.Percent(4) ? "hwbinder" : "binder";
  Cast();
  Json empty = header_;
  empty["steps"] = Json::array();
  const auto parsed = script::ParseScript(empty.dump());
  SIM_CHECK(parsed.ok()) << std::string(parsed.status().message());
  script_ = *parsed;
  host_ = std::make_unique<script::SimulatedHost>(script_, nullptr);
  session_ = std::make_unique<script::Session>(script_, *host_);
  view_ = std::make_unique<View>(script_);
  peek_ = std::make_unique<Peek>(*host_, *view_);
  composer_ = std::make_unique<Composer>(dice_, *view_, *peek_, profile_);
  opened_.resize(script_.processes.size());
}

// Who takes part.
void Author::Cast() {
  static const std::vector<std::string> names = {"sm", "alfa", "bravo",
                                                 "charlie"};
  const size_t count = dice_.Weighted({1, 5, 10, 5}) + 1;
  const bool users = dice_.Percent(30);
  Json processes = Json::object();
  for (size_t i = 0; i < count; ++i) {
    Json process;
    process["threads"] = Json::array();
    const size_t threads = dice_.Weighted({7, 7, 4, 2}) + 1;
    for (size_t t = 0; t < threads; ++t) {
      process["threads"].push_back("t" + std::to_string(t));
    }
    if (users && i > 0 && dice_.Percent(60)) {
      process["uid"] = dice_.Number({1000, 2000, 10001});
    }
    processes[names[i]] = process;
  }
  header_["processes"] = processes;
}

Json Author::Op(size_t thread, const std::string& op,
                const std::string& label) const {
  Json step = {{"t", view_->threads()[thread].name}, {"op", op}};
  if (label != "b") step["fd"] = label;
  return step;
}

bool Author::Do(Json step, const std::vector<Command>& commands) {
  if (Full()) return false;
  std::vector<Consumption> consumptions;
  uint64_t end = 0;
  for (const Command& command : commands) {
    step["write"].push_back(command.json);
    end += command.size;
    consumptions.push_back({end, command.effects});
  }
  Json alone = header_;
  alone["steps"] = Json::array({step});
  auto parsed = script::ParseScript(alone.dump());
  SIM_CHECK(parsed.ok()) << std::string(parsed.status().message());
  script_.steps.push_back(std::move(parsed->steps.front()));
  written_.push_back(std::move(step));
  last_ = session_->Perform(script_.steps.size() - 1);
  view_->Note(script_, last_, consumptions);
  return last_.self.empty() || last_.self.front().first != "skipped";
}

bool Author::Wr(const Actor& actor, const std::vector<Command>& commands,
                Room read, Json more) {
  Json step = Op(actor.thread, "wr", actor.label);
  if (!commands.empty()) step["write"] = Json::array();
  if (read.size != 0 && dice_.Percent(read.percent)) step["read"] = read.size;
  for (const auto& [key, value] : more.items()) step[key] = value;
  if (!Do(std::move(step), commands)) return false;
  const std::string& name = view_->threads()[actor.thread].name;
  const auto done = last_.operations.find(name);
  if (done == last_.operations.end() || !done->second.returns) return true;
  for (const script::Return& entry : *done->second.returns) {
    const bool failed = entry.word == BR_FAILED_REPLY ||
                        entry.word == BR_DEAD_REPLY ||
                        entry.word == BR_FROZEN_REPLY;
    if (failed && dice_.Percent(25)) {
      Do(Op(actor.thread, "get_extended_error", actor.label));
      break;
    }
  }
  return true;
}

uint64_t Author::ReadSize() {
  if (composer_->Mistake() && dice_.Percent(40)) {
    return dice_.Number({1, 2, 3, 4, 8, 32, 72, 75, 76, 79, 80, 84, 100, 148});
  }
  return dice_.Percent(20) ? 1024 : 256;
}

std::optional<Actor> Author::IdleActor(size_t process,
                                       const std::string& label) {
  if (!view_->processes()[process].alive) return std::nullopt;
  std::vector<size_t> idle;
  for (const size_t thread : view_->ThreadsOf(process)) {
    if (Idle(thread) && view_->PortOf(thread, label) != nullptr) {
      idle.push_back(thread);
    }
  }
  if (idle.empty()) return std::nullopt;
  return Actor{dice_.Pick(idle), label};
}

std::optional<Actor> Author::AnyActor() {
  std::vector<Actor> actors;
  for (const size_t thread : view_->IdleThreads()) {
    const auto& stack = view_->threads()[thread].stack;
    for (const auto& [label, port] : view_->ProcessOf(thread).ports) {
      // Who has something to answer is asked more often, and so is "b".
      const bool serving =
          !stack.empty() && stack.back().incoming && stack.back().port == label;
      const size_t times = serving ? 6 : label == "b" ? 3 : 1;
      actors.insert(actors.end(), times, Actor{thread, label});
    }
  }
  if (actors.empty()) return std::nullopt;
  return dice_.Pick(actors);
}

std::optional<Actor> Author::ActorWithWork() {
  std::vector<Actor> actors;
  for (const size_t thread : view_->IdleThreads()) {
    for (const auto& [label, port] : view_->ProcessOf(thread).ports) {
      if (peek_->HasWork(thread, label)) actors.push_back({thread, label});
    }
  }
  if (actors.empty()) return std::nullopt;
  return dice_.Pick(actors);
}

std::optional<Author::Pair> Author::AnyPair() {
  std::vector<Pair> pairs;
  const auto& processes = view_->processes();
  for (size_t p = 0; p < processes.size(); ++p) {
    const auto from = IdleActor(p, "b");
    if (!from || !PortOf(*from).mapped) continue;
    std::vector<Handle> handles = PortOf(*from).handles;
    handles.push_back({});  // handle 0 needs no reference
    for (const Handle& handle : handles) {
      const auto to = peek_->Target(from->thread, "b", handle.number);
      if (!to || *to == p || !processes[*to].ports.contains("b")) continue;
      pairs.push_back(
          {*from, {dice_.Pick(view_->ThreadsOf(*to)), "b"}, handle.number});
    }
  }
  if (pairs.empty()) return std::nullopt;
  return dice_.Pick(pairs);
}

Json Author::Write() {
  OpenAll();
  size_t idle_rounds = 0;
  // The last steps are for dumps.
  const size_t whole = steps_;
  steps_ -= std::min<size_t>(steps_, 2 + dice_.Below(3));
  while (!Full() && idle_rounds < 50) {
    const auto move = static_cast<Move>(dice_.Weighted(profile_.moves));
    const size_t before = script_.steps.size();
    Make(move);
    idle_rounds = script_.steps.size() == before ? idle_rounds + 1 : 0;
  }
  steps_ = whole;
  Finish();
  Json result = header_;
  result["steps"] = written_;
  return result;
}

}  // namespace bindersim::generator
