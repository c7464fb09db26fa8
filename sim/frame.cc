// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/frame.h"

#include <span>
#include <string>
#include <string_view>

namespace bindersim::sim {

std::string FlowSection::ToString() const {
  std::string text = flow->name;
  if (flow->section_size == 0) return text;
  const std::string_view name = flow->section_name(section);
  text += '/';
  text += name.empty() ? std::to_string(section) : std::string(name);
  return text;
}

void Stack::Append(std::span<const uint64_t> words) {
  words_.insert(words_.end(), words.begin(), words.end());
}

bool Stack::operator==(const Stack& other) const {
  size_t end = words_.size();
  if (end != other.words_.size()) return false;
  while (end > 0) {
    if (words_[end - 1] != other.words_[end - 1]) return false;
    const auto* ops = reinterpret_cast<const FrameOps*>(words_[end - 1]);
    end -= ops->words + 1;
    if (!ops->equal(&words_[end], &other.words_[end])) return false;
  }
  return true;
}

void Stack::AddTo(Hasher& hasher) const {
  ForEach([&](const FrameOps* ops, const void* frame) {
    hasher.Add(std::string_view(ops->name));
    ops->add_to(frame, hasher);
  });
  hasher.Add(uint8_t{0});
}

}  // namespace bindersim::sim
