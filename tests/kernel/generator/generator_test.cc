// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/generator.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"

namespace bindersim::generator {
namespace {

using Json = nlohmann::json;

TEST(Generator, SameSeedSameBytes) {
  for (const std::string& profile : ProfileNames()) {
    EXPECT_EQ(Generate(7, 3, {profile, 20, 40}),
              Generate(7, 3, {profile, 20, 40}));
  }
  EXPECT_NE(Generate(7, 3, {}), Generate(7, 4, {}));
  EXPECT_NE(Generate(7, 3, {}), Generate(8, 3, {}));
}

TEST(Generator, KeepsToTheLength) {
  for (uint64_t i = 0; i < 20; ++i) {
    const Json script = Json::parse(Generate(5, i, {"", 30, 32}));
    EXPECT_LE(script["steps"].size(), 32u);
    EXPECT_EQ(script["name"], "gen_5_" + std::to_string(i));
  }
}

// What occurs in scripts and in their results on the simulated driver.
class Reach {
 public:
  void Add(const std::string& text) {
    const auto parsed = script::ParseScript(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status() << "\n" << text;
    const Json result = Json::parse(script::ToJson(script::Run(*parsed)));
    const Json script = Json::parse(text);
    EXPECT_FALSE(result.contains("error")) << text;
    EXPECT_FALSE(result.contains("leak")) << text;
    ++scripts_;
    ASSERT_EQ(script["steps"].size(), result["steps"].size());
    for (size_t i = 0; i < script["steps"].size(); ++i) {
      AddStep(script, script["steps"][i], result["steps"][i]);
    }
  }

  bool Has(const std::string& what) const { return seen_.contains(what); }
  size_t skipped() const { return skipped_; }
  size_t steps() const { return steps_; }

 private:
  void AddStep(const Json& script, const Json& step, const Json& result) {
    ++steps_;
    seen_.insert(step["op"]);
    if (step.contains("what"))
      seen_.insert("dump " + std::string(step["what"]));
    if (step.contains("write")) {
      for (const Json& command : step["write"]) seen_.insert(command["bc"]);
    }
    if (result.contains("self") && result["self"].contains("skipped")) {
      ++skipped_;
    }
    if (!result.contains("r")) return;
    for (const Json& operation : result["r"]) {
      const size_t of = operation.value("of", result["i"].get<size_t>());
      AddOperation(script["steps"][of]["op"], operation);
    }
  }

  void AddOperation(const std::string& op, const Json& operation) {
    if (operation.contains("errno")) {
      seen_.insert(op + " " + std::string(operation["errno"]));
    }
    if (op == "get_extended_error" && operation["ret"] == 0) {
      seen_.insert("error " + (operation["param"].is_string()
                                   ? std::string(operation["param"])
                                   : operation["param"].dump()));
    }
    if (!operation.contains("br")) return;
    for (const Json& entry : operation["br"]) {
      seen_.insert(entry["br"]);
      if (!entry.contains("objs")) continue;
      for (const Json& object : entry["objs"]) {
        seen_.insert(object["type"]);
        if (object.contains("fixup")) seen_.insert("fixup");
      }
    }
  }

  std::set<std::string> seen_;
  size_t scripts_ = 0;
  size_t steps_ = 0;
  size_t skipped_ = 0;
};

// CMD-*, RET-*, CTL-20..53, OBJ-*: a generator that does not get there cannot
// tell whether the model does right there.
TEST(Generator, ReachesEverything) {
  Reach reach;
  for (uint64_t i = 0; i < 500; ++i) reach.Add(Generate(1, i, {}));
  const std::vector<std::string> wanted = {
      "BC_TRANSACTION", "BC_REPLY", "BC_TRANSACTION_SG", "BC_REPLY_SG",
      "BC_FREE_BUFFER", "BC_INCREFS", "BC_ACQUIRE", "BC_RELEASE", "BC_DECREFS",
      "BC_INCREFS_DONE", "BC_ACQUIRE_DONE", "BC_ATTEMPT_ACQUIRE",
      "BC_ACQUIRE_RESULT", "BC_ENTER_LOOPER", "BC_REGISTER_LOOPER",
      "BC_EXIT_LOOPER", "BC_REQUEST_DEATH_NOTIFICATION",
      "BC_CLEAR_DEATH_NOTIFICATION", "BC_DEAD_BINDER_DONE", "WORD", "RAW",
      // returns
      "BR_NOOP", "BR_TRANSACTION", "BR_REPLY", "BR_TRANSACTION_COMPLETE",
      "BR_INCREFS", "BR_ACQUIRE", "BR_RELEASE", "BR_DECREFS", "BR_SPAWN_LOOPER",
      "BR_DEAD_BINDER", "BR_CLEAR_DEATH_NOTIFICATION_DONE", "BR_DEAD_REPLY",
      "BR_FAILED_REPLY", "BR_FROZEN_REPLY", "BR_ONEWAY_SPAM_SUSPECT",
      // received objects
      "BINDER", "WEAK_BINDER", "HANDLE", "WEAK_HANDLE", "FD", "FDA", "PTR",
      "fixup",
      // system calls
      "open", "mmap", "munmap", "close", "mkfd", "set_max_threads",
      "set_context_mgr", "set_context_mgr_ext", "version", "thread_exit",
      "exit_thread", "wr", "poll", "freeze", "get_frozen_info",
      "oneway_spam_detection", "get_node_info_for_ref", "get_node_debug_info",
      "get_extended_error", "ioctl", "kill", "signal", "sleep_ms", "fds",
      "dump state", "dump stats", "dump transactions", "dump transaction_log",
      "dump failed_transaction_log", "dump proc",
      // their errors
      "mmap EBUSY", "mmap EINVAL", "mmap EPERM", "set_context_mgr EBUSY",
      "set_context_mgr EPERM", "set_context_mgr_ext EBUSY", "wr EAGAIN",
      "wr EFAULT", "wr EINTR", "wr EINVAL", "poll EINTR", "freeze EAGAIN",
      "freeze EINTR", "freeze EINVAL", "get_frozen_info EINVAL",
      "get_node_info_for_ref EINVAL", "get_node_info_for_ref EPERM",
      "ioctl EINVAL",
      // why transactions fail
      "error -EINVAL", "error -EFAULT", "error -ENOSPC", "error -EPERM",
      "error -EPROTO", "error -EBADF", "error -ESRCH", "error 0"};
  for (const std::string& what : wanted) {
    EXPECT_TRUE(reach.Has(what)) << what;
  }
  // Most of what it tries can be tried.
  EXPECT_LT(reach.skipped() * 50, reach.steps());
}

}  // namespace
}  // namespace bindersim::generator
