// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Processes, their threads, and their files.

#include <algorithm>

#include "model/driver/files.h"
#include "model/driver/invariants/check.h"
#include "model/driver/tables.h"

namespace bindersim::driver {

namespace {

constexpr uint32_t kInPool = kLooperRegistered | kLooperEntered;

bool HasFile(const os::Kernel& kernel, ProcId proc) {
  for (const auto& [id, file] : kernel.files()) {
    if (file.kind == os::File::Kind::kBinder &&
        file.private_data == Pack(proc)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void Check::CheckThreads() {
  constexpr Invariant kThreads = Invariant::kThreads;
  for (const auto& [id, thread] : driver_.threads) {
    if (!Exists(kThreads, driver_.procs, thread.proc, id)) continue;
    const Proc& proc = driver_.procs[thread.proc];
    const bool known = Lookup(proc.threads, thread.tid.value) == id;
    if (known == thread.is_dead) {
      Broken(kThreads, "{} is {} the tree of {}", Name(id),
             known ? "in" : "not in", Name(thread.proc));
    }
    const int32_t held = claims_.threads.Get(id);
    if (thread.tmp_ref != held) {
      Broken(kThreads, "{}: tmp_ref is {}, but {} are held", Name(id),
             thread.tmp_ref, held);
    }
    if (thread.is_dead && thread.tmp_ref == 0) {
      Broken(kThreads, "{} of {} is kept though nobody uses it", Name(id),
             Name(thread.proc));
    }
  }
  for (const auto& [id, proc] : driver_.procs) {
    for (const auto& [tid, thread] : proc.threads) {
      if (!Exists(kThreads, driver_.threads, thread, id)) continue;
      if (driver_.threads[thread].proc != id ||
          driver_.threads[thread].tid != tid) {
        Broken(kThreads, "{} has {} as thread {}", Name(id), Name(thread), tid);
      }
    }
    CheckPool(proc, id);
  }
}

// THR-10, THR-20.
void Check::CheckPool(const Proc& proc, ProcId proc_id) {
  constexpr Invariant kPool = Invariant::kPool;
  uint32_t loopers = 0;
  uint32_t registered = 0;
  for (const auto& [tid, id] : proc.threads) {
    const ThreadState* thread = driver_.threads.Find(id);
    if (thread == nullptr) continue;  // CheckThreads has said so
    if ((thread->looper & kInPool) != 0) ++loopers;
    if ((thread->looper & (kLooperRegistered | kLooperInvalid)) ==
        kLooperRegistered) {
      ++registered;
    }
  }
  if (loopers != proc.loopers) {
    Broken(kPool, "{}: {} loopers, counted {}", Name(proc_id), loopers,
           proc.loopers);
  }
  if (proc.requested_threads > 1) {
    Broken(kPool, "{}: requested_threads is {}", Name(proc_id),
           proc.requested_threads);
  }
  const uint32_t asked_for =
      proc.requested_threads + proc.requested_threads_started;
  if (asked_for > proc.most_max_threads.value) {
    Broken(kPool, "{}: {} threads were asked for, max_threads is {}",
           Name(proc_id), asked_for, proc.most_max_threads.value);
  }
  if (registered > proc.requested_threads_started) {
    Broken(kPool, "{}: {} threads registered, requested_threads_started is {}",
           Name(proc_id), registered, proc.requested_threads_started);
  }
  for (const ThreadStateId id : proc.waiting_threads) {
    if (!Exists(kPool, driver_.threads, id, proc_id)) {
      continue;
    }
    const ThreadState& thread = driver_.threads[id];
    if (!thread.on_wait_queue || thread.is_dead ||
        (thread.looper & kLooperWaiting) == 0 ||
        std::ranges::count(proc.waiting_threads, id) != 1) {
      Broken(kPool, "{} is in waiting_threads of {}, but does not wait",
             Name(id), Name(proc_id));
    }
    if (thread.transaction_stack || !thread.todo.empty()) {  // THR-11, THR-17
      Broken(kPool,
             "{} is in waiting_threads of {} with {} items in its todo and {} "
             "transaction",
             Name(id), Name(proc_id), thread.todo.size(),
             thread.transaction_stack ? "a" : "no");
    }
  }
  for (const auto& [tid, id] : proc.threads) {
    const ThreadState* thread = driver_.threads.Find(id);
    if (thread == nullptr || !thread->on_wait_queue) continue;
    const bool sleeps = std::ranges::any_of(
        claims_.waits,
        [id = id](const Sleeper& wait) { return wait.thread == id; });
    if (!sleeps) Broken(kPool, "{} waits nowhere", Name(id));
  }
}

void Check::CheckProcesses() {
  constexpr Invariant kProcesses = Invariant::kProcesses;
  for (const auto& [id, proc] : driver_.procs) {
    const int32_t held = claims_.procs.Get(id);
    if (proc.tmp_ref != held) {
      Broken(kProcesses, "{}: tmp_ref is {}, but {} are held", Name(id),
             proc.tmp_ref, held);
    }
    if (proc.is_dead && proc.tmp_ref == 0) {
      Broken(kProcesses, "{} is kept though nobody uses it", Name(id));
    }
    const int64_t deferred = std::ranges::count(driver_.deferred_list, id);
    if (deferred != (proc.flush_deferred || proc.release_deferred ? 1 : 0)) {
      Broken(kProcesses, "{} is in the deferred list {} times", Name(id),
             deferred);
    }
    for (const sim::ThreadId waiter : proc.freeze_waiters) {
      if (claims_.freezers.Contains({id, waiter})) continue;
      Broken(kProcesses, "a thread that does not freeze {} waits for it",
             Name(id));
    }
    const bool is_listed = std::ranges::count(driver_.proc_list, id) == 1;
    const bool leaves = IsReleased(id) || proc.release_deferred;
    if (!is_listed && !leaves) {
      Broken(kProcesses, "{} is not in the list of processes", Name(id));
    }
    const bool has_file = HasFile(kernel_, id);
    if (has_file == leaves) {
      Broken(kProcesses, "{} has {} open file, but is {}being released",
             Name(id), has_file ? "an" : "no", leaves ? "" : "not ");
    }
  }
  for (const ProcId id : driver_.proc_list) {
    Exists(kProcesses, driver_.procs, id, "the list of processes");
  }
  for (const ProcId id : driver_.deferred_list) {
    Exists(kProcesses, driver_.procs, id, "the deferred list");
  }
}

// Descriptors, mappings, transactions and running system calls use files.
void Check::CheckFiles() {
  constexpr Invariant kFiles = Invariant::kFiles;
  file_uses_ = claims_.files;
  for (const auto& [id, process] : kernel_.processes()) {
    for (const os::FileId file : process.descriptors) {
      if (file) ++file_uses_[file];
    }
  }
  for (const auto& [id, transaction] : driver_.transactions) {
    for (const FileInTransit& one : transaction.files) ++file_uses_[one.file];
  }
  for (const auto& [id, file] : kernel_.files()) {
    uint32_t held = file_uses_.Get(id);
    if (file.kind == os::File::Kind::kBinder) {
      const Proc* proc = driver_.procs.Find(Unpack<ProcTag>(file.private_data));
      if (proc == nullptr) {
        Broken(kFiles, "an open file has no process");
        continue;
      }
      if (proc->mapping_size > 0) ++held;
    }
    if (file.references != held) {
      Broken(kFiles, "an open file has {} references, but {} are held",
             file.references, held);
    }
  }
  for (const auto& [id, held] : file_uses_) {
    Exists(kFiles, kernel_.files(), id, "a use of a file");
  }
}

}  // namespace bindersim::driver
