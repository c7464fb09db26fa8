// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_INVENTORY_H_
#define BINDERSIM_MODEL_INVENTORY_H_

#include <cstdint>
#include <vector>

#include "model/world.h"
#include "sim/version.h"

namespace bindersim {

// Tells whether the same things are there, each with the id and the name of its
// own that it has (a tid, a pid, a ptr, a handle).
class Inventory {
 public:
  // Two hashes of what is there.
  struct Hashes {
    uint64_t threads = 0;  // processes, files, and threads, also the driver's
    uint64_t all = 0;      // and the nodes and references in its trees
  };
  Hashes Of(const World& world);

 private:
  // Of the threads of a process of the driver, and of the rest of its trees.
  static Hashes OfProc(const driver::Proc& proc);

  struct Counted {
    sim::Version version = 0;
    Hashes hashes;
  };
  std::vector<Counted> procs_;  // by slot: what was counted last
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_INVENTORY_H_
