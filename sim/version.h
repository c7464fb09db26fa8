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

// The version of something. It is given one when somebody asks for it or copies
// it: what changes all the time, and is not asked for, costs next to nothing.
//
// Thread safety: as for const and other access to anything else.
class OwnVersion {
 public:
  OwnVersion() = default;
  OwnVersion(const OwnVersion& other) : number_(other.Get()) {}
  // What is left behind is something else.
  OwnVersion(OwnVersion&& other) noexcept : number_(other.Take()) {}
  OwnVersion& operator=(const OwnVersion& other) {
    number_.store(other.Get(), kRelaxed);
    return *this;
  }
  OwnVersion& operator=(OwnVersion&& other) noexcept {
    number_.store(other.Take(), kRelaxed);
    return *this;
  }

  // It has another one from now on.
  void Change() { number_.store(kNotGiven, kRelaxed); }
  [[gnu::always_inline]] Version Get() const {
    const Version number = number_.load(kRelaxed);
    return number != kNotGiven ? number : Give();
  }
  // Whether it is known to be the same.
  [[gnu::always_inline]] bool IsSame(const OwnVersion& other) const {
    const Version number = number_.load(kRelaxed);
    const Version others = other.number_.load(kRelaxed);
    return number == others && number != kNotGiven;
  }

 private:
  static constexpr Version kNotGiven = 0;
  // Only the number itself matters.
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  // Of two threads that both give it one, neither's is wrong: nothing else has
  // it.
  [[gnu::noinline]] Version Give() const {
    const Version fresh = NewVersion();
    number_.store(fresh, kRelaxed);
    return fresh;
  }
  Version Take() {
    const Version number = number_.load(kRelaxed);
    Change();
    return number;
  }

  // tidy: allow(threads) several threads may copy the same value
  mutable std::atomic<Version> number_{kNotGiven};
};

template <class T>
class Versioned {
 public:
  Versioned() = default;
  explicit Versioned(T value) : value_(std::move(value)) {}
  Versioned(const Versioned&) = default;
  Versioned(Versioned&&) = default;
  Versioned& operator=(const Versioned& other) {
    if (version_.IsSame(other.version_)) return *this;
    value_ = other.value_;
    version_ = other.version_;
    return *this;
  }
  Versioned& operator=(Versioned&&) = default;

  Version version() const { return version_.Get(); }
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  // To be changed, until this is copied or its version is looked at next.
  T& Change() {
    version_.Change();
    return value_;
  }

  bool operator==(const Versioned& other) const {
    return value_ == other.value_;
  }

 private:
  T value_{};
  OwnVersion version_;
};

// A vector of parts with versions, whose length stays the same.
template <class T>
class VersionedVector {
 public:
  explicit VersionedVector(size_t size = 0) : values_(size), versions_(size) {}
  VersionedVector(const VersionedVector&) = default;
  VersionedVector(VersionedVector&&) = default;
  VersionedVector& operator=(const VersionedVector& other) {
    values_.resize(other.size());
    versions_.resize(other.size());
    for (size_t i = 0; i < size(); ++i) {
      if (versions_[i].IsSame(other.versions_[i])) continue;
      values_[i] = other.values_[i];
      versions_[i] = other.versions_[i];
    }
    return *this;
  }
  VersionedVector& operator=(VersionedVector&&) = default;

  size_t size() const { return values_.size(); }
  Version VersionOf(size_t index) const { return versions_[index].Get(); }
  const T& operator[](size_t index) const { return values_[index]; }
  // As Versioned::Change.
  T& operator[](size_t index) {
    versions_[index].Change();
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
  std::vector<OwnVersion> versions_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_VERSION_H_
