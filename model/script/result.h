// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a run of a kernel script showed: everything that user space can observe,
// with addresses, ids and pids made independent of the run.

#ifndef BINDERSIM_MODEL_SCRIPT_RESULT_H_
#define BINDERSIM_MODEL_SCRIPT_RESULT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bindersim::script {

// An address in a process, relative to its mapping.
struct Place {
  enum class Kind : uint8_t { kNull, kInside, kOutside };
  Kind kind = Kind::kNull;
  uint64_t offset = 0;
};

// Bytes as they are shown: the first 256, and a checksum if there are more.
struct Bytes {
  std::string first;
  std::optional<uint32_t> crc32;
};

// An object in a transaction that was received.
struct ReceivedObject {
  uint64_t offset = 0;
  uint32_t type = 0;
  bool complete = false;  // of a known type and inside the data
  uint64_t flags = 0;
  uint64_t value = 0;  // ptr, handle, descriptor, or address of a PTR's buffer
  uint64_t cookie = 0;
  Place buffer;  // PTR
  uint64_t length = 0;
  uint64_t num_fds = 0;  // FDA
  uint64_t parent = 0;
  uint64_t parent_offset = 0;
  std::optional<Place> fixup;  // what the parent holds, ...
  bool fixup_ok = false;       // ... and whether it is this buffer
  Bytes content;
  std::vector<int32_t> descriptors;  // FD, FDA
  std::vector<std::string> files;    // and what they refer to
};

// BR_TRANSACTION, BR_TRANSACTION_SEC_CTX or BR_REPLY.
struct Received {
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  std::string sender;  // a process; "" for pid 0
  uint32_t euid = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint64_t address = 0;
  Place buffer;
  Place offsets;
  std::optional<std::pair<Place, std::string>> security_context;
  Bytes data;
  std::vector<ReceivedObject> objects;
};

// An entry of a read buffer.
struct Return {
  uint32_t word = 0;
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  uint32_t value = 0;
  std::optional<Received> received;
};

// A system call that has returned, or one that sleeps at the end of its step.
struct Operation {
  // A field of some operation's own: a number, a word or a list of words.
  using Field =
      std::variant<int64_t, uint64_t, std::string, std::vector<std::string>>;

  bool blocked = false;
  bool exited = false;  // the thread is no more
  int64_t ret = 0;
  int error = 0;  // errno if ret is -1
  std::vector<std::pair<std::string, Field>> fields;
  std::optional<uint32_t> head;
  std::optional<std::vector<Return>> returns;
  std::optional<size_t> of;  // the step that issued it, if an earlier one
};

struct StepResult {
  // Of a step that no thread does, or that was not performed.
  std::vector<std::pair<std::string, Operation::Field>> self;
  std::map<std::string, Operation> operations;  // by thread
};

// Why there is no result, or only part of one.
struct Failure {
  enum class Kind : uint8_t {
    kScript,  // it is malformed
    kHang,    // nothing came to rest
    kBoot,    // the recording kernel stopped
  };
  Kind kind = Kind::kScript;
  std::string what;
  std::optional<size_t> at;  // the step
};

struct Result {
  std::string name;
  std::optional<Failure> failure;
  std::vector<std::string> blocked;  // threads, at the end
  // Driver objects were left after all processes had been killed.
  bool leak = false;
  std::vector<StepResult> steps;
};

// One line of a result file, without the line's end. Of a script that failed it
// has only the failure.
std::string ToJson(const Result& result);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_RESULT_H_
