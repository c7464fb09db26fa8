// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A kernel script: raw system calls of several processes in lockstep. The same
// script can be run against the real driver, and its recorded result compared.
// tests/kernel/README.md describes the file format.

#ifndef BINDERSIM_MODEL_SCRIPT_SCRIPT_H_
#define BINDERSIM_MODEL_SCRIPT_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/driver/device.h"

namespace bindersim::script {

// A number that may depend on what has been received so far.
struct Value {
  enum class Kind : uint8_t {
    kNumber,
    kReceived,  // object `object` (or the buffer) of what `text` got as `nth`
    kMapping,   // `number` bytes into the mapping of the file `text`
    kLabel,     // the descriptor called `text`
  };
  Kind kind = Kind::kNumber;
  uint64_t number = 0;  // kReceived as a buffer: added to its address
  std::string text;
  int64_t nth = 0;  // negative: from the last, which is -1
  uint64_t object = 0;

  static Value Number(uint64_t number) {
    Value value;
    value.number = number;
    return value;
  }
  static Value Label(std::string label) {
    Value value;
    value.kind = Kind::kLabel;
    value.text = std::move(label);
    return value;
  }
};

// A part of a transaction's data.
struct Item {
  enum class Kind : uint8_t {
    kBytes,
    kDescriptor,  // the number of a descriptor, as 32 bits
    kObject,
  };
  Kind kind = Kind::kBytes;
  std::optional<uint64_t> at;  // where it begins, if not right behind
  std::string bytes;           // kBytes; kObject: if `raw`, behind the type
  Value value;                 // kDescriptor; kObject: ptr, handle or fd

  // kObject
  uint32_t type = 0;  // BINDER_TYPE_
  bool raw = false;
  Value cookie;
  uint32_t flags = 0;
  bool unaligned = false;     // not moved to a multiple of 8
  bool in_offsets = true;     // listed in the offsets array
  std::vector<Item> content;  // PTR
  std::optional<uint64_t> length;
  std::optional<uint64_t> buffer;
  uint64_t num_fds = 0;  // FDA
  uint64_t parent = 0;
  uint64_t parent_offset = 0;
};

// A BC_ command in a write buffer.
struct Command {
  enum class Kind : uint8_t {
    kBytes,        // as they are
    kTransaction,  // BC_TRANSACTION, BC_REPLY and their _SG forms
    kFreeBuffer,
    kReference,       // a handle follows
    kReferenceDone,   // ptr, cookie
    kDeath,           // handle, cookie
    kDeadBinderDone,  // cookie
    kAttemptAcquire,  // priority, handle
    kAcquireResult,   // value
    kNoArgument,
  };
  Kind kind = Kind::kNoArgument;
  uint32_t word = 0;
  std::string bytes;
  Value handle;
  Value ptr;
  Value cookie;
  Value buffer;
  uint32_t code = 0;
  uint32_t flags = 0;
  uint32_t value = 0;
  std::vector<Item> data;
  // What replaces the natural values.
  std::optional<std::vector<uint64_t>> offsets;
  std::optional<uint64_t> data_size;
  std::optional<uint64_t> offsets_size;
  std::optional<uint64_t> buffers_size;
  std::optional<uint64_t> data_ptr;
  std::optional<uint64_t> offsets_ptr;
};

enum class Op : uint8_t {
  kOpen,
  kMmap,
  kMunmap,
  kClose,
  kMkfd,
  kSetMaxThreads,
  kSetContextMgr,
  kSetContextMgrExt,
  kVersion,
  kThreadExit,
  kExitThread,
  kWr,
  kPoll,
  kFreeze,
  kGetFrozenInfo,
  kOnewaySpamDetection,
  kGetNodeInfoForRef,
  kGetNodeDebugInfo,
  kGetExtendedError,
  kIoctl,
  kThreadSleep,
  // Not done by a thread:
  kKill,
  kSignal,
  kSleepMs,
  kFds,
  kDump,
};

struct Step {
  Op op = Op::kVersion;
  size_t thread = 0;   // who does it; kSignal: who is signalled
  size_t process = 0;  // kKill, kFds, kDump of a proc
  Value fd;
  driver::Device device = driver::Device::kBinder;
  bool nonblocking = false;
  // kMmap
  uint64_t size = 0;
  int32_t protection = 0;  // PROT_
  int32_t map_flags = 0;   // MAP_
  // kMmap: in the file; kMunmap: in the mapping
  uint64_t offset = 0;
  std::optional<uint64_t> length;  // kMunmap, if not all of the mapping
  int64_t number = 0;              // the operation's one number, times in ms
  int64_t timeout_ms = 0;
  uint32_t command = 0;  // kIoctl
  std::string bytes;     // kIoctl: the argument
  Value handle;
  Value ptr;
  Value cookie;
  uint32_t flags = 0;
  uint32_t type = 0;
  uint32_t strong_count = 0;
  uint32_t weak_count = 0;
  uint32_t reserved = 0;
  std::optional<size_t> target_process;  // kFreeze, kGetFrozenInfo
  std::string dump;

  // kWr
  std::vector<Command> write;
  uint64_t read_size = 0;
  uint64_t read_consumed = 0;
  uint64_t write_consumed = 0;
  uint64_t write_cut = 0;
  std::optional<uint64_t> write_size;
  std::optional<uint64_t> write_ptr;
  std::optional<uint64_t> read_ptr;

  bool ByThread() const { return op < Op::kKill; }
};

struct Process {
  std::string name;
  uint32_t uid = 0;
};

struct Thread {
  std::string name;  // process.thread
  size_t process = 0;
};

struct Script {
  std::string name;
  std::string doc;
  driver::Device device = driver::Device::kBinder;
  std::vector<Process> processes;
  std::vector<Thread> threads;  // in the order of declaration
  std::vector<Step> steps;
};

// Parses one line of a script file. Errors name the step and the field.
absl::StatusOr<Script> ParseScript(const std::string& text);

// The name of the script, as far as one can be made out; "" if not.
std::string NameOf(const std::string& text);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_SCRIPT_H_
