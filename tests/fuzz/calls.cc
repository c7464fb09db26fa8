// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/calls.h"

#include <linux/android/binder.h>
#include <sys/mman.h>

#include <vector>

#include "fmt/format.h"
#include "model/driver/invariants.h"
#include "sim/slot_map.h"
#include "tests/fuzz/arena.h"
#include "tests/fuzz/commands.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/system.h"

namespace bindersim::fuzz {

namespace {

using Call = script::SystemCall;

constexpr size_t kMostCalls = 200;
constexpr uint64_t kLargestMapping = uint64_t{4} << 20;

Call CallTo(Call::Kind kind) {
  Call call;
  call.kind = kind;
  return call;
}

class Interpreter {
 public:
  Interpreter(Input& input, System& system) : input_(input), system_(system) {}

  // Everybody opens and maps the driver; process 0 is the context manager.
  void Prepare() {
    for (size_t process = 0; process < kProcesses; ++process) {
      const size_t thread = process * kThreadsEach;
      Do(thread, CallTo(Call::Kind::kOpen));
      Call map = CallTo(Call::Kind::kMmap);
      map.descriptor = 0;
      map.length = 64 << 10;
      Do(thread, map);
      if (process == 0) {
        Call manage = CallTo(Call::Kind::kIoctl);
        manage.descriptor = 0;
        manage.request = BINDER_SET_CONTEXT_MGR;
        Do(thread, manage);
      }
      Call most = CallTo(Call::Kind::kIoctl);
      most.descriptor = 0;
      most.request = BINDER_SET_MAX_THREADS;
      most.address = ArenaOf(thread).PutValue(uint32_t{2});
      Do(thread, most);
    }
  }

  // One thing that happens, then some time.
  void Step() {
    const uint32_t what = input_.Byte();
    const size_t thread = input_.Below(kThreads);
    const size_t process = thread / kThreadsEach;
    switch (what % 32) {
      case 30:
        system_.Kill(process);
        break;
      case 31:
        system_.Start(process);
        break;
      case 29:
        system_.Signal(thread);
        break;
      default:
        if (system_.IsIdle(thread)) Issue(thread, what % 32);
        break;
    }
    // Often nothing, so that calls of several threads overlap.
    constexpr int64_t kTimes[] = {0, 0, -1, 500, 5'000, -1, 50'000, 1'000};
    system_.Run(sim::Duration{kTimes[input_.Below(8)]});
  }

 private:
  Arena ArenaOf(size_t thread) {
    return Arena(system_.memory(thread / kThreadsEach), system_.arena(thread),
                 kArenaSize);
  }

  void Do(size_t thread, const Call& call) {
    system_.Issue(thread, call);
    system_.Run(sim::Duration{-1});
  }

  void Issue(size_t thread, uint32_t what) {
    const size_t process = thread / kThreadsEach;
    Arena arena = ArenaOf(thread);
    Call call;
    call.descriptor = static_cast<int32_t>(input_.Below(8) == 7) +
                      static_cast<int32_t>(input_.Below(32) == 31) * 5;
    switch (what) {
      case 17:
        call.kind = Call::Kind::kMkfd;
        break;
      case 18:
        call.kind = Call::Kind::kOpen;
        call.device = input_.Below(8) == 7 ? driver::Device::kHwBinder
                                           : driver::Device::kBinder;
        call.nonblocking = input_.Below(4) == 3;
        break;
      case 19:
        call.kind = Call::Kind::kMmap;
        call.length =
            input_.OneOf<uint64_t>({4096, 8192, 65536, 1 << 20, 100, 0});
        if (input_.Below(8) == 7) call.protection = PROT_WRITE;
        break;
      case 20:
        call.kind = Call::Kind::kMunmap;
        call.address = Mapping(process);
        call.length = kLargestMapping;
        break;
      case 21:
        call.kind = Call::Kind::kClose;
        break;
      case 22:
      case 23:
        call.kind = Call::Kind::kPoll;
        call.milliseconds = input_.OneOf<int64_t>({0, 1, 100, -1});
        break;
      case 24:
        call.kind = Call::Kind::kExit;
        break;
      case 25:
      case 26:
      case 27:
      case 28:
        Small(call, arena);
        break;
      default:
        WriteRead(thread, call, arena);
        break;
    }
    system_.Issue(thread, call);
  }

  uint64_t Mapping(size_t process) {
    const auto& known = system_.mappings(process);
    const uint32_t index = input_.Below(3);
    return index < known.size() ? known[index] : 0x30;
  }

  // Any ioctl but the large one.
  void Small(Call& call, Arena& arena) {
    call.kind = Call::Kind::kIoctl;
    call.request = input_.OneOf<uint32_t>(
        {BINDER_SET_MAX_THREADS, BINDER_SET_CONTEXT_MGR,
         BINDER_SET_CONTEXT_MGR_EXT, BINDER_THREAD_EXIT, BINDER_VERSION,
         BINDER_GET_NODE_DEBUG_INFO, BINDER_GET_NODE_INFO_FOR_REF,
         BINDER_FREEZE, BINDER_FREEZE, BINDER_GET_FROZEN_INFO,
         BINDER_ENABLE_ONEWAY_SPAM_DETECTION, BINDER_GET_EXTENDED_ERROR, 0});
    switch (call.request) {
      case BINDER_FREEZE: {
        binder_freeze_info info{};
        info.pid = system_.pid(input_.Below(kProcesses));
        info.enable = input_.Below(4) == 3 ? 0 : 1;
        info.timeout_ms = input_.OneOf<uint32_t>({0, 1, 100});
        call.address = arena.PutValue(info);
        break;
      }
      case BINDER_GET_FROZEN_INFO: {
        binder_frozen_status_info info{};
        info.pid = system_.pid(input_.Below(kProcesses));
        call.address = arena.PutValue(info);
        break;
      }
      case BINDER_SET_CONTEXT_MGR_EXT: {
        flat_binder_object object{};
        object.binder = object.cookie = 0x1000 + 16 * input_.Below(4);
        object.flags = FLAT_BINDER_FLAG_TXN_SECURITY_CTX * input_.Below(2);
        call.address = arena.PutValue(object);
        break;
      }
      case BINDER_GET_NODE_INFO_FOR_REF: {
        binder_node_info_for_ref info{};
        info.handle = input_.Below(4);
        call.address = arena.PutValue(info);
        break;
      }
      default:
        call.address = arena.PutValue(uint64_t{input_.Below(4)});
        break;
    }
    if (input_.Below(16) == 15) call.address = 0x40;
  }

  void WriteRead(size_t thread, Call& call, Arena& arena) {
    call.kind = Call::Kind::kIoctl;
    call.request = BINDER_WRITE_READ;
    std::vector<std::byte> commands;
    const uint32_t count = input_.Below(4);
    for (uint32_t i = 0; i < count; ++i) {
      AppendCommand(input_, system_.received(thread / kThreadsEach), arena,
                    commands);
    }
    if (input_.Below(16) == 15) {  // cut short
      commands.resize(commands.size() - commands.size() / 8);
    }
    binder_write_read bwr{};
    bwr.write_size = commands.size();
    bwr.write_buffer = arena.Put(commands);
    bwr.read_size =
        input_.OneOf<uint64_t>({256, 256, 0, 0, 256, 80, 72, 4, 1, 120});
    bwr.read_buffer =
        input_.Below(32) == 31 ? 0x50 : arena.Take(bwr.read_size + 64);
    bwr.read_consumed = input_.Below(16) == 15 ? 4 : 0;
    call.address = input_.Below(64) == 63 ? 0x60 : arena.PutValue(bwr);
    if (bwr.read_size > 0) {
      system_.ExpectReturns(thread, bwr.read_buffer, call.address);
    }
  }

  Input& input_;
  System& system_;
};

}  // namespace

std::string RunInput(std::span<const uint8_t> bytes) {
  Input input(bytes);
  const uint32_t cpus = 1 + input.Below(3);
  const uint32_t schedule = input.Byte();
  try {
    System system(cpus, schedule);
    Interpreter interpreter(input, system);
    if (input.Below(8) != 7) interpreter.Prepare();
    for (size_t i = 0; i < kMostCalls && !input.empty(); ++i) {
      interpreter.Step();
    }
    const std::string left = system.Finish();
    return left.empty() ? "" : "left over:" + left;
  } catch (const driver::InvariantViolated& violated) {
    return violated.text;
  } catch (const sim::StaleId& stale) {
    return stale.text;
  }
}

}  // namespace bindersim::fuzz
