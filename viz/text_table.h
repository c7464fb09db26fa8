// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Tables in plain text: the first column is aligned left, all others right.

#ifndef BINDERSIM_VIZ_TEXT_TABLE_H_
#define BINDERSIM_VIZ_TEXT_TABLE_H_

#include <string>
#include <utility>
#include <vector>

namespace bindersim::viz {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) {
    rows_.push_back(std::move(heads));
  }

  // A row; it may be shorter than the heads.
  void Add(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }
  bool empty() const { return rows_.size() == 1; }

  // The lines, two spaces between columns and none at their ends.
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_TEXT_TABLE_H_
