// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/generator.h"

#include <algorithm>

#include "sim/check.h"
#include "tests/kernel/generator/author.h"
#include "tests/kernel/generator/dice.h"
#include "tests/kernel/generator/profile.h"

namespace bindersim::generator {

std::vector<std::string> ProfileNames() {
  std::vector<std::string> names;
  for (const Profile& profile : Profiles()) {
    if (std::ranges::find(names, profile.name) == names.end()) {
      names.push_back(profile.name);
    }
  }
  return names;
}

std::string Generate(uint64_t seed, uint64_t index, const Options& options) {
  Dice dice(seed, "shape/" + std::to_string(index));
  const Profile* profile = options.profile.empty()
                               ? &dice.Pick(Profiles())
                               : FindProfile(options.profile);
  SIM_CHECK(profile != nullptr) << "no profile " << options.profile;
  const auto steps = static_cast<size_t>(
      dice.Between(static_cast<int64_t>(options.min_steps),
                   static_cast<int64_t>(options.max_steps)));
  return Author(seed, index, *profile, steps).Write().dump();
}

}  // namespace bindersim::generator
