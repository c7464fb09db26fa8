// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/json_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace bindersim::scenario {
namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

bool StartsWith(const std::string& text, size_t at, const char* prefix) {
  return text.compare(at, std::string::traits_type::length(prefix), prefix) ==
         0;
}

// Length of the well-formed UTF-8 character at `at` (RFC 3629), or 0.
size_t CharacterLength(const std::string& text, size_t at) {
  const auto byte = [&text, at](size_t i) {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0;
  };
  const auto continues = [&byte](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
    if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogate
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

Position PositionIn(const std::string& text, size_t offset) {
  offset = std::min(offset, text.size());
  const auto begin = text.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(offset);
  Position result;
  result.line = 1 + static_cast<uint32_t>(std::count(begin, end, '\n'));
  size_t line_start = result.line == 1 ? 0 : text.rfind('\n', offset - 1) + 1;
  if (line_start == 0 && offset >= 3 && StartsWith(text, 0, kByteOrderMark)) {
    line_start = 3;
  }
  result.column =
      1 + static_cast<uint32_t>(std::count_if(
              begin + static_cast<std::ptrdiff_t>(line_start), end,
              [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
  return result;
}

// Walks over the text for nlohmann's lexer and counts what it has taken.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, size_t* taken) : at_(at), taken_(taken) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*taken_;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const {
    return at_ == other.at_;
  }
  bool operator!=(const CountingIterator& other) const {
    return at_ != other.at_;
  }

 private:
  const char* at_;
  size_t* taken_;
};

// Of a string at `offset` in `text`.
Problem TooLong(const std::string& file, const std::string& text, size_t offset,
                size_t bytes, size_t limit) {
  const Position place = PositionIn(text, offset);
  return {file,
          place.line,
          place.column,
          "",
          fmt::format("a string of {} bytes", bytes),
          fmt::format("at most {} bytes", limit),
          "",
          ""};
}

// Receives nlohmann's SAX events and builds the tree. Events carry no places:
// a token begins after the separators that follow the one before.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(const std::string& text, const std::string& file,
              const size_t& taken, const Limits& limits, Problems& problems)
      : text_(text),
        file_(file),
        taken_(taken),
        limits_(limits),
        problems_(problems) {
    if (StartsWith(text, 0, kByteOrderMark)) cursor_ = 3;
  }

  Node TakeRoot() { return std::move(root_); }

  bool null() override { return Add(Literal(Node::Kind::kNull, 4)); }

  bool boolean(bool value) override {
    Node node = Literal(Node::Kind::kBool, value ? 4 : 5);
    node.boolean = value;
    return Add(std::move(node));
  }

  bool number_integer(number_integer_t value) override {
    Node node = Number(Node::Kind::kInteger);
    node.negative = value < 0;
    node.magnitude = node.negative ? 0 - static_cast<uint64_t>(value)
                                   : static_cast<uint64_t>(value);
    return Add(std::move(node));
  }

  bool number_unsigned(number_unsigned_t value) override {
    Node node = Number(Node::Kind::kInteger);
    node.magnitude = value;
    return Add(std::move(node));
  }

  bool number_float(number_float_t, const string_t&) override {
    return Add(Number(Node::Kind::kNumber));
  }

  bool string(string_t& value) override {
    Node node = Token(Node::Kind::kString);
    cursor_ = taken_;
    CheckLength(value, node.offset);
    node.text = std::move(value);
    return Add(std::move(node));
  }

  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    return Open(Literal(Node::Kind::kObject, 1));
  }

  bool key(string_t& name) override {
    SkipSeparators();
    const auto offset = static_cast<uint32_t>(cursor_);
    cursor_ = taken_;
    Frame& frame = open_.back();
    CheckLength(name, offset);
    const auto [first, is_new] = frame.keys.emplace(name, offset);
    if (!is_new) ReportDuplicate(name, offset, first->second);
    frame.key = std::move(name);
    frame.key_offset = offset;
    return true;
  }

  bool end_object() override { return Close(); }

  bool start_array(std::size_t) override {
    return Open(Literal(Node::Kind::kArray, 1));
  }

  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override;

 private:
  struct Frame {
    Node node;
    std::string key;  // of the member that is being read
    uint32_t key_offset = 0;
    std::map<std::string, uint32_t> keys;
  };

  void ReportLexical(const std::string& complaint, size_t position);

  // Moves the cursor to the next token.
  void SkipSeparators();

  Node Token(Node::Kind kind) {
    SkipSeparators();
    Node node;
    node.kind = kind;
    node.offset = static_cast<uint32_t>(cursor_);
    return node;
  }

  Node Literal(Node::Kind kind, size_t length) {
    Node node = Token(kind);
    cursor_ += length;
    return node;
  }

  // The lexer has already taken one character more than the number.
  Node Number(Node::Kind kind) {
    Node node = Token(kind);
    const size_t end = std::min(
        text_.find_first_not_of("+-.0123456789eE", cursor_), text_.size());
    node.text = text_.substr(cursor_, end - cursor_);
    cursor_ = end;
    return node;
  }

  bool Add(Node node) {
    if (++values_ > limits_.values) {
      Report(node.offset, Pointer(),
             fmt::format("more than {} values", limits_.values),
             fmt::format("at most {}", limits_.values));
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(node);
      return true;
    }
    Frame& frame = open_.back();
    if (frame.node.IsObject()) {
      node.key = std::move(frame.key);
      node.key_offset = frame.key_offset;
    }
    frame.node.children.push_back(std::move(node));
    return true;
  }

  bool Open(Node node) {
    if (open_.size() == limits_.depth) {
      Report(node.offset, "",
             fmt::format("arrays and objects more than {} levels deep",
                         limits_.depth),
             fmt::format("at most {} levels", limits_.depth));
      return false;
    }
    open_.emplace_back();
    open_.back().node = std::move(node);
    return true;
  }

  bool Close() {
    SkipSeparators();
    ++cursor_;
    Node node = std::move(open_.back().node);
    open_.pop_back();
    return Add(std::move(node));
  }

  // Of what is being read in the innermost open container.
  std::string Pointer() const {
    std::string result;
    for (const Frame& frame : open_) {
      result += frame.node.IsObject()
                    ? PointerToken(frame.key)
                    : fmt::format("/{}", frame.node.children.size());
    }
    return result;
  }

  void CheckLength(const std::string& value, uint32_t offset) {
    if (value.size() <= limits_.string_bytes) return;
    problems_.Add(
        TooLong(file_, text_, offset, value.size(), limits_.string_bytes));
  }

  void ReportDuplicate(const std::string& name, uint32_t offset,
                       uint32_t first) {
    open_.back().key = name;
    const Position place = PositionIn(text_, first);
    Report(offset, Pointer(), "the key " + Quoted(name) + " again",
           "each key once",
           fmt::format("the first is at {}:{}", place.line, place.column));
  }

  void Report(size_t offset, std::string pointer, std::string found,
              std::string allowed, std::string note = "") {
    const Position place = PositionIn(text_, offset);
    problems_.Add({file_, place.line, place.column, std::move(pointer),
                   std::move(found), std::move(allowed), "", std::move(note)});
  }

  const std::string& text_;
  const std::string& file_;
  const size_t& taken_;
  const Limits& limits_;
  Problems& problems_;
  size_t cursor_ = 0;  // where the last token ended, or a new one begins
  size_t values_ = 0;
  std::vector<Frame> open_;
  Node root_;
};

void TreeBuilder::SkipSeparators() {
  while (cursor_ < text_.size()) {
    const char c = text_[cursor_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' ||
        c == ':') {
      ++cursor_;
    } else if (StartsWith(text_, cursor_, "//")) {
      cursor_ = std::min(text_.find('\n', cursor_), text_.size());
    } else if (StartsWith(text_, cursor_, "/*")) {
      const size_t end = text_.find("*/", cursor_ + 2);
      if (end == std::string::npos) return;
      cursor_ = end + 2;
    } else {
      return;
    }
  }
}

// The part of `text` between `after` and `before`; all the rest if `before`
// does not occur; nothing if `after` does not.
std::string Between(const std::string& text, const std::string& after,
                    const std::string& before) {
  const size_t found = text.find(after);
  if (found == std::string::npos) return "";
  const size_t begin = found + after.size();
  const size_t end =
      before.empty() ? std::string::npos : text.find(before, begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

// Reports the lexer's complaint. What is not closed is shown at its beginning,
// a bad character where it stands.
void TreeBuilder::ReportLexical(const std::string& complaint, size_t position) {
  SkipSeparators();
  const size_t here = position == 0 ? 0 : position - 1;
  if (complaint == "invalid literal") {
    const size_t end = std::min(
        text_.find_first_of(" \t\r\n,:[]{}\"", cursor_ + 1), text_.size());
    Report(cursor_, "", Quoted(text_.substr(cursor_, end - cursor_)), "JSON",
           "texts and keys stand in double quotes");
  } else if (complaint.find("U+000A") != std::string::npos ||
             complaint.find("U+000D") != std::string::npos) {
    Report(here, "", "the end of the line in a string", "'\"'");
  } else {
    const bool inside = complaint.find("invalid string") == 0 &&
                        complaint.find("missing closing") == std::string::npos;
    Report(inside ? here : cursor_, "", "text that is no JSON: " + complaint,
           "");
  }
}

// nlohmann's name of a token as users would say it.
std::string Plain(const std::string& token) {
  if (token == "end of input") return "the end of the file";
  if (token == "string literal") return "a string";
  if (token == "number literal") return "a number";
  if (token == "'[', '{', or a literal") return "a value";
  return token;
}

bool TreeBuilder::parse_error(std::size_t position, const std::string&,
                              const nlohmann::detail::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax
  // error while parsing value - unexpected ']'; expected '[', '{', or a
  // literal", or "... - invalid string: missing closing quote; last read: ..."
  const std::string what = error.what();
  std::string found = Between(what, " - unexpected ", "; expected ");
  std::string allowed = Between(what, "; expected ", "");
  if (what.find("number overflow") != std::string::npos) {
    SkipSeparators();
    const Node number = Number(Node::Kind::kNumber);
    Report(number.offset, Pointer(), "the number " + number.text,
           "numbers that fit 64 bits");
    return false;
  }
  if (found.empty()) {
    ReportLexical(Between(what, " - ", "; last read: "), position);
    return false;
  }
  std::string note;
  size_t offset = position == 0 ? 0 : position - 1;
  if (found == "end of input") {
    offset = text_.size();
  } else if (found[0] != '\'') {  // a literal, not punctuation
    SkipSeparators();
    offset = cursor_;
  } else if (found == "']'" || found == "'}'") {
    const size_t before = text_.find_last_not_of(" \t\r\n", offset - 1);
    if (offset > 0 && before != std::string::npos && text_[before] == ',') {
      note = "no comma after the last one";
    }
  }
  if (allowed == "'}'" || allowed == "']'") allowed = "',' or " + allowed;
  allowed = Plain(allowed);
  found = Plain(found);
  Report(offset, "", std::move(found), std::move(allowed), std::move(note));
  return false;
}

// Says what the lexer would not: it takes a NUL for the end and does not look
// into comments.
bool CheckEncoding(const std::string& text, const std::string& file,
                   Problems& problems) {
  const auto report = [&](size_t offset, std::string found,
                          std::string allowed) {
    const Position place = PositionIn(text, offset);
    problems.Add({file, place.line, place.column, "", std::move(found),
                  std::move(allowed), "", ""});
    return false;
  };
  if (text.size() > kMaxFileBytes) {
    problems.Add({file, 0, 0, "", fmt::format("{} bytes", text.size()),
                  fmt::format("at most {} MiB", kMaxFileBytes >> 20), "", ""});
    return false;
  }
  if (StartsWith(text, 0, "\xff\xfe") || StartsWith(text, 0, "\xfe\xff")) {
    return report(0, "UTF-16 text", "UTF-8 text");
  }
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '\0') return report(at, "a NUL byte", "text");
    const size_t length = CharacterLength(text, at);
    if (length == 0) {
      return report(at,
                    fmt::format("the byte 0x{:02x}, which is no UTF-8",
                                static_cast<uint8_t>(text[at])),
                    "UTF-8 text");
    }
    at += length;
  }
  const size_t start = StartsWith(text, 0, kByteOrderMark) ? 3 : 0;
  if (text.find_first_not_of(" \t\r\n", start) == std::string::npos) {
    return report(0, "an empty file", "a JSON object");
  }
  return true;
}

// Reports strings and keys that are longer than a scenario's may be. Recursion
// is bounded by the depth of the document.
void CheckStrings(const Node& node, const std::string& file,
                  const std::string& text, Problems& problems) {
  const auto check = [&](const std::string& value, uint32_t offset) {
    if (value.size() <= kMaxStringBytes || problems.Full()) return;
    problems.Add(TooLong(file, text, offset, value.size(), kMaxStringBytes));
  };
  check(node.key, node.key_offset);
  if (node.IsString()) check(node.text, node.offset);
  for (const Node& child : node.children) {
    CheckStrings(child, file, text, problems);
  }
}

}  // namespace

const Node* Node::Find(const std::string& name) const {
  if (!IsObject()) return nullptr;
  for (const Node& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

std::optional<int64_t> Node::AsInt64() const {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (kind != Kind::kInteger) return std::nullopt;
  if (magnitude > kMax + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
}

std::optional<uint64_t> Node::AsUint64() const {
  if (kind != Kind::kInteger || negative) return std::nullopt;
  return magnitude;
}

std::optional<Document> Document::Parse(std::string text, std::string file,
                                        Problems& problems,
                                        const Limits& limits) {
  if (!CheckEncoding(text, file, problems)) return std::nullopt;
  Document document;
  document.text_ = std::move(text);
  document.file_ = std::move(file);
  const std::string& all = document.text_;
  size_t taken = 0;
  const size_t before = problems.size();
  TreeBuilder builder(all, document.file_, taken, limits, problems);
  const bool whole = nlohmann::json::sax_parse(
      CountingIterator(all.data(), &taken),
      CountingIterator(all.data() + all.size(), &taken), &builder,
      nlohmann::json::input_format_t::json, /*strict=*/true,
      /*ignore_comments=*/true);
  if (!whole || problems.size() > before) return std::nullopt;
  document.root_ = builder.TakeRoot();
  return document;
}

std::optional<Document> Document::Part(const std::string& key,
                                       Problems& problems) const {
  Document part;
  part.text_ = text_;
  part.file_ = file_;
  part.root_ = *root_.Find(key);
  part.root_pointer_ = root_pointer_ + PointerToken(key);
  const size_t before = problems.size();
  CheckStrings(part.root_, file_, text_, problems);
  if (problems.size() > before) return std::nullopt;
  return part;
}

Position Document::PositionOf(uint32_t offset) const {
  return PositionIn(text_, offset);
}

std::string PointerToken(const std::string& key) {
  std::string result = "/";
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

std::string CompactJson(const Node& node) {
  const bool object = node.IsObject();
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kBool:
      return node.boolean ? "true" : "false";
    case Node::Kind::kInteger:
    case Node::Kind::kNumber:
      return node.text;
    case Node::Kind::kString:
      return nlohmann::json(node.text).dump();
    case Node::Kind::kArray:
    case Node::Kind::kObject:
      break;
  }
  std::string result = object ? "{" : "[";
  for (size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) result += ",";
    if (object) result += nlohmann::json(node.children[i].key).dump() + ":";
    result += CompactJson(node.children[i]);
  }
  return result + (object ? "}" : "]");
}

std::string AsUtf8(const std::string& text) {
  using Json = nlohmann::json;
  return Json::parse(
             Json(text).dump(-1, ' ', false, Json::error_handler_t::replace))
      .get<std::string>();
}

std::string Describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "null";
    case Node::Kind::kBool:
      return node.boolean ? "true" : "false";
    case Node::Kind::kInteger:
    case Node::Kind::kNumber:
      return "the number " + node.text;
    case Node::Kind::kString:
      return "the string " + Quoted(node.text);
    case Node::Kind::kArray:
      return node.children.empty() ? "an empty array" : "an array";
    case Node::Kind::kObject:
      return node.children.empty() ? "an empty object" : "an object";
  }
  return "";
}

}  // namespace bindersim::scenario
