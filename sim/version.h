// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Parts of a state that say whether they have changed: whoever has seen a part
// before knows by its version that it is still the same, and need not copy or
// hash it again.
//
//   Versioned<Node> node;
//   node->strong_refs;            // looks
//   node.Change().strong_refs++;  // changes: has another version from now on
//   copy = node;                  // copies nothing if the versions are the
//   same
//
// Versions are no part of the value: they say how it came to be, not what it
// is.

#ifndef BINDERSIM_SIM_VERSION_H_
#define BINDERSIM_SIM_VERSION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/value.h"

namespace bindersim::sim {

// Never 0. Parts with the same version are the same.
using Version = uint64_t;

namespace internal {

// Each thread gives out versions from blocks of its own.
inline constexpr Version kVersionsInBlock = Version{1} << 32;
// tidy: allow(threads) versions of all threads differ, and are seen by nobody
constinit inline std::atomic<Version> blocks{0};
// The version given out last; before the first, the end of a block.
// tidy: allow(threads) each thread counts by itself
constinit inline thread_local Version last_version = kVersionsInBlock - 1;

[[gnu::noinline, gnu::cold]] inline void BeginBlock() {
  // tidy: allow(threads) only that the numbers differ matters
  last_version =
      (blocks.fetch_add(1, std::memory_order_relaxed) + 1) * kVersionsInBlock;
}

}  // namespace internal

// One that nothing has had yet, in any thread.
inline Version NewVersion() {
  if ((++internal::last_version & (internal::kVersionsInBlock - 1)) == 0)
      [[unlikely]] {
    internal::BeginBlock();
  }
  return internal::last_version;
}

template <class T>
class Versioned {
 public:
  Versioned() = default;
  explicit Versioned(T value) : value_(std::move(value)) {}
  Versioned(const Versioned&) = default;
  // What is left behind is something else.
  Versioned(Versioned&& other) noexcept
      : value_(std::move(other.value_)),
        version_(std::exchange(other.version_, NewVersion())) {}
  Versioned& operator=(const Versioned& other) {
    if (version_ == other.version_) return *this;
    value_ = other.value_;
    version_ = other.version_;
    return *this;
  }
  Versioned& operator=(Versioned&& other) noexcept {
    if (this == &other) return *this;
    value_ = std::move(other.value_);
    version_ = std::exchange(other.version_, NewVersion());
    return *this;
  }

  Version version() const { return version_; }
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  // To be changed, until this is copied or its version is looked at next.
  T& Change() {
    version_ = NewVersion();
    return value_;
  }

  bool operator==(const Versioned& other) const {
    return value_ == other.value_;
  }

 private:
  T value_{};
  Version version_ = NewVersion();
};

// A vector of parts with versions, whose length stays the same.
template <class T>
class VersionedVector {
 public:
  explicit VersionedVector(size_t size = 0) : values_(size), versions_(size) {
    for (Version& version : versions_) version = NewVersion();
  }
  VersionedVector(const VersionedVector&) = default;
  VersionedVector(VersionedVector&&) = default;
  VersionedVector& operator=(const VersionedVector& other) {
    values_.resize(other.size());
    versions_.resize(other.size());
    for (size_t i = 0; i < size(); ++i) {
      if (versions_[i] == other.versions_[i]) continue;
      values_[i] = other.values_[i];
      versions_[i] = other.versions_[i];
    }
    return *this;
  }
  VersionedVector& operator=(VersionedVector&&) = default;

  size_t size() const { return values_.size(); }
  Version VersionOf(size_t index) const { return versions_[index]; }
  const T& operator[](size_t index) const { return values_[index]; }
  // As Versioned::Change.
  T& operator[](size_t index) {
    versions_[index] = NewVersion();
    return values_[index];
  }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

  bool operator==(const VersionedVector& other) const {
    return values_ == other.values_;
  }
  void AddTo(Hasher& hasher) const { hasher.Add(values_); }

 private:
  std::vector<T> values_;
  std::vector<Version> versions_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_VERSION_H_
