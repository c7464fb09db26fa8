// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Checks for what only a fault of bindersim itself can break. Bad input is
// never reported through them: that is what absl::Status is for.
//
//   SIM_CHECK(proc.ready_threads >= 0) << "proc " << proc.pid;
//
// A failed check writes
//   bindersim: internal fault: FILE:LINE: CONDITION: CONTEXT
// to standard error and ends the process with status 70 at once, without
// running destructors or exit handlers: the state is not to be trusted.

#ifndef BINDERSIM_SIM_CHECK_H_
#define BINDERSIM_SIM_CHECK_H_

#include <ostream>

namespace bindersim::sim {

// The exit status of a process that found a fault in itself.
inline constexpr int kInternalFaultStatus = 70;

namespace internal {

// Collects the context of one failed check. The destructor does not return.
class CheckFailure {
 public:
  [[gnu::cold]] CheckFailure(const char* file, int line, const char* condition);
  CheckFailure(const CheckFailure&) = delete;
  CheckFailure& operator=(const CheckFailure&) = delete;
  [[noreturn]] ~CheckFailure();

  [[gnu::cold]] std::ostream& stream() { return *stream_; }

 private:
  std::ostream* stream_;
};

// Gives both arms of the conditional in SIM_CHECK the type void. The operator
// binds looser than << and tighter than ?:.
struct Voidify {
  void operator&(std::ostream&) const {}
};

}  // namespace internal
}  // namespace bindersim::sim

// Ends the process unless `condition` holds. Always compiled in.
#define SIM_CHECK(condition)                                             \
  __builtin_expect(static_cast<bool>(condition), 1)                      \
      ? static_cast<void>(0)                                             \
      : ::bindersim::sim::internal::Voidify() &                          \
            ::bindersim::sim::internal::CheckFailure(__FILE__, __LINE__, \
                                                     #condition)         \
                .stream()

// The same in builds without NDEBUG. With NDEBUG the condition is compiled but
// never evaluated.
#ifdef NDEBUG
#define SIM_DCHECK(condition) \
  while (false) SIM_CHECK(condition)
#else
#define SIM_DCHECK(condition) SIM_CHECK(condition)
#endif

#endif  // BINDERSIM_SIM_CHECK_H_
