// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/object_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bindersim::scenario {
namespace {

namespace us = userspace;
using ObjectSet = std::set<ObjectId>;

class ObjectFlow {
 public:
  ObjectFlow(const Reporter& reporter, const Declarations& declarations,
             Programs& programs)
      : reporter_(reporter), declarations_(declarations), programs_(programs) {
    for (const auto& [key, objects] : declarations.services) {
      services_[key].insert(objects.begin(), objects.end());
    }
    for (const ArgumentUse& use : programs.argument_uses) {
      uint32_t& least = least_objects_[use.method];
      least = std::max(least, use.position + 1);
    }
  }

  // Sets only grow, so this ends.
  void FollowObjects() {
    bool changed = true;
    while (changed) {
      changed = false;
      for (const AddedService& added : programs_.added_services) {
        changed |=
            Merge(services_[added.key], Possible(added.context, added.object));
      }
      for (const SlotSource& source : programs_.slot_sources) {
        changed |= Merge(slots_[{source.context.group, source.slot}],
                         Possible(source.context, source.source));
      }
      for (const CallSite& site : programs_.calls) changed |= FollowCall(site);
    }
  }

  CallNames CompleteCalls() {
    for (const ArgumentUse& use : programs_.argument_uses) CheckArgument(use);
    for (const CallSite& site : programs_.calls) {
      if (reporter_.problems().Full()) break;
      CompleteCall(site);
    }
    return std::move(call_names_);
  }

 private:
  us::Call& CallAt(const CallSite& site) {
    return std::get<us::Call>(
        programs_.blocks[site.block].actions[site.action].body);
  }

  static bool Merge(ObjectSet& to, const ObjectSet& from) {
    if (&to == &from) return false;
    const size_t before = to.size();
    to.insert(from.begin(), from.end());
    return to.size() != before;
  }

  // The objects that `reference` can stand for, as far as known.
  const ObjectSet& Possible(const Context& context,
                            const us::ObjectRef& reference) {
    const GroupDeclaration& group = declarations_.groups[context.group];
    if (const auto* service = std::get_if<us::ServiceRef>(&reference)) {
      return services_[{group.device, service->name}];
    }
    if (const auto* local = std::get_if<us::LocalRef>(&reference)) {
      const ObjectId id = group.objects[local->object];
      return locals_.try_emplace(id, ObjectSet{id}).first->second;
    }
    if (const auto* argument = std::get_if<us::ArgumentRef>(&reference)) {
      return arguments_[{*context.method, argument->position}];
    }
    return slots_[{context.group, std::get<us::KeptRef>(reference).slot}];
  }

  bool FollowCall(const CallSite& site) {
    const us::Call& call = CallAt(site);
    bool changed = false;
    // A copy: a call of an object on itself may add to its targets.
    const ObjectSet targets = Possible(site.context, call.target);
    for (const ObjectId target : targets) {
      const auto method = declarations_.FindMethod(target, call.method);
      if (!method) continue;
      for (uint32_t i = 0; i < call.objects.size(); ++i) {
        changed |= Merge(arguments_[{*method, i}],
                         Possible(site.context, call.objects[i]));
      }
      const MethodProgram& program = programs_.methods[*method];
      if (call.as && !program.reply_objects.empty()) {
        const Context callee{declarations_.objects[target].group, *method};
        changed |= Merge(slots_[{site.context.group, *call.as}],
                         Possible(callee, program.reply_objects[0]));
      }
    }
    return changed;
  }

  void CheckArgument(const ArgumentUse& use) {
    if (!arguments_[{use.method, use.position}].empty()) return;
    const MethodDeclaration& method = declarations_.methods[use.method];
    reporter_.Report(use.place, Quoted(use.place->text), "", "",
                     fmt::format("no call of {} passes an object as ${}",
                                 declarations_.Label(method), use.position));
  }

  void CompleteCall(const CallSite& site) {
    us::Call& call = CallAt(site);
    const Place subject = site.place.Member("call");
    const ObjectSet& targets = Possible(site.context, call.target);
    // Of an argument this has been said already.
    if (targets.empty()) {
      if (std::holds_alternative<us::ArgumentRef>(call.target)) return;
      reporter_.Report(subject, Quoted(subject->text), "", "",
                       "nothing is ever known as " + Quoted(call.label));
      return;
    }
    std::vector<MethodId> methods;
    for (const ObjectId target : targets) {
      const auto method = declarations_.FindMethod(target, call.method);
      if (!method) {
        ReportNoMethod(subject, call, target, targets.size() > 1);
        return;
      }
      methods.push_back(*method);
    }
    if (!CheckAgreement(subject, methods)) return;
    const MethodDeclaration& first = declarations_.methods[methods[0]];
    call.code = first.code;
    call.interface = declarations_.objects[first.object].interface;
    CompleteLabel(call, methods);
    CompleteOneway(site, call, first);
    for (const MethodId method : methods) {
      if (!CheckObjects(site, call, method)) return;
    }
  }

  void ReportNoMethod(const Place& subject, const us::Call& call,
                      ObjectId target, bool one_of_several) {
    std::vector<std::string> known;
    for (const std::string& name : declarations_.MethodNames(target)) {
      known.push_back(call.label + "." + name);
    }
    std::string note;
    if (one_of_several || call.label != declarations_.Label(target)) {
      note = fmt::format("{} {} {}", Quoted(call.label),
                         one_of_several ? "may be" : "is",
                         Quoted(declarations_.Label(target)));
    }
    reporter_.ReportUnknown(subject, subject->text, known, note);
  }

  // All possible targets must mean the same by the method's name.
  bool CheckAgreement(const Place& subject,
                      const std::vector<MethodId>& methods) {
    const MethodDeclaration& first = declarations_.methods[methods[0]];
    for (const MethodId id : methods) {
      const MethodDeclaration& other = declarations_.methods[id];
      if (other.code != first.code) {
        reporter_.Report(
            subject, Quoted(subject->text),
            "a method that has one code in all objects that this can be", "",
            fmt::format("{} has {}, {} has {}", declarations_.Label(first),
                        first.code, declarations_.Label(other), other.code));
        return false;
      }
      if (other.oneway != first.oneway) {
        reporter_.Report(
            subject, Quoted(subject->text),
            "a method that is oneway in all objects that this can be or in "
            "none",
            "",
            fmt::format("{} is oneway, {} is not",
                        declarations_.Label(first.oneway ? first : other),
                        declarations_.Label(first.oneway ? other : first)));
        return false;
      }
    }
    return true;
  }

  void CompleteLabel(us::Call& call, const std::vector<MethodId>& methods) {
    std::set<std::string> labels;
    for (const MethodId method : methods) {
      labels.insert(declarations_.Label(declarations_.methods[method].object));
    }
    if (labels.size() == 1) call.label = *labels.begin();
    const std::string name = call.label + "." + call.method;
    call_names_.names.insert(name);
    for (const std::string& label : labels) {
      if (label == call.label) continue;
      call_names_.other_names[label + "." + call.method] = name;
    }
  }

  void CompleteOneway(const CallSite& site, us::Call& call,
                      const MethodDeclaration& method) {
    const Place oneway = site.place.Member("oneway");
    if (method.oneway && oneway && !oneway->boolean) {
      reporter_.Report(oneway, "false", "true", "",
                       declarations_.Label(method) + " is oneway");
    }
    call.oneway |= method.oneway;
    const Place as = site.place.Member("as");
    if (call.oneway && as) {
      reporter_.ReportKey(as, "the key \"as\"", "no such key", "",
                          "a oneway call has no reply");
    }
  }

  bool CheckObjects(const CallSite& site, const us::Call& call,
                    MethodId method) {
    const std::string label =
        declarations_.Label(declarations_.methods[method]);
    const Place as = site.place.Member("as");
    if (as && !call.oneway && programs_.methods[method].reply_objects.empty()) {
      reporter_.ReportKey(as, "the key \"as\"", "no such key", "",
                          "the reply of " + label + " has no objects");
      return false;
    }
    const auto least = least_objects_.find(method);
    const Place objects = site.place.Member("objects");
    // As written: an object that could not be resolved is a problem already.
    const size_t given = objects ? objects->children.size() : 0;
    if (least == least_objects_.end() || given >= least->second) return true;
    reporter_.Report(objects ? objects : site.place.Member("call"),
                     fmt::format("{} object{}", given, given == 1 ? "" : "s"),
                     fmt::format("at least {}", least->second), "",
                     fmt::format("{} uses ${}", label, least->second - 1));
    return false;
  }

  const Reporter& reporter_;
  const Declarations& declarations_;
  Programs& programs_;
  std::map<ServiceKey, ObjectSet> services_;
  std::map<ObjectId, ObjectSet> locals_;
  std::map<std::pair<MethodId, uint32_t>, ObjectSet> arguments_;
  std::map<std::pair<GroupId, us::SymbolIndex>, ObjectSet> slots_;
  std::map<MethodId, uint32_t> least_objects_;  // that a method makes use of
  CallNames call_names_;
};

}  // namespace

CallNames ResolveCalls(const Reporter& reporter,
                       const Declarations& declarations, Programs& programs) {
  ObjectFlow flow(reporter, declarations, programs);
  flow.FollowObjects();
  return flow.CompleteCalls();
}

}  // namespace bindersim::scenario
