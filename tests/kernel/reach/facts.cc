// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/reach/facts.h"

#include <cctype>
#include <sstream>

namespace bindersim::coverage {

namespace {

bool IsUpper(char c) {
  return std::isupper(static_cast<unsigned char>(c)) != 0;
}
bool IsDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// Reads text from left to right; past the end there are zeros.
class Cursor {
 public:
  explicit Cursor(const std::string& text) : text_(text) {}

  size_t at = 0;
  bool done() const { return at >= text_.size(); }
  char Peek(size_t ahead = 0) const {
    return at + ahead < text_.size() ? text_[at + ahead] : '\0';
  }
  bool Skip(const std::string& what) {
    if (text_.compare(at, what.size(), what) != 0) return false;
    at += what.size();
    return true;
  }
  // Two digits that no third one follows; -1 if there are none.
  int TwoDigits() {
    if (!IsDigit(Peek()) || !IsDigit(Peek(1)) || IsDigit(Peek(2))) return -1;
    at += 2;
    return (text_[at - 2] - '0') * 10 + (text_[at - 1] - '0');
  }
  // "TXN-": three to five capitals and a hyphen; "" if that is not next.
  std::string Section() {
    size_t length = 0;
    while (IsUpper(Peek(length))) ++length;
    if (length < 3 || length > 5 || Peek(length) != '-') return "";
    at += length + 1;
    return text_.substr(at - length - 1, length + 1);
  }

 private:
  const std::string& text_;
};

std::string Id(const std::string& section, int number) {
  return section + (number < 10 ? "0" : "") + std::to_string(number);
}

// The numbers behind a section: "11", "11..13", "11, 12..14".
std::vector<std::string> Numbers(Cursor& cursor, const std::string& section) {
  std::vector<std::string> ids;
  int first = cursor.TwoDigits();
  while (first >= 0) {
    int last = first;
    const size_t before_range = cursor.at;
    if (cursor.Skip("..")) {
      last = cursor.TwoDigits();
      if (last < 0) {
        last = first;
        cursor.at = before_range;
      }
    }
    for (int number = first; number <= last; ++number) {
      ids.push_back(Id(section, number));
    }
    const size_t before_next = cursor.at;
    first = cursor.Skip(", ") ? cursor.TwoDigits() : -1;
    if (first < 0) cursor.at = before_next;
  }
  return ids;
}

}  // namespace

std::vector<std::string> DefinedFacts(const std::string& page) {
  std::vector<std::string> ids;
  for (size_t at = page.find("**"); at != std::string::npos;
       at = page.find("**", at + 2)) {
    Cursor cursor(page);
    cursor.at = at + 2;
    const std::string section = cursor.Section();
    if (section.empty()) continue;
    const int number = cursor.TwoDigits();
    if (number >= 0 && cursor.Skip("**")) ids.push_back(Id(section, number));
  }
  return ids;
}

std::vector<std::string> CitedFacts(const std::string& text) {
  std::vector<std::string> ids;
  Cursor cursor(text);
  while (!cursor.done()) {
    const bool inside = cursor.at > 0 && (IsUpper(text[cursor.at - 1]) ||
                                          text[cursor.at - 1] == '_');
    const std::string section = inside ? "" : cursor.Section();
    if (section.empty()) {
      ++cursor.at;
      continue;
    }
    for (std::string& id : Numbers(cursor, section)) {
      ids.push_back(std::move(id));
    }
  }
  return ids;
}

std::vector<std::pair<std::string, std::string>> ReadEntries(
    const std::string& text) {
  std::vector<std::pair<std::string, std::string>> entries;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == '#') continue;
    const size_t begin = line.find_first_not_of(' ');
    if (begin != 0 && begin != std::string::npos && !entries.empty()) {
      entries.back().second += line.substr(begin - 1);
      continue;
    }
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    entries.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return entries;
}

bool Matches(const std::string& pattern, const std::string& name) {
  const size_t range = pattern.rfind("..");
  if (range != std::string::npos && range >= 2 && range + 4 == pattern.size() &&
      name.size() == range) {
    return name.compare(0, range - 2, pattern, 0, range - 2) == 0 &&
           name.substr(range - 2) >= pattern.substr(range - 2, 2) &&
           name.substr(range - 2) <= pattern.substr(range + 2);
  }
  const size_t star = pattern.find('*');
  if (star == std::string::npos) return pattern == name;
  const std::string behind = pattern.substr(star + 1);
  return name.size() + 1 >= pattern.size() &&
         name.compare(0, star, pattern, 0, star) == 0 &&
         name.compare(name.size() - behind.size(), behind.size(), behind) == 0;
}

}  // namespace bindersim::coverage
