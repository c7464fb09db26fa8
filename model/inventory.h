// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_INVENTORY_H_
#define BINDERSIM_MODEL_INVENTORY_H_

#include <cstdint>
#include <vector>

#include "model/world.h"
#include "sim/version.h"

namespace bindersim {

// Tells whether the same things are there: with the same ids, and threads and
// processes with the same tids. What an id of a part of a state with some
// version (sim/version.h) means is the same in all states with that part, for
// as long as it is there.
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
