// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/debugfs.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <vector>

#include "model/protocol.h"

namespace bindersim::driver {

namespace {

constexpr auto kCountedNames = std::to_array<const char*>({
    "proc",
    "thread",
    "node",
    "ref",
    "death",
    "transaction",
    "transaction_complete",
});
static_assert(kCountedNames.size() == kCountedKinds);

// What stands for a kernel address: 16 digits, all zero for null.
template <class Tag>
uint64_t Token(sim::Id<Tag> id) {
  return id ? 0xffff'8880'0000'0000 + uint64_t{id.index} * 0x100 : 0;
}

// The lists of the kernel have the newest entry first, the model's last.
template <class Id>
std::vector<Id> NewestFirst(const std::vector<Id>& ids) {
  return {ids.rbegin(), ids.rend()};
}

class Printer {
 public:
  explicit Printer(const Driver& driver) : driver_(driver) {}

  std::string Take() { return std::move(text_); }

  template <class... Args>
  void Print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format,
                   std::forward<Args>(args)...);
  }

  // Calls visit(id, proc) for each process, newest open first (DBG-03).
  template <class Visitor>
  void ForEachProc(Visitor visit) {
    for (const ProcId id : NewestFirst(driver_.proc_list)) {
      visit(id, driver_.procs[id]);
    }
  }

  void DeadNodes() {
    if (driver_.dead_nodes.empty()) return;
    Print("dead nodes:\n");
    for (const NodeId id : NewestFirst(driver_.dead_nodes)) Node(id);
  }

  // A process as in `state`, or, without `all`, as in `transactions`.
  void Process(ProcId id, bool all) {
    const Proc& proc = driver_.procs[id];
    const size_t start = text_.size();
    ProcessHead(proc);
    const size_t header = text_.size();
    for (const auto& [tid, thread] : proc.threads) Thread(id, thread, all);
    for (const auto& [ptr, node] : proc.nodes) {
      if (all || driver_.nodes[node].has_async_transaction) Node(node);
    }
    if (all) {
      for (const auto& [desc, ref] : proc.refs_by_desc) Ref(ref);
    }
    proc.alloc.ForEachExtent([&](const Extent& extent) {
      if (extent.buffer) PrintBuffer(proc, extent.buffer);
    });
    for (const Work& work : proc.todo) {
      PrintWork(id, "  ", "  pending transaction", work);
    }
    if (!proc.delivered_death.empty()) {
      Print("  has delivered dead binder\n");
    }
    if (!all && text_.size() == header) text_.resize(start);
  }

  void ProcessStats(ProcId process, const Proc& proc) {
    ProcessHead(proc);
    int64_t strong = 0;
    int64_t weak = 0;
    for (const auto& [desc, id] : proc.refs_by_desc) {
      strong += driver_.refs[id].strong;
      weak += driver_.refs[id].weak;
    }
    const PageCounts pages = proc.alloc.CountPages();
    Print("  threads: {}\n", proc.threads.size());
    Print("  requested threads: {}+{}/{}\n", proc.requested_threads,
          proc.requested_threads_started,
          static_cast<int32_t>(proc.max_threads));
    Print("  ready threads {}\n", proc.waiting_threads.size());
    Print("  free async space {}\n", proc.alloc.free_async_space());
    Print("  nodes: {}\n", proc.nodes.size());
    Print("  refs: {} s {} w {}\n", proc.refs_by_desc.size(), strong, weak);
    Print("  buffers: {}\n", proc.alloc.buffer_count());
    Print("  pages: {}:{}:{}\n", pages.active, pages.lru, pages.free);
    Print("  pages high watermark: {}\n", proc.alloc.pages_high_watermark());
    Print("  pending transactions: {}\n",
          std::ranges::count(proc.todo, WorkType::kTransaction, &Work::type));
    PrintCounters("  ", *driver_.statistics->counters_of_procs[process.index]);
  }

  void PrintCounters(const char* prefix, const Counters& counters) {
    const auto print = [&](std::span<const protocol::Word> words,
                           const auto& counts) {
      size_t printed = 0;  // words with one number are counted as one
      for (const protocol::Word& word : words) {
        const size_t number = _IOC_NR(word.value);
        if (number < printed) continue;
        printed = number + 1;
        if (counts[number] == 0) continue;
        Print("{}{}: {}\n", prefix, word.name, counts[number]);
      }
    };
    print(protocol::Commands(), counters.commands);
    print(protocol::Returns(), counters.returns);
  }

  void Objects() {
    const Statistics& statistics = driver_.statistics.value;
    for (size_t i = 0; i < kCountedKinds; ++i) {
      if (statistics.created[i] == 0) continue;
      Print("{}: active {} total {}\n", kCountedNames[i],
            statistics.created[i] - statistics.deleted[i],
            statistics.created[i]);
    }
  }

  void Log(const LogRing& log) {
    constexpr const char* kTypes[] = {"call ", "async", "reply"};
    for (const LogEntry& entry : log.entries()) {
      Print(
          "{}: {} from {}:{} to {}:{} context {} node {} handle {} "
          "size {}:{} ret {}/{} l=0{}\n",
          entry.debug_id, kTypes[static_cast<size_t>(entry.type)],
          entry.from_proc, entry.from_thread, entry.to_proc, entry.to_thread,
          entry.context, entry.to_node,
          static_cast<int32_t>(entry.target_handle),
          static_cast<int32_t>(entry.data_size),
          static_cast<int32_t>(entry.offsets_size), entry.return_error,
          entry.return_error_param, entry.done ? "" : " (incomplete)");
    }
  }

 private:
  void ProcessHead(const Proc& proc) {
    Print("proc {}\ncontext {}\n", proc.pid, ContextName(proc.device));
  }

  // DBG-11, 12.
  void Thread(ProcId proc, ThreadStateId id, bool always) {
    const ThreadState& thread = driver_.threads[id];
    const size_t start = text_.size();
    Print("  thread {}: l {:02x} need_return {:d} tr {}\n", thread.tid,
          thread.looper, thread.looper_need_return, thread.tmp_ref);
    const size_t header = text_.size();
    for (TransactionId at = thread.transaction_stack; at;) {
      const Transaction& transaction = driver_.transactions[at];
      if (transaction.from == id) {
        PrintTransaction(proc, "    outgoing transaction", at);
        at = transaction.from_parent;
      } else if (transaction.to_thread == id) {
        PrintTransaction(proc, "    incoming transaction", at);
        at = transaction.to_parent;
      } else {
        PrintTransaction(proc, "    bad transaction", at);
        break;
      }
    }
    for (const Work& work : thread.todo) {
      PrintWork(proc, "    ", "    pending transaction", work, &thread);
    }
    if (!always && text_.size() == header) text_.resize(start);
  }

  // DBG-13.
  void PrintTransaction(ProcId proc, const char* prefix, TransactionId id) {
    const Transaction& transaction = driver_.transactions[id];
    const ThreadState* from = driver_.threads.Find(transaction.from);
    const Proc* to = driver_.procs.Find(transaction.to_proc);
    const ThreadState* to_thread = driver_.threads.Find(transaction.to_thread);
    Print(
        "{} {}: {:016x} from {}:{} to {}:{} code {:x} flags {:x} pri {} r{:d}",
        prefix, transaction.debug_id, Token(id),
        from != nullptr ? driver_.procs[from->proc].pid : 0,
        from != nullptr ? from->tid.value : 0, to != nullptr ? to->pid : 0,
        to_thread != nullptr ? to_thread->tid.value : 0, transaction.code,
        transaction.flags, transaction.priority, transaction.need_reply);
    if (transaction.to_proc != proc) {
      Print("\n");
    } else if (!transaction.buffer) {
      Print(" buffer free\n");
    } else {
      const Buffer& buffer = to->alloc[transaction.buffer];
      if (buffer.target_node) {
        Print(" node {}", driver_.nodes[buffer.target_node].debug_id);
      }
      Print(" size {}:{} data {:016x}\n", buffer.data_size, buffer.offsets_size,
            to->mapping + buffer.offset);
    }
  }

  // DBG-14. Errors are those of `thread`.
  void PrintWork(ProcId proc, const char* prefix,
                 const char* transaction_prefix, const Work& work,
                 const ThreadState* thread = nullptr) {
    switch (work.type) {
      case WorkType::kTransaction:
        PrintTransaction(proc, transaction_prefix,
                         work.Owner<TransactionTag>());
        break;
      case WorkType::kReturnError:
        Print("{}transaction error: {}\n", prefix, thread->return_error);
        break;
      case WorkType::kReplyError:
        Print("{}transaction error: {}\n", prefix, thread->reply_error);
        break;
      case WorkType::kTransactionComplete:
        Print("{}transaction complete\n", prefix);
        break;
      case WorkType::kNode: {
        const auto& node = driver_.nodes[work.Owner<NodeTag>()];
        Print("{}node work {}: u{:016x} c{:016x}\n", prefix, node.debug_id,
              node.ptr, node.cookie);
        break;
      }
      case WorkType::kDeadBinder:
        Print("{}has dead binder\n", prefix);
        break;
      case WorkType::kDeadBinderAndClear:
        Print("{}has cleared dead binder\n", prefix);
        break;
      case WorkType::kClearDeathNotification:
        Print("{}has cleared death notification\n", prefix);
        break;
      case WorkType::kOnewaySpamSuspect:  // the kernel's number for it
        Print("{}unknown work: type 3\n", prefix);
        break;
    }
  }

  // DBG-15. The printing itself holds the node (DBG-16).
  void Node(NodeId id) {
    const auto& node = driver_.nodes[id];
    Print(
        "  node {}: u{:016x} c{:016x} hs {:d} hw {:d} ls {} lw {} is {} iw {} "
        "tr {}",
        node.debug_id, node.ptr, node.cookie, node.has_strong_ref,
        node.has_weak_ref, node.local_strong_refs, node.local_weak_refs,
        node.internal_strong_refs, node.refs.size(), node.tmp_refs + 1);
    if (!node.refs.empty()) Print(" proc");
    for (const RefId ref : node.refs) {
      Print(" {}", driver_.procs[driver_.refs[ref].proc].pid);
    }
    Print("\n");
    if (!node.proc) return;
    for (const Work& work : node.async_todo) {
      PrintWork(node.proc, "    ", "    pending async transaction", work);
    }
  }

  // DBG-17.
  void Ref(RefId id) {
    const auto& ref = driver_.refs[id];
    const auto& node = driver_.nodes[ref.node];
    Print("  ref {}: desc {} {}node {} s {} w {} d {:016x}\n", ref.debug_id,
          ref.desc, node.proc ? "" : "dead ", node.debug_id, ref.strong,
          ref.weak, Token(ref.death));
  }

  // DBG-18.
  void PrintBuffer(const Proc& proc, BufferId id) {
    const Buffer& buffer = proc.alloc[id];
    Print("  buffer {}: {:016x} size {}:{}:{} {}\n", buffer.debug_id,
          proc.mapping + buffer.offset, buffer.data_size, buffer.offsets_size,
          buffer.extra_buffers_size,
          buffer.transaction ? "active" : "delivered");
  }

  const Driver& driver_;
  std::string text_;
};

}  // namespace

void HoldPrintedNodes(sim::Env& env, Driver& driver, bool all, uint32_t pid) {
  for (const ProcId id : NewestFirst(driver.proc_list)) {
    const Proc& proc = driver.procs[id];
    if (pid != 0 && proc.pid != pid) continue;
    const auto nodes = proc.nodes;
    for (const auto& [ptr, node] : nodes) {
      if (!all && !driver.nodes[node].has_async_transaction) continue;
      if (driver.DecNode(env, node, false, true)) driver.FreeNode(env, node);
    }
  }
}

std::string StateFile(const Driver& driver) {
  Printer printer(driver);
  printer.Print("binder state:\n");
  printer.DeadNodes();
  printer.ForEachProc(
      [&](ProcId id, const Proc&) { printer.Process(id, true); });
  return printer.Take();
}

std::string TransactionsFile(const Driver& driver) {
  Printer printer(driver);
  printer.Print("binder transactions:\n");
  printer.ForEachProc(
      [&](ProcId id, const Proc&) { printer.Process(id, false); });
  return printer.Take();
}

std::string StatsFile(const Driver& driver) {
  Printer printer(driver);
  printer.Print("binder stats:\n");
  printer.PrintCounters("", driver.statistics->counters);
  printer.Objects();
  printer.ForEachProc(
      [&](ProcId id, const Proc& proc) { printer.ProcessStats(id, proc); });
  return printer.Take();
}

std::string ProcFile(const Driver& driver, uint32_t pid) {
  Printer printer(driver);
  printer.ForEachProc([&](ProcId id, const Proc& proc) {
    if (proc.pid != pid) return;
    printer.Print("binder proc state:\n");
    printer.Process(id, true);
  });
  return printer.Take();
}

std::string TransactionLogFile(const Driver& driver) {
  Printer printer(driver);
  printer.Log(*driver.statistics->log);
  return printer.Take();
}

std::string FailedTransactionLogFile(const Driver& driver) {
  Printer printer(driver);
  printer.Log(*driver.statistics->failed_log);
  return printer.Take();
}

}  // namespace bindersim::driver
