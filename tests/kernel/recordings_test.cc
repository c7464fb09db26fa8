// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The simulated driver against recordings of Linux 6.1's: every script must
// show exactly what the kernel showed. Together they cover the facts of all
// sections; the names of the hand-written scripts say what each is about.

#include "tests/kernel/recordings.h"

#include <string>

#include "gtest/gtest.h"
#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"

namespace bindersim::script {
namespace {

// Runs all scripts of a corpus. Returns how many.
size_t Compare(const std::string& corpus) {
  size_t compared = 0;
  for (const Recording& recording : ReadRecordings(corpus)) {
    const auto script = ParseScript(recording.script);
    if (!script.ok()) {
      ADD_FAILURE() << script.status().message();
      continue;
    }
    ++compared;
    const std::string difference = Difference(recording, ToJson(Run(*script)));
    EXPECT_EQ(difference, "") << recording.name;
  }
  return compared;
}

// The numbers of scripts only ever grow.
TEST(RecordingsTest, Handwritten) { EXPECT_EQ(Compare("handwritten"), 140u); }
TEST(RecordingsTest, Mapping) { EXPECT_EQ(Compare("mapping"), 32u); }
// Generated scripts on which the model once differed.
TEST(RecordingsTest, Found) { EXPECT_EQ(Compare("found"), 17u); }
TEST(RecordingsTest, Random) { EXPECT_EQ(Compare("random"), 500u); }
// The first of `tests/kernel/differential --seed 2026`.
TEST(RecordingsTest, Generated) { EXPECT_EQ(Compare("generated"), 300u); }

}  // namespace
}  // namespace bindersim::script
