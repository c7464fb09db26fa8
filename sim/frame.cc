// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/frame.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bindersim::sim {

std::string FlowSection::ToString() const {
  std::string text = flow->name;
  if (flow->section_size == 0) return text;
  const std::string_view name = flow->section_name(section);
  text += '/';
  text += name.empty() ? std::to_string(section) : std::string(name);
  return text;
}

void Stack::Push(const FrameOps* ops, std::span<const std::byte> frame) {
  const size_t size = words_.size();
  const size_t more = size + ops->words + 1;
  std::vector<uint64_t> old;  // the frame may be a part of another one
  if (more > words_.capacity()) {
    old.reserve(std::max(more, 2 * size));
    old.assign(words_.begin(), words_.end());
    std::swap(words_, old);
  }
  words_.resize(more);
  std::memcpy(&words_[size], frame.data(), frame.size());
  // Never hashed, compared or shown as a number: ops->name stands for it.
  // tidy: allow(address) the type of the frame below
  words_.back() = reinterpret_cast<uintptr_t>(ops);
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
