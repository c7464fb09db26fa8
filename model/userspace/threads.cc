// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/threads.h"

#include <algorithm>
#include <utility>

#include "model/userspace/calls_under_way.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/process_state.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"
#include "model/userspace/service_client.h"
#include "model/userspace/service_manager.h"

namespace bindersim::userspace {

namespace {

constexpr char kMainName[] = "main";

bool HasServices(const ProcessSetup& setup) {
  return std::ranges::any_of(setup.objects, &Object::is_service);
}

// The scenario's thread that the main thread is, or null.
const ThreadSetup* MainOf(const ProcessSetup& setup) {
  return !setup.threads.empty() && setup.threads[0].name == kMainName
             ? &setup.threads[0]
             : nullptr;
}

// Blocks until BeginTime or the end of registration wakes the thread.
sim::Step WaitForStart(sim::Env& env, const char* reason) {
  env.Get<Userspace>().Self(env).waiting = {UserWaiting::Kind::kStart, 0, true};
  env.machine.PrepareToWait(env.self, true, reason);
  return sim::Step::Sleep();
}

void WakeStarters(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  for (ProcessIndex i = 0; i < user.processes.size(); ++i) {
    for (auto [id, thread] : user.threads) {
      if (thread.process == i &&
          thread.waiting.kind == UserWaiting::Kind::kStart) {
        env.machine.Wake(env, thread.machine_thread);
      }
    }
  }
}

void FinishRegistration(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  if (--user.registering == 0) WakeStarters(env);
}

}  // namespace

bool HasThreads(const ProcessSetup& setup) {
  return setup.is_service_manager || !setup.threads.empty() ||
         !setup.objects.empty();
}

sim::Step MainThread::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  const ProcessSetup& setup = user.SetupOf(thread);
  switch (section) {
    case Section::kOpen:
      section = Section::kStartPool;
      MakeLocalObjects(env);
      return env.Call(OpenDriver{});
    case Section::kStartPool:
      section = Section::kWaitForTime;
      if (setup.thread_pool) StartThreadPool(env);
      return sim::Step::Again();
    case Section::kWaitForTime:
      if (!user.is_up) return WaitForStart(env, "start of time");
      env.machine.FinishWait(env.self);
      thread.waiting = {};
      section = Section::kRegister;
      return sim::Step::Again();
    case Section::kRegister:
      return RegisterNext(env);
    case Section::kRegistered:
      if (setup.at == sim::Duration{} && HasServices(setup)) {
        FinishRegistration(env);
      }
      section = Section::kWaitForOthers;
      return sim::Step::Again();
    case Section::kWaitForOthers:
      if (setup.at == sim::Duration{} && user.registering > 0) {
        return WaitForStart(env, "start of the services");
      }
      env.machine.FinishWait(env.self);
      thread.waiting = {};
      section = Section::kStartThreads;
      return sim::Step::Again();
    case Section::kStartThreads:
      section = Section::kProgram;
      StartThreads(env);
      return BeginProgram(env);
    case Section::kProgram: {
      section = Section::kEnd;
      const ThreadSetup* program = MainOf(setup);
      if (program == nullptr) return sim::Step::Again();
      return env.Call(RunBlock{program->body});
    }
    case Section::kEnd:
      return End(env);
  }
  return sim::Step::Again();
}

sim::Step MainThread::RegisterNext(sim::Env& env) {
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  Userspace& user = env.Get<Userspace>();
  const ProcessSetup& setup = user.SetupOf(user.Self(env));
  while (next_object < setup.objects.size()) {
    const ObjectIndex index = next_object++;
    if (!setup.objects[index].is_service) continue;
    return env.Call(ServiceManagerCall{
        kAddService, user.image->IndexOf(setup.objects[index].name),
        Binder::Local(index)});
  }
  section = Section::kRegistered;
  return sim::Step::Again();
}

void MainThread::StartThreads(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ProcessIndex process = user.Self(env).process;
  const ProcessSetup& setup = user.setup().processes[process];
  for (uint32_t i = 0; i < setup.threads.size(); ++i) {
    if (&setup.threads[i] == MainOf(setup)) continue;
    const sim::Time due = sim::SaturatingAdd(start, setup.threads[i].at);
    ++user.processes[process].unstarted;
    env.Changes(sim::Footprint::kTimers, sim::Footprint::kEvents);
    env.machine.ScheduleModelEvent(std::max(due, env.now()), kStartThreadEvent,
                                   ThreadToStart{process, i}.Pack());
  }
}

// Sleeps until the thread "main" is due.
sim::Step MainThread::BeginProgram(sim::Env& env) {
  const sim::Time begin = std::exchange(start, sim::kNever);
  Userspace& user = env.Get<Userspace>();
  const ThreadSetup* program = MainOf(user.SetupOf(user.Self(env)));
  if (program == nullptr) return sim::Step::Again();
  if (program->nice) env.machine.SetNice(env.self, *program->nice);
  const sim::Duration left = env.Until(sim::SaturatingAdd(begin, program->at));
  if (left == sim::Duration{}) return sim::Step::Again();
  return env.Call(UserSleep{{UserWaiting::Kind::kSleep, 0, true}, 0, left});
}

// With a pool the main thread is not needed any more. Without one it stays for
// as long as the process has objects to offer, or threads to come.
sim::Step MainThread::End(sim::Env& env) {
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  const ProcessSetup& setup = user.SetupOf(thread);
  thread.waiting = {};
  LooksAtThreads(env, setup.pid);
  if (!setup.thread_pool && (!setup.objects.empty() ||
                             user.processes[thread.process].unstarted > 0)) {
    thread.waiting = {UserWaiting::Kind::kMessages, 0, false};
    env.machine.PrepareToWait(env.self, true, "message queue");
    return sim::Step::Sleep();
  }
  return env.Call(ThreadDestructor{});
}

sim::Step ProgramThread::Run(sim::Env& env) {
  switch (section++) {
    case 0:
      return env.Call(RunBlock{body});
    case 1:
      PopActivation(env);
      return sim::Step::Again();
    default:
      return env.Call(ThreadDestructor{});
  }
}

void SpawnThread(sim::Env& env, const std::string& name, BlockIndex body) {
  Userspace& user = env.Get<Userspace>();
  const ProcessIndex process = user.Self(env).process;
  Touch(env, Shared::kThreads);
  const sim::ThreadId thread = user.StartThread(
      env, process, user.setup().processes[process].nice,
      record::ThreadRole::kWorker, user.UniqueName(process, name),
      ProgramThread{body}, user.costs.thread_spawn);
  const Activation activation = user.Self(env).activations.back();
  for (const Binder& argument : activation.arguments) IncStrong(env, argument);
  user.Of(thread).activations.back() = activation;
}

void OnStartThreadEvent(sim::Env& env, uint64_t argument) {
  Userspace& user = env.Get<Userspace>();
  const auto [process, index] = ThreadToStart::Unpack(argument);
  const ProcessSetup& setup = user.setup().processes[process];
  const ThreadSetup& spec = setup.threads[index];
  ChangesThreads(env, setup.pid);
  const os::Process* owner =
      env.Get<const os::Kernel>().Find(user.processes[process].id);
  if (owner == nullptr || owner->exiting) return;
  user.StartThread(
      env, process, spec.nice.value_or(setup.nice), record::ThreadRole::kWorker,
      user.UniqueName(process, spec.name), ProgramThread{spec.body});
  if (--user.processes[process].unstarted > 0) return;
  for (auto [id, thread] : user.threads) {  // it may end now
    if (thread.process == process &&
        thread.waiting.kind == UserWaiting::Kind::kMessages) {
      env.machine.Wake(env, thread.machine_thread);
    }
  }
}

void StartProcess(sim::Env& env, ProcessIndex process) {
  Userspace& user = env.Get<Userspace>();
  const ProcessSetup& setup = user.setup().processes[process];
  if (env.recorder.enabled()) {
    env.EmitAbout(0, record::ProcessStarted{
                         setup.pid, setup.uid, env.recorder.Intern(setup.name),
                         setup.language,
                         setup.is_service_manager ? 0 : setup.max_threads});
  }
  if (!HasThreads(setup)) return;
  ChangesThreads(env, setup.pid);
  os::Process kernel_process;
  kernel_process.name = setup.name;
  kernel_process.pid = setup.pid;
  kernel_process.uid = setup.uid;
  kernel_process.nice = setup.nice;
  kernel_process.security_context = "u:r:" + setup.group + ":s0";
  kernel_process.language = setup.language;
  user.processes[process].id =
      env.Get<os::Kernel>().AddProcess(std::move(kernel_process));
  const std::string name = user.UniqueName(process, kMainName);
  if (setup.is_service_manager) {
    user.StartThread(env, process, setup.nice, record::ThreadRole::kMain, name,
                     ServiceManagerMain{});
    return;
  }
  if (setup.at == sim::Duration{} && HasServices(setup)) ++user.registering;
  MainThread main;
  main.start = env.now();
  user.StartThread(env, process, setup.nice, record::ThreadRole::kMain, name,
                   main);
}

void BeginTime(sim::Env& env) {
  env.Get<Userspace>().is_up = true;
  WakeStarters(env);
}

void OnThreadExit(sim::Env& env, sim::ThreadId thread, bool last) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState* state = user.Find(thread);
  if (state == nullptr) return;
  const ProcessIndex index = state->process;
  const ProcessSetup& setup = user.setup().processes[index];
  // A process that dies while it registers holds nobody up.
  const MainThread* main = env.machine.thread(thread).stack.Find<MainThread>();
  const bool registering = main != nullptr &&
                           main->section <= MainThread::Section::kRegistered &&
                           setup.at == sim::Duration{} && HasServices(setup);
  user.Forget(thread);
  if (last) user.processes[index] = ProcessState{};
  if (registering) FinishRegistration(env);
}

sim::Step Programs::OnTransact(sim::Env& env, const Incoming& incoming) {
  Userspace& user = env.Get<Userspace>();
  const ProcessSetup& setup = user.SetupOf(user.Self(env));
  if (setup.is_service_manager) {
    return env.Call(ServiceManagerOnTransact{incoming});
  }
  if (incoming.object >= setup.objects.size()) {
    return env.Call(ServiceCallbackOnTransact{incoming});
  }
  return env.Call(BBinderTransact{incoming});
}

sim::Step Programs::OnBinderDied(sim::Env& env, const Recipient& recipient,
                                 ProxyId proxy) {
  if (recipient.service_manager) {
    return env.Call(ServiceManagerBinderDied{proxy});
  }
  return env.Call(RunBinderDied{recipient.action});
}

void Programs::OnLateAnswer(sim::Env& env, sim::Duration waited) {
  if (env.machine.untimed()) return;  // nothing takes long there
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const auto calls =
      CallsUnderWay(user, env.machine.thread(thread.machine_thread).stack);
  AddLateAnswer(user.slow_calls, {calls.front().method, user.NameOf(thread),
                                  user.SetupOf(thread).pid, thread.tid, waited,
                                  true, env.machine.stamp()});
}

}  // namespace bindersim::userspace
