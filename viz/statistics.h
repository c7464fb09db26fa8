// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Exact timing statistics of a run, from its records.
//
//   Statistics statistics;  // statistics_sink.h
//   recorder.AddSink(&statistics);
//   ... run ...
//   const RunStatistics result = statistics.Finish(facts);
//   std::cout << StatisticsText(result);
//   if (const MethodStatistics* m = result.Find("activity.startService")) {
//     p99 = m->latency.Percentile(9900);
//   }
//
// Everything is counted in integers and nothing is sampled, so that two equal
// runs have equal statistics to the last digit.
//
// The latency of a synchronous call is the time from CallBegin to CallEnd, that
// is, what the application waits. It is the sum of five parts, which follow
// each other without gaps:
//   prepare  CallBegin -> IoctlBegin: the caller's user space
//   kernel   IoctlBegin -> TransactionQueued, and the reply's TransactionSent
//            -> TransactionQueued: the driver passes the request and the reply
//   waiting  TransactionQueued -> TransactionReceived: for a thread that takes
//            the request
//   server   TransactionReceived -> the reply's TransactionSent: the server's
//            return to user space, the handler, and its way back
//   reply    the reply's TransactionQueued -> CallEnd: the caller is woken,
//            gets a CPU and returns to user space
// For one call they add up exactly; minima, maxima and percentiles of the
// parts need not, since they can come from different calls.

#ifndef BINDERSIM_VIZ_STATISTICS_H_
#define BINDERSIM_VIZ_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/record.h"
#include "viz/distribution.h"
#include "viz/run_facts.h"

namespace bindersim::viz {

enum class CallKind : uint8_t {
  kSync,
  kOneway,
  kLocal,  // stays in the caller's process, without the driver (JAV-12)
};

// How a call ended, by the status that the caller got (USR-70).
enum class Outcome : uint8_t {
  kOk,
  kDead,       // DEAD_OBJECT
  kFailed,     // FAILED_TRANSACTION
  kFrozen,     // whatever status, after BR_FROZEN_REPLY
  kUnknown,    // UNKNOWN_TRANSACTION
  kOther,      // another status
  kAbandoned,  // the caller's thread ended first
  kUnfinished  // the run ended first
};
inline constexpr size_t kOutcomes = 8;

// "ok", "dead", ...
const char* OutcomeName(Outcome outcome);
// "sync", "oneway", "local".
const char* CallKindName(CallKind kind);

// Calls of one method as its callers name it. Times are in nanoseconds.
struct MethodStatistics {
  std::string target;  // "activity"
  std::string method;  // "startService"
  CallKind kind = CallKind::kSync;
  uint64_t calls = 0;  // begun
  std::array<uint64_t, kOutcomes> outcomes{};

  // CallBegin to CallEnd, of calls that ended well; of a oneway call, this is
  // the time to send it.
  Distribution latency;
  // The same of calls that ended otherwise.
  Distribution failed_latency;

  // Synchronous calls that ended well: the parts of their latency.
  Distribution prepare, kernel, waiting, server, reply;

  // Oneway calls: from first being queued to being received, and from there to
  // the end of the handler.
  Distribution delivery, handling;
  uint64_t pending = 0;  // accepted, but not received when the run ended
  uint64_t lost = 0;     // accepted, but the target's process ended first

  uint64_t Count(Outcome outcome) const {
    return outcomes[static_cast<size_t>(outcome)];
  }
  std::string Name() const { return target + "." + method; }

  bool operator==(const MethodStatistics&) const = default;
};

// Parts of a whole are given in permille, rounded down.
struct ProcessStatistics {
  uint32_t pid = 0;
  std::string name;
  std::optional<record::ExitReason> exit;  // if it ended before the run
  int64_t lifetime = 0;                    // ns
  // Sums over its threads, ns.
  int64_t running = 0;  // on a CPU, spinning included
  int64_t spinning = 0;
  int64_t runnable = 0;           // without a CPU
  uint64_t running_permille = 0;  // of the run's time on one CPU

  // The thread pool. Busy threads execute a command for someone.
  uint32_t max_loopers = 0;
  uint32_t max_busy = 0;
  uint64_t mean_busy_permille = 0;  // over its lifetime; 1000 = one thread
  int64_t all_busy = 0;             // ns during which no looper was free
  uint64_t all_busy_permille = 0;   // of its lifetime
  uint64_t spawn_requests = 0;      // BR_SPAWN_LOOPER
  uint64_t starvations = 0;         // libbinder's warnings (USR-13)
  int64_t starved = 0;              // ns

  // The buffer.
  uint64_t buffer_high_water = 0;        // bytes
  uint64_t async_buffer_high_water = 0;  // bytes
  uint64_t allocations = 0;
  uint64_t failed_allocations = 0;

  bool operator==(const ProcessStatistics&) const = default;
};

struct CpuStatistics {
  uint32_t cpu = 0;
  int64_t busy = 0;            // ns
  uint64_t busy_permille = 0;  // of the run
  uint64_t switches = 0;       // to another thread than ran before

  bool operator==(const CpuStatistics&) const = default;
};

struct LockStatistics {
  std::string name;
  Distribution waits;  // ns, of those that had to wait and got it

  bool operator==(const LockStatistics&) const = default;
};

struct MarkStatistics {
  std::string text;
  uint64_t count = 0;
  int64_t first = 0;  // ns since the begin of the run
  int64_t last = 0;

  bool operator==(const MarkStatistics&) const = default;
};

struct RunStatistics {
  RunFacts facts;
  std::vector<MethodStatistics> methods;     // by target, method and kind
  std::vector<ProcessStatistics> processes;  // as they started
  std::vector<CpuStatistics> cpus;           // by number, those that ran
  std::vector<LockStatistics> locks;         // by name
  std::vector<MarkStatistics> marks;         // by text

  uint64_t transactions = 0;  // requests, also of others than libbinder
  uint64_t replies = 0;
  uint64_t failed_transactions = 0;
  uint64_t context_switches = 0;
  uint64_t deaths = 0;      // processes that ended, for whatever reason
  uint64_t obituaries = 0;  // BR_DEAD_BINDER delivered

  // The method with that "target.method" name; if it is called in several
  // ways, the first of sync, oneway, local. nullptr if it is never called.
  const MethodStatistics* Find(const std::string& name) const;
  const MethodStatistics* Find(const std::string& name, CallKind kind) const;
  // How often a mark was set.
  uint64_t MarkCount(const std::string& text) const;

  bool operator==(const RunStatistics&) const = default;
};

// Tables for people: aligned, in human units, without colour.
std::string StatisticsText(const RunStatistics& statistics);
// One JSON object, {"schema_version": 1, ...}, indented; times are integer
// nanoseconds.
std::string StatisticsJson(const RunStatistics& statistics);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_STATISTICS_H_
