// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/amounts.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace bindersim::scenario {
namespace {

using userspace::Quantity;

TEST(ParseAmount, TakesTimesExactly) {
  const auto time = [](const char* text) {
    return ParseAmount(text, Unit::kTime);
  };
  EXPECT_EQ(time("0ns"), 0);
  EXPECT_EQ(time("10us"), 10'000);
  EXPECT_EQ(time("1.5ms"), 1'500'000);
  EXPECT_EQ(time("0.000000001s"), 1);
  EXPECT_EQ(time("1.50000000000000000000ms"), 1'500'000);
  EXPECT_EQ(time("000000000000000000000000010us"), 10'000);
  EXPECT_EQ(time("1000000s"), kMaxTimeNs);
  EXPECT_EQ(time("2.0ns"), 2);
}

TEST(ParseAmount, TakesSizesExactly) {
  const auto size = [](const char* text) {
    return ParseAmount(text, Unit::kSize);
  };
  EXPECT_EQ(size("512B"), 512);
  EXPECT_EQ(size("64KiB"), 65'536);
  EXPECT_EQ(size("1.5MiB"), 1'572'864);
  EXPECT_EQ(size("1048576MiB"), kMaxSizeBytes);
}

TEST(ParseAmount, RefusesEverythingElse) {
  for (const char* text : {"",
                           "us",
                           "10",
                           "10 us",
                           "10m",
                           "1.us",
                           ".5us",
                           "1..5us",
                           "1.5.2us",
                           "-1us",
                           "+1us",
                           "1e3us",
                           "0x10us",
                           "10us ",
                           "10US",
                           "0.5ns",
                           "1.0000001ms",
                           "1000000.000000001s",
                           "1000001s",
                           "9999999999999999999s",
                           "64KiB",
                           "1B",
                           "."}) {
    EXPECT_EQ(ParseAmount(text, Unit::kTime), std::nullopt) << text;
  }
  for (const char* text : {"64KB", "64kib", "0.3B", "1us", "1048577MiB"}) {
    EXPECT_EQ(ParseAmount(text, Unit::kSize), std::nullopt) << text;
  }
}

// The quantity that a JSON text stands for; no problems may arise.
Quantity Read(const std::string& json, Unit unit) {
  Problems problems;
  const auto document = Document::Parse("[" + json + "]", "f", problems);
  const Reporter reporter(*document, problems);
  const Quantity result =
      ReadQuantity(reporter, reporter.Root().Child(0), unit);
  EXPECT_TRUE(problems.empty()) << json;
  return result;
}

TEST(ReadQuantity, TakesEveryForm) {
  EXPECT_EQ(Read("\"10us\"", Unit::kTime), Quantity::Constant(10'000));
  EXPECT_EQ(Read("512", Unit::kSize), Quantity::Constant(512));
  EXPECT_EQ(Read("{\"uniform\": [\"1us\", 5000]}", Unit::kTime),
            Quantity::Uniform(1000, 5000));
  EXPECT_EQ(Read("{\"exponential\": \"2ms\"}", Unit::kTime),
            Quantity::Exponential(2'000'000));
  EXPECT_EQ(Read("{\"normal\": [\"2ms\", \"1ms\"]}", Unit::kTime),
            Quantity::Normal(2'000'000, 1'000'000));
  EXPECT_EQ(Read("{\"choice\": [\"1KiB\", 3]}", Unit::kSize),
            Quantity::Choice({1024, 3}));
}

TEST(ReadQuantity, TakesSigmaExactly) {
  const auto sigma = [](const std::string& number) {
    return Read("{\"lognormal\": [\"1ms\", " + number + "]}", Unit::kTime);
  };
  EXPECT_EQ(sigma("0.5"), Quantity::Lognormal(1'000'000, sim::kFixedOne / 2));
  EXPECT_EQ(sigma("0"), Quantity::Lognormal(1'000'000, 0));
  EXPECT_EQ(sigma("16"), Quantity::Lognormal(1'000'000, 16 * sim::kFixedOne));
  EXPECT_EQ(sigma("25e-2"), Quantity::Lognormal(1'000'000, sim::kFixedOne / 4));
  EXPECT_EQ(sigma("0.1E1"), Quantity::Lognormal(1'000'000, sim::kFixedOne));
  // 0.1 * 2^32 = 429496729.6
  EXPECT_EQ(sigma("0.1"), Quantity::Lognormal(1'000'000, 429'496'730));
}

TEST(UpperBound, IsTheLargestThatMustBePossible) {
  EXPECT_EQ(UpperBound(Quantity::Constant(7)), 7);
  EXPECT_EQ(UpperBound(Quantity::Uniform(2, 9)), 9);
  EXPECT_EQ(UpperBound(Quantity::Exponential(5)), 5);
  EXPECT_EQ(UpperBound(Quantity::Choice({3, 8, 1})), 8);
}

}  // namespace
}  // namespace bindersim::scenario
