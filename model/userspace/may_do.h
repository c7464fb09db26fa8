// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_MAY_DO_H_
#define BINDERSIM_MODEL_USERSPACE_MAY_DO_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "model/userspace/state.h"
#include "sim/frame.h"

namespace bindersim::userspace {

// Whether programs may come to an action that somebody waits for, themselves or
// through the methods that they call. As far as one can tell without running
// them: any branch may be taken and any call may fail.
class MayDo {
 public:
  static MayDo Notifies(const Userspace& user, ProcessIndex process,
                        SymbolIndex condition) {
    return MayDo(user, process, condition, {});
  }
  static MayDo Adds(const Userspace& user, const std::string& service) {
    return MayDo(user, 0, std::nullopt, service);
  }

  // One of the programs of the process's own threads and methods, without what
  // they call.
  bool Itself(ProcessIndex process);
  // A method of the process.
  bool Serving(ProcessIndex process, const Method& method);
  // What the thread with that stack has still to do of its programs. A call
  // that is on its way is not: who serves it does the rest.
  bool Rest(const ThreadState& thread, const sim::Stack& stack);

 private:
  MayDo(const Userspace& user, ProcessIndex process,
        std::optional<SymbolIndex> condition, std::string service)
      : user_(user),
        process_(process),
        condition_(condition),
        service_(std::move(service)) {}

  bool Runs(ProcessIndex process, BlockIndex block, uint32_t from = 0);
  bool RunsIf(ProcessIndex process, const std::optional<BlockIndex>& block) {
    return block && Runs(process, *block);
  }
  bool Does(ProcessIndex process, const ActionBody& action);
  bool Calls(ProcessIndex process, const Call& call);
  // What comes of an action that has begun: what runs if it fails or, of
  // link_to_death, later.
  bool Follows(ProcessIndex process, const ActionBody& action);

  const Userspace& user_;
  ProcessIndex process_;
  std::optional<SymbolIndex> condition_;
  std::string service_;
  bool follows_calls_ = true;
  // Blocks that do not do it, with who runs them, and those being looked at.
  std::set<std::pair<ProcessIndex, BlockIndex>> seen_;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_MAY_DO_H_
