// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_INVENTORY_H_
#define BINDERSIM_MODEL_INVENTORY_H_

#include <array>
#include <cstdint>
#include <vector>

#include "model/world.h"
#include "sim/version.h"

namespace bindersim {

// Tells whether the same things are there, and have the same ids and names: as
// long as that is so, an id means the same wherever it is mentioned.
class Inventory {
 public:
  // Two hashes of what is there, and by which names.
  struct Hashes {
    // Processes, files, and threads, also the driver's; their locks. What a
    // thread of a program is there for.
    uint64_t threads = 0;
    uint64_t all = 0;  // and the nodes and references in the driver's trees
  };
  Hashes Of(const World& world);

 private:
  static uint64_t OfKernel(const World& world);
  // Of a process of the driver with its threads, and of the rest of its trees.
  static Hashes OfProc(const driver::Driver& driver, const driver::Proc& proc);

  // What was counted last: by a hash of versions; by slot.
  struct CountedKernel {
    uint64_t versions = 0;
    uint64_t hash = 0;
  };
  struct CountedProc {
    sim::Version version = 0;
    Hashes hashes;
  };
  std::array<CountedKernel, 16> kernels_;
  std::vector<CountedProc> procs_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_INVENTORY_H_
