// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// A source file taken apart as far as the rules of tidy need it.

#ifndef BINDERSIM_TESTS_TIDY_SOURCE_H_
#define BINDERSIM_TESTS_TIDY_SOURCE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace bindersim::tidy {

enum class Language {
  kCpp,
  kScript,  // Bazel, Python, shell: comments start with #
  kText,    // Markdown
  kData,    // JSON and the like
};

// By the file's name; `text` decides for a file without an extension.
Language LanguageOf(const std::string& path, const std::string& text);

struct Source {
  std::string path;  // relative to the top of the tree
  Language language = Language::kData;
  std::vector<std::string> lines;

  // Only for C++. Each has the lines of the file: the code, with comments and
  // the contents of literals blanked out (columns are kept); the comments; the
  // contents of string literals.
  std::vector<std::string> code;
  std::vector<std::string> comments;
  std::vector<std::string> strings;
  // Whether the line contains a piece of a raw string literal.
  std::vector<bool> raw;
};

Source Scan(const std::string& path, const std::string& text);

// A name in the code, with its qualification: "std::chrono::system_clock".
struct Word {
  std::string name;
  int line = 0;  // from 1
  // What stands before and after it in the code, blanks left out; 0 for
  // nothing. `previous` is the name before it if only blanks are between.
  char before = 0;
  char after = 0;
  std::string previous;
  // Where in CodeText() it starts and ends.
  size_t begin = 0;
  size_t end = 0;
};

// The code as one string, lines ended by \n.
std::string CodeText(const Source& source);

// All names of CodeText(), in order; keywords too.
std::vector<Word> Words(const std::string& code);

}  // namespace bindersim::tidy

#endif  // BINDERSIM_TESTS_TIDY_SOURCE_H_
