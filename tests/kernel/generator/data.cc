// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The data of generated transactions.

#include <utility>

#include "tests/kernel/generator/composer.h"

namespace bindersim::generator {

namespace {

// Long enough for any alignment of what comes next.
Json Pad() { return {{"u64", 1}}; }

}  // namespace

Data Composer::Fill(uint64_t size) {
  Data data;
  if (size > 0) data.items.push_back({{"fill", size}, {"seed", size % 251}});
  return data;
}

Data Composer::Any(const Actor& actor) {
  Data data;
  if (dice_.Percent(30)) return data;
  if (dice_.Percent(50)) {
    data = Fill(dice_.Number({1, 3, 4, 8, 12, 32, 64, 100, 300, 1000, 3000}));
  }
  const uint64_t objects = dice_.Number({1, 1, 1, 2, 2, 3});
  for (uint64_t i = 0; i < objects; ++i) {
    switch (dice_.Weighted({profile_.plain, profile_.nodes, profile_.handles,
                            profile_.files, profile_.pointers})) {
      case 1:
        AddNode(actor, data);
        break;
      case 2:
        AddHandle(actor, data);
        break;
      case 3:
        AddFile(actor, data);
        break;
      case 4:
        if (!data.pointers) AddPointers(actor, data);
        break;
      default:
        break;
    }
  }
  if (dice_.Percent(profile_.mistakes / 3)) AddMalformed(data);
  return data;
}

uint64_t Composer::NodePtr(const Actor& actor, uint64_t index) const {
  return 0x1000 * (view_.threads()[actor.thread].process + 1) + 0x10 * index;
}

Data Composer::Node(const Actor& actor, uint64_t index, bool accepts_fds) {
  Data data;
  const uint64_t ptr = NodePtr(actor, index);
  Json object = {{"obj", "BINDER"}, {"ptr", ptr}, {"cookie", ptr + 8}};
  if (accepts_fds) object["flags"] = Json::array({"ACCEPTS_FDS"});
  data.items.push_back(object);
  data.effects.push_back({Effect::Kind::kExport, ptr, ptr + 8, false, ""});
  return data;
}

void Composer::AddNode(const Actor& actor, Data& data) {
  const Port& port = PortOf(actor);
  const bool known = !port.nodes.empty() && dice_.Percent(60);
  const uint64_t ptr =
      known ? dice_.Pick(port.nodes).ptr : NodePtr(actor, dice_.Below(6));
  uint64_t cookie = ptr + 8;
  if (dice_.Percent(profile_.mistakes / 2)) cookie += 8;
  Json object = {{"obj", dice_.Percent(25) ? "WEAK_BINDER" : "BINDER"},
                 {"ptr", ptr},
                 {"cookie", cookie}};
  if (dice_.Percent(60)) {
    object["flags"] = Json::array({"ACCEPTS_FDS"});
  } else if (dice_.Percent(20)) {
    object["flags"] = dice_.Number({0x7f, 0x13, 0xff, 0x300, 0x900});
  }
  if (dice_.Percent(profile_.mistakes / 5)) {
    object["flags"] = Json::array({"TXN_SECURITY_CTX", "ACCEPTS_FDS"});
  }
  data.items.push_back(object);
  data.effects.push_back({Effect::Kind::kExport, ptr, ptr + 8, false, ""});
}

void Composer::AddHandle(const Actor& actor, Data& data) {
  const auto good = GoodHandle(actor);
  const bool mistake = Mistake();
  if (!good && !mistake) return AddNode(actor, data);
  Json object = {{"obj", dice_.Percent(25) ? "WEAK_HANDLE" : "HANDLE"},
                 {"handle", mistake ? AnyHandle(actor) : *good}};
  if (dice_.Percent(10)) object["cookie"] = 77;
  if (dice_.Percent(10)) object["flags"] = Json::array({"ACCEPTS_FDS"});
  data.items.push_back(object);
}

Json Composer::AnyDescriptor(const Actor& actor) {
  const ProcessView& process = view_.ProcessOf(actor.thread);
  if (Mistake() || process.files.empty()) {
    // The Binder file itself. Only one process sends it, and nobody passes it
    // on: in its own queue it would keep its process alive for ever.
    if (dice_.Percent(20) && view_.threads()[actor.thread].process == 1) {
      return actor.label;
    }
    return dice_.Number({777, 999, 0xffffffff, 0x7fffffff});
  }
  if (!process.received_files.empty() && dice_.Percent(15)) {
    const auto& [rx, object] = dice_.Pick(process.received_files);
    return {{"rx", rx}, {"obj", object}};
  }
  return dice_.Pick(process.files);
}

void Composer::AddFile(const Actor& actor, Data& data) {
  Json object = {{"obj", "FD"}, {"fd", AnyDescriptor(actor)}};
  if (dice_.Percent(20)) object["cookie"] = 9;
  if (dice_.Percent(5)) object["flags"] = 0x7f;
  data.items.push_back(object);
}

void Composer::AddPointers(const Actor& actor, Data& data) {
  // A parent is named by its index in the offsets array.
  uint64_t objects = 0;
  for (const Json& item : data.items) objects += item.contains("obj") ? 1 : 0;
  const uint64_t root = objects;
  // A PTR at offset 0 can be no parent.
  if (data.items.empty() && !dice_.Percent(10)) data.items.push_back(Pad());
  const uint64_t descriptors =
      dice_.Weighted({20, profile_.files, profile_.files});
  Json content = Json::array({{{"zero", 48}}});
  for (uint64_t i = 0; i < descriptors; ++i) {
    content.push_back({{"fd32", AnyDescriptor(actor)}});
  }
  data.items.push_back({{"obj", "PTR"}, {"content", content}});
  uint64_t offset = 0;
  const uint64_t children = dice_.Below(4);
  uint64_t parent = root;
  uint64_t index = root + 1;
  for (uint64_t i = 0; i < children; ++i) {
    data.items.push_back(
        {{"obj", "PTR"},
         {"content", Json::array({{{"fill", 8 + 8 * dice_.Below(4)},
                                   {"seed", dice_.Below(200)}}})},
         {"parent", parent},
         {"parent_offset", offset}});
    if (parent == root) offset += 8 * (1 + dice_.Below(2));
    // Deeper, once: the child becomes a parent; the root may not follow it
    // unless everything in the child is done.
    if (parent == root && dice_.Percent(20)) {
      data.items.push_back({{"obj", "PTR"},
                            {"content", Json::array({{{"fill", 8}}})},
                            {"parent", index},
                            {"parent_offset", 0}});
      ++index;
    }
    ++index;
  }
  if (descriptors > 0) {
    data.items.push_back({{"obj", "FDA"},
                          {"num_fds", descriptors},
                          {"parent", root},
                          {"parent_offset", 48}});
  }
  data.pointers = true;
  if (Mistake()) SpoilPointers(data);
}

// Makes one of the pointers or descriptor arrays wrong.
void Composer::SpoilPointers(Data& data) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < data.items.size(); ++i) {
    if (!data.items[i].contains("obj")) continue;
    const std::string type = data.items[i]["obj"];
    if (type == "PTR" || type == "FDA") candidates.push_back(i);
  }
  Json& object = data.items[dice_.Pick(candidates)];
  if (object["obj"] == "FDA") {
    switch (dice_.Below(4)) {
      case 0:
        object["num_fds"] =
            dice_.Number({0, 3, 100, 0x40000000, 0x3fffffffffffffff});
        break;
      case 1:
        object["parent"] = dice_.Number({0, 1, 5, 1000, uint64_t{1} << 61});
        break;
      case 2:
        object["parent_offset"] = dice_.Number({2, 50, 52, 4096, 1ull << 63});
        break;
      default:
        object["num_fds"] = 0;
        break;
    }
    return;
  }
  switch (dice_.Below(5)) {
    case 0:
      object["parent"] = dice_.Number({0, 1, 2, 9, 1ull << 61});
      object["parent_offset"] = dice_.Number({0, 8, 16});
      break;
    case 1:
      object["parent_offset"] =
          dice_.Number({0, 4, 41, 44, 48, 1000, 0xfffffffffffffff8});
      if (!object.contains("parent")) object["parent"] = 0;
      break;
    case 2:
      object["length"] =
          dice_.Number({0, 1, 4096, 1ull << 40, 0xfffffffffffffff0});
      if (object["length"] == 4096) object["buffer"] = 8;
      break;
    case 3:
      object["buffer"] = dice_.Number({0, 8, 4096});
      break;
    default:
      object["flags"] = dice_.Number({0, 1, 2, 3, 0xffffffff});
      break;
  }
}

void Composer::AddMalformed(Data& data) {
  switch (dice_.Below(5)) {
    case 0:
      data.items.push_back({{"obj", "RAW"},
                            {"type", dice_.Number({0, 0x12345678, 0x73622a84,
                                                   0x73622a85, 0x66642a85})},
                            {"body", std::string(72, '0')}});
      break;
    case 1:  // cut short by the end of the data
      data.items.push_back({{"obj", "RAW"},
                            {"type", dice_.Number({0x73622a85, 0x66642a85,
                                                   0x70742a85, 0x66646185})},
                            {"body", std::string(8, '0')}});
      break;
    case 2:
      data.items.push_back("00");
      data.items.push_back({{"obj", "BINDER"},
                            {"ptr", 16},
                            {"cookie", 24},
                            {"unaligned", true}});
      break;
    case 3:
      data.items.push_back({{"hex", "00000000"}});
      data.items.push_back(
          {{"obj", "HANDLE"}, {"handle", dice_.Below(3)}, {"unaligned", true}});
      break;
    default:
      data.items.push_back({{"obj", "FD"}, {"fd", 777}, {"nooff", true}});
      break;
  }
}

}  // namespace bindersim::generator
