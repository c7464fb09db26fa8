// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// valijson decides whether a document fits its schema, ExplainStructure says
// why not. Here the two are held against each other.

#include "model/scenario/structure.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/scenario/embedded.h"
#include "sim/random.h"
#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

// True if both say the same of `text`; it must be JSON.
testing::AssertionResult Agree(Schema schema, const std::string& text) {
  Problems problems;
  const auto document = Document::Parse(text, "f", problems);
  if (!document) return testing::AssertionFailure() << "no JSON: " << text;
  const bool fits = FitsSchema(schema, *document);
  ExplainStructure(schema, Reporter(*document, problems));
  if (fits == problems.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << (fits ? "fits, but: " + problems.Listed()[0].ToString()
                  : "does not fit, for no reason given")
         << "\n"
         << text;
}

TEST(Structure, GoodScenariosFit) {
  for (const std::string& file : FilesIn(kGoodFolder)) {
    Problems problems;
    const auto document = Document::Parse(ReadFileOrDie(file), file, problems);
    ASSERT_TRUE(document.has_value()) << file;
    EXPECT_TRUE(
        CheckStructure(Schema::kScenario, Reporter(*document, problems)))
        << file << problems.Listed()[0].ToString();
  }
}

TEST(Structure, BothAgreeOnBadScenarios) {
  for (const std::string& file : FilesIn(kBadFolder)) {
    Problems problems;
    const std::string text = ReadFileOrDie(file);
    if (!Document::Parse(text, file, problems)) continue;
    EXPECT_TRUE(Agree(Schema::kScenario, text)) << file;
  }
}

// Every value of every good scenario is replaced by some of these in turn.
TEST(Structure, BothAgreeWhateverStandsInAPlace) {
  std::vector<Node> replacements;
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-1",
                           "7",
                           "100",
                           "1.5",
                           "18446744073709551615",
                           "99999999999999999999",
                           "\"\"",
                           "\"10us\"",
                           "\"$0\"",
                           "\"$caller\"",
                           "\"a.b\"",
                           "\"x\"",
                           "\"binder\"",
                           "\"5%\"",
                           "[]",
                           "[1]",
                           "[\"x\", \"y\"]",
                           "[[]]",
                           "[{\"mark\": \"x\"}]",
                           "{}",
                           "{\"x\": 1}",
                           "{\"work\": 1}",
                           "{\"uniform\": [1, 2]}",
                           "{\"do\": []}",
                           "{\"at_least\": 1}",
                           "{\"data\": 1}"}) {
    replacements.push_back(ParseOrDie(text));
  }
  for (const std::string& file : FilesIn(kGoodFolder)) {
    Node root = ParseOrDie(ReadFileOrDie(file));
    sim::Stream random = sim::MakeStream(1, file);
    size_t count = 0;
    VisitNodes(root, [&count](Node&) { ++count; });
    for (size_t i = 0; i < count; ++i) {
      for (int round = 0; round < 3; ++round) {
        const Node& replacement =
            replacements[random.Below(replacements.size())];
        Node changed = root;
        size_t at = 0;
        VisitNodes(changed, [&](Node& node) {
          if (at++ != i) return;
          const std::string key = node.key;
          node = replacement;
          node.key = key;
        });
        ASSERT_TRUE(Agree(Schema::kScenario, CompactJson(changed)));
      }
    }
  }
}

// Keys are renamed, removed and added.
TEST(Structure, BothAgreeWhateverKeysThereAre) {
  const std::vector<std::string> keys = {
      "work", "call", "do",    "as", "lock",      "weight",  "at",   "x y",
      "",     "kill", "marks", "of", "p99_below", "objects", "data", "oneway"};
  for (const std::string& file : FilesIn(kGoodFolder)) {
    const Node root = ParseOrDie(ReadFileOrDie(file));
    sim::Stream random = sim::MakeStream(1, file);
    for (int round = 0; round < 600; ++round) {
      Node changed = root;
      std::vector<Node*> objects;
      VisitNodes(changed, [&objects](Node& node) {
        if (node.IsObject()) objects.push_back(&node);
      });
      Node& object = *objects[random.Below(objects.size())];
      const std::string& key = keys[random.Below(keys.size())];
      if (object.Find(key) != nullptr) continue;
      const size_t size = object.children.size();
      const uint64_t kind = random.Below(3);
      if (kind == 0 || size == 0) {
        Node member = ParseOrDie(random.Below(2) == 0 ? "\"1us\"" : "[]");
        member.key = key;
        object.children.push_back(member);
      } else if (kind == 1) {
        object.children.erase(object.children.begin() +
                              static_cast<std::ptrdiff_t>(random.Below(size)));
      } else {
        object.children[random.Below(size)].key = key;
      }
      ASSERT_TRUE(Agree(Schema::kScenario, CompactJson(changed)));
    }
  }
}

TEST(Structure, BothAgreeOnCostProfiles) {
  const Node root = ParseOrDie(kDefaultCosts);
  sim::Stream random = sim::MakeStream(1, "costs");
  EXPECT_TRUE(Agree(Schema::kCosts, CompactJson(root)));
  for (int round = 0; round < 500; ++round) {
    Node changed = root;
    std::vector<Node*> nodes;
    VisitNodes(changed, [&nodes](Node& node) { nodes.push_back(&node); });
    Node& node = *nodes[random.Below(nodes.size())];
    const char* texts[] = {"1",
                           "\"1us\"",
                           "{}",
                           "-1",
                           "1001",
                           "null",
                           "{\"value\": 1, \"source\": \"x\"}"};
    const std::string key = node.key;
    node = ParseOrDie(texts[random.Below(7)]);
    node.key = random.Below(4) == 0 ? key + "x" : key;
    ASSERT_TRUE(Agree(Schema::kCosts, CompactJson(changed)));
  }
}

// A keyword that ExplainStructure does not know would be left out silently.
void CheckKeywords(const Node& schema, const std::string& where) {
  static const std::set<std::string>& known =
      *new std::set<std::string>{"allOf",
                                 "$schema",
                                 "$ref",
                                 "$comment",
                                 "title",
                                 "description",
                                 "anyOf",
                                 "type",
                                 "enum",
                                 "minimum",
                                 "maximum",
                                 "pattern",
                                 "minLength",
                                 "maxLength",
                                 "items",
                                 "minItems",
                                 "maxItems",
                                 "required",
                                 "minProperties",
                                 "definitions",
                                 "properties",
                                 "patternProperties",
                                 "additionalProperties",
                                 "propertyNames"};
  for (const Node& member : schema.children) {
    const std::string place = where + PointerToken(member.key);
    EXPECT_EQ(known.count(member.key), 1u) << place;
    if (member.key == "allOf") {
      // Nothing that is not said by "required" itself.
      EXPECT_EQ(CompactJson(member),
                "[{\"required\":[" +
                    CompactJson(schema.Find("required")->children[0]) + "]}]");
      continue;
    }
    if (member.key == "properties" || member.key == "definitions" ||
        member.key == "patternProperties" || member.key == "anyOf" ||
        (member.key == "items" && member.IsArray())) {
      for (const Node& child : member.children) {
        CheckKeywords(child, place + PointerToken(child.key));
      }
    } else if (member.IsObject()) {
      CheckKeywords(member, place);
    }
  }
  const Node* type = schema.Find("type");
  if (type != nullptr && type->text == "object") {
    EXPECT_NE(schema.Find("additionalProperties"), nullptr) << where;
  }
  if (schema.Find("anyOf") != nullptr) {
    EXPECT_NE(schema.Find("title"), nullptr) << where;
  }
}

// Alternatives that try each other's blocks would double the work, or more, at
// each level.
TEST(Structure, TakesNoLongerForDeepNesting) {
  struct Nest {
    const char* head;
    const char* tail;
    bool fits;
  };
  const Nest nests[] = {
      {"{\"repeat\": 1, \"do\": [", "]}", true},
      {"{\"spawn\": \"t\", \"do\": [", "]}", true},
      {"{\"link_to_death\": \"s\", \"on_error\": [", "]}", true},
      {"{\"choose\": [[", "]]}", true},
      {"{\"choose\": [{\"do\": [", "]}]}", true},
      // With a key of everything that has a block.
      {"{\"call\": \"s.m\", \"get_service\": \"s\", \"repeat\": 1,"
       " \"link_to_death\": \"s\", \"add_service\": \"s\","
       " \"spawn\": \"t\", \"do\": [], \"on_error\": [",
       "]}", false}};
  for (const Nest& nest : nests) {
    std::string text =
        "{\"processes\": {\"p\": {\"threads\": {\"t\": {\"do\": [";
    for (int i = 0; i < 22; ++i) text += nest.head;
    for (int i = 0; i < 22; ++i) text += nest.tail;
    Problems problems;
    const auto document = Document::Parse(text + "]}}}}}", "f", problems);
    ASSERT_TRUE(document.has_value()) << problems.Listed()[0].ToString();
    EXPECT_EQ(CheckStructure(Schema::kScenario, Reporter(*document, problems)),
              nest.fits)
        << nest.head;
  }
}

TEST(Structure, SchemasUseWhatIsUnderstood) {
  CheckKeywords(ParseOrDie(kScenarioSchema), "");
  CheckKeywords(ParseOrDie(kCostsSchema), "");
}

TEST(Structure, EmbeddedFilesAreThoseOfTheTree) {
  EXPECT_EQ(kScenarioSchema, ReadFileOrDie("scenarios/scenario.schema.json"));
  EXPECT_EQ(kCostsSchema, ReadFileOrDie("model/costs/costs.schema.json"));
  EXPECT_EQ(kDefaultCosts, ReadFileOrDie("model/costs/default.json"));
}

}  // namespace
}  // namespace bindersim::scenario
