// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// JSON text as a tree that remembers where everything stands, so that whatever
// is wrong later can be said with line and column.
//
//   Problems problems;
//   std::optional<Document> document =
//       Document::Parse(text, "a.json", problems);
//   const Node* cpus = document->root().Find("cpus");
//   Position where = document->PositionOf(cpus->offset);
//
// Accepted is JSON (RFC 8259) in UTF-8, with // and /* */ comments and a byte
// order mark. Refused, with the place: duplicate keys and what exceeds one of
// the limits below. Neither depth nor size of the text makes it recurse.

#ifndef BINDERSIM_MODEL_SCENARIO_JSON_SOURCE_H_
#define BINDERSIM_MODEL_SCENARIO_JSON_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scenario/problem.h"

namespace bindersim::scenario {

inline constexpr size_t kMaxFileBytes = size_t{64} << 20;
inline constexpr size_t kMaxDepth = 100;
inline constexpr size_t kMaxValues = 1'000'000;
// Of one string or key. Also keeps std::regex within any thread's stack.
inline constexpr size_t kMaxStringBytes = 4096;

// How much a text may hold. The defaults are those of scenarios; files that the
// program writes itself hold more.
struct Limits {
  size_t depth = kMaxDepth;
  size_t values = kMaxValues;
  size_t string_bytes = kMaxStringBytes;
};

// A JSON value. Members of an object and items of an array keep their order.
struct Node {
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kInteger,  // written without fraction or exponent, and fits 64 bits
    kNumber,   // any other number
    kString,
    kArray,
    kObject
  };
  Kind kind = Kind::kNull;
  bool boolean = false;
  bool negative = false;    // kInteger: the value is -magnitude
  uint64_t magnitude = 0;   // kInteger
  uint32_t offset = 0;      // byte at which the value begins
  uint32_t key_offset = 0;  // a member: byte at which its key begins
  std::string key;          // a member: its key
  std::string text;         // a string's value; a number as written
  std::vector<Node> children;

  bool IsObject() const { return kind == Kind::kObject; }
  bool IsArray() const { return kind == Kind::kArray; }
  bool IsString() const { return kind == Kind::kString; }
  bool IsInteger() const { return kind == Kind::kInteger; }

  // The member of that name; null if there is none or this is no object.
  const Node* Find(const std::string& name) const;
  // The integer as int64_t or uint64_t if it is one and fits.
  std::optional<int64_t> AsInt64() const;
  std::optional<uint64_t> AsUint64() const;
};

struct Position {
  uint32_t line = 1;
  uint32_t column = 1;  // in characters, a tab is one
};

// A parsed text.
class Document {
 public:
  // Adds what is wrong to `problems` and returns nothing if the text cannot be
  // read to its end; a document with duplicate keys is nothing, too.
  static std::optional<Document> Parse(std::string text, std::string file,
                                       Problems& problems,
                                       const Limits& limits = {});

  // The member `key` of the root as a document of its own, which says of its
  // places where they are in this one. Adds what is wrong to `problems` and
  // returns nothing if it has longer strings than scenarios may have.
  // REQUIRES: the root has that member.
  std::optional<Document> Part(const std::string& key,
                               Problems& problems) const;

  const Node& root() const { return root_; }
  // The way to the root: empty unless this is a part.
  const std::string& root_pointer() const { return root_pointer_; }
  const std::string& file() const { return file_; }
  // Takes time in proportion to `offset`: for messages, not for every node.
  Position PositionOf(uint32_t offset) const;

 private:
  std::string text_;
  std::string file_;
  Node root_;
  std::string root_pointer_;
};

// `key` as a token of a JSON pointer, with its slash: "a/b" -> "/a~1b".
std::string PointerToken(const std::string& key);

// The value as JSON without white space.
std::string CompactJson(const Node& node);

// The text with U+FFFD in place of each byte that is no UTF-8.
std::string AsUtf8(const std::string& text);

// What a value is, for messages: `a string "x"`, `the number 1.5`, `an array`.
std::string Describe(const Node& node);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_JSON_SOURCE_H_
