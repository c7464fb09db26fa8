// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/json_writer.h"

#include <fmt/format.h>

#include <cstddef>

namespace bindersim::viz {
namespace {

constexpr size_t kFlushAt = 64 * 1024;

// The length of the valid UTF-8 sequence at `at`, or 0 if there is none
// (RFC 3629: no overlong forms, surrogates or values above U+10FFFF).
size_t Utf8Length(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(at);
  const unsigned second = byte(at + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    return continues(at + 1) && continues(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return continues(at + 1) && continues(at + 2) && continues(at + 3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void JsonWriter::Open(char bracket) {
  Separate();
  buffer_ += bracket;
  has_elements_.push_back(false);
}

void JsonWriter::Close(char bracket) {
  const bool had_elements = has_elements_.back();
  has_elements_.pop_back();
  if (style_ == Style::kIndented && had_elements) {
    buffer_ += '\n';
    buffer_.append(2 * has_elements_.size(), ' ');
  } else if (line_) {
    buffer_ += '\n';
  }
  line_ = false;
  buffer_ += bracket;
  if (buffer_.size() >= kFlushAt) Flush();
}

void JsonWriter::Key(const char* key) {
  Separate();
  Quote(key);
  buffer_ += style_ == Style::kIndented ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::Value(const std::string& text) {
  Separate();
  Quote(text);
}

void JsonWriter::Signed(int64_t value) {
  Separate();
  const fmt::format_int digits(value);
  buffer_.append(digits.data(), digits.size());
}

void JsonWriter::Unsigned(uint64_t value) {
  Separate();
  const fmt::format_int digits(value);
  buffer_.append(digits.data(), digits.size());
}

void JsonWriter::Microseconds(int64_t ns) {
  Separate();
  // Negating in unsigned arithmetic is right for the most negative value too.
  const uint64_t size =
      ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  if (ns < 0) buffer_ += '-';
  const fmt::format_int whole(size / 1000);
  buffer_.append(whole.data(), whole.size());
  const uint64_t rest = size % 1000;
  buffer_ += '.';
  buffer_ += static_cast<char>('0' + rest / 100);
  buffer_ += static_cast<char>('0' + rest / 10 % 10);
  buffer_ += static_cast<char>('0' + rest % 10);
}

absl::Status JsonWriter::Finish() {
  buffer_ += '\n';
  Flush();
  return status_;
}

void JsonWriter::Separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_elements_.empty()) return;
  if (has_elements_.back()) buffer_ += ',';
  has_elements_.back() = true;
  if (style_ == Style::kIndented) {
    buffer_ += '\n';
    buffer_.append(2 * has_elements_.size(), ' ');
  } else if (line_) {
    buffer_ += '\n';
  }
  line_ = false;
}

void JsonWriter::Quote(const std::string& text) {
  buffer_ += '"';
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      buffer_ += '\\';
      buffer_ += text[i++];
    } else if (c < 0x20 || c == 0x7F) {
      buffer_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      ++i;
    } else if (const size_t length = Utf8Length(text, i); length > 0) {
      buffer_.append(text, i, length);
      i += length;
    } else {
      buffer_ += "\\ufffd";
      ++i;
    }
  }
  buffer_ += '"';
}

void JsonWriter::Flush() {
  if (status_.ok()) status_ = sink_->Write(buffer_);
  buffer_.clear();
}

}  // namespace bindersim::viz
