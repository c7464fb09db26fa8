// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with an input file, in words that help to repair it.

#ifndef BINDERSIM_MODEL_SCENARIO_PROBLEM_H_
#define BINDERSIM_MODEL_SCENARIO_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bindersim::scenario {

// One fault at one place of one file.
struct Problem {
  std::string file;
  uint32_t line = 0;    // from 1; 0: the file as a whole
  uint32_t column = 0;  // from 1, in characters
  std::string pointer;  // JSON pointer (RFC 6901); empty: the whole document
  std::string found;
  std::string allowed;     // may be empty
  std::string suggestion;  // the nearest known name, or empty
  std::string note;        // anything else that helps, or empty

  // `file:12:7: /pointer: found F, allowed: A; did you mean "S"?` and the note
  // in parentheses.
  std::string ToString() const;
};

// The problems of one load, in the order of their places.
class Problems {
 public:
  // More than this are counted only.
  static constexpr size_t kMaxListed = 20;
  // From here on, checks may stop early.
  static constexpr size_t kMaxKept = 100;

  void Add(Problem problem);
  bool empty() const { return kept_.empty(); }
  bool Full() const { return kept_.size() >= kMaxKept; }
  // How many were added.
  size_t size() const { return kept_.size() + dropped_; }

  // The first kMaxListed by place.
  std::vector<Problem> Listed() const;

 private:
  std::vector<Problem> kept_;
  size_t dropped_ = 0;
};

// `text` in double quotes, control characters escaped, the middle of a long one
// left out.
std::string Quoted(const std::string& text);

// "a", "b", "c" and so on; of many only the first and how many there are.
std::string ListOf(const std::vector<std::string>& names);

// The one of `names` that is most like `text`: at most a third of its letters
// are missing, wrong, swapped or too many. Empty if there is none.
std::string Nearest(const std::string& text,
                    const std::vector<std::string>& names);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_PROBLEM_H_
