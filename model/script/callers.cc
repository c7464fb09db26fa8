// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/callers.h"

#include <sys/mman.h>

#include <cerrno>
#include <chrono>
#include <tuple>
#include <utility>

#include "model/driver/system_calls.h"

namespace bindersim::script {

namespace {

// A thread: one system call after the other.
struct Caller {
  static constexpr char kName[] = "caller";
  static constexpr bool kUserMode = true;
  enum class Section : uint8_t { kIdle, kAwake, kReturned };
  uint32_t number = 0;
  Section section = Section::kIdle;

  auto Fields() const { return std::tie(number, section); }
  bool operator==(const Caller&) const = default;

  sim::Step Run(sim::Env& env) {
    auto& callers = env.Get<Callers>();
    const SystemCall* call = callers.CallOf(number);
    switch (section) {
      case Section::kIdle:
        env.machine.ClearSignal(env.self);  // the handler is empty
        if (call != nullptr) {
          section = Section::kReturned;
          return callers.Begin(env, *call);
        }
        env.machine.PrepareToWait(env.self, true, "next call");
        section = Section::kAwake;
        return sim::Step::Sleep();
      case Section::kAwake:
        env.machine.FinishWait(env.self);
        section = Section::kIdle;
        return sim::Step::Again();
      case Section::kReturned:
        break;
    }
    const bool exits = call->kind == SystemCall::Kind::kExit;
    callers.End(number, exits ? 0 : env.result());
    section = Section::kIdle;
    return exits ? sim::Step::Exit() : sim::Step::Again();
  }
};

// A pause outside the driver.
struct Pause {
  static constexpr char kName[] = "pause";
  sim::Duration time{};
  bool over = false;
  int64_t outcome = 0;

  auto Fields() const { return std::tie(time, over, outcome); }
  bool operator==(const Pause&) const = default;

  sim::Step Run(sim::Env& env) {
    if (over) return sim::Step::Done(outcome);
    over = true;
    env.machine.PrepareToWait(env.self, true, "pause");
    return sim::Step::SleepFor(time);
  }
};

}  // namespace

void Callers::Start(sim::Env& env, uint32_t number, os::ProcessId process,
                    const std::string& name) {
  if (threads_.size() <= number) threads_.resize(number + 1);
  threads_[number] = {
      env.Get<os::Kernel>().StartThread(
          env, process, 0, record::ThreadRole::kWorker, name, Caller{number}),
      {}};
}

const SystemCall* Callers::CallOf(size_t number) const {
  const auto& call = threads_[number].call;
  return call ? &*call : nullptr;
}

void Callers::Issue(sim::Env& env, size_t number, const SystemCall& call) {
  threads_[number].call = call;
  env.machine.Wake(env, threads_[number].id);
}

std::vector<Host::Completion> Callers::TakeCompletions() {
  return std::exchange(completions_, {});
}

sim::Step Callers::Begin(sim::Env& env, const SystemCall& call) {
  const auto time = std::chrono::milliseconds(call.milliseconds);
  switch (call.kind) {
    case SystemCall::Kind::kOpen:
      return driver::Open(env, call.device, call.nonblocking);
    case SystemCall::Kind::kMmap:
      if (call.offset % os::kPageSize != 0) {
        return env.Call(Pause{{}, true, -EINVAL});
      }
      return driver::Mmap(env, call.descriptor, call.length,
                          (call.protection & PROT_WRITE) != 0);
    case SystemCall::Kind::kMunmap:
      return driver::Munmap(env, call.address, call.length);
    case SystemCall::Kind::kClose:
      return driver::Close(env, call.descriptor);
    case SystemCall::Kind::kMkfd: {
      auto& kernel = env.Get<os::Kernel>();
      identities_.push_back(call.identity);
      const os::FileId file = kernel.AddFile(
          {os::File::Kind::kOrdinary, false, 1, identities_.size() - 1});
      return env.Call(Pause{
          {}, true, kernel.Install(env, kernel.ProcessOf(env.self), file)});
    }
    case SystemCall::Kind::kIoctl:
      return driver::Ioctl(env, call.descriptor, call.request, call.address);
    case SystemCall::Kind::kPoll:
      return driver::Poll(env, call.descriptor,
                          time.count() < 0 ? sim::Duration{-1} : time);
    case SystemCall::Kind::kSleep:
      return env.Call(Pause{time});
    case SystemCall::Kind::kExit:
      break;
  }
  return sim::Step::Again();
}

void Callers::End(size_t number, int64_t result) {
  threads_[number].call.reset();
  completions_.push_back({number, result});
}

}  // namespace bindersim::script
