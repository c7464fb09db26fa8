// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The first and only program of a machine that records kernel scripts. It runs
// those of /scripts.jsonl and reports through port 0xe9 (QEMU's isa-debugcon):
//   start K           script K has begun
//   result K JSON     and ended
//   full K            its devices are used up: go on from K after a reboot
//   end               all are done
// Kernel command line: "recorder.schedule=0".."3".

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "model/script/result.h"
#include "model/script/run_on.h"
#include "model/script/script.h"
#include "tests/kernel/recorder/kernel_host.h"
#include "tests/kernel/recorder/proc_files.h"

namespace bindersim::recorder {
namespace {

// The kernel has at most 128 devices of this kind, and other uses for some.
constexpr int kDeviceSets = 30;

void Report(const std::string& text) {
  constexpr unsigned short kPort = 0xe9;
  const std::string line = text + "\n";
  outsb(kPort, line.data(), line.size());
}

[[noreturn]] void PowerOff() {
  reboot(RB_AUTOBOOT);  // QEMU runs with -no-reboot
  std::abort();
}

[[noreturn]] void Fail(const std::string& what) {
  Report("fail " + what);
  PowerOff();
}

// Set 0 has the usual names.
Devices DeviceSet(int number) {
  if (number == 0) return {{"binder", "hwbinder", "vndbinder"}};
  return {{fmt::format("b{}", number), fmt::format("h{}", number),
           fmt::format("v{}", number)}};
}

void LoadDriver() {
  std::string parameters = "debug_mask=0 devices=";
  for (int i = 0; i < kDeviceSets; ++i) {
    for (const std::string& name : DeviceSet(i).names) {
      if (parameters.back() != '=') parameters += ',';
      parameters += name;
    }
  }
  const int file = open("/binder_linux.ko", O_RDONLY | O_CLOEXEC);
  if (syscall(SYS_finit_module, file, parameters.c_str(), 0) != 0) {
    Fail("the driver cannot be loaded");
  }
  close(file);
  for (int i = 0; i < kDeviceSets; ++i) {
    for (const std::string& name : DeviceSet(i).names) {
      if (chmod(("/dev/" + name).c_str(), 0666) != 0) {
        Fail("no device " + name);
      }
    }
  }
}

void SetUp() {
  if (ioperm(0xe9, 1, 1) != 0) std::abort();
  for (const char* folder : {"/proc", "/sys", "/dev"}) mkdir(folder, 0755);
  const bool mounted =
      mount("proc", "/proc", "proc", 0, nullptr) == 0 &&
      mount("sysfs", "/sys", "sysfs", 0, nullptr) == 0 &&
      mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr) == 0 &&
      mount("debugfs", "/sys/kernel/debug", "debugfs", 0, nullptr) == 0;
  if (!mounted) Fail("a file system cannot be mounted");
  // Real-time threads may use all of the CPU.
  if (!WriteFile("/proc/sys/kernel/sched_rt_runtime_us", "-1")) {
    Fail("real-time scheduling cannot be set up");
  }
  LoadDriver();
}

Schedule ScheduleOf(const std::string& command_line) {
  constexpr char kOption[] = "recorder.schedule=";
  const size_t at = command_line.find(kOption);
  if (at == std::string::npos) return Schedule::kInOrder;
  return static_cast<Schedule>(command_line[at + sizeof(kOption) - 1] - '0');
}

// Chooses devices on which no other user's context manager has been: the first
// one's uid is pinned for good (CTL-43).
class DevicePool {
 public:
  std::optional<Devices> For(const script::Script& script) {
    const bool root_only = std::ranges::all_of(
        script.processes, [](const auto& process) { return process.uid == 0; });
    if (root_only) return DeviceSet(0);
    if (next_ >= kDeviceSets) return std::nullopt;
    return DeviceSet(next_++);
  }

 private:
  int next_ = 1;
};

// Returns false if the devices are used up.
bool Record(size_t number, const std::string& line, Schedule schedule,
            DevicePool& pool) {
  script::Result result;
  const auto script = script::ParseScript(line);
  if (script.ok()) {
    const auto devices = pool.For(*script);
    if (!devices) return false;
    Report(fmt::format("start {}", number));
    KernelHost host(*script, *devices, schedule);
    result = script::RunOn(host, *script);
  } else {
    result.name = script::NameOf(line);
    result.failure = {script::Failure::Kind::kScript,
                      std::string(script.status().message()), std::nullopt};
  }
  Report(fmt::format("result {} {}", number, script::ToJson(result)));
  return true;
}

[[noreturn]] void Main() {
  SetUp();
  const Schedule schedule = ScheduleOf(ReadFile("/proc/cmdline"));
  std::ifstream scripts("/scripts.jsonl");
  DevicePool pool;
  size_t number = 0;
  for (std::string line; std::getline(scripts, line); ++number) {
    if (!Record(number, line, schedule, pool)) {
      Report(fmt::format("full {}", number));
      PowerOff();
    }
  }
  Report("end");
  PowerOff();
}

}  // namespace
}  // namespace bindersim::recorder

int main() { bindersim::recorder::Main(); }
