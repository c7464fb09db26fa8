// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>  // tidy: allow(regex) valijson matches the patterns with it
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/scenario/embedded.h"
#include "sim/check.h"

namespace bindersim::scenario {
namespace {

__extension__ using Int128 = __int128;

const Document& SchemaDocument(Schema schema) {
  const auto parse = [](const char* text, const char* name) {
    Problems problems;
    auto document = Document::Parse(text, name, problems);
    SIM_CHECK(document.has_value()) << problems.Listed()[0].ToString();
    return new Document(std::move(*document));
  };
  static const Document& scenario =
      *parse(kScenarioSchema, "scenario.schema.json");
  static const Document& costs = *parse(kCostsSchema, "costs.schema.json");
  return schema == Schema::kScenario ? scenario : costs;
}

// A member's text, or nothing.
std::string TextOf(const Node& schema, const char* key) {
  const Node* member = schema.Find(key);
  return member == nullptr ? "" : member->text;
}

std::vector<std::string> KeysOf(const Node* object) {
  std::vector<std::string> result;
  if (object == nullptr) return result;
  for (const Node& member : object->children) result.push_back(member.key);
  return result;
}

// REQUIRES: an integer.
Int128 ValueOf(const Node& node) {
  const auto magnitude = static_cast<Int128>(node.magnitude);
  return node.negative ? -magnitude : magnitude;
}

size_t Characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

bool HasType(const Node& value, const std::string& type) {
  switch (value.kind) {
    case Node::Kind::kNull:
      return type.empty();
    case Node::Kind::kBool:
      return type.empty() || type == "boolean";
    case Node::Kind::kInteger:
      return type.empty() || type == "integer" || type == "number";
    case Node::Kind::kNumber:
      return type.empty() || type == "number";
    case Node::Kind::kString:
      return type.empty() || type == "string";
    case Node::Kind::kArray:
      return type.empty() || type == "array";
    case Node::Kind::kObject:
      return type.empty() || type == "object";
  }
  return false;
}

class Explainer {
 public:
  Explainer(const Document& schema, const Reporter& reporter)
      : schema_(schema.root()), reporter_(reporter) {}

  void Run() { Check(schema_, reporter_.Root(), ""); }

 private:
  const Node& Resolve(const Node& schema) const {
    const std::string reference = TextOf(schema, "$ref");
    if (reference.empty()) return schema;
    const std::string name = reference.substr(reference.rfind('/') + 1);
    return *schema_.Find("definitions")->Find(name);
  }

  bool Matches(const std::string& text, const std::string& pattern) {
    const auto found = patterns_.try_emplace(pattern, pattern).first;
    return std::regex_search(text, found->second);
  }

  // What a schema without anyOf says of a value that is neither array nor
  // object.
  bool AcceptsScalar(const Node& schema, const Node& value);
  // What is allowed, in words; `title` is that of an enclosing anyOf.
  std::string Allowed(const Node& schema, const std::string& title) const;
  void Flatten(const Node& schema, std::vector<const Node*>& result) const;
  // How many keys of the value the schema has.
  size_t CountKnownKeys(const Node& schema, const Node& value);
  // The keys that tell an alternative from others: its first required one, or
  // any if it requires none.
  static std::vector<std::string> FirstKeys(const Node& schema);
  static bool HasFirstKey(const Node& schema, const Node& value);
  const Node* MeantAlternative(const std::vector<const Node*>& alternatives,
                               const Node& value);
  const Node* MemberSchema(const Node& schema, const std::string& key);

  void Check(const Node& reference, const Place& value,
             const std::string& title);
  void CheckAnyOf(const Node& schema, const Place& value);
  void CheckObjectAnyOf(const Node& schema,
                        const std::vector<const Node*>& alternatives,
                        const Place& value);
  void CheckScalar(const Node& schema, const Place& value,
                   const std::string& title);
  void CheckArray(const Node& schema, const Place& value);
  // What users may write as a key; for a pattern an example.
  static std::vector<std::string> KnownKeys(const Node& schema);
  void CheckObject(const Node& schema, const Place& value);
  void ReportUnknownKey(const Place& member,
                        const std::vector<std::string>& known);

  const Node& schema_;
  const Reporter& reporter_;
  std::map<std::string, std::regex> patterns_;
};

void Explainer::Check(const Node& reference, const Place& value,
                      const std::string& title) {
  if (reporter_.problems().Full()) return;
  const Node& schema = Resolve(reference);
  if (schema.Find("anyOf") != nullptr) {
    CheckAnyOf(schema, value);
  } else if (!HasType(*value.node, TextOf(schema, "type"))) {
    reporter_.Report(value, Describe(*value.node), Allowed(schema, title));
  } else if (value->IsArray()) {
    CheckArray(schema, value);
  } else if (value->IsObject()) {
    CheckObject(schema, value);
  } else {
    CheckScalar(schema, value, title);
  }
}

bool Explainer::AcceptsScalar(const Node& schema, const Node& value) {
  if (!HasType(value, TextOf(schema, "type"))) return false;
  const std::string json = CompactJson(value);
  if (const Node* allowed = schema.Find("enum")) {
    return std::any_of(
        allowed->children.begin(), allowed->children.end(),
        [&json](const Node& item) { return CompactJson(item) == json; });
  }
  if (value.IsString()) {
    const Node* pattern = schema.Find("pattern");
    const Node* shortest = schema.Find("minLength");
    const Node* longest = schema.Find("maxLength");
    const size_t length = Characters(value.text);
    return (pattern == nullptr || Matches(value.text, pattern->text)) &&
           (shortest == nullptr || length >= shortest->magnitude) &&
           (longest == nullptr || length <= longest->magnitude);
  }
  if (!value.IsInteger()) return true;
  const Node* minimum = schema.Find("minimum");
  const Node* maximum = schema.Find("maximum");
  return (minimum == nullptr || ValueOf(value) >= ValueOf(*minimum)) &&
         (maximum == nullptr || ValueOf(value) <= ValueOf(*maximum));
}

std::string Explainer::Allowed(const Node& schema,
                               const std::string& title) const {
  if (!title.empty()) return title;
  const std::string own = TextOf(schema, "title");
  if (!own.empty()) return own;
  if (const Node* values = schema.Find("enum")) {
    std::string result;
    for (const Node& value : values->children) {
      result += (result.empty() ? "" : ", ") + CompactJson(value);
    }
    return result;
  }
  const std::string type = TextOf(schema, "type");
  if (type == "boolean") return "true or false";
  const std::string minimum = TextOf(schema, "minimum");
  const std::string maximum = TextOf(schema, "maximum");
  if (!maximum.empty()) {
    return fmt::format("an {} from {} to {}", type, minimum, maximum);
  }
  if (!minimum.empty()) return fmt::format("an {} >= {}", type, minimum);
  if (schema.Find("minLength") != nullptr) return "a string that is not empty";
  return fmt::format("{} {}", type == "array" || type == "object" ? "an" : "a",
                     type);
}

void Explainer::CheckScalar(const Node& schema, const Place& value,
                            const std::string& title) {
  if (AcceptsScalar(schema, *value.node)) return;
  std::vector<std::string> names;
  if (const Node* allowed = schema.Find("enum")) {
    for (const Node& item : allowed->children) names.push_back(item.text);
  }
  reporter_.Report(
      value, value->IsString() ? Quoted(value->text) : Describe(*value.node),
      Allowed(schema, title),
      value->IsString() ? Nearest(value->text, names) : "");
}

void Explainer::CheckArray(const Node& schema, const Place& value) {
  const size_t size = value->children.size();
  const Node* fewest = schema.Find("minItems");
  const Node* most = schema.Find("maxItems");
  if ((fewest != nullptr && size < fewest->magnitude) ||
      (most != nullptr && size > most->magnitude)) {
    reporter_.Report(
        value, fmt::format("an array of {}", size),
        fmt::format("{}{}", Allowed(schema, ""),
                    fewest == nullptr
                        ? fmt::format(", at most {}", most->magnitude)
                        : ""));
    return;
  }
  const Node* items = schema.Find("items");
  if (items == nullptr) return;
  for (size_t i = 0; i < size; ++i) {
    Check(items->IsArray() ? items->children[i] : *items, value.Child(i), "");
  }
}

const Node* Explainer::MemberSchema(const Node& schema,
                                    const std::string& key) {
  if (const Node* properties = schema.Find("properties")) {
    if (const Node* member = properties->Find(key)) return member;
  }
  if (const Node* patterns = schema.Find("patternProperties")) {
    for (const Node& pattern : patterns->children) {
      if (Matches(key, pattern.key)) return &pattern;
    }
  }
  const Node* additional = schema.Find("additionalProperties");
  return additional != nullptr && additional->IsObject() ? additional : nullptr;
}

void Explainer::ReportUnknownKey(const Place& member,
                                 const std::vector<std::string>& known) {
  const std::string& key = member->key;
  reporter_.ReportKey(member, "the key " + Quoted(key),
                      known.empty() ? "no keys" : ListOf(known),
                      Nearest(key, known));
}

std::vector<std::string> Explainer::KnownKeys(const Node& schema) {
  std::vector<std::string> result = KeysOf(schema.Find("properties"));
  if (const Node* patterns = schema.Find("patternProperties")) {
    for (const Node& pattern : patterns->children) {
      result.push_back(TextOf(pattern, "$comment"));
    }
  }
  return result;
}

void Explainer::CheckObject(const Node& schema, const Place& value) {
  std::set<std::string> meant;  // by keys that are not there
  const Node* names = schema.Find("propertyNames");
  for (const Place& member : value.Children()) {
    if (reporter_.problems().Full()) return;
    const Node* member_schema = MemberSchema(schema, member->key);
    if (member_schema == nullptr) {
      const std::vector<std::string> known = KnownKeys(schema);
      ReportUnknownKey(member, known);
      meant.insert(Nearest(member->key, known));
      continue;
    }
    if (names != nullptr) {
      Node name;
      name.kind = Node::Kind::kString;
      name.text = member->key;
      const Node& name_schema = Resolve(*names);
      if (!AcceptsScalar(name_schema, name)) {
        reporter_.ReportKey(member, Quoted(member->key),
                            Allowed(name_schema, ""));
      }
    }
    Check(*member_schema, member, "");
  }
  if (const Node* required = schema.Find("required")) {
    for (const Node& key : required->children) {
      if (value->Find(key.text) == nullptr && meant.count(key.text) == 0) {
        std::vector<std::string> keys;
        for (const Node& each : required->children) keys.push_back(each.text);
        reporter_.Report(value, "no key " + Quoted(key.text),
                         "an object with " + ListOf(keys));
      }
    }
  }
  const Node* fewest = schema.Find("minProperties");
  if (fewest != nullptr && value->children.size() < fewest->magnitude &&
      meant.empty()) {
    reporter_.Report(value, Describe(*value.node),
                     fmt::format("at least {} of {}", fewest->magnitude,
                                 ListOf(KnownKeys(schema))));
  }
}

void Explainer::Flatten(const Node& schema,
                        std::vector<const Node*>& result) const {
  for (const Node& alternative : schema.Find("anyOf")->children) {
    const Node& resolved = Resolve(alternative);
    if (resolved.Find("anyOf") != nullptr) {
      Flatten(resolved, result);
    } else {
      result.push_back(&resolved);
    }
  }
}

void Explainer::CheckAnyOf(const Node& schema, const Place& value) {
  std::vector<const Node*> all;
  Flatten(schema, all);
  std::vector<const Node*> fitting;
  for (const Node* alternative : all) {
    if (HasType(*value.node, TextOf(*alternative, "type"))) {
      fitting.push_back(alternative);
    }
  }
  const std::string title = TextOf(schema, "title");
  if (fitting.empty()) {
    reporter_.Report(value, Describe(*value.node), title);
  } else if (value->IsObject()) {
    CheckObjectAnyOf(schema, fitting, value);
  } else if (value->IsArray()) {
    Check(*fitting[0], value, title);
  } else if (std::none_of(fitting.begin(), fitting.end(),
                          [&](const Node* alternative) {
                            return AcceptsScalar(*alternative, *value.node);
                          })) {
    CheckScalar(*fitting[0], value, title);
  }
}

size_t Explainer::CountKnownKeys(const Node& schema, const Node& value) {
  return static_cast<size_t>(
      std::count_if(value.children.begin(), value.children.end(),
                    [this, &schema](const Node& member) {
                      return MemberSchema(schema, member.key) != nullptr;
                    }));
}

std::vector<std::string> Explainer::FirstKeys(const Node& schema) {
  const Node* required = schema.Find("required");
  if (required != nullptr) return {required->children[0].text};
  return KeysOf(schema.Find("properties"));
}

bool Explainer::HasFirstKey(const Node& schema, const Node& value) {
  const Node* required = schema.Find("required");
  if (required != nullptr) {
    return value.Find(required->children[0].text) != nullptr;
  }
  const Node& properties = *schema.Find("properties");
  return std::any_of(value.children.begin(), value.children.end(),
                     [&properties](const Node& member) {
                       return properties.Find(member.key) != nullptr;
                     });
}

// Which alternative was meant is told by the keys: of those whose first key is
// there, the one that knows most of them; of two that know as many, the
// earlier.
const Node* Explainer::MeantAlternative(
    const std::vector<const Node*>& alternatives, const Node& value) {
  if (alternatives.size() == 1) return alternatives[0];
  const Node* best = nullptr;
  size_t best_known = 0;
  for (const Node* alternative : alternatives) {
    if (!HasFirstKey(*alternative, value)) continue;
    const size_t known = CountKnownKeys(*alternative, value);
    if (best == nullptr || known > best_known) {
      best = alternative;
      best_known = known;
    }
  }
  return best;
}

void Explainer::CheckObjectAnyOf(const Node& schema,
                                 const std::vector<const Node*>& alternatives,
                                 const Place& value) {
  const Node* meant = MeantAlternative(alternatives, *value.node);
  if (meant != nullptr) {
    CheckObject(*meant, value);
    return;
  }
  std::vector<std::string> first_keys;
  for (const Node* alternative : alternatives) {
    const std::vector<std::string> keys = FirstKeys(*alternative);
    first_keys.insert(first_keys.end(), keys.begin(), keys.end());
  }
  // No key says what is meant: a typing error in it, most likely.
  for (const Place& member : value.Children()) {
    const bool unknown = std::none_of(
        alternatives.begin(), alternatives.end(), [&](const Node* alternative) {
          return MemberSchema(*alternative, member->key) != nullptr;
        });
    if (unknown && (value->children.size() == 1 ||
                    !Nearest(member->key, first_keys).empty())) {
      ReportUnknownKey(member, first_keys);
      return;
    }
  }
  reporter_.Report(value, "an object with none of " + ListOf(first_keys),
                   TextOf(schema, "title"));
}

}  // namespace

bool CheckStructure(Schema schema, const Reporter& reporter) {
  // In this order: what fits takes valijson no longer than its size, but what
  // does not may take it for ever, going through all alternatives at each
  // level.
  const size_t before = reporter.problems().size();
  ExplainStructure(schema, reporter);
  if (reporter.problems().size() > before) return false;
  if (FitsSchema(schema, reporter.document())) return true;
  reporter.Report(reporter.Root(), "a structure that is not allowed",
                  "what the JSON Schema says");
  return false;
}

void ExplainStructure(Schema schema, const Reporter& reporter) {
  Explainer(SchemaDocument(schema), reporter).Run();
}

}  // namespace bindersim::scenario
