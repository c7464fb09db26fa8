// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Lays out a script's commands, and the data that they point to, in a
// process's memory.

#ifndef BINDERSIM_MODEL_SCRIPT_WRITE_BUFFER_H_
#define BINDERSIM_MODEL_SCRIPT_WRITE_BUFFER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/script/host.h"
#include "model/script/script.h"

namespace bindersim::script {

// Answers what a Value stands for at this moment.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // What a received object is taken for.
  enum class As : uint8_t { kHandle, kPtr, kCookie, kDescriptor, kBuffer };
  // Nothing if it stands for nothing.
  virtual std::optional<uint64_t> Resolve(const Value& value, As as) = 0;
};

class WriteBuffer {
 public:
  // Both must outlive the object.
  WriteBuffer(Memory& memory, Resolver& resolver)
      : memory_(memory), resolver_(resolver) {}

  // Returns false if a reference stands for nothing.
  bool Add(const Command& command);

  // Puts the commands into memory, with 256 zeros behind them; returns the
  // address.
  uint64_t Finish();
  // Bytes of the commands.
  uint64_t size() const { return bytes_.size(); }
  // What was mapped: to be unmapped when the call is over.
  const std::vector<uint64_t>& regions() const { return regions_; }

 private:
  struct Data {
    std::string bytes;
    std::vector<uint64_t> offsets;
    uint64_t extra = 0;  // sizes of PTR buffers
  };

  template <class T>
  void Put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  std::optional<uint64_t> Get(const Value& value, Resolver::As as);
  bool AddTransaction(const Command& command);
  bool Build(const std::vector<Item>& items, Data& data);
  bool BuildObject(const Item& item, Data& data);
  uint64_t Store(const std::string& bytes, uint64_t room = 0);

  Memory& memory_;
  Resolver& resolver_;
  std::string bytes_;
  std::vector<uint64_t> regions_;
  bool resolved_ = true;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_WRITE_BUFFER_H_
