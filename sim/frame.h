// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Simulated threads are stacks of frames. A frame is a small plain struct: the
// locals of a flow and the section that it is in. One call of Run executes one
// section, atomically at one moment of virtual time, and says what comes next:
//
//   struct Greet {
//     static constexpr char kName[] = "Greet";
//     uint32_t section = 0;
//     auto Fields() const { return std::tie(section); }
//     bool operator==(const Greet&) const = default;
//
//     Step Run(Env& env) {
//       switch (section++) {
//         case 0: return Step::Enter(lock_of_the_door);
//         case 1: /* the lock is held here */ return Step::Leave(20ns);
//         case 2: return env.Call(Speak{"hello"});
//         default: return Step::Done(env.result());
//       }
//     }
//   };
//
// What a thread is doing is therefore data: it can be copied, compared and
// hashed with the rest of the world.
//
// Invariants:
//  1. A frame is trivially copyable and refers to entities by id only.
//  2. Run may push one frame (env.Call), as the last thing it does: pushing
//     moves the stack, and with it the frame.

#ifndef BINDERSIM_SIM_FRAME_H_
#define BINDERSIM_SIM_FRAME_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/canonical.h"
#include "sim/check.h"
#include "sim/flow_section.h"
#include "sim/id.h"
#include "sim/section_names.h"
#include "sim/time.h"
#include "sim/value.h"

namespace bindersim::sim {

class Env;

struct LockTag {
  static constexpr uint32_t kSpace = 1;
};
using LockId = Id<LockTag>;

// What a frame wants next.
struct Step {
  enum class Kind : uint8_t {
    kAgain,  // run the top frame again, at this moment
    kRun,    // use the CPU for `cost`, then as kAgain
    kEnter,  // begin a critical section: acquire `locks` in their order, then
             // as kAgain; sections nest
    kLeave,  // use the CPU for `cost`, then release the locks of the innermost
             // `result` sections, last acquired first, then as kAgain
    kSleep,  // if still prepared to wait (Machine::PrepareToWait): block until
             // woken, or for `cost` if that is not negative; then as kAgain
    kDone,   // pop this frame; its caller finds `result` in env.result()
    kExit,   // the thread ends
  };

  static constexpr Step Again() { return {Kind::kAgain, {}, {}, 0}; }
  static constexpr Step Run(Duration cost) { return {Kind::kRun, cost, {}, 0}; }
  // Null locks are skipped: a section of nothing but nulls locks nothing.
  static constexpr Step Enter(LockId first, LockId second = {},
                              LockId third = {}) {
    return {Kind::kEnter, {}, {first, second, third}, 0};
  }
  static constexpr Step Leave(Duration cost, int sections = 1) {
    return {Kind::kLeave, cost, {}, sections};
  }
  static constexpr Step Sleep() { return {Kind::kSleep, Duration{-1}, {}, 0}; }
  static constexpr Step SleepFor(Duration limit) {
    return {Kind::kSleep, limit, {}, 0};
  }
  static constexpr Step Done(int64_t result = 0) {
    return {Kind::kDone, {}, {}, result};
  }
  static constexpr Step Exit() { return {Kind::kExit, {}, {}, 0}; }

  Kind kind = Kind::kAgain;
  Duration cost{};
  std::array<LockId, 3> locks{};
  int64_t result = 0;
};

// What the machine knows of a frame type.
struct FrameOps {
  const char* name;
  uint64_t name_hash;
  uint32_t words;  // size in 8-byte words
  bool user_mode;  // a killed thread ends here; frames without run to the end
  uint8_t section_size;   // bytes of the member `section`; 0 = it has none
  uint32_t section_at;    // its offset in the frame
  uint32_t section_mask;  // its bits in what is read there as a uint32_t
  std::string_view (*section_name)(uint32_t section);
  Step (*run)(void* frame, Env& env);
  bool (*equal)(const void* a, const void* b);
  void (*add_to)(const void* frame, Hasher& hasher);
  void (*add_canonical)(const void* frame, CanonicalWriter& writer);
};

template <class F>
concept FrameType = std::is_trivially_copyable_v<F> && alignof(F) <= 8 &&
                    requires(F frame, Env& env) {
  { F::kName } -> std::convertible_to<const char*>;
  { frame.Run(env) } -> std::same_as<Step>;
};

namespace frame_internal {

template <FrameType F>
constexpr bool UserMode() {
  if constexpr (requires { F::kUserMode; }) {
    return F::kUserMode;
  } else {
    return false;
  }
}

template <FrameType F>
constexpr uint8_t SectionSize() {
  if constexpr (requires(F frame) { frame.section; }) {
    static_assert(sizeof(F::section) <= sizeof(uint32_t));
    return sizeof(F::section);
  } else {
    return 0;
  }
}

template <FrameType F>
constexpr uint32_t SectionAt() {
  if constexpr (SectionSize<F>() != 0) {
    static_assert(std::is_standard_layout_v<F>);
    return offsetof(F, section);
  } else {
    return 0;
  }
}

template <FrameType F>
std::string_view NameOfSection(uint32_t section) {
  if constexpr (requires { typename F::Section; }) {
    return SectionName<typename F::Section>(section);
  } else {
    return {};
  }
}

// FNV-1a.
constexpr uint64_t HashOfName(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

template <FrameType F>
inline constexpr FrameOps kOps = {
    F::kName,
    HashOfName(F::kName),
    (sizeof(F) + 7) / 8,
    UserMode<F>(),
    SectionSize<F>(),
    SectionAt<F>(),
    static_cast<uint32_t>((uint64_t{1} << 8 * SectionSize<F>()) - 1),
    NameOfSection<F>,
    [](void* frame, Env& env) { return static_cast<F*>(frame)->Run(env); },
    [](const void* a, const void* b) {
      return *static_cast<const F*>(a) == *static_cast<const F*>(b);
    },
    [](const void* frame, Hasher& hasher) {
      hasher.Add(*static_cast<const F*>(frame));
    },
    [](const void* frame, CanonicalWriter& writer) {
      writer.Add(*static_cast<const F*>(frame));
    }};

}  // namespace frame_internal

// Reads a whole word: on a stack something comes after each frame.
inline FlowSection FlowSection::Of(const FrameOps* flow, const void* frame) {
  uint32_t section = 0;
  std::memcpy(&section, static_cast<const std::byte*>(frame) + flow->section_at,
              sizeof(section));
  if constexpr (std::endian::native == std::endian::big) {
    if (flow->section_size > 0) {
      section >>= 8 * (sizeof(section) - flow->section_size);
    }
  }
  return {flow, section & flow->section_mask};
}

// A thread's frames, innermost on top, one after the other in one block of
// memory: each frame's words, then a word that names its type.
class Stack {
 public:
  bool empty() const { return words_.empty(); }

  template <FrameType F>
  void Push(const F& frame) {
    constexpr const FrameOps* kOps = &frame_internal::kOps<F>;
    // By way of a copy: the frame may be a part of another one, which moves.
    std::array<uint64_t, kOps->words + 1> words;
    words[kOps->words - 1] = 0;  // of which the frame may leave some bytes
    std::memcpy(words.data(), &frame, sizeof(frame));
    // Never hashed, compared or shown as a number: ops->name stands for it.
    // tidy: allow(address) the type of the frame below
    words.back() = reinterpret_cast<uintptr_t>(kOps);
    Append(words);
  }

  void Pop() { words_.resize(words_.size() - Ops()->words - 1); }
  void Clear() { words_.clear(); }

  // The top frame's type and state. REQUIRES: !empty().
  const FrameOps* Ops() const {
    return reinterpret_cast<const FrameOps*>(words_.back());
  }
  void* Top() { return &words_.back() - Ops()->words; }
  const void* Top() const { return &words_.back() - Ops()->words; }

  // Calls visit(ops, frame) for each frame from the innermost outwards.
  template <class Visitor>
  void ForEach(Visitor visit) const {
    size_t end = words_.size();
    while (end > 0) {
      const auto* ops = reinterpret_cast<const FrameOps*>(words_[end - 1]);
      end -= ops->words + 1;
      visit(ops, static_cast<const void*>(&words_[end]));
    }
  }

  // Whether `ops` are those of frames of type F.
  template <FrameType F>
  static bool Is(const FrameOps* ops) {
    return ops == &frame_internal::kOps<F>;
  }

  // The innermost frame of type F, or null.
  template <FrameType F>
  const F* Find() const {
    const F* found = nullptr;
    ForEach([&](const FrameOps* ops, const void* frame) {
      if (found == nullptr && Is<F>(ops)) {
        found = static_cast<const F*>(frame);
      }
    });
    return found;
  }

  // All of it, as it lies in memory: the same words, which are seen nowhere
  // else, are the same frames.
  const std::vector<uint64_t>& words() const { return words_; }

  size_t bytes() const { return words_.capacity() * sizeof(uint64_t); }

  bool operator==(const Stack& other) const;
  void AddTo(Hasher& hasher) const;

 private:
  void Append(std::span<const uint64_t> words);

  std::vector<uint64_t> words_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_FRAME_H_
