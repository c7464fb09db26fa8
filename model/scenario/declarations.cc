// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bindersim::scenario {
namespace {

// "wait" may come with a member "lock", so it is asked for first.
constexpr const char* kVerbs[] = {
    "wait",        "work",          "sleep",
    "call",        "get_service",   "check_service",
    "add_service", "link_to_death", "unlink_to_death",
    "keep",        "release",       "lock",
    "unlock",      "notify",        "spawn",
    "repeat",      "choose",        "mark",
    "kill",        "exit",          "wait_for_service",
    "freeze",      "unfreeze",      "ioctl"};

struct ServiceManager {
  const char* device;
  const char* process;
};
constexpr ServiceManager kServiceManagers[] = {
    {"binder", "servicemanager"},
    {"hwbinder", "hwservicemanager"},
    {"vndbinder", "vndservicemanager"}};

// "camera_hal" -> "ICameraHal", "android.hardware.power/default" ->
// "IAndroidHardwarePowerDefault".
std::string DefaultInterface(const std::string& name) {
  std::string result = "I";
  bool begins_word = true;
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!lower && !other) {
      begins_word = true;
      continue;
    }
    result += begins_word && lower ? static_cast<char>(c - 'a' + 'A') : c;
    begins_word = false;
  }
  return result;
}

class Declarer {
 public:
  explicit Declarer(const Reporter& reporter) : reporter_(reporter) {}

  Declarations Run() {
    const Place processes = reporter_.Root().Member("processes");
    DeclareServiceManagers(processes);
    for (const Place& process : processes.Children()) {
      if (!IsServiceManager(process->key)) DeclareProcess(process);
    }
    DeclareNames(processes);
    for (GroupId i = 0; i < result_.groups.size(); ++i) DeclareUses(i);
    for (const Place& event : reporter_.Root().Member("events").Children()) {
      if (const Place mark = event.Member("mark")) {
        result_.marks[mark->text] = true;
      } else if (const auto failed = FailureMark(event)) {
        result_.marks[*failed] = true;
      }
    }
    return std::move(result_);
  }

 private:
  static bool IsServiceManager(const std::string& name) {
    return std::any_of(
        std::begin(kServiceManagers), std::end(kServiceManagers),
        [&](const ServiceManager& manager) { return name == manager.process; });
  }

  static std::string DeviceOf(const Place& process) {
    const Place device = process.Member("device");
    return device ? device->text : "binder";
  }

  // They come first, given or not, so that they have the same place in every
  // scenario.
  void DeclareServiceManagers(const Place& processes) {
    for (const ServiceManager& manager : kServiceManagers) {
      const Place given = processes.Member(manager.process);
      bool used = static_cast<bool>(given);
      for (const Place& process : processes.Children()) {
        used |= !IsServiceManager(process->key) &&
                DeviceOf(process) == manager.device;
      }
      if (!used) continue;
      GroupDeclaration group;
      group.name = manager.process;
      group.device = manager.device;
      group.is_service_manager = true;
      if (given) {
        group.place = given;
        CheckServiceManager(given, manager.device);
      }
      result_.groups.push_back(std::move(group));
    }
  }

  void CheckServiceManager(const Place& place, const std::string& device) {
    for (const char* key : {"count", "services", "objects", "threads"}) {
      if (const Place member = place.Member(key)) {
        reporter_.ReportKey(member, fmt::format("the key \"{}\"", key),
                            "no such key, for a service manager has a program "
                            "of its own");
      }
    }
    const Place given = place.Member("device");
    if (given && given->text != device) {
      reporter_.Report(given, Quoted(given->text), Quoted(device));
    }
  }

  void DeclareProcess(const Place& place) {
    const GroupId id = result_.groups.size();
    GroupDeclaration group;
    group.name = place->key;
    group.device = DeviceOf(place);
    group.place = place;
    if (const Place count = place.Member("count")) {
      group.counted = true;
      group.count = static_cast<uint32_t>(*count->AsUint64());
    }
    for (const Place& service : place.Member("services").Children()) {
      const ObjectId object = DeclareObject(id, group, service, true);
      result_.services[{group.device, service->key}].push_back(object);
    }
    for (const Place& object : place.Member("objects").Children()) {
      if (group.object_by_name.count(object->key) > 0) {
        reporter_.ReportKey(object, "the object " + Quoted(object->key),
                            "a name that no service of the process has");
      }
      DeclareObject(id, group, object, false);
    }
    result_.groups.push_back(std::move(group));
  }

  ObjectId DeclareObject(GroupId group_id, GroupDeclaration& group,
                         const Place& place, bool is_service) {
    const ObjectId id = result_.objects.size();
    ObjectDeclaration object;
    object.name = place->key;
    const Place interface = place.Member("interface");
    object.interface =
        interface ? interface->text : DefaultInterface(place->key);
    object.is_service = is_service;
    const Place accepts_fds = place.Member("accepts_fds");
    object.accepts_fds = !accepts_fds || accepts_fds->boolean;
    object.group = group_id;
    object.index = static_cast<userspace::ObjectIndex>(group.objects.size());
    std::map<uint32_t, std::string> codes;
    uint32_t position = 0;
    for (const Place& method : place.Member("methods").Children()) {
      ++position;
      object.method_by_name[method->key] = result_.methods.size();
      object.methods.push_back(result_.methods.size());
      DeclareMethod(id, method, position, codes);
    }
    group.objects.push_back(id);
    group.object_by_name[object.name] = id;
    result_.objects.push_back(std::move(object));
    return id;
  }

  void DeclareMethod(ObjectId object, const Place& place, uint32_t position,
                     std::map<uint32_t, std::string>& codes) {
    MethodDeclaration method;
    method.name = place->key;
    method.object = object;
    method.place = place;
    const Place code = place.Member("code");
    method.code = code ? static_cast<uint32_t>(*code->AsUint64()) : position;
    const auto [used, is_new] = codes.emplace(method.code, method.name);
    if (!is_new) {
      reporter_.Report(code ? code : place,
                       fmt::format("the code {}", method.code),
                       "a code that no other method of the object has", "",
                       Quoted(used->second) + " has it");
    }
    const Place oneway = place.Member("oneway");
    method.oneway = oneway && oneway->boolean;
    const Place reply = place.Member("reply");
    if (method.oneway && reply) {
      reporter_.ReportKey(reply, "a reply of a oneway method", "none");
    }
    result_.methods.push_back(std::move(method));
  }

  // Gives every process its place in the set-up, and its names.
  void DeclareNames(const Place& processes) {
    uint64_t next = 0;
    for (GroupDeclaration& group : result_.groups) {
      for (uint32_t i = 0; i < group.count; ++i, ++next) {
        if (next >= kMaxProcesses) continue;
        const auto process = static_cast<uint32_t>(next);
        result_.processes[group.name].push_back(process);
        if (group.counted) {
          result_.processes[fmt::format("{}[{}]", group.name, i)] = {process};
        }
      }
    }
    if (next > kMaxProcesses) {
      reporter_.Report(processes, fmt::format("{} processes in all", next),
                       fmt::format("at most {}", kMaxProcesses), "",
                       "service managers count");
    }
  }

  void DeclareUses(GroupId id) {
    GroupDeclaration& group = result_.groups[id];
    if (!group.place || group.is_service_manager) return;
    for (const Place& thread : group.place.Member("threads").Children()) {
      DeclareInBlock(group, thread.Member("do"));
    }
    for (const ObjectId object : group.objects) {
      for (const MethodId method : result_.objects[object].methods) {
        const Place& place = result_.methods[method].place;
        DeclareInBlock(group, place.Member("do"));
        const Place reply = place.Member("reply");
        if (reply && reply->IsObject()) DeclareFiles(group, reply);
      }
    }
  }

  // Recursion is bounded by the depth of the document.
  void DeclareInBlock(GroupDeclaration& group, const Place& block) {
    for (const Place& action : block.Children()) {
      const std::string verb = Verb(action);
      const std::string& subject = action.Member(verb)->text;
      if (const Place as = action.Member("as")) {
        Define(group, SymbolKind::kSlot, as->text);
      }
      if (verb == "lock") Define(group, SymbolKind::kMutex, subject);
      if (verb == "wait") Define(group, SymbolKind::kCondition, subject);
      if (verb == "mark") result_.marks[subject] = true;
      if (verb == "add_service") result_.services[{group.device, subject}];
      if (verb == "link_to_death") group.links_to_death = true;
      if (verb == "wait_for_service") group.waits_for_service = true;
      DeclareFiles(group, action);
      for (const NestedBlock& nested : NestedBlocks(action)) {
        DeclareInBlock(group, nested.block);
      }
    }
  }

  static void DeclareFiles(GroupDeclaration& group, const Place& parcel) {
    const Place files = parcel.Member("fds");
    if (!files || !files->IsArray()) return;
    for (const Place& name : files.Children()) {
      Define(group, SymbolKind::kFile, name->text);
    }
  }

  static void Define(GroupDeclaration& group, SymbolKind kind,
                     const std::string& name) {
    const auto index =
        static_cast<userspace::SymbolIndex>(group.symbols.size());
    if (group.symbol_index.try_emplace({kind, name}, index).second) {
      group.symbols.push_back(name);
    }
  }

  const Reporter& reporter_;
  Declarations result_;
};

}  // namespace

std::optional<userspace::SymbolIndex> GroupDeclaration::Symbol(
    SymbolKind kind, const std::string& name) const {
  const auto found = symbol_index.find({kind, name});
  if (found == symbol_index.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> GroupDeclaration::SymbolNames(SymbolKind kind) const {
  std::vector<std::string> result;
  for (const auto& [key, index] : symbol_index) {
    if (key.first == kind) result.push_back(key.second);
  }
  return result;
}

std::optional<ObjectId> Declarations::FindOwn(GroupId group,
                                              const std::string& name) const {
  const auto& by_name = groups[group].object_by_name;
  const auto found = by_name.find(name);
  if (found == by_name.end()) return std::nullopt;
  return found->second;
}

std::optional<MethodId> Declarations::FindMethod(
    ObjectId object, const std::string& name) const {
  const auto& by_name = objects[object].method_by_name;
  const auto found = by_name.find(name);
  if (found == by_name.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Declarations::MethodNames(ObjectId object) const {
  std::vector<std::string> result;
  for (const MethodId id : objects[object].methods) {
    result.push_back(methods[id].name);
  }
  return result;
}

std::vector<std::string> Declarations::ServiceNames(
    const std::string& device) const {
  std::vector<std::string> result;
  for (const auto& [key, ids] : services) {
    if (key.first == device) result.push_back(key.second);
  }
  return result;
}

std::string Declarations::Label(ObjectId object) const {
  const ObjectDeclaration& declaration = objects[object];
  return declaration.is_service
             ? declaration.name
             : groups[declaration.group].name + "." + declaration.name;
}

std::string Declarations::Label(const MethodDeclaration& method) const {
  return Label(method.object) + "." + method.name;
}

Declarations Declare(const Reporter& reporter) {
  return Declarer(reporter).Run();
}

std::optional<std::string> FailureMark(const Place& event) {
  for (const char* verb : {"freeze", "unfreeze"}) {
    const Place target = event.Member(verb);
    if (target) return fmt::format("{} {} failed", verb, target->text);
  }
  return std::nullopt;
}

std::string Verb(const Place& action) {
  for (const char* verb : kVerbs) {
    if (action->Find(verb) != nullptr) return verb;
  }
  return "";
}

std::vector<NestedBlock> NestedBlocks(const Place& action) {
  std::vector<NestedBlock> result;
  const bool spawns = action->Find("spawn") != nullptr;
  if (const Place body = action.Member("do")) result.push_back({body, spawns});
  const Place on_error = action.Member("on_error");
  if (on_error && on_error->IsArray()) result.push_back({on_error, false});
  if (const Place on_death = action.Member("on_death")) {
    result.push_back({on_death, true});
  }
  for (const Place& branch : action.Member("choose").Children()) {
    result.push_back({branch->IsArray() ? branch : branch.Member("do"), false});
  }
  return result;
}

}  // namespace bindersim::scenario
