// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which parts of a system are alike. If two of them changed places, with all
// that each is doing, nobody would ever notice: what can come of that is the
// same, under other names. A search that has seen one of the two has seen both
// (Clarke, Enders, Filkorn, Jha, "Exploiting symmetry in temporal logic model
// checking", Formal Methods in System Design 9, 1996).
//
// Only time would tell, so this is about untimed worlds.

#ifndef BINDERSIM_MODEL_USERSPACE_SYMMETRY_H_
#define BINDERSIM_MODEL_USERSPACE_SYMMETRY_H_

#include <cstdint>
#include <vector>

#include "model/userspace/program.h"

namespace bindersim::userspace {

struct Symmetry {
  // By process: the first of those that are like it; itself, if there is none.
  std::vector<uint32_t> like;
  // By process: whether its pool's threads are alike.
  std::vector<bool> pool;
  // Whether it matters to nobody in which order references to a node came.
  bool references = false;
  // Whether anything is like anything else, as far as one can tell beforehand.
  bool any = false;

  bool HasTwin(uint32_t process) const {
    return like[process] != process ||
           (process + 1 < like.size() && like[process + 1] == process);
  }
};

// Processes are alike if they are members of one group (`count`), up when time
// begins, and if there is nothing that tells them apart: services, which have
// names; actions, events and faults that name one of them; random draws, which
// each thread makes by its name. Nor may any of them be killed: a dying process
// lets go of its threads in the order of their numbers. The threads of a pool
// are alike under the same conditions about draws and death.
Symmetry SymmetryOf(const Setup& setup);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_SYMMETRY_H_
