// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the driver and user space need of the operating system around them:
// processes with identity, memory, threads and open files.

#ifndef BINDERSIM_MODEL_OS_KERNEL_H_
#define BINDERSIM_MODEL_OS_KERNEL_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/os/address_space.h"
#include "model/record.h"
#include "sim/footprint.h"
#include "sim/id.h"
#include "sim/machine.h"
#include "sim/slot_map.h"

namespace bindersim::os {

struct ProcessTag {
  static constexpr uint32_t kSpace = 2;
};
using ProcessId = sim::Id<ProcessTag>;

// An open file, shared by the descriptors that refer to it.
struct FileTag {
  static constexpr uint32_t kSpace = 3;
};
using FileId = sim::Id<FileTag>;

struct File {
  enum class Kind : uint8_t { kBinder, kOrdinary };
  Kind kind = Kind::kOrdinary;
  bool nonblocking = false;   // O_NONBLOCK
  uint32_t references = 1;    // descriptors, mappings, running system calls
  uint64_t private_data = 0;  // the owner of the file's kind packs an id here

  auto Fields() const {
    return std::tie(kind, nonblocking, references, private_data);
  }
  bool operator==(const File&) const = default;
};

struct Process {
  std::string name;
  uint32_t pid = 0;
  uint32_t uid = 0;  // real, effective and saved
  int32_t nice = 0;  // of threads that it starts
  // The security module's context, e.g. "u:r:system_server:s0"; empty = the
  // kernel has no such module (TXN-90).
  std::string security_context;
  record::Language language = record::Language::kCpp;
  bool exiting = false;
  record::ExitReason exit_reason = record::ExitReason::kExited;
  uint32_t next_tid = 0;
  AddressSpace memory;
  std::vector<sim::ThreadId> threads;
  std::vector<FileId> descriptors;  // by number; null = free

  auto Fields() const {
    return std::tie(name, pid, uid, nice, security_context, language, exiting,
                    exit_reason, next_tid, memory, threads, descriptors);
  }
  bool operator==(const Process&) const = default;
};

class Kernel {
 public:
  static constexpr size_t kSlot = 0;

  ProcessId AddProcess(Process process);
  Process& process(ProcessId id) { return processes_[id]; }
  const Process& process(ProcessId id) const { return processes_[id]; }
  // Null if it is gone.
  Process* Find(ProcessId id) { return processes_.Find(id); }
  const Process* Find(ProcessId id) const { return processes_.Find(id); }
  const sim::SlotMap<Process, ProcessId>& processes() const {
    return processes_;
  }

  // Starts a thread of the process. Its tid is the process's pid for the first
  // one, then the next number. `delay` passes before it is runnable.
  template <sim::FrameType F>
  sim::ThreadId StartThread(sim::Env& env, ProcessId id, int32_t nice,
                            record::ThreadRole role, const std::string& name,
                            const F& first, sim::Duration delay = {}) {
    const uint32_t tid = processes_[id].next_tid++;
    AnnounceThread(env, id, tid, role, name);
    const sim::ThreadId thread =
        env.machine.Spawn(env, {tid, nice, 0}, first, delay);
    AdoptThread(id, thread);
    return thread;
  }
  // Somebody asks whether the process with that pid is there.
  static void LooksAtLife(sim::Env& env, uint32_t pid) {
    env.LooksAt(sim::Footprint::kModel, LifeOf(pid));
  }
  // The process of a thread; null for threads of no process.
  ProcessId ProcessOf(sim::ThreadId thread) const;
  // The acting thread's process. REQUIRES: it has one.
  Process& Current(const sim::Env& env) {
    return processes_[ProcessOf(env.self)];
  }
  // The same, only to be read.
  const Process& CurrentToRead(const sim::Env& env) const {
    return processes_[ProcessOf(env.self)];
  }

  // Marks the process as exiting and kills all of its threads. The process goes
  // when the last of them is gone (RemoveThread).
  void Kill(sim::Env& env, ProcessId id, record::ExitReason reason);
  // The thread has ended. Returns true if it was the last of its process.
  bool RemoveThread(sim::Env& env, sim::ThreadId thread);
  // Removes the process; REQUIRES: no threads, no descriptors.
  void RemoveProcess(sim::Env& env, ProcessId id);

  FileId AddFile(File file) { return files_.Insert(std::move(file)); }
  File& file(FileId id) { return files_[id]; }
  const File& file(FileId id) const { return files_[id]; }
  const sim::SlotMap<File, FileId>& files() const { return files_; }
  void RemoveFile(FileId id) { files_.Erase(id); }
  // Gives the file the lowest free descriptor number of the process.
  int32_t Install(sim::Env& env, ProcessId id, FileId file);
  // A descriptor of the process is given out or comes back: the next one that
  // is given out is another one then.
  void ChangesDescriptors(sim::Env& env, ProcessId id) const {
    env.Changes(sim::Footprint::kModel, DescriptorsOf(processes_[id].pid));
  }
  // The file behind a descriptor, or null.
  FileId FileOf(const Process& process, int32_t descriptor) const;

  bool operator==(const Kernel&) const = default;
  void AddTo(sim::Hasher& hasher) const {
    hasher.Add(std::tie(processes_, files_, thread_process_));
  }

 private:
  // In footprints; next to the driver's numbers.
  static uint64_t LifeOf(uint32_t pid) {
    return sim::Footprint::Name(0xf5000000, pid);
  }
  static uint64_t DescriptorsOf(uint32_t pid) {
    return sim::Footprint::Name(0xf7000000, pid);
  }
  void AnnounceThread(sim::Env& env, ProcessId id, uint32_t tid,
                      record::ThreadRole role, const std::string& name);
  void AdoptThread(ProcessId id, sim::ThreadId thread);

  sim::SlotMap<Process, ProcessId> processes_;
  sim::SlotMap<File, FileId> files_;
  // By slot of the machine's thread.
  std::vector<std::pair<sim::ThreadId, ProcessId>> thread_process_;
};

}  // namespace bindersim::os

#endif  // BINDERSIM_MODEL_OS_KERNEL_H_
