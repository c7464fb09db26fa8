// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The sink that collects RunStatistics (statistics.h).

#ifndef BINDERSIM_VIZ_STATISTICS_SINK_H_
#define BINDERSIM_VIZ_STATISTICS_SINK_H_

#include "sim/record.h"
#include "viz/call_collector.h"
#include "viz/machine_collector.h"
#include "viz/run_facts.h"
#include "viz/statistics.h"

namespace bindersim::viz {

class Statistics : public sim::Sink {
 public:
  void OnRecord(const sim::Record& record,
                const sim::NameTable& names) override;

  // The statistics of the run up to facts.end. To be called once, last.
  RunStatistics Finish(const RunFacts& facts);

 private:
  CallCollector calls_;
  MachineCollector machine_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_STATISTICS_SINK_H_
