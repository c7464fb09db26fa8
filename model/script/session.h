// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Performs a kernel script's steps one by one, and notes what they show.

#ifndef BINDERSIM_MODEL_SCRIPT_SESSION_H_
#define BINDERSIM_MODEL_SCRIPT_SESSION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/script/host.h"
#include "model/script/result.h"
#include "model/script/returns.h"
#include "model/script/script.h"
#include "model/script/write_buffer.h"

namespace bindersim::script {

class Session {
 public:
  // Both must outlive the session. Steps may be appended to the script while it
  // is performed; its processes and threads are those that `host` has.
  Session(const Script& script, Host& host);

  // Performs step `index` of the script. If nothing comes to rest in it,
  // failure() says so and no further step may be performed.
  StepResult Perform(size_t index);
  const std::optional<Failure>& failure() const { return failure_; }

  // The threads that are blocked, sorted by process and declaration.
  std::vector<std::string> Blocked() const;

 private:
  struct ProcessState {
    std::map<std::string, int32_t> descriptors;  // by label
    std::map<std::string, Mapping> mappings;     // by label
    std::vector<Received> received;
  };

  struct ThreadState {
    bool busy = false;  // its call has not returned
    size_t step = 0;    // what it does
    int32_t descriptor = -1;
    uint64_t argument = 0;  // addresses
    uint64_t read_buffer = 0;
    std::vector<uint64_t> regions;
    std::vector<Received> received;
  };

  // What a read buffer is filled with before the call.
  static constexpr std::byte kUntouched{0xee};

  class ProcessResolver;
  class ProcessMeanings;

  // What keeps the step from being performed; "" if nothing does.
  std::string Obstacle(const Step& step) const;
  void Settle(size_t index, int64_t milliseconds = 0);

  // --- operations.cc ---
  // Resolves what the step refers to and lays out its arguments. Returns what
  // could not be resolved, "" if all could.
  std::string Prepare(const Step& step, ThreadState& thread);
  std::string PrepareWriteRead(const Step& step, ThreadState& thread);
  std::vector<std::byte> IoctlArgument(const Step& step);
  SystemCall CallOf(const Step& step, const ThreadState& thread) const;

  // --- completions.cc ---
  Operation Complete(const Host::Completion& completion);
  void CompleteFile(const Step& step, const ThreadState& thread, int64_t result,
                    Operation& operation);
  void CompleteIoctl(const Step& step, const ThreadState& thread,
                     Operation& operation);
  void CompleteWriteRead(const Step& step, ThreadState& thread,
                         Operation& operation);
  // A step that no thread does.
  void Control(size_t index, StepResult& result);
  std::vector<std::string> Dump(const Step& step);

  size_t ProcessOf(const ThreadState& thread) const;
  Mapping MappingOf(const ProcessState& process,
                    const std::string& label) const;

  const Script& script_;
  Host& host_;
  std::vector<ProcessState> processes_;
  std::vector<ThreadState> threads_;
  std::optional<Failure> failure_;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_SESSION_H_
