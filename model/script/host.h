// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a kernel script runs on: processes with threads that make system calls
// as they are told, with either the simulated driver or a real kernel's below.

#ifndef BINDERSIM_MODEL_SCRIPT_HOST_H_
#define BINDERSIM_MODEL_SCRIPT_HOST_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/driver/device.h"

namespace bindersim::script {

// The memory of one process, as seen from outside.
class Memory {
 public:
  virtual ~Memory() = default;
  // Maps `size` writable bytes of zeros; returns their address.
  virtual uint64_t Map(uint64_t size) = 0;
  // Removes what Map returned.
  virtual void Unmap(uint64_t address) = 0;
  // Return false if part of the range is not mapped.
  virtual bool Read(uint64_t address, std::span<std::byte> into) const = 0;
  virtual bool Write(uint64_t address, std::span<const std::byte> bytes) = 0;

  // Typed forms for plain structs.
  template <class T>
  bool ReadValue(uint64_t address, T& value) const {
    return Read(address, std::as_writable_bytes(std::span(&value, 1)));
  }
  template <class T>
  bool WriteValue(uint64_t address, const T& value) {
    return Write(address, std::as_bytes(std::span(&value, 1)));
  }
};

// A system call with its arguments, all resolved.
struct SystemCall {
  enum class Kind : uint8_t {
    kOpen,    // device, nonblocking
    kMmap,    // descriptor, length, protection, flags, offset
    kMunmap,  // address, length
    kClose,   // descriptor
    kMkfd,    // identity: a new ordinary file
    kIoctl,   // descriptor, request, address
    kPoll,    // descriptor, milliseconds (negative: for ever)
    kSleep,   // milliseconds
    kExit,    // the thread ends
  };
  Kind kind = Kind::kSleep;
  driver::Device device = driver::Device::kBinder;
  bool nonblocking = false;
  int32_t descriptor = -1;
  uint32_t request = 0;
  uint64_t address = 0;
  uint64_t length = 0;
  int32_t protection = 0;  // PROT_
  int32_t flags = 0;       // MAP_
  uint64_t offset = 0;
  int64_t milliseconds = 0;
  std::string identity;
};

// Processes and threads have the numbers of the script.
class Host {
 public:
  virtual ~Host() = default;

  virtual Memory& memory(size_t process) = 0;
  virtual uint32_t pid(size_t process) const = 0;
  virtual uint32_t tid(size_t thread) const = 0;
  virtual bool ProcessAlive(size_t process) const = 0;
  virtual bool ThreadAlive(size_t thread) const = 0;

  // Hands the call to the thread. REQUIRES: it is alive and idle.
  virtual void Issue(size_t thread, const SystemCall& call) = 0;
  virtual void Kill(size_t process) = 0;
  virtual void Signal(size_t thread) = 0;
  // Lets `milliseconds` pass, then runs until every thread is idle or sleeps
  // and the driver has no work left. Returns why that does not happen, "" if it
  // does.
  virtual std::string Settle(int64_t milliseconds) = 0;

  // A system call that has returned: its result, or a negative errno. A poll's
  // result is the events.
  struct Completion {
    size_t thread = 0;
    int64_t result = 0;
  };
  // Those since the last time, in the order of their return.
  virtual std::vector<Completion> TakeCompletions() = 0;

  // The identity of an ordinary file, "open" for others, "closed" if there is
  // none.
  virtual std::string FileName(size_t process, int32_t descriptor) const = 0;
  // The identities of all ordinary files that the process has open.
  virtual std::vector<std::string> FileNames(size_t process) const = 0;

  // A file of the driver's debug directory: "state", "stats", "transactions",
  // "transaction_log", "failed_transaction_log", or "proc" with a process.
  virtual std::string DebugFile(const std::string& name, size_t process) = 0;
  // The last debug id given out before the script, and DebugFile("stats") then.
  virtual uint64_t first_debug_id() const = 0;
  virtual const std::string& first_statistics() const = 0;

  // Kills all processes. Returns whether the driver has anything left.
  virtual bool Finish() = 0;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_HOST_H_
