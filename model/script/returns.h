// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads what the driver put into a read buffer and into the mapping.

#ifndef BINDERSIM_MODEL_SCRIPT_RETURNS_H_
#define BINDERSIM_MODEL_SCRIPT_RETURNS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/script/host.h"
#include "model/script/result.h"

namespace bindersim::script {

// Where a process's Binder file is mapped.
struct Mapping {
  uint64_t base = 0;  // 0 = nowhere
  uint64_t size = 0;
};

// What the numbers in received data mean.
class Meanings {
 public:
  virtual ~Meanings() = default;
  // The process with that pid; "" for 0.
  virtual std::string ProcessName(uint32_t pid) const = 0;
  // The file behind a descriptor of the process that received it.
  virtual std::string FileName(int32_t descriptor) const = 0;
};

class ReturnReader {
 public:
  // All must outlive the reader.
  ReturnReader(const Memory& memory, Mapping mapping, const Meanings& meanings)
      : memory_(memory), mapping_(mapping), meanings_(meanings) {}

  // The entries from `begin` to `end`, addresses.
  std::vector<Return> Read(uint64_t begin, uint64_t end) const;

 private:
  Received ReadTransaction(uint64_t address, bool with_context) const;
  void ReadObjects(uint64_t offsets, uint64_t count, Received& received,
                   std::string& data) const;
  ReceivedObject ReadObject(const std::string& data, uint64_t offset) const;
  void ReadFixups(Received& received) const;
  void ReadContents(Received& received) const;
  Place PlaceOf(uint64_t address) const;
  // As many of the bytes as are mapped: all or none.
  std::string Fetch(uint64_t address, uint64_t size) const;

  const Memory& memory_;
  Mapping mapping_;
  const Meanings& meanings_;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_RETURNS_H_
