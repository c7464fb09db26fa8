// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/binder_names.h"

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <cstdint>

namespace bindersim::viz {
namespace {

TEST(BinderNames, KnowsTheProtocolsWords) {
  EXPECT_EQ(CommandName(0x40406300), "BC_TRANSACTION");
  EXPECT_EQ(CommandName(0x40086303), "BC_FREE_BUFFER");
  EXPECT_EQ(CommandName(BC_REPLY_SG), "BC_REPLY_SG");
  EXPECT_EQ(CommandName(0x80407202), "BR_TRANSACTION");
  EXPECT_EQ(CommandName(0x7205), "BR_DEAD_REPLY");
  EXPECT_EQ(CommandName(0x7214), "BR_TRANSACTION_PENDING_FROZEN");
  EXPECT_EQ(CommandName(0x12345678), "0x12345678");
}

TEST(BinderNames, KnowsEveryNumberOfTheProtocol) {
  for (uint32_t number = 0; number <= 16; ++number) {
    int found = 0;
    for (const uint32_t size : {0u, 4u, 8u, 16u, 12u, 64u}) {
      for (const uint32_t direction : {0u, 1u}) {
        const uint32_t word =
            direction << 30 | size << 16 | uint32_t{'c'} << 8 | number;
        found += !CommandName(word).starts_with("0x");
      }
    }
    EXPECT_EQ(found, 1) << "BC_ number " << number;
  }
}

TEST(BinderNames, KnowsIoctls) {
  EXPECT_EQ(IoctlName(BINDER_WRITE_READ), "BINDER_WRITE_READ");
  EXPECT_EQ(IoctlName(BINDER_FREEZE), "BINDER_FREEZE");
  EXPECT_EQ(IoctlName(1), "0x00000001");
}

// USR-70.
TEST(BinderNames, KnowsStatuses) {
  EXPECT_EQ(StatusName(0), "OK");
  EXPECT_EQ(StatusName(-2), "NAME_NOT_FOUND");
  EXPECT_EQ(StatusName(-32), "DEAD_OBJECT");
  EXPECT_EQ(StatusName(-38), "INVALID_OPERATION");
  EXPECT_EQ(StatusName(-74), "UNKNOWN_TRANSACTION");
  EXPECT_EQ(StatusName(INT32_MIN + 2), "FAILED_TRANSACTION");
  EXPECT_EQ(StatusName(INT32_MIN + 7), "FDS_NOT_ALLOWED");
  EXPECT_EQ(StatusName(-5), "-5");
}

}  // namespace
}  // namespace bindersim::viz
