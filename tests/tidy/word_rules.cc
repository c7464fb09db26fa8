// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/tidy/internal.h"

namespace bindersim::tidy::internal {
namespace {

// A pattern is a qualified name ("std::hash" also stands for what is inside
// it), a name that may be qualified in any way ("::float"), or a function that
// is called without an object before it ("rand()"; with arguments: "time(&)").
// A * stands for the end of a part, or before _ for its beginning.
struct WordRule {
  const char* rule;
  std::vector<std::string> patterns;
  Paths in;
  Paths not_in;
  const char* instead;
};

const std::vector<WordRule>& WordRules() {
  static const auto* rules = new std::vector<WordRule>{
      {"random",
       {"std::*_distribution",
        "std::shuffle",
        "std::sample",
        "std::random_device",
        "std::mt19937*",
        "std::minstd_rand*",
        "std::ranlux*",
        "std::knuth_b",
        "std::default_random_engine",
        "rand()",
        "srand()",
        "rand_r()",
        "drand48()",
        "lrand48()",
        "getrandom()",
        "arc4random()",
        "absl::BitGen*",
        "absl::InsecureBitGen",
        "absl::SharedBitGen",
        "absl::Uniform",
        "absl::Bernoulli",
        "absl::Beta",
        "absl::Exponential",
        "absl::Gaussian",
        "absl::LogUniform",
        "absl::Poisson",
        "absl::Zipf"},
       {""},
       {},
       "use a named stream of sim/random.h, or sim/distribution.h"},
      {"clock",
       {"::system_clock", "::steady_clock", "::high_resolution_clock",
        "::utc_clock", "::tai_clock", "::file_clock", "time(&)", "clock()",
        "gettimeofday(x)", "clock_gettime(x)", "localtime(x)", "localtime_r(x)",
        "gmtime(x)", "gmtime_r(x)", "absl::Now", "absl::GetCurrentTimeNanos"},
       {""},
       {"bench/", "cli/progress", "cli/interrupts"},
       "use the simulation's time (sim/time.h)"},
      {"thread-id",
       {"std::this_thread::get_id", "pthread_self()", "gettid()", "getpid()"},
       {"sim/", "model/", "explore/"},
       {},
       "give the thing an id of the simulation's own"},
      {"threads",
       {"std::thread", "std::jthread", "std::async", "std::mutex",
        "std::atomic*", "::thread_local"},
       {"sim/", "model/", "viz/"},
       {},
       "one simulation runs on one thread; explore/ runs many of them"},
      {"unordered",
       {"std::unordered_*"},
       {"sim/", "model/"},
       {},
       "use absl::btree_map, a sorted vector or a slot map; "
       "absl::flat_hash_map if it is only looked up"},
      {"hash",
       {"std::hash", "absl::Hash", "absl::HashOf"},
       {"sim/", "model/", "explore/", "viz/", "cli/"},
       {},
       "it differs between libraries or runs; use sim/hash128.h"},
      {"float",
       {"::float",       "::double",    "sqrt(x)",   "cbrt(x)",
        "pow(x)",        "exp(x)",      "exp2(x)",   "expm1(x)",
        "log(x)",        "log2(x)",     "log10(x)",  "log1p(x)",
        "sin(x)",        "cos(x)",      "tan(x)",    "floor(x)",
        "ceil(x)",       "round(x)",    "lround(x)", "llround(x)",
        "trunc(x)",      "rint(x)",     "lrint(x)",  "llrint(x)",
        "fabs(x)",       "fmod(x)",     "hypot(x)",  "tgamma(x)",
        "lgamma(x)",     "erf(x)",      "std::lerp", "std::float_t",
        "std::double_t", "std::strtod", "std::stod", "std::atof",
        "strtod(x)",     "atof(x)"},
       {"sim/", "model/"},
       {},
       "use integers, or sim/fixed_math.h"},
      {"address",
       {"::uintptr_t", "::intptr_t", "fmt::ptr"},
       {"sim/", "model/", "explore/", "viz/"},
       {},
       "addresses differ between runs; use an id (sim/id.h)"},
      {"locale",
       {"std::locale", "setlocale()", "std::isalpha", "std::toupper",
        "std::tolower", "isalpha()", "toupper()", "tolower()"},
       {"sim/", "model/", "explore/", "viz/", "cli/"},
       {},
       "it depends on the environment; use absl/strings/ascii.h"},
      {"print",
       {"std::cerr", "std::cout", "std::clog", "printf()", "fprintf()",
        "puts()", "fputs()", "putchar()", "perror()", "fmt::print"},
       {"sim/", "model/", "explore/", "viz/"},
       {"sim/check.cc"},
       "emit a record, or return text or a status to the caller"},
  };
  return *rules;
}

std::vector<std::string> Parts(const std::string& name) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    size_t end = name.find("::", begin);
    // Drops the global scope's empty part.
    if (end != 0) parts.push_back(name.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 2;
  }
}

bool PartMatches(const std::string& pattern, const std::string& part) {
  if (pattern.starts_with("*")) return part.ends_with(pattern.substr(1));
  if (pattern.ends_with("*")) {
    return part.starts_with(pattern.substr(0, pattern.size() - 1));
  }
  return part == pattern;
}

// A pattern of a rule, taken apart.
struct Pattern {
  enum Kind { kQualified, kAnywhere, kCall, kCallWith, kCallWithAddress };
  Kind kind = kQualified;
  std::vector<std::string> parts;
};

Pattern Compile(const std::string& text) {
  Pattern pattern;
  if (text.ends_with("()")) pattern.kind = Pattern::kCall;
  if (text.ends_with("(x)")) pattern.kind = Pattern::kCallWith;
  if (text.ends_with("(&)")) pattern.kind = Pattern::kCallWithAddress;
  if (pattern.kind != Pattern::kQualified) {
    pattern.parts = Parts(text.substr(0, text.find('(')));
    return pattern;
  }
  return {text.starts_with("::") ? Pattern::kAnywhere : Pattern::kQualified,
          Parts(text)};
}

// Whether `word` calls a free function: it is neither declared nor a member.
bool IsCall(const Word& word, const std::vector<std::string>& parts) {
  bool global = parts.size() == 1 || (parts.size() == 2 && parts[0] == "std");
  if (!global || word.after != '(') return false;
  if (word.before == '.' || word.before == '>') return false;
  return word.previous.empty() || word.previous == "return" ||
         word.previous == "else" || word.previous == "case" ||
         word.previous == "co_return" || word.previous == "co_yield";
}

// The offset behind the bracket that closes the one at `open`.
size_t AfterBracket(const std::string& code, size_t open, char left,
                    char right) {
  int depth = 0;
  for (size_t at = open; at < code.size(); ++at) {
    if (code[at] == left) ++depth;
    if (code[at] == right && --depth == 0) return at + 1;
  }
  return code.size();
}

// `arguments`: what stands in the parentheses behind the word, if it is a call.
bool Matches(const Pattern& pattern, const Word& word,
             const std::vector<std::string>& parts,
             const std::string& arguments) {
  switch (pattern.kind) {
    case Pattern::kAnywhere:
      return std::find(parts.begin(), parts.end(), pattern.parts[0]) !=
             parts.end();
    case Pattern::kCallWithAddress:
      if (arguments != "nullptr" && arguments != "NULL" && arguments != "0" &&
          !arguments.starts_with("&")) {
        return false;
      }
      [[fallthrough]];
    case Pattern::kCallWith:
      if (arguments.empty()) return false;
      [[fallthrough]];
    case Pattern::kCall:
      return parts.back() == pattern.parts[0] && IsCall(word, parts);
    case Pattern::kQualified:
      return parts.size() >= pattern.parts.size() &&
             std::equal(pattern.parts.begin(), pattern.parts.end(),
                        parts.begin(), PartMatches);
  }
  return false;
}

// What stands in the parentheses behind `word`, without blanks at its start.
std::string Arguments(const std::string& code, const Word& word) {
  if (word.after != '(') return "";
  size_t open = code.find('(', word.end);
  size_t begin = code.find_first_not_of(" \n", open + 1);
  size_t end = AfterBracket(code, open, '(', ')') - 1;
  return begin < end ? code.substr(begin, end - begin) : "";
}

bool IsHashContainer(const Word& word) {
  std::vector<std::string> parts = Parts(word.name);
  if (parts.size() != 2) return false;
  return (parts[0] == "absl" && (parts[1].starts_with("flat_hash_") ||
                                 parts[1].starts_with("node_hash_"))) ||
         (parts[0] == "std" && parts[1].starts_with("unordered_"));
}

// The names that `code` declares as hash containers, references included.
std::set<std::string> HashContainers(const std::string& code) {
  std::set<std::string> names;
  std::vector<Word> words = Words(code);
  for (size_t i = 0; i < words.size(); ++i) {
    if (!IsHashContainer(words[i]) || words[i].after != '<') continue;
    size_t end = AfterBracket(code, code.find('<', words[i].end), '<', '>');
    while (i + 1 < words.size() && words[i + 1].begin < end) ++i;
    size_t next = i + 1;
    while (next < words.size() && words[next].name == "const") ++next;
    // Between the type and the name it declares is at most & or *.
    if (next < words.size() &&
        code.find_first_not_of(" \n&*const", end) >= words[next].begin) {
      names.insert(words[next].name);
    }
  }
  return names;
}

// What a range-based for in the parentheses [begin, end) runs over, or "".
std::string RangeOf(const std::string& code, size_t begin, size_t end) {
  int depth = 0;
  size_t colon = 0;
  for (size_t at = begin; at < end; ++at) {
    char c = code[at];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == ';') colon = 0;
    if (c != ':' || depth != 1 || colon) continue;
    if (code[at + 1] == ':') {
      ++at;
    } else {
      colon = at;
    }
  }
  return colon ? code.substr(colon + 1, end - colon - 2) : "";
}

}  // namespace

std::vector<Finding> CheckWords(const Source& source) {
  std::vector<Finding> findings;
  std::vector<std::pair<const WordRule*, Pattern>> active;
  for (const WordRule& rule : WordRules()) {
    if (!IsIn(source.path, rule.in) || IsIn(source.path, rule.not_in)) continue;
    for (const std::string& text : rule.patterns) {
      active.emplace_back(&rule, Compile(text));
    }
  }
  std::string code = CodeText(source);
  for (const Word& word : Words(code)) {
    std::vector<std::string> parts = Parts(word.name);
    std::string arguments = Arguments(code, word);
    for (const auto& [rule, pattern] : active) {
      if (!Matches(pattern, word, parts, arguments)) continue;
      findings.push_back({source.path, word.line, rule->rule,
                          word.name + ": " + rule->instead});
    }
  }
  return findings;
}

std::vector<Finding> CheckUnorderedLoops(const Source& source,
                                         const std::string& header) {
  std::string code = CodeText(source);
  std::set<std::string> names = HashContainers(code);
  if (!header.empty()) {
    names.merge(HashContainers(CodeText(Scan("header.h", header))));
  }
  std::vector<Finding> findings;
  auto report = [&](const Word& at, const std::string& name) {
    findings.push_back({source.path, at.line, "unordered",
                        "loop over " + name +
                            ", which has no order: use a sorted copy or "
                            "absl::btree_map"});
  };
  for (const Word& word : Words(code)) {
    if (word.name == "for" && word.after == '(') {
      size_t open = code.find('(', word.end);
      std::string range =
          RangeOf(code, open, AfterBracket(code, open, '(', ')'));
      std::vector<Word> parts = Words(range);
      // What a call returns is not judged.
      bool call = std::any_of(parts.begin(), parts.end(),
                              [](const Word& w) { return w.after == '('; });
      if (parts.empty() || call) continue;
      if (names.contains(parts.back().name)) report(word, parts.back().name);
    }
    if (names.contains(word.name)) {
      std::string rest = code.substr(word.end, 8);
      for (const char* begin : {".begin(", ".cbegin(", "->begin("}) {
        if (rest.starts_with(begin)) report(word, word.name);
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckLiterals(const Source& source) {
  std::vector<Finding> findings;
  bool integers_only = IsIn(source.path, {"sim/", "model/"});
  for (size_t i = 0; i < source.code.size(); ++i) {
    int line = static_cast<int>(i) + 1;
    const std::string& code = source.code[i];
    for (const Word& word : Words(code)) {
      bool number = word.name[0] >= '0' && word.name[0] <= '9';
      bool hex = word.name.starts_with("0x") || word.name.starts_with("0X");
      if (!integers_only || !number || hex) continue;
      // In 1.5 the names are 1 and 5; in 1e-5, 1e and 5.
      size_t other = word.name.find_first_not_of("0123456789");
      bool exponent = other != std::string::npos &&
                      (word.name[other] == 'e' || word.name[other] == 'E') &&
                      word.name.find_first_not_of(
                          "0123456789fFlL", other + 1) == std::string::npos;
      if (code[word.end] == '.' || exponent) {
        findings.push_back({source.path, line, "float",
                            "floating-point literal: use integers"});
      }
    }
    for (const char* format : {"%p", "{:p}"}) {
      if (source.strings[i].find(format) == std::string::npos ||
          IsIn(source.path, {"tests/tidy/"})) {
        continue;
      }
      findings.push_back(
          {source.path, line, "address",
           std::string(format) + " prints an address: print an id"});
    }
  }
  return findings;
}

Paths WordRuleNames() {
  Paths names;
  for (const WordRule& rule : WordRules()) names.emplace_back(rule.rule);
  return names;
}

}  // namespace bindersim::tidy::internal
