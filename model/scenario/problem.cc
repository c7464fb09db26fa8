// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace bindersim::scenario {
namespace {

constexpr size_t kMaxQuotedBytes = 80;
constexpr size_t kMaxListedNames = 24;
// Longer texts are never typing errors of a name, and comparing costs.
constexpr size_t kMaxComparedBytes = 128;

// True at the first byte of a UTF-8 character.
bool StartsCharacter(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }

// Insertions, deletions, substitutions and swaps of neighbours that turn `a`
// into `b`. A difference in case counts nothing.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1,
                                        std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string Problem::ToString() const {
  std::string text = file;
  if (line != 0) text += fmt::format(":{}:{}", line, column);
  text += ": ";
  if (!pointer.empty()) text += pointer + ": ";
  text += "found " + found;
  if (!allowed.empty()) text += ", allowed: " + allowed;
  if (!suggestion.empty()) {
    text += "; did you mean " + Quoted(suggestion) + "?";
  }
  if (!note.empty()) text += " (" + note + ")";
  return text;
}

void Problems::Add(Problem problem) {
  if (Full()) {
    ++dropped_;
  } else {
    kept_.push_back(std::move(problem));
  }
}

std::vector<Problem> Problems::Listed() const {
  std::vector<Problem> sorted = kept_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) {
                     return std::tie(a.file, a.line, a.column) <
                            std::tie(b.file, b.line, b.column);
                   });
  if (sorted.size() > kMaxListed) sorted.resize(kMaxListed);
  return sorted;
}

std::string Quoted(const std::string& text) {
  std::string result = "\"";
  size_t shown = text.size();
  if (shown > kMaxQuotedBytes) {
    shown = kMaxQuotedBytes;
    while (shown > 0 && !StartsCharacter(text[shown])) --shown;
  }
  for (const char c : text.substr(0, shown)) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<uint8_t>(c));
    } else {
      result += c;
    }
  }
  if (shown < text.size()) result += "...";
  return result + "\"";
}

std::string ListOf(const std::vector<std::string>& names) {
  std::string result;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i == kMaxListedNames) {
      return result + fmt::format(", ... ({} in all)", names.size());
    }
    if (i > 0) result += ", ";
    result += Quoted(names[i]);
  }
  return result;
}

std::string Nearest(const std::string& text,
                    const std::vector<std::string>& names) {
  if (text.size() > kMaxComparedBytes) return "";
  std::string best;
  size_t best_distance = text.size() / 3 + 1;
  for (const std::string& name : names) {
    if (name.size() > kMaxComparedBytes || name == text) continue;
    const size_t length_difference = name.size() > text.size()
                                         ? name.size() - text.size()
                                         : text.size() - name.size();
    if (length_difference >= best_distance) continue;
    const size_t distance = Distance(text, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace bindersim::scenario
