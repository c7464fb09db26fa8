// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Makes commands, and the data of transactions, that suit what a process has in
// hand; and, now and then, ones that do not.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_COMPOSER_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_COMPOSER_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/kernel/generator/dice.h"
#include "tests/kernel/generator/peek.h"
#include "tests/kernel/generator/profile.h"
#include "tests/kernel/generator/view.h"

namespace bindersim::generator {

using Json = nlohmann::ordered_json;

// A thread and the file that it uses.
struct Actor {
  size_t thread = 0;
  std::string label;
};

struct Command {
  Json json;
  uint64_t size = 0;  // in the write buffer
  std::vector<Effect> effects;
};

// The data of a transaction.
struct Data {
  Json items = Json::array();
  bool pointers = false;  // needs an _SG command
  std::vector<Effect> effects;
};

class Composer {
 public:
  // All must outlive the composer.
  Composer(Dice& dice, const View& view, const Peek& peek,
           const Profile& profile)
      : dice_(dice), view_(view), peek_(peek), profile_(profile) {}

  // --- commands.cc ---
  Command Call(const Actor& actor, bool oneway);
  Command CallTo(uint32_t handle, bool oneway, Data data);
  // BC_REPLY, with what goes before it: references taken, the buffer freed.
  std::vector<Command> Reply(const Actor& actor);
  Command ReplyWith(Data data);
  Command Free(const Parcel& parcel);
  // Of a buffer that is not to be freed.
  Command FreeBadly(const Actor& actor);
  // BC_ACQUIRE, ... of object `object` in the parcel.
  Command Take(const Parcel& parcel, size_t object, bool strong);
  Command Reference(const Actor& actor);
  Command ReferenceTo(const char* name, uint32_t handle);
  Command Done(bool strong, uint64_t ptr, uint64_t cookie);
  Command Answer(const Actor& actor);
  Command RequestDeath(uint32_t handle, uint64_t cookie);
  Command ClearDeath(uint32_t handle, uint64_t cookie);
  Command DeadDone(uint64_t cookie);
  Command Death(const Actor& actor);
  Command Looper(const char* name);
  Command Garbage();

  // --- data.cc ---
  Data Any(const Actor& actor);
  Data Fill(uint64_t size);
  Data Node(const Actor& actor, uint64_t index, bool accepts_fds);
  void AddNode(const Actor& actor, Data& data);
  void AddHandle(const Actor& actor, Data& data);
  void AddFile(const Actor& actor, Data& data);
  // A buffer with pointers into it, perhaps with descriptors.
  void AddPointers(const Actor& actor, Data& data);
  void AddMalformed(Data& data);

  // A handle to call; mostly one that should work.
  uint32_t AnyHandle(const Actor& actor);
  // Those that lead to another process now.
  std::vector<uint32_t> Callable(const Actor& actor) const;
  // One that is not 0, and that can be passed on.
  std::optional<uint32_t> GoodHandle(const Actor& actor);
  uint64_t NodePtr(const Actor& actor, uint64_t index) const;
  Json AnyDescriptor(const Actor& actor);
  bool Mistake() { return dice_.Percent(profile_.mistakes); }

 private:
  const Port& PortOf(const Actor& actor) const {
    return *view_.PortOf(actor.thread, actor.label);
  }
  void SpoilPointers(Data& data);
  void SpoilTransaction(Json& json, bool scatter, bool pointers);

  Dice& dice_;
  const View& view_;
  const Peek& peek_;
  const Profile& profile_;
  uint64_t next_cookie_ = 200;
  uint64_t next_code_ = 1;
};

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_COMPOSER_H_
