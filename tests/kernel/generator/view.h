// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a script's processes can know of their own situation: which threads are
// idle, which calls they have to answer, which handles, buffers and nodes they
// have. It follows from the results of the steps alone, and is a guess where
// those do not tell: a generator may be wrong.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_VIEW_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/driver/system_calls.h"
#include "model/script/result.h"
#include "model/script/script.h"

namespace bindersim::generator {

// Something received in a transaction or reply.
struct Parcel {
  std::string rx;  // "process.thread#n"
  bool freed = false;
  bool reply = false;
  bool oneway = false;
  std::vector<script::ReceivedObject> objects;
};

// Whether a handle, strong or weak, was received.
bool IsHandle(const script::ReceivedObject& object);

struct Handle {
  uint32_t number = 0;
  int64_t strong = 0;  // references that this process took itself
  int64_t weak = 0;
};

struct Death {
  uint32_t handle = 0;
  uint64_t cookie = 0;
  bool delivered = false;
  bool cleared = false;
};

struct OwnNode {
  uint64_t ptr = 0;
  uint64_t cookie = 0;
};

// BR_INCREFS or BR_ACQUIRE that wants its answer.
struct Asked {
  bool strong = false;
  uint64_t ptr = 0;
  uint64_t cookie = 0;
};

// A Binder file of a process.
struct Port {
  driver::Device device = driver::Device::kBinder;
  bool mapped = false;
  bool manager = false;
  uint64_t size = 0;
  std::vector<Handle> handles;
  std::vector<Parcel> parcels;
  std::vector<Death> deaths;
  std::vector<OwnNode> nodes;
  std::vector<Asked> asked;
};

// An unfinished call of a thread.
struct Frame {
  std::string port;
  bool incoming = false;  // to be answered by this thread
  std::string rx;         // incoming: what was received
};

struct ThreadView {
  std::string name;
  size_t process = 0;
  bool alive = true;
  bool blocked = false;
  bool spawn_asked = false;  // BR_SPAWN_LOOPER
  bool in_looper = false;
  std::vector<Frame> stack;
  size_t received = 0;
  bool idle() const { return alive && !blocked; }
};

struct ProcessView {
  std::string name;
  uint32_t uid = 0;
  bool alive = true;
  bool frozen = false;
  std::map<std::string, Port> ports;  // by label
  std::vector<std::string> files;     // labels of ordinary files
  std::vector<std::pair<std::string, size_t>> received_files;  // rx, object
};

// What a command does to the view once the driver has consumed it.
struct Effect {
  enum class Kind : uint8_t {
    kNone,
    kCall,  // a sync call
    kReply,
    kFree,     // of `rx`
    kIncrefs,  // of handle `number`
    kAcquire,
    kRelease,
    kDecrefs,
    kDone,  // BC_INCREFS_DONE, or BC_ACQUIRE_DONE if `strong`: ptr `number`
    kRequestDeath,
    kClearDeath,
    kDeadDone,
    kLooper,
    kExport,  // of the node at `number`, with `cookie`
  };
  Kind kind = Kind::kNone;
  uint64_t number = 0;
  uint64_t cookie = 0;
  bool strong = false;
  std::string rx;
};

// A command's end within the write buffer, and its effects.
struct Consumption {
  uint64_t end = 0;
  std::vector<Effect> effects;
};

class View {
 public:
  explicit View(const script::Script& script);

  // Notes what the last step of the script did. `effects` are of its commands.
  void Note(const script::Script& script, const script::StepResult& result,
            const std::vector<Consumption>& effects);

  const std::vector<ThreadView>& threads() const { return threads_; }
  const std::vector<ProcessView>& processes() const { return processes_; }
  const ProcessView& ProcessOf(size_t thread) const {
    return processes_[threads_[thread].process];
  }
  // The file of the thread's process, or null.
  const Port* PortOf(size_t thread, const std::string& label) const;
  std::vector<size_t> IdleThreads() const;
  // Those of one process, in the order of declaration.
  std::vector<size_t> ThreadsOf(size_t process) const;
  // The process whose file is the manager of the device; nothing if none is.
  std::optional<size_t> Manager(driver::Device device) const;

 private:
  void NoteOperation(const script::Step& step, size_t thread,
                     const script::Operation& operation);
  void NoteReturn(const script::Return& entry, size_t thread, Port& port,
                  const std::string& label);
  void NoteReceived(const script::Return& entry, size_t thread, Port& port,
                    const std::string& label);
  void Apply(const Effect& effect, size_t thread, Port& port,
             const std::string& label);
  void NoteControl(const script::Step& step);

  std::vector<ThreadView> threads_;
  std::vector<ProcessView> processes_;
};

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_VIEW_H_
