// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/image.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/check.h"

namespace bindersim::userspace {

namespace {

void Collect(const ObjectRef& ref, std::vector<std::string>& names) {
  if (const auto* service = std::get_if<ServiceRef>(&ref)) {
    names.push_back(service->name);
  }
}

void Collect(const ActionBody& body, std::vector<std::string>& names) {
  std::visit(
      [&](const auto& action) {
        using A = std::remove_cvref_t<decltype(action)>;
        if constexpr (std::is_same_v<A, GetService>) {
          names.push_back(action.name);
        } else if constexpr (std::is_same_v<A, AddService>) {
          names.push_back(action.name);
          Collect(action.object, names);
        } else if constexpr (std::is_same_v<A, Call>) {
          Collect(action.target, names);
          for (const ObjectRef& object : action.objects) {
            Collect(object, names);
          }
        } else if constexpr (std::is_same_v<A, LinkToDeath> ||
                             std::is_same_v<A, UnlinkToDeath>) {
          Collect(action.target, names);
        } else if constexpr (std::is_same_v<A, Keep>) {
          Collect(action.object, names);
        }
      },
      body);
}

std::vector<std::string> ServiceNames(const Setup& setup) {
  std::vector<std::string> names = {"manager"};
  for (const Block& block : setup.blocks) {
    for (const Action& action : block.actions) Collect(action.body, names);
  }
  for (const ProcessSetup& process : setup.processes) {
    for (const Object& object : process.objects) {
      names.push_back(object.name);
      for (const Method& method : object.methods) {
        for (const ObjectRef& reply : method.reply_objects) {
          Collect(reply, names);
        }
      }
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> WithPrefix(const std::string& prefix,
                                    const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(prefix + name);
  return texts;
}

}  // namespace

Image::Image(Setup the_setup) : setup(std::move(the_setup)) {
  watches_calls = std::ranges::any_of(setup.watches, [](const Watch& watch) {
    return watch.what == Watch::What::kCalls ||
           watch.what == Watch::What::kFailures;
  });
  watches_order = std::ranges::any_of(setup.watches, [](const Watch& watch) {
    return watch.what == Watch::What::kBefore;
  });
  for (const Block& block : setup.blocks) {
    for (const Action& action : block.actions) {
      freezes = freezes || std::holds_alternative<Freeze>(action.body);
      makes_raw_calls =
          makes_raw_calls || std::holds_alternative<RawIoctl>(action.body);
    }
  }
  symmetry = SymmetryOf(setup);
  service_names = ServiceNames(setup);
  for (const ProcessSetup& process : setup.processes) {
    mutex_texts.push_back(WithPrefix("mutex ", process.symbols));
    condition_texts.push_back(WithPrefix("condition ", process.symbols));
    std::vector<std::string>& objects = object_names.emplace_back();
    for (const Object& object : process.objects) {
      objects.push_back(object.is_service ? object.name
                                          : process.name + "." + object.name);
    }
  }
}

NameIndex Image::IndexOf(const std::string& name) const {
  const auto it = std::ranges::lower_bound(service_names, name);
  SIM_CHECK(it != service_names.end() && *it == name)
      << "unknown service name " << name;
  return static_cast<NameIndex>(it - service_names.begin());
}

}  // namespace bindersim::userspace
