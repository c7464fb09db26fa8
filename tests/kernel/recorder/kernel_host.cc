// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/recorder/kernel_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/android/binder.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <new>
#include <sstream>
#include <thread>
#include <utility>

#include "sim/check.h"
#include "tests/kernel/recorder/proc_files.h"

namespace bindersim::recorder {

namespace {

using script::SystemCall;

constexpr char kDebugFolder[] = "/sys/kernel/debug/binder/";
// Between the mapped areas of two processes, and of one.
constexpr uint64_t kApart = uint64_t{1} << 40;
constexpr uint64_t kPage = 4096;
constexpr auto kPatience = std::chrono::seconds(8);
// Longer than the kernel delays the last close of a file (one jiffy).
constexpr auto kJiffies = std::chrono::milliseconds(10);

void SetPriority(pid_t tid, int priority) {
  sched_param parameter{};
  parameter.sched_priority = priority;
  const int policy = priority == 0 ? SCHED_OTHER : SCHED_FIFO;
  SIM_CHECK(sched_setscheduler(tid, policy, &parameter) == 0)
      << "errno " << errno;
}

int PriorityOf(Schedule schedule, size_t thread) {
  constexpr int kMiddle = 50;
  const int index = static_cast<int>(thread);
  switch (schedule) {
    case Schedule::kInOrder:
      return kMiddle;
    case Schedule::kLaterFirst:
      return kMiddle - 40 + index;
    case Schedule::kEarlierFirst:
      return kMiddle + 40 - index;
    case Schedule::kTimeShared:
      break;
  }
  return 0;
}

// What the threads of a process are started with.
struct ThreadStart {
  SharedMemory* shared;
  Mailbox* mailbox;
};

void* RunThread(void* argument) {
  const auto* start = static_cast<ThreadStart*>(argument);
  Serve(*start->shared, *start->mailbox);
}

// Takes a debug id, with a call that has no target, and returns it.
uint64_t TakeDebugId(const std::string& device) {
  const int file = open(("/dev/" + device).c_str(), O_RDWR | O_CLOEXEC);
  SIM_CHECK(file >= 0) << device << ": errno " << errno;
  struct __attribute__((packed)) {
    uint32_t command = BC_TRANSACTION;
    binder_transaction_data data{};
  } write;
  write.data.target.handle = ~uint32_t{0};
  binder_write_read bwr{};
  bwr.write_size = sizeof(write);
  bwr.write_buffer = reinterpret_cast<binder_uintptr_t>(&write);
  ioctl(file, BINDER_WRITE_READ, &bwr);
  binder_extended_error error{};
  ioctl(file, BINDER_GET_EXTENDED_ERROR, &error);
  close(file);
  return error.id;
}

// The counts of objects that exist, in the text of the debug file.
std::vector<std::string> ActiveObjects(const std::string& statistics) {
  std::vector<std::string> active;
  std::istringstream lines(statistics);
  for (std::string line; std::getline(lines, line);) {
    const size_t total = line.find(" total ");
    if (total == std::string::npos) continue;
    const std::string kind = line.substr(0, total);
    if (!kind.ends_with(" 0")) active.push_back(kind);
  }
  return active;
}

void Replace(std::string& text, const std::string& what,
             const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

class KernelHost::ProcessMemory : public script::Memory {
 public:
  ProcessMemory(pid_t pid, Mailbox& servant) : pid_(pid), servant_(servant) {}

  uint64_t Map(uint64_t size) override {
    Call call;
    call.kind = Call::Kind::kMap;
    call.arguments[0] = size;
    Post(servant_, call);
    const int64_t address = Take(servant_);
    SIM_CHECK(address > 0) << "no memory: errno " << -address;
    sizes_[static_cast<uint64_t>(address)] = size;
    return static_cast<uint64_t>(address);
  }
  void Unmap(uint64_t address) override {
    const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    Call call;
    call.number = SYS_munmap;
    call.arguments[0] = address;
    // With the unreadable page behind it.
    call.arguments[1] = (sizes_[address] + page - 1) / page * page + page;
    Post(servant_, call);
    Take(servant_);
    sizes_.erase(address);
  }
  bool Read(uint64_t address, std::span<std::byte> into) const override {
    iovec here{into.data(), into.size()};
    iovec there{reinterpret_cast<void*>(address), into.size()};
    return process_vm_readv(pid_, &here, 1, &there, 1, 0) ==
           static_cast<ssize_t>(into.size());
  }
  bool Write(uint64_t address, std::span<const std::byte> bytes) override {
    iovec here{const_cast<std::byte*>(bytes.data()), bytes.size()};
    iovec there{reinterpret_cast<void*>(address), bytes.size()};
    return process_vm_writev(pid_, &here, 1, &there, 1, 0) ==
           static_cast<ssize_t>(bytes.size());
  }

 private:
  pid_t pid_;
  Mailbox& servant_;
  std::map<uint64_t, uint64_t> sizes_;  // of what was mapped
};

KernelHost::KernelHost(const script::Script& script, Devices devices,
                       Schedule schedule)
    : script_(script),
      devices_(std::move(devices)),
      schedule_(schedule),
      exited_(script.threads.size()) {
  void* const memory =
      mmap(nullptr, sizeof(SharedMemory), PROT_READ | PROT_WRITE,
           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SIM_CHECK(memory != MAP_FAILED);
  shared_ = new (memory) SharedMemory;
  Measure();
  for (size_t i = 0; i < script_.processes.size(); ++i) StartProcess(i);
}

KernelHost::~KernelHost() { munmap(shared_, sizeof(SharedMemory)); }

void KernelHost::Measure() {
  first_debug_id_ = TakeDebugId(devices_.names[0]);
  Settle(0);
  first_statistics_ = ReadFile(std::string(kDebugFolder) + "stats");
}

void KernelHost::StartProcess(size_t process) {
  const pid_t pid = fork();
  SIM_CHECK(pid >= 0) << "fork: errno " << errno;
  if (pid == 0) RunProcess(process);
  pids_.push_back(pid);
  alive_.push_back(true);
  next_area_.push_back((process + 1) * kApart);
  Mailbox& servant = shared_->servants[process];
  memories_.push_back(std::make_unique<ProcessMemory>(pid, servant));
  // A call that does nothing: afterwards all of its threads are there.
  Call call;
  call.kind = Call::Kind::kSleep;
  Post(servant, call);
  Take(servant);
  for (size_t i = 0; i < script_.threads.size(); ++i) {
    if (script_.threads[i].process != process) continue;
    SetPriority(static_cast<pid_t>(tid(i)), PriorityOf(schedule_, i));
  }
  constexpr int kServants = 95;
  SetPriority(pid, kServants);
}

// The life of a new process.
void KernelHost::RunProcess(size_t process) {
  close_range(0, ~0U, 0);  // descriptors begin at 0
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  const uid_t uid = script_.processes[process].uid;
  if (setgroups(0, nullptr) != 0 || setresgid(uid, uid, uid) != 0 ||
      setresuid(uid, uid, uid) != 0) {
    std::abort();
  }
  for (size_t i = 0; i < script_.threads.size(); ++i) {
    if (script_.threads[i].process != process) continue;
    auto* const start = new ThreadStart{shared_, &shared_->threads[i]};
    pthread_t thread;
    if (pthread_create(&thread, nullptr, RunThread, start) != 0) std::abort();
    while (start->mailbox->tid == 0) std::this_thread::yield();
  }
  Serve(*shared_, shared_->servants[process]);
}

script::Memory& KernelHost::memory(size_t process) {
  return *memories_[process];
}

uint32_t KernelHost::pid(size_t process) const {
  return static_cast<uint32_t>(pids_[process]);
}

uint32_t KernelHost::tid(size_t thread) const {
  return shared_->threads[thread].tid;
}

bool KernelHost::ProcessAlive(size_t process) const { return alive_[process]; }

bool KernelHost::ThreadAlive(size_t thread) const {
  return alive_[script_.threads[thread].process] && !exited_[thread];
}

void KernelHost::Issue(size_t thread, const SystemCall& call) {
  using Kind = SystemCall::Kind;
  Call posted;
  auto& a = posted.arguments;
  const auto descriptor = static_cast<uint64_t>(call.descriptor);
  switch (call.kind) {
    case Kind::kOpen: {
      const auto device = static_cast<uint8_t>(call.device);
      posted.number = SYS_openat;
      const std::string path = "/dev/" + devices_.names[device];
      path.copy(posted.path, sizeof(posted.path) - 1);
      a[0] = static_cast<uint64_t>(AT_FDCWD);
      a[2] = O_RDWR | O_CLOEXEC | (call.nonblocking ? O_NONBLOCK : 0);
      break;
    }
    case Kind::kMmap:
      posted.number = SYS_mmap;
      a[0] = next_area_[script_.threads[thread].process];
      a[1] = call.length;
      a[2] = static_cast<uint64_t>(call.protection);
      a[3] = static_cast<uint64_t>(call.flags);
      a[4] = descriptor;
      a[5] = call.offset;
      if (call.length < kApart) {
        next_area_[script_.threads[thread].process] +=
            (call.length + 2 * kPage - 1) / kPage * kPage;
      }
      break;
    case Kind::kMunmap:
      posted.number = SYS_munmap;
      a[0] = call.address;
      a[1] = call.length;
      deferred_work_ = true;
      break;
    case Kind::kClose:
      posted.number = SYS_close;
      a[0] = descriptor;
      deferred_work_ = true;
      break;
    case Kind::kMkfd:
      posted.kind = Call::Kind::kMkfd;
      call.identity.copy(posted.identity, sizeof(posted.identity) - 1);
      break;
    case Kind::kIoctl:
      posted.number = SYS_ioctl;
      a[0] = descriptor;
      a[1] = call.request;
      a[2] = call.address;
      // It may have to wait for a grace period of RCU.
      if (call.request == BINDER_THREAD_EXIT) deferred_work_ = true;
      break;
    case Kind::kPoll:
      posted.kind = Call::Kind::kPoll;
      a[0] = descriptor;
      a[1] = static_cast<uint64_t>(call.milliseconds);
      break;
    case Kind::kSleep:
      posted.kind = Call::Kind::kSleep;
      a[0] = static_cast<uint64_t>(call.milliseconds);
      break;
    case Kind::kExit:
      posted.kind = Call::Kind::kExit;
      exited_[thread] = true;
      break;
  }
  Post(shared_->threads[thread], posted);
}

void KernelHost::Kill(size_t process) {
  kill(pids_[process], SIGKILL);
  waitpid(pids_[process], nullptr, 0);
  alive_[process] = false;
  deferred_work_ = true;
}

void KernelHost::Signal(size_t thread) {
  syscall(SYS_tgkill, pids_[script_.threads[thread].process], tid(thread),
          SIGUSR1);
}

// A thread that has a call runs no more until something wakes it.
bool KernelHost::AllAtRest() const {
  for (size_t i = 0; i < exited_.size(); ++i) {
    if (i >= script_.threads.size() || shared_->threads[i].tid == 0) continue;
    const size_t process = script_.threads[i].process;
    if (!alive_[process] || exited_[i]) continue;
    if (shared_->threads[i].state != Mailbox::kIssued) continue;
    if (StateOf(pids_[process], tid(i)) != 'S') return false;
  }
  return true;
}

std::string KernelHost::Settle(int64_t milliseconds) {
  using Clock = std::chrono::steady_clock;  // tidy: allow(clock) of a machine
  if (milliseconds > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }
  const auto end = Clock::now() + kPatience;
  for (int quiet = 0; quiet < 2;) {
    if (Clock::now() > end) return "does not come to rest";
    if (deferred_work_) std::this_thread::sleep_for(kJiffies);
    std::this_thread::yield();
    const bool rest = RunnableThreads() == 1 && AllAtRest() &&
                      (!deferred_work_ || !KernelWorks());
    if (!rest) {
      quiet = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } else {
      // Twice in a row, since work may have begun after the first look.
      quiet += deferred_work_ ? 1 : 2;
    }
  }
  deferred_work_ = false;
  return "";
}

std::vector<script::Host::Completion> KernelHost::TakeCompletions() {
  std::vector<std::pair<uint32_t, Completion>> done;
  for (size_t i = 0; i < exited_.size(); ++i) {
    Mailbox& mailbox = shared_->threads[i];
    if (mailbox.state != Mailbox::kDone) continue;
    mailbox.state = Mailbox::kIdle;
    if (!alive_[script_.threads[i].process]) continue;
    done.push_back({mailbox.order, {i, mailbox.result}});
  }
  std::ranges::sort(done, {}, [](const auto& entry) { return entry.first; });
  std::vector<Completion> completions;
  for (const auto& [order, completion] : done)
    completions.push_back(completion);
  return completions;
}

std::string KernelHost::FileName(size_t process, int32_t descriptor) const {
  return FileIdentity(pids_[process], descriptor);
}

std::vector<std::string> KernelHost::FileNames(size_t process) const {
  std::vector<std::string> names;
  for (const int32_t descriptor : Descriptors(pids_[process])) {
    const std::string name = FileName(process, descriptor);
    if (name != "open" && name != "closed") names.push_back(name);
  }
  return names;
}

std::string KernelHost::DebugFile(const std::string& name, size_t process) {
  std::string path = kDebugFolder + name;
  if (name == "proc") path += fmt::format("/{}", pids_[process]);
  std::string text = ReadFile(path);
  for (uint8_t i = 0; i < 3; ++i) {
    const char* const as = driver::ContextName(static_cast<driver::Device>(i));
    for (const char end : {' ', '\n'}) {
      Replace(text, "context " + devices_.names[i] + end,
              fmt::format("context {}{}", as, end));
    }
  }
  return text;
}

bool KernelHost::Finish() {
  for (size_t i = 0; i < pids_.size(); ++i) {
    if (alive_[i]) Kill(i);
  }
  Settle(0);
  return ActiveObjects(ReadFile(std::string(kDebugFolder) + "stats")) !=
         ActiveObjects(first_statistics_);
}

}  // namespace bindersim::recorder
