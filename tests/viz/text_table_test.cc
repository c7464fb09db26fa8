// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/text_table.h"

#include <gtest/gtest.h>

namespace bindersim::viz {
namespace {

TEST(TextTable, AlignsColumns) {
  TextTable table({"name", "n", "time"});
  EXPECT_TRUE(table.empty());
  table.Add({"a", "10", "1.5us"});
  table.Add({"longer", "1"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.Text(),
            "name     n   time\n"
            "a       10  1.5us\n"
            "longer   1\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({"\xc3\xa4\xc3\xb6", "x"});
  table.Add({"abc", "y"});
  EXPECT_EQ(table.Text(), "\xc3\xa4\xc3\xb6   x\nabc  y\n");
}

}  // namespace
}  // namespace bindersim::viz
