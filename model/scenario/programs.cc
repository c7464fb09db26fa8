// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "model/scenario/amounts.h"

namespace bindersim::scenario {
namespace {

namespace us = userspace;

class Compiler {
 public:
  Compiler(const Reporter& reporter, const Declarations& declarations)
      : reporter_(reporter), declarations_(declarations) {}

  Programs Run();

 private:
  // What the compilation of an action needs to know.
  struct Site {
    const Context& context;
    const Place& place;    // the action
    us::BlockIndex block;  // the block that it will be in
    uint32_t action;       // and its index there
  };
  using Result = std::optional<us::ActionBody>;

  us::BlockIndex CompileBlock(const Context& context, const Place& block);
  Result CompileAction(const std::string& verb, const Site& site);
  Result CompileCall(const Site& site);
  Result CompileLookUp(const Site& site, const char* verb, us::LookUp how);
  Result CompileAddService(const Site& site);
  Result CompileLinkToDeath(const Site& site);
  Result CompileKeep(const Site& site);
  Result CompileWait(const Site& site);
  Result CompileNotify(const Site& site);
  Result CompileChoose(const Site& site);

  // The object that `text` at `place` stands for, or nothing and a problem.
  // `suffix` follows it there.
  std::optional<us::ObjectRef> Resolve(const Context& context,
                                       const Place& place,
                                       const std::string& text,
                                       const std::string& suffix = "");
  void ReportUnresolved(const Context& context, const Place& place,
                        const std::string& text, const std::string& suffix);
  std::vector<us::ObjectRef> ResolveAll(const Context& context,
                                        const Place& list);
  std::optional<us::SymbolIndex> ResolveSymbol(const Context& context,
                                               SymbolKind kind,
                                               const Place& place);
  us::Quantity ReadPayload(const Place& place);
  std::optional<us::SymbolIndex> ReadAs(const Site& site);
  std::optional<us::BlockIndex> CompileOnError(const Site& site);
  void CompileMethod(GroupId group, MethodId method);

  const GroupDeclaration& Group(const Context& context) const {
    return declarations_.groups[context.group];
  }

  const Reporter& reporter_;
  const Declarations& declarations_;
  Programs result_;
};

Programs Compiler::Run() {
  result_.methods.resize(declarations_.methods.size());
  result_.threads.resize(declarations_.groups.size());
  for (GroupId id = 0; id < declarations_.groups.size(); ++id) {
    const GroupDeclaration& group = declarations_.groups[id];
    if (!group.place || group.is_service_manager) continue;
    for (const ObjectId object : group.objects) {
      for (const MethodId method : declarations_.objects[object].methods) {
        CompileMethod(id, method);
      }
    }
    for (const Place& place : group.place.Member("threads").Children()) {
      us::ThreadSetup thread;
      thread.name = place->key;
      if (const Place at = place.Member("at")) {
        thread.at = ReadTime(reporter_, at);
      }
      if (const Place nice = place.Member("nice")) {
        thread.nice = static_cast<int>(*nice->AsInt64());
      }
      thread.body = CompileBlock({id, std::nullopt}, place.Member("do"));
      result_.threads[id].push_back(std::move(thread));
    }
  }
  return std::move(result_);
}

void Compiler::CompileMethod(GroupId group, MethodId method) {
  const Place& place = declarations_.methods[method].place;
  const Context context{group, method};
  MethodProgram program;
  program.body = CompileBlock(context, place.Member("do"));
  if (const Place reply = place.Member("reply")) {
    const Place data = reply->IsObject() ? reply.Member("data") : Place{};
    const Place objects = reply->IsObject() ? reply.Member("objects") : Place{};
    const Place fds = reply->IsObject() ? reply.Member("fds") : Place{};
    if (data || objects || fds) {
      program.reply = ReadPayload(data);
      program.reply_objects = ResolveAll(context, objects);
      program.reply_files = ReadFiles(Group(context), fds);
    } else {
      program.reply = ReadPayload(reply);
    }
  }
  result_.methods[method] = std::move(program);
}

// A block that is not there is an empty one. Recursion is bounded by the depth
// of the document.
us::BlockIndex Compiler::CompileBlock(const Context& context,
                                      const Place& block) {
  const auto index = static_cast<us::BlockIndex>(result_.blocks.size());
  result_.blocks.emplace_back();
  std::vector<us::Action> actions;
  for (const Place& place : block.Children()) {
    if (reporter_.problems().Full()) break;
    Result body = CompileAction(
        Verb(place),
        {context, place, index, static_cast<uint32_t>(actions.size())});
    if (body) actions.push_back({std::move(*body), place.pointer});
  }
  result_.blocks[index].actions = std::move(actions);
  return index;
}

Compiler::Result Compiler::CompileAction(const std::string& verb,
                                         const Site& site) {
  const Context& context = site.context;
  const Place subject = site.place.Member(verb);
  const auto time = [&] {
    return ReadQuantity(reporter_, subject, Unit::kTime);
  };
  if (verb == "work") return us::Work{time()};
  if (verb == "sleep") return us::Sleep{time()};
  if (verb == "call") return CompileCall(site);
  if (verb == "get_service") {
    return CompileLookUp(site, "get_service", us::LookUp::kGet);
  }
  if (verb == "check_service") {
    return CompileLookUp(site, "check_service", us::LookUp::kCheck);
  }
  if (verb == "wait_for_service") {
    return CompileLookUp(site, "wait_for_service", us::LookUp::kWait);
  }
  if (verb == "add_service") return CompileAddService(site);
  if (verb == "link_to_death") return CompileLinkToDeath(site);
  if (verb == "unlink_to_death") {
    const auto target = Resolve(context, subject, subject->text);
    if (target) return us::UnlinkToDeath{*target};
  }
  if (verb == "keep") return CompileKeep(site);
  if (verb == "release") {
    const auto slot = ResolveSymbol(context, SymbolKind::kSlot, subject);
    if (slot) return us::Release{*slot};
  }
  if (verb == "lock") {
    return us::Lock{*ResolveSymbol(context, SymbolKind::kMutex, subject)};
  }
  if (verb == "unlock") {
    const auto mutex = ResolveSymbol(context, SymbolKind::kMutex, subject);
    if (mutex) return us::Unlock{*mutex};
  }
  if (verb == "notify") return CompileNotify(site);
  if (verb == "wait") return CompileWait(site);
  if (verb == "spawn") {
    return us::Spawn{subject->text, CompileBlock({context.group, std::nullopt},
                                                 site.place.Member("do"))};
  }
  if (verb == "repeat") {
    return us::Repeat{*subject->AsUint64(),
                      CompileBlock(context, site.place.Member("do"))};
  }
  if (verb == "choose") return CompileChoose(site);
  if (verb == "mark") return us::MarkAction{subject->text};
  if (verb == "kill") {
    const auto kill =
        ReadKill(reporter_, declarations_, subject, context.method.has_value());
    if (kill) return *kill;
  }
  if (verb == "exit") return us::Exit{};
  if (verb == "freeze" || verb == "unfreeze") {
    auto freeze = ReadFreeze(reporter_, declarations_, site.place, verb);
    if (freeze) freeze->on_error = CompileOnError(site);
    return freeze;
  }
  if (verb == "ioctl") {
    auto ioctl = ReadIoctl(reporter_, declarations_, subject);
    if (ioctl) ioctl->on_error = CompileOnError(site);
    return ioctl;
  }
  return std::nullopt;
}

Compiler::Result Compiler::CompileCall(const Site& site) {
  const Place subject = site.place.Member("call");
  const size_t dot = subject->text.rfind('.');
  us::Call call;
  call.label = subject->text.substr(0, dot);
  call.method = subject->text.substr(dot + 1);
  const auto target =
      Resolve(site.context, subject, call.label, "." + call.method);
  if (const Place oneway = site.place.Member("oneway")) {
    call.oneway = oneway->boolean;
  }
  if (const Place data = site.place.Member("data")) {
    call.data = ReadPayload(data);
  }
  call.objects = ResolveAll(site.context, site.place.Member("objects"));
  call.files = ReadFiles(Group(site.context), site.place.Member("fds"));
  call.as = ReadAs(site);
  const Place on_error = site.place.Member("on_error");
  if (on_error && on_error->IsString()) {
    call.exit_on_error = on_error->text == "exit";
  } else {
    call.on_error = CompileOnError(site);
  }
  if (!target) return std::nullopt;
  call.target = *target;
  result_.calls.push_back({site.context, site.block, site.action, site.place});
  return call;
}

Compiler::Result Compiler::CompileLookUp(const Site& site, const char* verb,
                                         us::LookUp how) {
  const Place subject = site.place.Member(verb);
  const std::string& device = Group(site.context).device;
  us::GetService result{how, subject->text, ReadAs(site), CompileOnError(site)};
  const std::vector<std::string> known = declarations_.ServiceNames(device);
  const bool absence_is_handled =
      static_cast<bool>(site.place.Member("on_error")) &&
      Nearest(subject->text, known).empty();
  if (declarations_.services.count({device, subject->text}) == 0 &&
      !absence_is_handled) {
    reporter_.ReportUnknown(
        subject, subject->text, known,
        fmt::format("a service that nobody on {} has may be asked for with "
                    "\"on_error\", if its name is like no other",
                    device));
    return std::nullopt;
  }
  if (result.as) {
    result_.slot_sources.push_back(
        {site.context, *result.as, us::ServiceRef{subject->text}});
  }
  return result;
}

Compiler::Result Compiler::CompileAddService(const Site& site) {
  const std::string& name = site.place.Member("add_service")->text;
  const Place object = site.place.Member("object");
  const auto reference = Resolve(site.context, object, object->text);
  const auto on_error = CompileOnError(site);
  if (!reference) return std::nullopt;
  result_.added_services.push_back(
      {site.context, {Group(site.context).device, name}, *reference});
  return us::AddService{name, *reference, on_error};
}

Compiler::Result Compiler::CompileLinkToDeath(const Site& site) {
  const Place subject = site.place.Member("link_to_death");
  const auto target = Resolve(site.context, subject, subject->text);
  us::LinkToDeath result;
  if (const Place on_death = site.place.Member("on_death")) {
    result.on_death =
        CompileBlock({site.context.group, std::nullopt}, on_death);
  }
  result.on_error = CompileOnError(site);
  if (!target) return std::nullopt;
  if (std::holds_alternative<us::LocalRef>(*target)) {
    reporter_.Report(subject, Quoted(subject->text),
                     "an object of another process", "",
                     "a process does not outlive its own objects");
    return std::nullopt;
  }
  result.target = *target;
  return result;
}

Compiler::Result Compiler::CompileKeep(const Site& site) {
  const Place subject = site.place.Member("keep");
  const auto object = Resolve(site.context, subject, subject->text);
  const auto slot = ReadAs(site);
  if (!object) return std::nullopt;
  result_.slot_sources.push_back({site.context, *slot, *object});
  return us::Keep{*object, *slot};
}

// Built in place: moving a Wait makes g++ 12 warn of members that it takes for
// uninitialised.
Compiler::Result Compiler::CompileWait(const Site& site) {
  Result result(std::in_place, std::in_place_type<us::Wait>);
  us::Wait& wait = std::get<us::Wait>(*result);
  wait.condition = *ResolveSymbol(site.context, SymbolKind::kCondition,
                                  site.place.Member("wait"));
  if (const Place lock = site.place.Member("lock")) {
    wait.mutex = ResolveSymbol(site.context, SymbolKind::kMutex, lock);
  }
  if (const Place timeout = site.place.Member("timeout")) {
    wait.timeout = ReadQuantity(reporter_, timeout, Unit::kTime);
  }
  return result;
}

Compiler::Result Compiler::CompileNotify(const Site& site) {
  const auto condition = ResolveSymbol(site.context, SymbolKind::kCondition,
                                       site.place.Member("notify"));
  if (!condition) return std::nullopt;
  const Place all = site.place.Member("all");
  return us::Notify{*condition, all && all->boolean};
}

Compiler::Result Compiler::CompileChoose(const Site& site) {
  us::Choose result;
  for (const Place& branch : site.place.Member("choose").Children()) {
    const Place weight = branch.Member("weight");
    result.weights.push_back(weight ? *weight->AsUint64() : 1);
    result.bodies.push_back(CompileBlock(
        site.context, branch->IsArray() ? branch : branch.Member("do")));
  }
  return result;
}

std::optional<us::ObjectRef> Compiler::Resolve(const Context& context,
                                               const Place& place,
                                               const std::string& text,
                                               const std::string& suffix) {
  if (text[0] == '$') {
    if (!context.method) {
      reporter_.Report(place, Quoted(text + suffix),
                       "a service, an own object or a kept name", "",
                       text +
                           " is what a method receives, and this is no "
                           "part of one");
      return std::nullopt;
    }
    const auto position = static_cast<uint32_t>(std::stoul(text.substr(1)));
    result_.argument_uses.push_back({*context.method, position, place});
    return us::ArgumentRef{position};
  }
  const GroupDeclaration& group = Group(context);
  if (const auto slot = group.Symbol(SymbolKind::kSlot, text)) {
    return us::KeptRef{*slot};
  }
  if (const auto own = declarations_.FindOwn(context.group, text)) {
    return us::LocalRef{declarations_.objects[*own].index};
  }
  if (declarations_.services.count({group.device, text}) > 0) {
    return us::ServiceRef{text};
  }
  ReportUnresolved(context, place, text, suffix);
  return std::nullopt;
}

void Compiler::ReportUnresolved(const Context& context, const Place& place,
                                const std::string& text,
                                const std::string& suffix) {
  const GroupDeclaration& group = Group(context);
  std::vector<std::string> known = group.SymbolNames(SymbolKind::kSlot);
  for (const auto& [name, id] : group.object_by_name) known.push_back(name);
  for (const std::string& name : declarations_.ServiceNames(group.device)) {
    known.push_back(name);
  }
  std::string note;
  for (const auto& [key, ids] : declarations_.services) {
    if (key.second == text) {
      note = Quoted(text) + " is a service on " + key.first +
             ", this process uses " + group.device;
    }
  }
  for (const ObjectDeclaration& object : declarations_.objects) {
    if (object.name == text && !object.is_service) {
      note = Quoted(text) + " is an object of " +
             Quoted(declarations_.groups[object.group].name) +
             ", which others can use when they are given it";
    }
  }
  const std::string nearest = Nearest(text, known);
  reporter_.Report(
      place, Quoted(text + suffix),
      suffix.empty()
          ? (known.empty() ? "nothing" : ListOf(known))
          : "a method of " + (known.empty() ? "nothing" : ListOf(known)),
      nearest.empty() ? "" : nearest + suffix, std::move(note));
}

std::vector<us::ObjectRef> Compiler::ResolveAll(const Context& context,
                                                const Place& list) {
  std::vector<us::ObjectRef> result;
  for (const Place& item : list.Children()) {
    if (const auto object = Resolve(context, item, item->text)) {
      result.push_back(*object);
    }
  }
  return result;
}

std::optional<us::SymbolIndex> Compiler::ResolveSymbol(const Context& context,
                                                       SymbolKind kind,
                                                       const Place& place) {
  const GroupDeclaration& group = Group(context);
  const auto index = group.Symbol(kind, place->text);
  if (!index) {
    const char* rule = kind == SymbolKind::kSlot
                           ? "the names that the process keeps objects under"
                       : kind == SymbolKind::kMutex
                           ? "the mutexes that the process locks"
                           : "the conditions that the process waits for";
    reporter_.ReportUnknown(place, place->text, group.SymbolNames(kind), rule);
  }
  return index;
}

us::Quantity Compiler::ReadPayload(const Place& place) {
  if (!place) return {};
  const us::Quantity result = ReadQuantity(reporter_, place, Unit::kSize);
  if (UpperBound(result) > kMaxPayloadBytes) {
    reporter_.Report(place, fmt::format("{} bytes", UpperBound(result)),
                     fmt::format("at most {} bytes", kMaxPayloadBytes), "",
                     "no process can map a larger receive buffer");
  }
  return result;
}

std::optional<us::SymbolIndex> Compiler::ReadAs(const Site& site) {
  const Place as = site.place.Member("as");
  if (!as) return std::nullopt;
  return ResolveSymbol(site.context, SymbolKind::kSlot, as);
}

std::optional<us::BlockIndex> Compiler::CompileOnError(const Site& site) {
  const Place on_error = site.place.Member("on_error");
  if (!on_error) return std::nullopt;
  if (on_error->IsArray()) return CompileBlock(site.context, on_error);
  if (on_error->text != "exit") return std::nullopt;
  const auto index = static_cast<us::BlockIndex>(result_.blocks.size());
  result_.blocks.push_back({{{us::Exit{}, on_error.pointer}}});
  return index;
}

}  // namespace

Programs Compile(const Reporter& reporter, const Declarations& declarations) {
  return Compiler(reporter, declarations).Run();
}

const std::vector<uint32_t>* FindProcesses(const Reporter& reporter,
                                           const Declarations& declarations,
                                           const Place& target,
                                           const std::string& note) {
  const auto found = declarations.processes.find(target->text);
  if (found != declarations.processes.end()) return &found->second;
  std::vector<std::string> known;
  for (const GroupDeclaration& group : declarations.groups) {
    known.push_back(group.name);
    if (group.counted) known.push_back(fmt::format("{}[0]", group.name));
  }
  std::sort(known.begin(), known.end());
  reporter.ReportUnknown(target, target->text, known, note);
  return nullptr;
}

std::optional<us::Kill> ReadKill(const Reporter& reporter,
                                 const Declarations& declarations,
                                 const Place& target, bool in_method) {
  if (target->text == "$caller" && in_method) return us::Kill{{}, true};
  const auto* found = FindProcesses(
      reporter, declarations, target,
      target->text == "$caller" ? "only a method has a caller" : "");
  if (found == nullptr) return std::nullopt;
  return us::Kill{*found, false};
}

}  // namespace bindersim::scenario
