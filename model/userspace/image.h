// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_IMAGE_H_
#define BINDERSIM_MODEL_USERSPACE_IMAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/userspace/program.h"
#include "model/userspace/symmetry.h"

namespace bindersim::userspace {

// Index of a service name in Image::service_names.
using NameIndex = uint32_t;
// Index of a process in Setup::processes.
using ProcessIndex = uint32_t;

// Where an action stands: frames refer to actions by this.
struct ActionRef {
  BlockIndex block = 0;
  uint32_t index = 0;

  auto Fields() const { return std::tie(block, index); }
  bool operator==(const ActionRef&) const = default;
};

// A Setup made ready to run: never changes, and is shared by all copies of a
// world.
struct Image {
  explicit Image(Setup setup);

  const Action& At(ActionRef action) const {
    return setup.blocks[action.block].actions[action.index];
  }
  // REQUIRES: the Setup mentions `name` as a service's.
  NameIndex IndexOf(const std::string& name) const;

  Setup setup;
  bool watches_calls = false;  // a Watch is about calls
  bool watches_order = false;  // a Watch is about the order of marks
  bool freezes = false;        // an action freezes or thaws processes
  // An action talks to the driver past libbinder, which then knows only half of
  // what there is.
  bool makes_raw_calls = false;
  Symmetry symmetry;
  // All names of services, sorted.
  std::vector<std::string> service_names;
  // What a thread that waits for a symbol of a process shows as the reason, by
  // process and symbol: "mutex NAME", "condition NAME".
  std::vector<std::vector<std::string>> mutex_texts;
  std::vector<std::vector<std::string>> condition_texts;
  // The names of objects in records, by process and object: a service's own
  // name, "process.object" for others.
  std::vector<std::vector<std::string>> object_names;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_IMAGE_H_
