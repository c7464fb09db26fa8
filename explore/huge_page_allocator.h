// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_HUGE_PAGE_ALLOCATOR_H_
#define BINDERSIM_EXPLORE_HUGE_PAGE_ALLOCATOR_H_

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>

namespace bindersim::explore {

// As std::allocator, but asks for huge pages where a block can have some: what
// is large and looked at here and there costs fewer page faults and fewer
// misses of the TLB. Where the system has none, nothing else is different.
template <class T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) {}  // NOLINT: as std's

  T* allocate(size_t count) {
    if (count > std::numeric_limits<size_t>::max() / sizeof(T)) {
      throw std::bad_array_new_length();
    }
    const size_t size = count * sizeof(T);
    void* const block = ::operator new(size, AlignmentOf(size));
    // Advice: that it is not taken is no error.
    if (size >= kHugePage) static_cast<void>(madvise(block, size, kAdvice));
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t count) {
    ::operator delete(block, AlignmentOf(count * sizeof(T)));
  }

  bool operator==(const HugePageAllocator&) const = default;

 private:
  static constexpr size_t kHugePage = size_t{1} << 21;  // bytes
  static constexpr int kAdvice = MADV_HUGEPAGE;

  static constexpr std::align_val_t AlignmentOf(size_t size) {
    return std::align_val_t{size >= kHugePage ? kHugePage : alignof(T)};
  }
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_HUGE_PAGE_ALLOCATOR_H_
