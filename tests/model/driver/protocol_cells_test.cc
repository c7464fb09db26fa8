// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/protocol_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

namespace bindersim::driver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Doing = ProtocolCells::Doing;

TEST(ProtocolCells, HaveNamesAndAreCountedOnce) {
  ProtocolCells cells;
  EXPECT_EQ(cells.size(), 0u);
  EXPECT_THAT(cells.Names(), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    cells.Add(_IOC_NR(BC_TRANSACTION), _IOC_NR(BR_DEAD_REPLY), Doing::kServing);
    cells.Add(_IOC_NR(BC_TRANSACTION), _IOC_NR(BR_DEAD_REPLY), Doing::kCalling);
  }
  cells.Add(ProtocolCells::kCommands, _IOC_NR(BR_NOOP), Doing::kNothing);
  EXPECT_EQ(cells.size(), 3u);
  EXPECT_THAT(cells.Names(),
              ElementsAre("BC_TRANSACTION, BR_DEAD_REPLY while calling",
                          "BC_TRANSACTION, BR_DEAD_REPLY while serving",
                          "no command, BR_NOOP"));
}

// The last of all numbers has a place, and a name of its own.
TEST(ProtocolCells, HoldEveryCell) {
  ProtocolCells cells;
  for (uint32_t command = 0; command <= ProtocolCells::kCommands; ++command) {
    for (uint32_t returned = 0; returned < ProtocolCells::kReturns;
         ++returned) {
      for (const Doing doing :
           {Doing::kNothing, Doing::kCalling, Doing::kServing}) {
        cells.Add(command, returned, doing);
      }
    }
  }
  EXPECT_EQ(cells.size(), 20u * 20u * 3u);
  EXPECT_EQ(cells.Names().back(),
            "no command, BR_ONEWAY_SPAM_SUSPECT while "
            "serving");
}

TEST(ProtocolCells, AreJoined) {
  ProtocolCells one;
  one.Add(_IOC_NR(BC_REPLY), _IOC_NR(BR_TRANSACTION_COMPLETE), Doing::kNothing);
  ProtocolCells both;
  both.Add(_IOC_NR(BC_REPLY), _IOC_NR(BR_FAILED_REPLY), Doing::kNothing);
  both |= one;
  EXPECT_THAT(both.Names(), ElementsAre("BC_REPLY, BR_TRANSACTION_COMPLETE",
                                        "BC_REPLY, BR_FAILED_REPLY"));
}

TEST(ProtocolCells, SayWhatWasReturned) {
  ProtocolCells cells;
  cells.Add(_IOC_NR(BC_REPLY), _IOC_NR(BR_FAILED_REPLY), Doing::kServing);
  cells.Add(ProtocolCells::kCommands, _IOC_NR(BR_NOOP), Doing::kNothing);
  for (uint32_t returned = 0; returned < ProtocolCells::kReturns; ++returned) {
    EXPECT_EQ(cells.HasReturn(returned), returned == _IOC_NR(BR_FAILED_REPLY) ||
                                             returned == _IOC_NR(BR_NOOP))
        << returned;
  }
}

}  // namespace
}  // namespace bindersim::driver
