// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/tidy/rules.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "tests/tidy/internal.h"

namespace bindersim::tidy {
namespace {

constexpr char kAllow[] = "tidy: allow(";

// The rule that a comment allows to break, or "". Without a reason it allows
// nothing, and CheckAllowances() says so.
std::string AllowedBy(const std::string& comment, bool* has_reason) {
  size_t begin = comment.find(kAllow);
  if (begin == std::string::npos) return "";
  begin += sizeof(kAllow) - 1;
  size_t end = comment.find(')', begin);
  if (end == std::string::npos) return "";
  *has_reason = comment.find_first_not_of(" ", end + 1) != std::string::npos;
  return comment.substr(begin, end - begin);
}

bool IsCommentOnly(const Source& source, size_t i) {
  return source.code[i].find_first_not_of(' ') == std::string::npos &&
         source.comments[i].find_first_not_of(' ') != std::string::npos;
}

bool IsAllowed(const Source& source, const Finding& finding) {
  if (source.language != Language::kCpp) return false;
  auto allows = [&](size_t i) {
    bool has_reason = false;
    return AllowedBy(source.comments[i], &has_reason) == finding.rule &&
           has_reason;
  };
  size_t i = finding.line - 1;
  if (i >= source.lines.size()) return false;
  if (allows(i)) return true;
  while (i > 0 && IsCommentOnly(source, i - 1)) {
    if (allows(--i)) return true;
  }
  return false;
}

void CheckAllowances(const Source& source, std::vector<Finding>& findings) {
  std::vector<std::string> names = RuleNames();
  for (size_t i = 0; i < source.comments.size(); ++i) {
    bool has_reason = false;
    std::string rule = AllowedBy(source.comments[i], &has_reason);
    if (rule.empty() || internal::IsIn(source.path, {"tests/tidy/"})) continue;
    bool known = std::find(names.begin(), names.end(), rule) != names.end();
    if (known && has_reason) continue;
    findings.push_back({source.path, static_cast<int>(i) + 1, "allow",
                        known ? "say why, after allow(" + rule + ")"
                              : "there is no rule " + rule});
  }
}

}  // namespace

std::string ToString(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": [" +
         finding.rule + "] " + finding.message;
}

std::vector<std::string> RuleNames() {
  std::vector<std::string> names = internal::WordRuleNames();
  for (std::string& name : internal::LayoutRuleNames()) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Finding> Check(const Source& source, const std::string& header) {
  std::vector<Finding> found;
  auto add = [&](const std::vector<Finding>& more) {
    found.insert(found.end(), more.begin(), more.end());
  };
  add(internal::CheckLayout(source));
  if (source.language == Language::kCpp) {
    add(internal::CheckWords(source));
    add(internal::CheckUnorderedLoops(source, header));
    add(internal::CheckLiterals(source));
    add(internal::CheckIncludes(source));
  }
  std::vector<Finding> findings;
  for (const Finding& finding : found) {
    if (!IsAllowed(source, finding)) findings.push_back(finding);
  }
  CheckAllowances(source, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) {
                     return std::tie(a.line, a.rule) < std::tie(b.line, b.rule);
                   });
  return findings;
}

}  // namespace bindersim::tidy
