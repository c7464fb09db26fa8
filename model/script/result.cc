// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/result.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <cstddef>

#include "model/protocol.h"
#include "model/script/error_name.h"
#include "nlohmann/json.hpp"

namespace bindersim::script {

namespace {

using Json = nlohmann::ordered_json;

std::string Hex(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return hex;
}

Json ToJson(const Place& place) {
  switch (place.kind) {
    case Place::Kind::kNull:
      return nullptr;
    case Place::Kind::kInside:
      return place.offset;
    case Place::Kind::kOutside:
      break;
  }
  return "?";
}

void PutBytes(Json& json, const Bytes& bytes) {
  json["data"] = Hex(bytes.first);
  if (bytes.crc32) json["crc32"] = *bytes.crc32;
}

Json ToJson(const ReceivedObject& object) {
  Json json;
  json["off"] = object.offset;
  json["type"] = protocol::NameOf(protocol::ObjectTypes(), object.type);
  if (!object.complete) return json;
  if (object.type != BINDER_TYPE_FDA) json["flags"] = object.flags;
  switch (object.type) {
    case BINDER_TYPE_BINDER:
    case BINDER_TYPE_WEAK_BINDER:
      json["ptr"] = object.value;
      json["cookie"] = object.cookie;
      break;
    case BINDER_TYPE_HANDLE:
    case BINDER_TYPE_WEAK_HANDLE:
      json["handle"] = object.value;
      json["cookie"] = object.cookie;
      break;
    case BINDER_TYPE_FD:
      json["fd"] = object.files.front();
      json["cookie"] = object.cookie;
      if (object.value >> 32 != 0) json["pad"] = object.value >> 32;
      break;
    case BINDER_TYPE_PTR:
      json["buffer"] = ToJson(object.buffer);
      json["length"] = object.length;
      json["parent"] = object.parent;
      json["parent_offset"] = object.parent_offset;
      if (object.fixup) {
        json["fixup"] = object.fixup_ok ? Json("ok") : ToJson(*object.fixup);
      }
      PutBytes(json, object.content);
      break;
    default:
      json["num_fds"] = object.num_fds;
      json["parent"] = object.parent;
      json["parent_offset"] = object.parent_offset;
      json["fds"] = object.files;
      break;
  }
  return json;
}

void PutReceived(Json& json, const Received& received) {
  json["ptr"] = received.ptr;
  json["cookie"] = received.cookie;
  json["code"] = received.code;
  json["flags"] = received.flags;
  json["sender"] = received.sender.empty() ? Json() : Json(received.sender);
  json["euid"] = received.euid;
  json["data_size"] = received.data_size;
  json["offsets_size"] = received.offsets_size;
  json["buf"] = ToJson(received.buffer);
  json["offs"] = ToJson(received.offsets);
  if (received.security_context) {
    json["secctx"] = ToJson(received.security_context->first);
    json["secctx_str"] = received.security_context->second;
  }
  PutBytes(json, received.data);
  for (const ReceivedObject& object : received.objects) {
    json["objs"].push_back(ToJson(object));
  }
}

Json ToJson(const Return& entry) {
  Json json;
  json["br"] = protocol::NameOf(protocol::Returns(), entry.word);
  if (entry.received) PutReceived(json, *entry.received);
  switch (entry.word) {
    case BR_INCREFS:
    case BR_ACQUIRE:
    case BR_RELEASE:
    case BR_DECREFS:
      json["ptr"] = entry.ptr;
      json["cookie"] = entry.cookie;
      break;
    case BR_DEAD_BINDER:
    case BR_CLEAR_DEATH_NOTIFICATION_DONE:
      json["cookie"] = entry.cookie;
      break;
    case BR_ERROR:
      json["value"] = entry.value;
      break;
    default:
      break;
  }
  return json;
}

void PutFields(
    Json& json,
    const std::vector<std::pair<std::string, Operation::Field>>& fields) {
  for (const auto& [name, field] : fields) {
    std::visit([&, &key = name](const auto& value) { json[key] = value; },
               field);
  }
}

Json ToJson(const Operation& operation) {
  Json json;
  if (operation.blocked) {
    json["blocked"] = true;
    return json;
  }
  if (operation.exited) {
    json["exited"] = true;
    return json;
  }
  json["ret"] = operation.ret;
  if (operation.ret == -1) json["errno"] = ErrorName(operation.error);
  PutFields(json, operation.fields);
  if (operation.head)
    json["head"] = protocol::NameOf(protocol::Returns(), *operation.head);
  if (operation.returns) {
    json["br"] = Json::array();
    for (const Return& entry : *operation.returns) {
      json["br"].push_back(ToJson(entry));
    }
  }
  if (operation.of) json["of"] = *operation.of;
  return json;
}

}  // namespace

std::string ToJson(const Result& result) {
  Json json;
  json["name"] = result.name;
  if (result.failure) {
    const Failure& failure = *result.failure;
    constexpr const char* kKinds[] = {"script", "hang", "boot"};
    json["error"] = kKinds[static_cast<uint8_t>(failure.kind)];
    json[failure.kind == Failure::Kind::kHang ? "why" : "what"] = failure.what;
    if (failure.at) json["at"] = *failure.at;
    return json.dump();
  }
  json["blocked"] = result.blocked;
  json["steps"] = Json::array();
  for (size_t i = 0; i < result.steps.size(); ++i) {
    const StepResult& step = result.steps[i];
    Json entry;
    entry["i"] = i;
    if (!step.self.empty()) PutFields(entry["self"], step.self);
    for (const auto& [thread, operation] : step.operations) {
      entry["r"][thread] = ToJson(operation);
    }
    json["steps"].push_back(std::move(entry));
  }
  if (result.leak) json["leak"] = true;
  return json.dump();
}

}  // namespace bindersim::script
