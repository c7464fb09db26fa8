// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/profile.h"

#include <initializer_list>
#include <utility>

namespace bindersim::generator {

namespace {

// The profile that the others are made from: plain calls between processes.
Profile Base(const std::string& name) {
  Profile profile;
  profile.name = name;
  profile.moves.assign(static_cast<size_t>(Move::kCount), 1);
  profile.plans.assign(static_cast<size_t>(Plan::kCount), 0);
  for (const auto& [move, weight] : {
           std::pair(Move::kRead, 16),
           {Move::kCall, 14},
           {Move::kOneway, 8},
           {Move::kServe, 22},
           {Move::kFree, 8},
           {Move::kReference, 4},
           {Move::kAnswer, 5},
           {Move::kDeath, 2},
           {Move::kIoctl, 2},
           {Move::kDump, 2},
           {Move::kLooper, 2},
           {Move::kPlan, 3},
       }) {
    profile[move] = static_cast<uint64_t>(weight);
  }
  profile.plain = 6;
  profile.nodes = 4;
  profile.handles = 4;
  profile.files = 1;
  profile.pointers = 1;
  profile.mistakes = 5;
  profile.small_maps = 15;
  return profile;
}

void SetPlans(Profile& profile, std::initializer_list<Plan> plans) {
  for (const Plan plan : plans) profile[plan] = 1;
}

Profile Calls() {
  Profile profile = Base("calls");
  SetPlans(profile, {Plan::kNested, Plan::kNested, Plan::kPool, Plan::kReads});
  return profile;
}

Profile Refs() {
  Profile profile = Base("refs");
  profile[Move::kReference] = 25;
  profile[Move::kAnswer] = 14;
  profile[Move::kFree] = 14;
  profile.nodes = 12;
  profile.handles = 12;
  SetPlans(profile, {Plan::kPromote, Plan::kManager, Plan::kDeath});
  return profile;
}

Profile Deaths() {
  Profile profile = Base("death");
  profile[Move::kDeath] = 25;
  profile[Move::kLife] = 7;
  profile[Move::kPlan] = 18;
  profile.handles = 8;
  SetPlans(profile, {Plan::kDeath, Plan::kDeathWhileCalled, Plan::kManager,
                     Plan::kNested});
  profile[Plan::kDeath] = 4;
  profile[Plan::kDeathWhileCalled] = 2;
  return profile;
}

Profile Freezes() {
  Profile profile = Base("freeze");
  profile[Move::kFreeze] = 16;
  profile[Move::kOneway] = 14;
  profile[Move::kPlan] = 18;
  SetPlans(profile, {Plan::kFreezeIdle, Plan::kFreezeBusy, Plan::kUpdate,
                     Plan::kFreezeTimeout});
  profile[Plan::kFreezeIdle] = 3;
  profile[Plan::kFreezeBusy] = 3;
  profile[Plan::kUpdate] = 3;
  return profile;
}

Profile Files() {
  Profile profile = Base("fds");
  profile[Move::kFile] = 14;
  profile[Move::kPlan] = 18;
  profile.files = 16;
  profile.pointers = 3;
  SetPlans(profile, {Plan::kFiles, Plan::kPointers});
  return profile;
}

Profile Pointers() {
  Profile profile = Base("sg");
  profile[Move::kPlan] = 18;
  profile.pointers = 24;
  profile.mistakes = 8;
  SetPlans(profile, {Plan::kPointers, Plan::kFiles});
  profile[Plan::kPointers] = 4;
  return profile;
}

Profile Buffers() {
  Profile profile = Base("buffers");
  profile[Move::kOneway] = 20;
  profile[Move::kFree] = 20;
  profile[Move::kPlan] = 18;
  profile.plain = 20;
  profile.small_maps = 60;
  SetPlans(profile, {Plan::kEqualHoles, Plan::kSpam, Plan::kExhaust});
  profile[Plan::kEqualHoles] = 2;
  return profile;
}

Profile Errors() {
  Profile profile = Base("errors");
  profile[Move::kMistake] = 25;
  profile[Move::kIoctl] = 8;
  profile[Move::kPlan] = 18;
  profile.mistakes = 30;
  SetPlans(profile, {Plan::kErrors, Plan::kWrites, Plan::kReads, Plan::kManager,
                     Plan::kPointers});
  profile[Plan::kErrors] = 4;
  return profile;
}

Profile Loopers() {
  Profile profile = Base("looper");
  profile[Move::kLooper] = 14;
  profile[Move::kPoll] = 8;
  profile[Move::kSignal] = 5;
  profile[Move::kPlan] = 18;
  SetPlans(profile,
           {Plan::kPool, Plan::kNonblocking, Plan::kReads, Plan::kNested});
  profile[Plan::kPool] = 3;
  profile[Plan::kNonblocking] = 2;
  return profile;
}

Profile Ioctls() {
  Profile profile = Base("ioctls");
  profile[Move::kIoctl] = 25;
  profile[Move::kLife] = 6;
  profile[Move::kPoll] = 5;
  profile[Move::kDump] = 5;
  profile[Move::kPlan] = 18;
  SetPlans(profile, {Plan::kManager, Plan::kSecondDevice, Plan::kNonblocking,
                     Plan::kErrors});
  return profile;
}

Profile Everything() {
  Profile profile = Base("everything");
  for (uint64_t& weight : profile.moves) weight += 3;
  profile.plans.assign(profile.plans.size(), 4);
  profile[Plan::kFreezeTimeout] = 1;
  profile.files = 4;
  profile.pointers = 4;
  return profile;
}

}  // namespace

const std::vector<Profile>& Profiles() {
  static const auto* profiles = new std::vector<Profile>{
      Calls(),   Refs(),   Deaths(),  Freezes(), Files(),      Pointers(),
      Buffers(), Errors(), Loopers(), Ioctls(),  Everything(), Everything()};
  return *profiles;
}

const Profile* FindProfile(const std::string& name) {
  for (const Profile& profile : Profiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace bindersim::generator
