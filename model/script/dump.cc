// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/dump.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

namespace bindersim::script {

namespace {

bool IsNumber(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isdigit(c) != 0;
  });
}

bool IsAddress(std::string_view text) {
  return text.size() == 16 && std::ranges::all_of(text, [](unsigned char c) {
           return std::isxdigit(c) != 0;
         });
}

std::string NameOf(const std::map<uint64_t, std::string>& names,
                   const std::string& number) {
  const auto it = names.find(std::stoull(number));
  return it == names.end() ? number : it->second;
}

// One line, word by word: what a word means depends on those before it.
class LineNormaliser {
 public:
  explicit LineNormaliser(const DumpNames& names) : names_(names) {}

  std::string Run(const std::string& line) {
    std::string result = line.substr(0, line.find_first_not_of(' '));
    std::istringstream words(line);
    bool first = true;
    for (std::string word; words >> word; previous_ = word, first = false) {
      if (word.starts_with("l=")) continue;
      if (word == "proc") in_processes_ = true;
      if (!first) result += ' ';
      result += Normalised(word);
    }
    return result;
  }

 private:
  std::string Normalised(const std::string& word) {
    if (IsAddress(word)) {
      const bool null = word.find_first_not_of('0') == std::string::npos;
      return null ? "0" : "PTR";
    }
    if (IsNumber(word)) {
      if (in_processes_) return NameOf(names_.processes, word);
      if (previous_ == "node") return DebugId(word);
      return word;
    }
    if (word.back() == ':' && IsNumber(word.substr(0, word.size() - 1))) {
      const std::string number = word.substr(0, word.size() - 1);
      return (previous_ == "thread" ? NameOf(names_.threads, number)
                                    : DebugId(number)) +
             ":";
    }
    if (previous_ == "from" || previous_ == "to") return ThreadName(word);
    return word;
  }

  static std::string DebugId(const std::string& number) {
    return number == "0" ? number : "#" + number;
  }

  // pid:tid
  std::string ThreadName(const std::string& word) const {
    const size_t colon = word.find(':');
    if (colon == std::string::npos) return word;
    const std::string pid = word.substr(0, colon);
    const std::string tid = word.substr(colon + 1);
    if (tid != "0") return NameOf(names_.threads, tid);
    return NameOf(names_.processes, pid) + ":0";
  }

  const DumpNames& names_;
  std::string previous_;
  bool in_processes_ = false;  // the rest of the line is pids
};

}  // namespace

std::vector<std::string> NormalisedLines(const std::string& file,
                                         const DumpNames& names) {
  std::vector<std::string> lines;
  std::istringstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(LineNormaliser(names).Run(line));
  }
  return lines;
}

}  // namespace bindersim::script
