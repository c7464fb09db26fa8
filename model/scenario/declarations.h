// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a scenario declares: processes, objects, methods and the names that
// programs give to things. Collected before any program is compiled, so that
// the order of members in the file has no effect.

#ifndef BINDERSIM_MODEL_SCENARIO_DECLARATIONS_H_
#define BINDERSIM_MODEL_SCENARIO_DECLARATIONS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/scenario/reader.h"
#include "model/userspace/program.h"

namespace bindersim::scenario {

// Indices into the vectors of Declarations.
using GroupId = size_t;
using ObjectId = size_t;
using MethodId = size_t;

inline constexpr size_t kMaxProcesses = 1000;

struct MethodDeclaration {
  std::string name;
  uint32_t code = 0;
  bool oneway = false;
  ObjectId object = 0;
  Place place;
};

struct ObjectDeclaration {
  std::string name;
  std::string interface;
  bool is_service = false;
  bool accepts_fds = true;
  GroupId group = 0;
  userspace::ObjectIndex index = 0;  // in its process
  std::vector<MethodId> methods;     // as declared
  std::map<std::string, MethodId> method_by_name;
};

enum class SymbolKind { kSlot, kMutex, kCondition, kFile };

// A member of "processes": one process or `count` alike.
struct GroupDeclaration {
  std::string name;
  std::string device;
  Place place;  // without a node for an implicit service manager
  bool is_service_manager = false;
  bool counted = false;  // members are name[0], name[1], ...
  uint32_t count = 1;
  std::vector<ObjectId> objects;  // services first
  std::map<std::string, ObjectId> object_by_name;
  std::vector<std::string> symbols;
  std::map<std::pair<SymbolKind, std::string>, userspace::SymbolIndex>
      symbol_index;
  bool links_to_death = false;
  bool waits_for_service = false;

  std::optional<userspace::SymbolIndex> Symbol(SymbolKind kind,
                                               const std::string& name) const;
  std::vector<std::string> SymbolNames(SymbolKind kind) const;
};

// A service's device and name.
using ServiceKey = std::pair<std::string, std::string>;

struct Declarations {
  std::vector<GroupDeclaration> groups;
  std::vector<ObjectDeclaration> objects;
  std::vector<MethodDeclaration> methods;
  // Registered at start-up or, with no objects, only by add_service.
  std::map<ServiceKey, std::vector<ObjectId>> services;
  // Indices into Setup::processes by name and by group.
  std::map<std::string, std::vector<uint32_t>> processes;
  std::map<std::string, bool> marks;  // texts

  // An own object or service of the group.
  std::optional<ObjectId> FindOwn(GroupId group, const std::string& name) const;
  std::optional<MethodId> FindMethod(ObjectId object,
                                     const std::string& name) const;
  std::vector<std::string> MethodNames(ObjectId object) const;
  std::vector<std::string> ServiceNames(const std::string& device) const;
  // How people name the object: a service "activity", another "app.thread".
  std::string Label(ObjectId object) const;
  // "activity.startService"
  std::string Label(const MethodDeclaration& method) const;
};

// REQUIRES: the document has the structure of the schema.
Declarations Declare(const Reporter& reporter);

// The mark that an event leaves when it fails: of "freeze" and "unfreeze".
std::optional<std::string> FailureMark(const Place& event);

// The key of an action that says what it does: "work", "call", ...
std::string Verb(const Place& action);

// A block inside an action.
struct NestedBlock {
  Place block;
  bool own_thread;  // runs outside of the method: "$0" means nothing there
};
std::vector<NestedBlock> NestedBlocks(const Place& action);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_DECLARATIONS_H_
