// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Actions that are system calls of their own: freeze, unfreeze, ioctl; and the
// files in calls.

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>

#include "model/scenario/amounts.h"
#include "model/scenario/programs.h"

namespace bindersim::scenario {
namespace {

namespace us = userspace;

// What ActivityManager's freezer gives a process to finish its calls.
constexpr uint32_t kFreezeTimeoutMs = 100;
constexpr int64_t kNsPerMs = 1'000'000;

struct Request {
  const char* name;
  uint32_t number;
};
constexpr Request kRequests[] = {
    {"BINDER_WRITE_READ", BINDER_WRITE_READ},
    {"BINDER_SET_IDLE_TIMEOUT", BINDER_SET_IDLE_TIMEOUT},
    {"BINDER_SET_MAX_THREADS", BINDER_SET_MAX_THREADS},
    {"BINDER_SET_IDLE_PRIORITY", BINDER_SET_IDLE_PRIORITY},
    {"BINDER_SET_CONTEXT_MGR", BINDER_SET_CONTEXT_MGR},
    {"BINDER_THREAD_EXIT", BINDER_THREAD_EXIT},
    {"BINDER_VERSION", BINDER_VERSION},
    {"BINDER_GET_NODE_DEBUG_INFO", BINDER_GET_NODE_DEBUG_INFO},
    {"BINDER_GET_NODE_INFO_FOR_REF", BINDER_GET_NODE_INFO_FOR_REF},
    {"BINDER_SET_CONTEXT_MGR_EXT", BINDER_SET_CONTEXT_MGR_EXT},
    {"BINDER_FREEZE", BINDER_FREEZE},
    {"BINDER_GET_FROZEN_INFO", BINDER_GET_FROZEN_INFO},
    {"BINDER_ENABLE_ONEWAY_SPAM_DETECTION",
     BINDER_ENABLE_ONEWAY_SPAM_DETECTION},
    {"BINDER_GET_EXTENDED_ERROR", BINDER_GET_EXTENDED_ERROR}};

// A number in a request's argument.
struct Field {
  uint32_t request;
  const char* name;
  size_t offset;
  size_t size;
};
#define BINDERSIM_FIELD(request, key, type, member) \
  { request, key, offsetof(type, member), sizeof(type::member) }
constexpr Field kFields[] = {
    {BINDER_SET_MAX_THREADS, "max_threads", 0, sizeof(uint32_t)},
    {BINDER_ENABLE_ONEWAY_SPAM_DETECTION, "enable", 0, sizeof(uint32_t)},
    BINDERSIM_FIELD(BINDER_FREEZE, "pid", binder_freeze_info, pid),
    BINDERSIM_FIELD(BINDER_FREEZE, "enable", binder_freeze_info, enable),
    BINDERSIM_FIELD(BINDER_FREEZE, "timeout_ms", binder_freeze_info,
                    timeout_ms),
    BINDERSIM_FIELD(BINDER_GET_FROZEN_INFO, "pid", binder_frozen_status_info,
                    pid),
    BINDERSIM_FIELD(BINDER_GET_NODE_DEBUG_INFO, "ptr", binder_node_debug_info,
                    ptr),
    BINDERSIM_FIELD(BINDER_GET_NODE_INFO_FOR_REF, "handle",
                    binder_node_info_for_ref, handle),
    BINDERSIM_FIELD(BINDER_SET_CONTEXT_MGR_EXT, "flags", flat_binder_object,
                    flags),
    BINDERSIM_FIELD(BINDER_SET_CONTEXT_MGR_EXT, "ptr", flat_binder_object,
                    binder),
    BINDERSIM_FIELD(BINDER_SET_CONTEXT_MGR_EXT, "cookie", flat_binder_object,
                    cookie)};
#undef BINDERSIM_FIELD

// REQUIRES: an even number of hexadecimal digits.
std::string BytesOf(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

class IoctlReader {
 public:
  IoctlReader(const Reporter& reporter, const Declarations& declarations)
      : reporter_(reporter), declarations_(declarations) {}

  std::optional<us::RawIoctl> Read(const Place& place) {
    const auto number = ReadRequest(place.Member("request"));
    if (!number) return std::nullopt;
    result_.request = *number;
    bool good = true;
    for (const Place& member : place.Children()) {
      if (member->key != "request") good &= ReadMember(place, member);
    }
    if (!good) return std::nullopt;
    return std::move(result_);
  }

 private:
  std::optional<uint32_t> ReadRequest(const Place& request) {
    if (request->IsInteger()) {
      return static_cast<uint32_t>(*request->AsUint64());
    }
    std::vector<std::string> known;
    for (const Request& candidate : kRequests) {
      if (request->text == candidate.name) return candidate.number;
      known.push_back(candidate.name);
    }
    reporter_.ReportUnknown(request, request->text, known,
                            "or a request's number");
    return std::nullopt;
  }

  bool ReadMember(const Place& place, const Place& member) {
    const std::string& key = member->key;
    const bool exchanges = result_.request == BINDER_WRITE_READ;
    if (key == "argument" && !exchanges) {
      if (place->children.size() > 2) {
        reporter_.ReportKey(member, "the key \"argument\" beside others",
                            "the whole argument, or its fields");
        return false;
      }
      result_.argument = BytesOf(member->text);
      return true;
    }
    if (key == "write" && exchanges) {
      result_.write = BytesOf(member->text);
      return true;
    }
    if (key == "commands" && exchanges) {
      if (place.Member("write")) {
        reporter_.ReportKey(member, "the key \"commands\" beside \"write\"",
                            "one of them");
        return false;
      }
      return ReadCommands(reporter_, member, result_);
    }
    if (key == "read" && exchanges) {
      result_.read_size = static_cast<uint32_t>(*member->AsUint64());
      return true;
    }
    for (const Field& field : kFields) {
      if (field.request == result_.request && key == field.name) {
        return ReadField(member, field);
      }
    }
    reporter_.ReportKey(member, "the key " + Quoted(key), ListOf(Keys()), "",
                        "of this request");
    return false;
  }

  bool ReadField(const Place& member, const Field& field) {
    if (member->IsString()) {
      const auto* processes = FindProcesses(reporter_, declarations_, member);
      if (processes == nullptr) return false;
      if (processes->size() > 1) {
        reporter_.Report(
            member, Quoted(member->text),
            fmt::format("one of them, as \"{}[0]\"", member->text));
        return false;
      }
      result_.pid_of = processes->front();
      return true;
    }
    const uint64_t value = *member->AsUint64();
    std::string& argument = result_.argument;
    argument.resize(std::max(argument.size(), field.offset + field.size));
    std::memcpy(argument.data() + field.offset, &value, field.size);
    return true;
  }

  // What may stand beside "request".
  std::vector<std::string> Keys() const {
    if (result_.request == BINDER_WRITE_READ) {
      return {"write", "commands", "read"};
    }
    std::vector<std::string> keys = {"argument"};
    for (const Field& field : kFields) {
      if (field.request == result_.request) keys.push_back(field.name);
    }
    return keys;
  }

  const Reporter& reporter_;
  const Declarations& declarations_;
  us::RawIoctl result_;
};

}  // namespace

std::optional<us::Freeze> ReadFreeze(const Reporter& reporter,
                                     const Declarations& declarations,
                                     const Place& action,
                                     const std::string& verb) {
  const auto* processes =
      FindProcesses(reporter, declarations, action.Member(verb));
  if (processes == nullptr) return std::nullopt;
  us::Freeze freeze;
  freeze.processes = *processes;
  freeze.enable = verb == "freeze";
  if (!freeze.enable) return freeze;
  freeze.timeout_ms = kFreezeTimeoutMs;
  if (const Place timeout = action.Member("timeout")) {
    const int64_t ns = ReadTime(reporter, timeout).count();
    if (ns % kNsPerMs != 0 || ns / kNsPerMs > UINT32_MAX) {
      reporter.Report(timeout, Describe(*timeout.node),
                      "a whole number of milliseconds", "",
                      "the driver takes no other time-outs");
      return std::nullopt;
    }
    freeze.timeout_ms = static_cast<uint32_t>(ns / kNsPerMs);
  }
  return freeze;
}

std::optional<us::RawIoctl> ReadIoctl(const Reporter& reporter,
                                      const Declarations& declarations,
                                      const Place& request) {
  return IoctlReader(reporter, declarations).Read(request);
}

us::Files ReadFiles(const GroupDeclaration& group, const Place& fds) {
  us::Files files;
  if (!fds) return files;
  if (fds->IsInteger()) {
    files.fresh = static_cast<uint32_t>(*fds->AsUint64());
    return files;
  }
  for (const Place& name : fds.Children()) {
    files.shared.push_back(*group.Symbol(SymbolKind::kFile, name->text));
  }
  return files;
}

}  // namespace bindersim::scenario
