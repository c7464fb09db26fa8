// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Kernel scripts on the kernel that this program runs on: real processes and
// threads that make the system calls. It expects a machine of its own, with one
// CPU, as root (init.cc).

#ifndef BINDERSIM_TESTS_KERNEL_RECORDER_KERNEL_HOST_H_
#define BINDERSIM_TESTS_KERNEL_RECORDER_KERNEL_HOST_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/script/host.h"
#include "model/script/script.h"
#include "tests/kernel/recorder/mailbox.h"

namespace bindersim::recorder {

// Which threads run first (the schedules of the format's page, section 1).
enum class Schedule : uint8_t {
  kInOrder,     // never preempted, in the order of their wake-ups
  kLaterFirst,  // full preemption, later threads have priority
  kEarlierFirst,
  kTimeShared,
};

// The names of the devices that stand for binder, hwbinder and vndbinder.
struct Devices {
  std::string names[3];
};

class KernelHost : public script::Host {
 public:
  // Starts the script's processes. `script` must outlive the host.
  KernelHost(const script::Script& script, Devices devices, Schedule schedule);
  ~KernelHost() override;

  script::Memory& memory(size_t process) override;
  uint32_t pid(size_t process) const override;
  uint32_t tid(size_t thread) const override;
  bool ProcessAlive(size_t process) const override;
  bool ThreadAlive(size_t thread) const override;
  void Issue(size_t thread, const script::SystemCall& call) override;
  void Kill(size_t process) override;
  void Signal(size_t thread) override;
  std::string Settle(int64_t milliseconds) override;
  std::vector<Completion> TakeCompletions() override;
  std::string FileName(size_t process, int32_t descriptor) const override;
  std::vector<std::string> FileNames(size_t process) const override;
  std::string DebugFile(const std::string& name, size_t process) override;
  uint64_t first_debug_id() const override { return first_debug_id_; }
  const std::string& first_statistics() const override {
    return first_statistics_;
  }
  bool Finish() override;

 private:
  class ProcessMemory;

  void StartProcess(size_t process);
  [[noreturn]] void RunProcess(size_t process);
  void Measure();
  bool AllAtRest() const;

  const script::Script& script_;
  Devices devices_;
  Schedule schedule_;
  SharedMemory* shared_ = nullptr;
  std::vector<pid_t> pids_;
  std::vector<bool> alive_;  // by process
  // Where each process maps its next area: no address is used twice, not even
  // by two processes, so that one that is out of date leads nowhere.
  std::vector<uint64_t> next_area_;
  std::vector<bool> exited_;  // by thread
  std::vector<std::unique_ptr<ProcessMemory>> memories_;
  // Whether the driver may have work to do that no thread waits for.
  bool deferred_work_ = true;
  uint64_t first_debug_id_ = 0;
  std::string first_statistics_;
};

}  // namespace bindersim::recorder

#endif  // BINDERSIM_TESTS_KERNEL_RECORDER_KERNEL_HOST_H_
