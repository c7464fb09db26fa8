// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/json_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"

namespace bindersim::viz {
namespace {

std::string Text(JsonWriter::Style style, auto write) {
  StringSink sink;
  JsonWriter json(&sink, style);
  write(json);
  EXPECT_TRUE(json.Finish().ok());
  return sink.text();
}

std::string Compact(auto write) {
  return Text(JsonWriter::Style::kCompact, write);
}

TEST(JsonWriter, WritesStructures) {
  const auto write = [](JsonWriter& json) {
    json.BeginObject();
    json.Field("a", 1);
    json.Key("b");
    json.BeginArray();
    json.Value(true);
    json.Value("x");
    json.BeginObject();
    json.EndObject();
    json.BeginArray();
    json.EndArray();
    json.EndArray();
    json.EndObject();
  };
  EXPECT_EQ(Compact(write), R"({"a":1,"b":[true,"x",{},[]]})"
                            "\n");
  EXPECT_EQ(Text(JsonWriter::Style::kIndented, write), R"({
  "a": 1,
  "b": [
    true,
    "x",
    {},
    []
  ]
}
)");
}

TEST(JsonWriter, BreaksLinesWhereAsked) {
  EXPECT_EQ(Compact([](JsonWriter& json) {
              json.BeginArray();
              for (int i = 0; i < 3; ++i) {
                json.Line();
                json.Value(i);
              }
              json.Line();
              json.EndArray();
            }),
            "[\n0,\n1,\n2\n]\n");
}

TEST(JsonWriter, WritesWholeNumbersWithoutLoss) {
  EXPECT_EQ(Compact([](JsonWriter& json) {
              json.BeginArray();
              json.Value(std::numeric_limits<int64_t>::min());
              json.Value(std::numeric_limits<uint64_t>::max());
              json.Value(uint8_t{7});
              json.Value(false);
              json.EndArray();
            }),
            "[-9223372036854775808,18446744073709551615,7,false]\n");
}

TEST(JsonWriter, WritesNanosecondsAsMicroseconds) {
  const auto text = [](int64_t ns) {
    return Compact([ns](JsonWriter& json) { json.Microseconds(ns); });
  };
  EXPECT_EQ(text(0), "0.000\n");
  EXPECT_EQ(text(7), "0.007\n");
  EXPECT_EQ(text(1'050), "1.050\n");
  EXPECT_EQ(text(4'000'000'000'000'001), "4000000000000.001\n");
  EXPECT_EQ(text(-1), "-0.001\n");
  EXPECT_EQ(text(std::numeric_limits<int64_t>::max()),
            "9223372036854775.807\n");
  EXPECT_EQ(text(std::numeric_limits<int64_t>::min()),
            "-9223372036854775.808\n");
}

TEST(JsonWriter, EscapesStrings) {
  const auto text = [](const std::string& value) {
    std::string result = Compact([&](JsonWriter& json) { json.Value(value); });
    result.pop_back();
    return result;
  };
  EXPECT_EQ(text("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(text(std::string("\0\n\t\x1f\x7f", 5)),
            R"("\u0000\u000a\u0009\u001f\u007f")");
  EXPECT_EQ(text("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
  // Bytes alone, cut sequences, overlong forms, surrogates, too large.
  EXPECT_EQ(text("\x80"), R"("\ufffd")");
  EXPECT_EQ(text("\xc3"), R"("\ufffd")");
  EXPECT_EQ(text("\xe2\x82"), R"("\ufffd\ufffd")");
  EXPECT_EQ(text("\xc0\xaf"), R"("\ufffd\ufffd")");
  EXPECT_EQ(text("\xe0\x9f\xbf"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(text("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(text("\xf0\x8f\xbf\xbf"), R"("\ufffd\ufffd\ufffd\ufffd")");
  EXPECT_EQ(text("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
  EXPECT_EQ(text("\xf5"), R"("\ufffd")");
}

TEST(JsonWriter, AgreesWithAParserOnEveryByte) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string value{static_cast<char>(first),
                              static_cast<char>(second)};
      const std::string text =
          Compact([&](JsonWriter& json) { json.Value(value); });
      const nlohmann::json back = nlohmann::json::parse(text, nullptr, false);
      ASSERT_FALSE(back.is_discarded()) << first << " " << second;
      if (first < 0x80 && second < 0x80) {
        EXPECT_EQ(back.get<std::string>(), value);
      }
    }
  }
}

TEST(JsonWriter, KeepsTheFirstError) {
  class Broken : public ByteSink {
   public:
    absl::Status Write(const std::string&) override {
      ++writes;
      return absl::DataLossError("first");
    }
    int writes = 0;
  };
  Broken sink;
  JsonWriter json(&sink);
  json.BeginArray();
  for (int i = 0; i < 3; ++i) {
    json.BeginArray();
    json.Value(std::string(100'000, 'x'));
    json.EndArray();
  }
  json.EndArray();
  EXPECT_EQ(json.Finish().message(), "first");
  EXPECT_EQ(sink.writes, 1);
}

TEST(JsonWriter, WritesInPieces) {
  class Counting : public ByteSink {
   public:
    absl::Status Write(const std::string& bytes) override {
      largest = std::max(largest, bytes.size());
      return absl::OkStatus();
    }
    size_t largest = 0;
  };
  Counting sink;
  JsonWriter json(&sink);
  json.BeginArray();
  for (int i = 0; i < 10'000; ++i) {
    json.BeginArray();
    json.Value(std::string(100, 'x'));
    json.EndArray();
  }
  json.EndArray();
  EXPECT_TRUE(json.Finish().ok());
  EXPECT_LT(sink.largest, 70'000u);
}

}  // namespace
}  // namespace bindersim::viz
