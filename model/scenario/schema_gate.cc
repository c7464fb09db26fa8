// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "model/scenario/embedded.h"
#include "model/scenario/structure.h"

namespace bindersim::scenario {
namespace {

// Recursion is bounded by the depth of the document.
nlohmann::json ToJson(const Node& node) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kBool:
      return node.boolean;
    case Node::Kind::kInteger:
      // valijson reads integers as int64_t and takes larger ones for negative.
      return node.AsInt64().value_or(kMax);
    case Node::Kind::kNumber:
      return nlohmann::json::parse(node.text);
    case Node::Kind::kString:
      return node.text;
    case Node::Kind::kArray: {
      nlohmann::json result = nlohmann::json::array();
      for (const Node& item : node.children) result.push_back(ToJson(item));
      return result;
    }
    case Node::Kind::kObject: {
      nlohmann::json result = nlohmann::json::object();
      for (const Node& member : node.children) {
        result[member.key] = ToJson(member);
      }
      return result;
    }
  }
  return nullptr;
}

// A schema in valijson's form; made once.
const valijson::Schema& CompiledSchema(Schema schema) {
  const auto compile = [](const char* text) {
    auto* result = new valijson::Schema;
    const nlohmann::json json = nlohmann::json::parse(text);
    const valijson::adapters::NlohmannJsonAdapter adapter(json);
    valijson::SchemaParser().populateSchema(adapter, *result);
    return result;
  };
  static const valijson::Schema& scenario = *compile(kScenarioSchema);
  static const valijson::Schema& costs = *compile(kCostsSchema);
  return schema == Schema::kScenario ? scenario : costs;
}

}  // namespace

bool FitsSchema(Schema schema, const Document& document) {
  const nlohmann::json json = ToJson(document.root());
  const valijson::adapters::NlohmannJsonAdapter adapter(json);
  valijson::Validator validator;
  return validator.validate(CompiledSchema(schema), adapter, nullptr);
}

}  // namespace bindersim::scenario
