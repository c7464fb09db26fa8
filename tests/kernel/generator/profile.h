// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What kinds of scripts there are: how often which kind of step is taken.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_PROFILE_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_PROFILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bindersim::generator {

// Single steps.
enum class Move : uint8_t {
  kRead,
  kCall,
  kOneway,
  kServe,
  kFree,
  kReference,
  kAnswer,  // BC_INCREFS_DONE, BC_ACQUIRE_DONE
  kDeath,
  kFreeze,
  kFile,
  kIoctl,
  kLife,  // opening, closing, exits, kills
  kPoll,
  kSignal,
  kDump,
  kLooper,
  kMistake,
  kPlan,
  kCount,
};

// Several steps that belong together.
enum class Plan : uint8_t {
  kFreezeIdle,
  kFreezeBusy,
  kFreezeTimeout,
  kUpdate,
  kEqualHoles,
  kSpam,
  kExhaust,
  kDeath,
  kDeathWhileCalled,
  kNested,
  kFiles,
  kPointers,
  kPromote,
  kManager,
  kPool,
  kSecondDevice,
  kNonblocking,
  kReads,
  kWrites,
  kErrors,
  kCount,
};

struct Profile {
  std::string name;
  std::vector<uint64_t> moves;  // weights, by Move
  std::vector<uint64_t> plans;  // by Plan
  // Weights of what is in a transaction.
  uint64_t plain = 0;
  uint64_t nodes = 0;
  uint64_t handles = 0;
  uint64_t files = 0;
  uint64_t pointers = 0;
  // Percentages.
  uint64_t mistakes = 0;    // of what a step consists of
  uint64_t small_maps = 0;  // of the mappings

  uint64_t& operator[](Move move) { return moves[static_cast<size_t>(move)]; }
  uint64_t& operator[](Plan plan) { return plans[static_cast<size_t>(plan)]; }
};

const std::vector<Profile>& Profiles();

// Null if there is none of that name.
const Profile* FindProfile(const std::string& name);

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_PROFILE_H_
