// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Checks a trace file against the rules under which both Perfetto and
// chrome://tracing show it in full, and Perfetto's module android.binder finds
// the Binder calls in it. The viewers drop what breaks a rule silently, so
// this is how a test notices.
//
//   for (const TraceViolation& violation : CheckTrace(text)) ...
//
// Rules, by the name under which a violation is reported:
//   json       the text is JSON (one raw control character and Perfetto
//              refuses the file)
//   container  an object with traceEvents, displayTimeUnit "ns" and metadata
//              without catapult's keys clock-domain and highres-ticks
//   phase      only X, M, i, C, s, t, f, b, n, e; each with a name
//   number     pid and tid are integers in 1..2^32-1; a tid belongs to one
//              process, a tid that equals a pid to that process
//   name       every process has a process_name, every row with slices a
//              thread_name; M events come first, have no ts and some args
//   time       ts and dur are there, "us.nnn", not negative, below 4e15 ns
//   nesting    slices of a thread nest or are disjoint
//   order      of slices that begin together the outer comes first
//   depth      at most 512
//   flow       s and f come in pairs with equal cat, name and id; ids are
//              integers below 2^53 or hexadecimal strings, used once; f has
//              bp "e"; no arrow goes back in time
//   bind       an arrow's end is strictly inside the innermost slice on its
//              thread, which stands before it in the file
//   binder     an arrow from `binder transaction` ends in `binder reply`, one
//              from `binder transaction async` in `binder async rcv`, and each
//              of these has one such arrow at most
//   duration   a caller's slice is at least as long as its callee's
//   aidl       a server's AIDL slice is the direct child of `binder reply` or
//              `binder async rcv`
//   counter    args are numbers, the same series each time, no id
//   instant    s is t, p or g
//   async      b, n, e have cat and either id or id2

#ifndef BINDERSIM_VIZ_TRACE_CHECK_H_
#define BINDERSIM_VIZ_TRACE_CHECK_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bindersim::viz {

struct TraceViolation {
  std::optional<size_t> event;  // index in traceEvents
  std::string rule;
  std::string message;
};

// "event 7: flow: ..." or "container: ...".
std::string FormatViolation(const TraceViolation& violation);

// All violations, by rule group and event.
std::vector<TraceViolation> CheckTrace(const std::string& text);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_TRACE_CHECK_H_
