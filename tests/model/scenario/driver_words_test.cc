// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a scenario says in the driver's own words: commands of its protocol,
// and steps that it lacks.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <string>
#include <variant>
#include <vector>

#include "model/driver/fixes.h"
#include "model/scenario/loader.h"
#include "model/userspace/program.h"

namespace bindersim::scenario {
namespace {

Scenario Parse(const std::string& text) {
  const LoadResult result = ParseScenario(text, "test.json");
  EXPECT_TRUE(result.scenario.has_value()) << result.ToString();
  return result.scenario.value_or(Scenario{});
}

userspace::RawIoctl IoctlOf(const Scenario& scenario) {
  for (const userspace::Block& block : scenario.setup.blocks) {
    for (const userspace::Action& action : block.actions) {
      const auto* ioctl = std::get_if<userspace::RawIoctl>(&action.body);
      if (ioctl != nullptr) return *ioctl;
    }
  }
  ADD_FAILURE() << "no ioctl";
  return {};
}

template <class T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// The bytes are those of <linux/android/binder.h>.
TEST(Commands, AreWrittenByName) {
  const userspace::RawIoctl ioctl = IoctlOf(Parse(R"({
    "processes": {"app": {"threads": {"main": {"do": [
      {"ioctl": {"request": "BINDER_WRITE_READ", "read": 64, "commands": [
        {"command": "BC_ENTER_LOOPER"},
        {"command": "BC_FREE_BUFFER", "buffer": 4096},
        {"command": "BC_TRANSACTION", "handle": 1, "code": 2, "flags": 3},
        {"command": "BC_FREE_BUFFER", "buffer": 0},
        {"command": "BC_REQUEST_DEATH_NOTIFICATION",
         "handle": 4, "cookie": 5},
        {"command": "BC_ACQUIRE_DONE", "ptr": 6, "cookie": 7}]}}]}}}}})"));
  std::string expected;
  Append(expected, uint32_t{BC_ENTER_LOOPER});
  Append(expected, uint32_t{BC_FREE_BUFFER});
  const auto first = static_cast<uint32_t>(expected.size());
  Append(expected, uint64_t{4096});
  Append(expected, uint32_t{BC_TRANSACTION});
  binder_transaction_data call{};
  call.target.handle = 1;
  call.code = 2;
  call.flags = 3;
  Append(expected, call);
  Append(expected, uint32_t{BC_FREE_BUFFER});
  const auto second = static_cast<uint32_t>(expected.size());
  Append(expected, uint64_t{0});
  Append(expected, uint32_t{BC_REQUEST_DEATH_NOTIFICATION});
  Append(expected, binder_handle_cookie{4, 5});
  Append(expected, uint32_t{BC_ACQUIRE_DONE});
  Append(expected, binder_ptr_cookie{6, 7});
  EXPECT_EQ(ioctl.write, expected);
  EXPECT_EQ(ioctl.buffers, (std::vector<uint32_t>{first, second}));
  EXPECT_EQ(ioctl.read_size, 64u);
}

// The schema lists them for editors.
TEST(WithoutFix, NamesEachStep) {
  for (const driver::FixInfo& fix : driver::Fixes()) {
    driver::FixSet expected;
    expected.Add(driver::FixNamed(fix.name).value());
    EXPECT_EQ(Parse(fmt::format("{{\"driver\": {{\"without_fix\": [\"{}\"]}}, "
                                "\"processes\": {{}}}}",
                                fix.name))
                  .without_fixes,
              expected);
  }
  EXPECT_FALSE(driver::FixNamed("no_such_step").has_value());
}

TEST(WithoutFix, TakesSeveral) {
  const Scenario scenario = Parse(R"({
    "driver": {"without_fix": ["pin_target_node", "claim_buffer_at_free"]},
    "processes": {}})");
  driver::FixSet expected;
  expected.Add(driver::Fix::kClaimBufferAtFree);
  expected.Add(driver::Fix::kPinTargetNode);
  EXPECT_EQ(scenario.without_fixes, expected);
  EXPECT_TRUE(Parse(R"({"processes": {}})").without_fixes.empty());
}

}  // namespace
}  // namespace bindersim::scenario
