// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Recognising the states of an untimed world.
//
//   StateHasher hasher(Symmetric::kYes);
//   if (!seen.insert(hasher.Hash(world)).second) ...  // been here before
//
// Worlds with the same hash do the same from now on, whatever comes to pass, up
// to the numbers by which things are called: slots, debug ids, the time. What
// is dead does not count either: memory that nobody will read again, counters
// that only people look at.
//
// Threads and processes that are alike (userspace::Symmetry) may have changed
// places, too: they go by numbers in the order in which the rest of the state
// mentions them. Those that it does not mention are ordered by how they look;
// if they look the same, they are tried one after the other.
// If that does not settle it, worlds that are the same may have different
// hashes; never the other way.

#ifndef BINDERSIM_MODEL_STATE_HASH_H_
#define BINDERSIM_MODEL_STATE_HASH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "model/entity_forms.h"
#include "model/group_forms.h"
#include "model/names_by_mention.h"
#include "model/renaming.h"
#include "model/world.h"
#include "sim/canonical.h"
#include "sim/hash128.h"

namespace bindersim {

enum class Symmetric : bool { kNo, kYes };

class StateHasher {
 public:
  // kNo tells threads and processes that are alike apart. Nothing happens after
  // `until`: how long that still is makes a difference.
  explicit StateHasher(Symmetric symmetric, sim::Time until = sim::kNever)
      : symmetric_(symmetric), until_(until) {}

  // REQUIRES: the world is untimed.
  sim::Hash128 Hash(const World& world);
  // By which tids and pids the last world's threads and processes went.
  const Renaming& renaming() const { return names_.renaming(); }

 private:
  // What stands for an entity without a name of its own has one of these bits.
  static constexpr uint32_t kStale = uint32_t{1} << 31;  // it is gone
  static constexpr uint32_t kNumber = uint32_t{1} << 30;
  // At a glance: what lives and has no number yet, and what is gone.
  static constexpr uint32_t kNoNumber = kStale | uint32_t{1} << 28;
  static constexpr uint32_t kGone = kStale | uint32_t{2} << 28;

  struct Number {
    uint64_t run = 0;  // of Hash
    uint32_t generation = 0;
    uint32_t number = 0;  // kNumber, and its place in the order of mention
  };
  struct Sketch {
    uint64_t run = 0;  // of Hash
    uint64_t hash = 0;
  };
  // Of the entities of one kind.
  struct Space {
    std::vector<Number> numbers;  // by slot
    uint32_t count = 0;           // of those that have one
  };

  // Add to the words that are hashed.
  void Add(uint32_t word) { *next_++ = sim::LittleEndian(word); }
  void AddLong(uint64_t number) {
    Add(static_cast<uint32_t>(number));
    Add(static_cast<uint32_t>(number >> 32));
  }
  // A form, with names for what it mentions.
  void Add(const sim::CanonicalForm& form);
  void AddName(const sim::Mention& mention);
  void AddTime(sim::Time time);
  // For as many more words. Words are where next_ is.
  void MakeRoom(size_t words) {
    if (words_.size() - Size() < words) [[unlikely]]
      Grow(words);
  }
  [[gnu::cold]] void Grow(size_t words);

  // By order of mention; or why there is none.
  uint32_t NumberOf(const Entity& entity) {
    const std::vector<Number>& numbers = SpaceOf(entity).numbers;
    if (entity.index < numbers.size()) {
      const Number& known = numbers[entity.index];
      if (known.run == run_ && known.generation == entity.generation) {
        return known.number;
      }
    }
    return MentionFirst(entity);
  }
  uint32_t MentionFirst(const Entity& entity);
  uint32_t NumberOfBuffer(driver::BufferId id);
  void AddStale(const Entity& entity);
  void AddNameOfLock(const Entity& entity);
  uint32_t NameOfTid(uint32_t tid);
  uint32_t NameOfUid(uint32_t uid);
  uint32_t PlaceOf(uint32_t process);
  Space& SpaceOf(const Entity& entity) { return spaces_[entity.space]; }

  // Adds the contents of what has been mentioned and of what they mention.
  void AddMentioned();
  // state_hash_alike.cc
  // Of those who are alike: whoever was mentioned first comes first. Returns
  // false if there is nobody left to be added.
  bool AddNextAsked();
  // Who comes next if none of those left was mentioned: whoever makes the rest
  // of the state look first.
  bool MentionProcess();
  bool MentionPoolThread();
  uint64_t SketchOf(uint32_t process);
  using Candidates = absl::InlinedVector<uint32_t, 8>;
  template <class SketchOne, class Glance, class AddOne>
  uint32_t First(Candidates candidates, SketchOne sketch, Glance glance,
                 AddOne add);
  template <class AddSome>
  uint64_t GlanceAt(AddSome add);
  template <class AddSome>
  uint64_t Try(AddSome add);
  size_t Size() const { return static_cast<size_t>(next_ - words_.data()); }
  // The hash of the words behind the first ones, which are all that stays.
  uint64_t TakeBack(size_t size);
  uint32_t Glimpse(const Entity& entity);
  uint32_t Seen(uint32_t name) {
    saw_more_ = saw_more_ || name == NamesByMention::kNone;
    return name;
  }

  bool IsLive(const Entity& entity) const;
  uint32_t StaleNumber(const Entity& entity);
  void AddContents(const Entity& entity);
  void AddRoots();

  const Symmetric symmetric_;
  const sim::Time until_;
  const World* world_ = nullptr;
  EntityForms forms_;
  GroupForms groups_{forms_};
  std::vector<uint32_t> words_;
  uint32_t* next_ = nullptr;
  uint64_t run_ = 0;           // counts calls of Hash
  driver::ProcId buffers_of_;  // whose buffers are mentioned
  std::array<Space, Entity::kSpaces> spaces_;
  std::vector<Entity> queue_;     // all that have numbers
  size_t added_ = 0;              // of queue_
  size_t asked_ = 0;              // of those with names by mention: added
  std::vector<Entity> stale_;     // what was mentioned, and is gone
  std::vector<Sketch> sketches_;  // by process

  NamesByMention names_;

  // At a glance: nothing is given a number or a name.
  bool glances_ = false;
  // Whether anything was seen that has none.
  bool saw_more_ = false;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_STATE_HASH_H_
