// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "tests/tidy/internal.h"

namespace bindersim::tidy::internal {
namespace {

// Who may include what, among the project's own files: the first line that the
// path begins with decides.
struct Layer {
  const char* folder;
  Paths may_include;
};

// What everything of the model may see, and `more`.
Paths ModelBase(const Paths& more = {}) {
  Paths paths = {"sim/", "model/record.h", "model/protocol.h", "model/costs"};
  paths.insert(paths.end(), more.begin(), more.end());
  return paths;
}

const std::vector<Layer>& Layers() {
  static const auto* layers = new std::vector<Layer>{
      {"sim/", {"sim/"}},
      {"model/record.", ModelBase()},
      {"model/protocol.", ModelBase()},
      {"model/costs", ModelBase()},
      {"model/os/", ModelBase({"model/os/"})},
      {"model/driver/", ModelBase({"model/driver/", "model/os/"})},
      // Of the driver, only its system calls and the protocol.
      {"model/userspace/",
       ModelBase({"model/userspace/", "model/os/", "model/driver/device.h",
                  "model/driver/driver.h", "model/driver/system_calls.h"})},
      // Of the driver, only what may be left out of it.
      {"model/scenario/", ModelBase({"model/scenario/", "model/userspace/",
                                     "model/driver/fixes.h"})},
      {"model/script/",
       ModelBase({"model/script/", "model/driver/", "model/os/"})},
      // The world, which holds the parts together.
      {"model/", {"sim/", "model/"}},
      {"explore/", {"explore/", "run/", "sim/", "model/"}},
      {"viz/", {"viz/", "sim/", "model/record.h", "model/protocol.h"}},
      {"run/", {"run/", "sim/", "model/", "viz/"}},
      {"cli/", {"cli/", "run/", "sim/", "model/", "explore/", "viz/"}},
      {"tools/", {"tools/", "run/", "sim/", "model/", "explore/", "viz/"}},
      {"bench/",
       {"bench/", "run/", "sim/", "model/", "explore/", "viz/", "tests/"}},
      {"tests/", {""}},
  };
  return *layers;
}

// Headers of libraries that do not belong everywhere.
struct LibraryRule {
  const char* rule;
  Paths headers;
  Paths in;
  Paths not_in;
  const char* instead;
};

const std::vector<LibraryRule>& LibraryRules() {
  static const auto* rules = new std::vector<LibraryRule>{
      {"random", {"random>", "absl/random/"}, {""}, {}, "use sim/random.h"},
      {"unordered",
       {"unordered_map>", "unordered_set>"},
       {"sim/", "model/"},
       {},
       "use absl's btree or flat_hash containers"},
      {"float",
       {"cmath>", "math.h>", "cfloat>"},
       {"sim/", "model/"},
       {},
       "use integers, or sim/fixed_math.h"},
      {"clock",
       {"ctime>", "time.h>", "sys/time.h>", "absl/time/"},
       {"sim/", "model/", "explore/", "viz/"},
       {},
       "use sim/time.h"},
      {"print",
       {"iostream>"},
       {"sim/", "model/", "explore/", "viz/"},
       {},
       "emit a record, or return text or a status to the caller"},
      {"regex",
       {"regex>"},
       {"sim/", "model/", "explore/", "viz/", "cli/"},
       {},
       "it is slow to build and to run: compare strings"},
  };
  return *rules;
}

std::string Join(const Paths& paths) {
  std::string text;
  for (const std::string& path : paths) {
    text += (text.empty() ? "" : ", ") + path;
  }
  return text;
}

std::string GuardOf(const std::string& path) {
  std::string guard = "BINDERSIM_";
  for (char c : path) {
    guard += std::isalnum(static_cast<unsigned char>(c))
                 ? static_cast<char>(std::toupper(c))
                 : '_';
  }
  return guard + "_";
}

// The number of characters, for text in UTF-8.
size_t Width(const std::string& line) {
  return std::count_if(line.begin(), line.end(),
                       [](char c) { return (c & 0xc0) != 0x80; });
}

bool IsWordAt(const std::string& text, size_t at, const std::string& word) {
  auto inside = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  size_t end = at + word.size();
  return (at == 0 || !inside(text[at - 1])) &&
         (end == text.size() || !inside(text[end]));
}

// Looks for `word` on its own; a path also must not go on to the left.
bool HasWord(const std::string& line, const std::string& word) {
  for (size_t at = line.find(word); at != std::string::npos;
       at = line.find(word, at + 1)) {
    bool path = word[0] == '/' && at > 0 &&
                std::string("._-*/}>~").find(line[at - 1]) != std::string::npos;
    if (!path && IsWordAt(line, at, word)) return true;
  }
  return false;
}

// The header that an #include line names, with its closing > or without its
// quotes, or "".
std::string IncludedBy(const std::string& line) {
  size_t at = line.find_first_not_of(" \t");
  if (at == std::string::npos || line.compare(at, 8, "#include") != 0) {
    return "";
  }
  size_t open = line.find_first_of("<\"", at);
  if (open == std::string::npos) return "";
  size_t close = line.find_first_of(">\"", open + 1);
  if (close == std::string::npos) return "";
  bool angle = line[open] == '<';
  return line.substr(open + 1, close - open - (angle ? 0 : 1));
}

using Report = std::vector<Finding>;

void CheckLicence(const Source& source, Report& report) {
  bool owner = false;
  bool licence = false;
  for (size_t i = 0; i < source.lines.size() && i < 4; ++i) {
    owner |= source.lines[i].find("Copyright 2026 The bindersim Authors") !=
             std::string::npos;
    licence |= source.lines[i].find("SPDX-License-Identifier: Apache-2.0") !=
               std::string::npos;
  }
  if (owner && licence) return;
  report.push_back({source.path, 1, "licence",
                    "the file must start with the copyright line and "
                    "SPDX-License-Identifier: Apache-2.0"});
}

void CheckGuard(const Source& source, Report& report) {
  if (!source.path.ends_with(".h")) return;
  std::string guard = GuardOf(source.path);
  auto has = [&](const std::string& line) {
    return std::find(source.lines.begin(), source.lines.end(), line) !=
           source.lines.end();
  };
  if (has("#ifndef " + guard) && has("#define " + guard)) return;
  report.push_back({source.path, 1, "guard", "the include guard is " + guard});
}

void CheckLength(const Source& source, Report& report) {
  if (source.lines.size() <= 600) return;
  for (const std::string& line : source.lines) {
    size_t at = line.find("Long file: ");
    if (at != std::string::npos && line.size() > at + 11) return;
  }
  report.push_back({source.path, 601, "long-file",
                    std::to_string(source.lines.size()) +
                        " lines: split it, or say why not in a comment "
                        "\"Long file: reason\""});
}

void CheckLine(const Source& source, size_t i, Report& report) {
  const std::string& line = source.lines[i];
  int number = static_cast<int>(i) + 1;
  auto add = [&](const char* rule, const std::string& message) {
    report.push_back({source.path, number, rule, message});
  };
  bool own_words = !IsIn(source.path, {"tests/tidy/"});
  for (const char* path : {"/work", "/root"}) {
    if (own_words && HasWord(line, path)) {
      add("path", std::string(path) + " is a place on one machine only");
    }
  }
  if (source.language == Language::kData) return;
  bool raw = !source.raw.empty() && source.raw[i];
  if (!raw && line.find('\t') != std::string::npos) {
    add("blanks", "tab: use spaces");
  }
  if (!raw && (line.ends_with(' ') || line.ends_with('\r'))) {
    add("blanks", "blanks at the end of the line");
  }
  for (const char* note : {"TODO", "FIXME", "XXX"}) {
    if (own_words && HasWord(line, note)) {
      add("note", std::string(note) + ": do it, or leave it out");
    }
  }
  if (source.language == Language::kCpp && !raw && Width(line) > 80 &&
      IncludedBy(line).empty() && line.find("://") == std::string::npos &&
      !line.starts_with("#ifndef ") && !line.starts_with("#define ") &&
      !line.starts_with("#endif ")) {
    add("columns", "more than 80 columns: run tools/format");
  }
}

}  // namespace

bool IsIn(const std::string& path, const Paths& paths) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& start) {
    return path.starts_with(start);
  });
}

std::vector<Finding> CheckIncludes(const Source& source) {
  Report report;
  const Layer* layer = nullptr;
  for (const Layer& candidate : Layers()) {
    if (source.path.starts_with(candidate.folder)) {
      layer = &candidate;
      break;
    }
  }
  for (size_t i = 0; i < source.lines.size(); ++i) {
    int line = static_cast<int>(i) + 1;
    // A line of a raw string is nothing that the compiler includes.
    std::string header = source.raw[i] ? "" : IncludedBy(source.lines[i]);
    if (header.empty()) continue;
    bool own = std::any_of(
        Layers().begin(), Layers().end(),
        [&](const Layer& other) { return header.starts_with(other.folder); });
    if (layer && own && !IsIn(header, layer->may_include)) {
      report.push_back({source.path, line, "layers",
                        std::string(layer->folder) + " must not include " +
                            header + "; it may include " +
                            Join(layer->may_include)});
    }
    for (const LibraryRule& rule : LibraryRules()) {
      if (IsIn(header, rule.headers) && IsIn(source.path, rule.in) &&
          !IsIn(source.path, rule.not_in)) {
        report.push_back({source.path, line, rule.rule,
                          "include of " + header + ": " + rule.instead});
      }
    }
    if (source.path.ends_with(".h") && !IsIn(source.path, {"tests/"}) &&
        header.starts_with("nlohmann/") &&
        header.find("json_fwd") == std::string::npos) {
      report.push_back({source.path, line, "json",
                        "slow to compile: include it in .cc files only"});
    }
  }
  return report;
}

std::vector<Finding> CheckLayout(const Source& source) {
  Report report;
  if (source.language == Language::kCpp ||
      source.language == Language::kScript) {
    CheckLicence(source, report);
    CheckLength(source, report);
  }
  if (source.language == Language::kCpp) CheckGuard(source, report);
  for (size_t i = 0; i < source.lines.size(); ++i) {
    CheckLine(source, i, report);
  }
  return report;
}

Paths LayoutRuleNames() {
  return {"allow",   "blanks",    "columns", "guard", "json", "layers",
          "licence", "long-file", "note",    "path",  "regex"};
}

}  // namespace bindersim::tidy::internal
