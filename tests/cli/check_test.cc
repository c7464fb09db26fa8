// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// bindersim run --check.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/cli_fixture.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;

class CheckTest : public CliTest {};

TEST_F(CheckTest, ChangesNothingWhereAllIsWell) {
  const std::string run = "run scenarios/first_call.json --stats json ";
  const Outcome plain = Run(run);
  const Outcome checked = Run(run + "--check");
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_EQ(checked.out, plain.out);
}

TEST_F(CheckTest, IsPartOfTheReproduceCommand) {
  const Outcome outcome =
      Run("run scenarios/first_call.json --max-steps 10 --check --stats none");
  EXPECT_EQ(outcome.status, 5);
  EXPECT_THAT(outcome.err, HasSubstr(" --check"));
}

}  // namespace
}  // namespace bindersim
