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

  std::string DebugId(const std::string& number) const {
    if (number == "0") return number;
    return "#" + std::to_string(std::stoull(number) - names_.first_debug_id);
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

// The numbers among a line's words, and the line without them.
struct Counters {
  std::string names;
  std::vector<uint64_t> numbers;

  explicit Counters(const std::string& line) {
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (IsNumber(word)) {
        numbers.push_back(std::stoull(word));
      } else {
        names += word + " ";
      }
    }
  }
};

// "proc 12": what follows is about one process.
bool BeginsProcess(const std::string& line) {
  return line.starts_with("proc ") && IsNumber(line.substr(5));
}

std::vector<std::string> LinesOf(const std::string& file) {
  std::vector<std::string> lines;
  std::istringstream stream(file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Makes a global counter the difference to what it was first. Returns nothing
// if it is the same.
std::string Difference(const std::string& line,
                       const std::vector<std::string>& first) {
  const Counters now(line);
  for (const std::string& earlier : first) {
    if (BeginsProcess(earlier)) break;
    const Counters before(earlier);
    if (before.names != now.names || before.numbers == now.numbers) continue;
    std::istringstream words(line);
    std::string result;
    size_t at = 0;
    for (std::string word; words >> word;) {
      if (!result.empty()) result += ' ';
      if (IsNumber(word)) {
        word = std::to_string(now.numbers[at] - before.numbers[at]);
        ++at;
      }
      result += word;
    }
    return result;
  }
  const bool unchanged = std::ranges::find(first, line) != first.end();
  return unchanged && !now.numbers.empty() ? "" : line;
}

// Whether a line of a log is about a transaction before the script.
bool IsEarlier(const std::string& line, uint64_t first_debug_id) {
  const size_t colon = line.find(':');
  return colon != std::string::npos && IsNumber(line.substr(0, colon)) &&
         std::stoull(line) <= first_debug_id;
}

}  // namespace

std::vector<std::string> NormalisedLines(const std::string& file,
                                         const DumpNames& names) {
  const std::vector<std::string> first = LinesOf(names.first_statistics);
  const bool statistics = file.starts_with("binder stats:");
  std::vector<std::string> lines;
  bool foreign = false;
  bool global = true;
  for (std::string line : LinesOf(file)) {
    if (BeginsProcess(line)) {
      foreign = !names.processes.contains(std::stoull(line.substr(5)));
      global = false;
    } else if (!line.starts_with(' ') && !line.starts_with("context ")) {
      foreign = false;  // a section of its own: "dead nodes:"
    }
    if (foreign || IsEarlier(line, names.first_debug_id)) continue;
    if (statistics && global && !first.empty()) {
      line = Difference(line, first);
      if (line.empty()) continue;
    }
    lines.push_back(LineNormaliser(names).Run(line));
  }
  return lines;
}

}  // namespace bindersim::script
