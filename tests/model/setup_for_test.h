// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Scenarios built by hand, and what a run of them says.

#ifndef BINDERSIM_TESTS_MODEL_SETUP_FOR_TEST_H_
#define BINDERSIM_TESTS_MODEL_SETUP_FOR_TEST_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/scenario/scenario.h"
#include "model/userspace/program.h"
#include "model/world.h"
#include "sim/chooser.h"
#include "sim/digest.h"
#include "sim/record.h"
#include "sim/time.h"

namespace bindersim {

using namespace std::chrono_literals;  // NOLINT: tests say 5ms

// Pids of the processes in SystemForTest.
inline constexpr uint32_t kManagerPid = 1000;
inline constexpr uint32_t kServerPid = 2000;
inline constexpr uint32_t kAppPid = 3000;

// A scenario under construction.
class SystemForTest {
 public:
  SystemForTest() {
    scenario.name = "test";
    userspace::ProcessSetup& manager = Add("servicemanager", kManagerPid);
    manager.is_service_manager = true;
  }

  userspace::ProcessSetup& Add(const std::string& name, uint32_t pid) {
    userspace::ProcessSetup process;
    process.name = name;
    process.group = name;
    process.pid = pid;
    process.uid = 1000;
    scenario.setup.processes.push_back(process);
    return scenario.setup.processes.back();
  }

  userspace::BlockIndex Block(std::vector<userspace::ActionBody> bodies) {
    const auto index =
        static_cast<userspace::BlockIndex>(scenario.setup.blocks.size());
    userspace::Block block;
    for (size_t i = 0; i < bodies.size(); ++i) {
      block.actions.push_back(
          {std::move(bodies[i]),
           "/" + std::to_string(index) + "/" + std::to_string(i)});
    }
    scenario.setup.blocks.push_back(std::move(block));
    return index;
  }

  userspace::Method Method(const std::string& name, uint32_t code,
                           std::vector<userspace::ActionBody> bodies,
                           uint64_t reply = 0) {
    userspace::Method method;
    method.name = name;
    method.code = code;
    method.body = Block(std::move(bodies));
    method.reply = userspace::Quantity::Constant(static_cast<int64_t>(reply));
    return method;
  }

  static userspace::Object Service(const std::string& name,
                                   std::vector<userspace::Method> methods) {
    return {name, "test.I" + name, true, std::move(methods)};
  }
  static userspace::Object Local(const std::string& name,
                                 std::vector<userspace::Method> methods) {
    return {name, "test.I" + name, false, std::move(methods)};
  }
  userspace::ThreadSetup Thread(const std::string& name, sim::Duration at,
                                std::vector<userspace::ActionBody> bodies) {
    return {name, at, std::nullopt, Block(std::move(bodies))};
  }

  static userspace::Work Work(sim::Duration span) {
    return {userspace::Quantity::Constant(span.count())};
  }
  static userspace::Sleep Sleep(sim::Duration span) {
    return {userspace::Quantity::Constant(span.count())};
  }
  static userspace::Call Call(userspace::ObjectRef target,
                              const std::string& label, uint32_t code,
                              uint64_t bytes = 0) {
    userspace::Call call;
    call.target = std::move(target);
    call.label = label;
    call.method = "m" + std::to_string(code);
    call.interface = "test.I" + label;
    call.code = code;
    call.data = userspace::Quantity::Constant(static_cast<int64_t>(bytes));
    return call;
  }
  static userspace::Call CallService(const std::string& name, uint32_t code,
                                     uint64_t bytes = 0) {
    return Call(userspace::ServiceRef{name}, name, code, bytes);
  }
  static userspace::Call Oneway(userspace::Call call) {
    call.oneway = true;
    return call;
  }
  static userspace::Call With(userspace::Call call,
                              std::vector<userspace::ObjectRef> objects) {
    call.objects = std::move(objects);
    return call;
  }
  static userspace::MarkAction Mark(const std::string& text) { return {text}; }

  scenario::Scenario scenario;
};

// All records of a run.
class Collector : public sim::Sink {
 public:
  void OnRecord(const sim::Record& record,
                const sim::NameTable& names) override {
    records.push_back(record);
    names_ = &names;
    digest.Update(std::as_bytes(std::span(&record, 1)));
  }

  template <sim::RecordPayload P>
  std::vector<P> All() const {
    std::vector<P> all;
    for (const sim::Record& record : records) {
      if (const auto payload = record.As<P>()) all.push_back(*payload);
    }
    return all;
  }
  template <sim::RecordPayload P>
  std::vector<sim::Record> RecordsOf() const {
    std::vector<sim::Record> all;
    for (const sim::Record& record : records) {
      if (record.kind == P::kKind) all.push_back(record);
    }
    return all;
  }
  std::vector<std::string> Marks() const {
    std::vector<std::string> texts;
    for (const auto& mark : All<record::Mark>()) {
      texts.push_back(Text(mark.text));
    }
    return texts;
  }
  std::string Text(sim::Name name) const { return names_->Text(name); }
  // The moment of the first mark with that text.
  std::optional<sim::Time> TimeOf(const std::string& text) const {
    for (const sim::Record& record : records) {
      const auto mark = record.As<record::Mark>();
      if (mark && Text(mark->text) == text) return record.at;
    }
    return std::nullopt;
  }

  std::vector<sim::Record> records;
  sim::RunDigest digest;

 private:
  const sim::NameTable* names_ = nullptr;
};

// A world, its records, and its end.
struct Ran {
  explicit Ran(const scenario::Scenario& scenario,
               const sim::RunLimits& limits = {})
      : world(scenario) {
    recorder.AddSink(&out);
    Continue(limits);
  }

  void Continue(const sim::RunLimits& limits = {}) {
    result = Run(world, recorder, chooser, limits);
  }

  World world;
  Collector out;
  sim::Recorder recorder;
  sim::FirstComeChooser chooser;
  RunResult result;
};

}  // namespace bindersim

#endif  // BINDERSIM_TESTS_MODEL_SETUP_FOR_TEST_H_
