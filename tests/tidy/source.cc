// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/tidy/source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bindersim::tidy {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) ||
         c == '_';
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Whether the ' at `at` separates digits, as in 1'000.
bool IsDigitSeparator(const std::string& text, size_t at) {
  size_t begin = at;
  while (begin > 0 &&
         (IsNameChar(text[begin - 1]) || text[begin - 1] == '\'')) {
    --begin;
  }
  return begin < at && IsDigit(text[begin]);
}

// Walks over C++ text and sorts its characters into code, comments and string
// contents, all of the text's own length.
class Scanner {
 public:
  explicit Scanner(const std::string& text)
      : text_(text), code_(Blank()), comments_(Blank()), strings_(Blank()) {}

  void Run() {
    while (at_ < text_.size()) {
      if (StartsWith("//")) {
        Take(comments_, LineEnd());
      } else if (StartsWith("/*")) {
        Take(comments_, After("*/", at_ + 2));
      } else if (StartsWith("R\"") && !FollowsName()) {
        RawString();
      } else if (text_[at_] == '"') {
        Quoted('"', strings_);
      } else if (text_[at_] == '\'' && !IsDigitSeparator(text_, at_)) {
        std::string dropped = Blank();
        Quoted('\'', dropped);
      } else {
        Take(code_, at_ + 1);
      }
    }
  }

  void Finish(Source& source) const {
    source.code = SplitLines(code_);
    source.comments = SplitLines(comments_);
    source.strings = SplitLines(strings_);
    source.raw.assign(source.lines.size(), false);
    for (const auto& [begin, end] : raw_) {
      auto line = [&](size_t offset) {
        return std::count(text_.begin(), text_.begin() + offset, '\n');
      };
      for (auto i = line(begin); i <= line(end - 1); ++i) source.raw[i] = true;
    }
  }

 private:
  std::string Blank() const {
    std::string blank(text_.size(), ' ');
    for (size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\n') blank[i] = '\n';
    }
    return blank;
  }

  bool StartsWith(const char* what) const {
    return text_.compare(at_, std::string(what).size(), what) == 0;
  }

  // Whether the R of R" is the end of a name; u8R" is not one.
  bool FollowsName() const {
    size_t begin = at_;
    while (begin > 0 && IsNameChar(text_[begin - 1])) --begin;
    std::string prefix = text_.substr(begin, at_ - begin);
    return !prefix.empty() && prefix != "u8" && prefix != "u" &&
           prefix != "U" && prefix != "L";
  }

  size_t LineEnd() const { return std::min(text_.find('\n', at_), Size()); }

  size_t After(const std::string& what, size_t from) const {
    size_t found = text_.find(what, from);
    return found == std::string::npos ? Size() : found + what.size();
  }

  size_t Size() const { return text_.size(); }

  void Take(std::string& to, size_t end) {
    for (; at_ < end; ++at_) to[at_] = text_[at_];
  }

  void Quoted(char quote, std::string& to) {
    Take(code_, at_ + 1);
    while (at_ < Size() && text_[at_] != quote && text_[at_] != '\n') {
      Take(to, std::min(at_ + (text_[at_] == '\\' ? 2 : 1), Size()));
    }
    if (at_ < Size()) Take(code_, at_ + 1);
  }

  void RawString() {
    size_t begin = at_;
    size_t open = std::min(text_.find('(', at_), Size());
    std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
    size_t end = After(close, open);
    Take(code_, at_ + 2);
    Take(strings_, end - 1);
    Take(code_, end);
    raw_.emplace_back(begin, end);
  }

  const std::string& text_;
  size_t at_ = 0;
  std::string code_;
  std::string comments_;
  std::string strings_;
  std::vector<std::pair<size_t, size_t>> raw_;
};

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() &&
         text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

Language LanguageOf(const std::string& path, const std::string& text) {
  for (const char* end : {".cc", ".h"}) {
    if (EndsWith(path, end)) return Language::kCpp;
  }
  for (const char* end : {".py", ".sh", ".bzl", ".bazel", ".bazelrc", ".BUILD",
                          "WORKSPACE", "WORKSPACE.bzlmod"}) {
    if (EndsWith(path, end)) return Language::kScript;
  }
  if (text.starts_with("#!")) return Language::kScript;
  return EndsWith(path, ".md") ? Language::kText : Language::kData;
}

Source Scan(const std::string& path, const std::string& text) {
  Source source;
  source.path = path;
  source.language = LanguageOf(path, text);
  source.lines = SplitLines(text);
  if (source.language == Language::kCpp) {
    Scanner scanner(text);
    scanner.Run();
    scanner.Finish(source);
  }
  return source;
}

std::string CodeText(const Source& source) {
  std::string text;
  for (const std::string& line : source.code) {
    text += line;
    text += '\n';
  }
  return text;
}

std::vector<Word> Words(const std::string& code) {
  std::vector<Word> words;
  char before = 0;
  int line = 1;
  for (size_t at = 0; at < code.size();) {
    if (!IsNameChar(code[at]) && !(code.compare(at, 2, "::") == 0)) {
      if (code[at] == '\n') ++line;
      if (!IsBlank(code[at])) before = code[at];
      ++at;
      continue;
    }
    Word word;
    word.begin = at;
    word.line = line;
    word.before = before;
    while (at < code.size() &&
           (IsNameChar(code[at]) || code.compare(at, 2, "::") == 0)) {
      at += code[at] == ':' ? 2 : 1;
    }
    word.end = at;
    word.name = code.substr(word.begin, at - word.begin);
    size_t next = at;
    while (next < code.size() && IsBlank(code[next])) ++next;
    if (next < code.size()) word.after = code[next];
    if (!words.empty() && IsNameChar(before)) {
      word.previous = words.back().name;
    }
    before = code[at - 1];
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace bindersim::tidy
