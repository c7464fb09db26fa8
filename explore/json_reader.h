// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads members of JSON objects that must be of a kind. What is not goes to the
// reporter, with its place; members that are wrong or missing count as empty.

#ifndef BINDERSIM_EXPLORE_JSON_READER_H_
#define BINDERSIM_EXPLORE_JSON_READER_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/scenario/json_source.h"
#include "model/scenario/problem.h"
#include "model/scenario/reader.h"

namespace bindersim::explore {

// Of files that the program writes: a level more than the scenario in them has,
// long messages, and as many decisions as a file can hold.
inline constexpr scenario::Limits kFileLimits = {
    scenario::kMaxDepth + 1, 4 * scenario::kMaxValues, scenario::kMaxFileBytes};

class JsonReader {
 public:
  using Place = scenario::Place;
  using Kind = scenario::Node::Kind;

  // `reporter` must outlive the reader.
  explicit JsonReader(const scenario::Reporter& reporter)
      : reporter_(reporter) {}

  // Whether the value, which is there, is of that kind.
  bool Is(const Place& value, Kind kind) const;

  // The member, or a place without a node.
  Place Member(const Place& object, const char* key, Kind kind) const;
  std::string Text(const Place& object, const char* key) const;
  // One of `known`.
  std::string Word(const Place& object, const char* key,
                   const std::vector<std::string>& known) const;
  // A whole number in that range; `least` if it is none.
  uint64_t Number(const Place& object, const char* key, uint64_t least = 0,
                  uint64_t most = std::numeric_limits<uint64_t>::max()) const;
  bool Bool(const Place& object, const char* key) const;

 private:
  // The member, whatever it is.
  Place Present(const Place& object, const char* key,
                const std::string& wanted) const;

  const scenario::Reporter& reporter_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_JSON_READER_H_
