// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_STATIC_TEXT_H_
#define BINDERSIM_SIM_STATIC_TEXT_H_

#include <cstring>
#include <string_view>

#include "sim/value.h"

namespace bindersim::sim {

// A string literal as part of a value: compared and hashed by its text, so that
// no address shows.
class StaticText {
 public:
  constexpr StaticText() = default;
  // `literal` must live for ever.
  constexpr StaticText(const char* literal) : text_(literal) {}  // NOLINT

  constexpr const char* c_str() const { return text_; }
  constexpr bool empty() const { return text_[0] == '\0'; }

  bool operator==(const StaticText& other) const {
    return text_ == other.text_ || std::strcmp(text_, other.text_) == 0;
  }
  void AddTo(Hasher& hasher) const { hasher.Add(std::string_view(text_)); }

 private:
  const char* text_ = "";
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_STATIC_TEXT_H_
