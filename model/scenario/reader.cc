// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/reader.h"

#include <fmt/format.h>

#include <utility>

namespace bindersim::scenario {

Place Place::Member(const std::string& key) const {
  return {node->Find(key), pointer + PointerToken(key)};
}

Place Place::Child(size_t index) const {
  const Node& child = node->children[index];
  return {&child, pointer + (node->IsObject() ? PointerToken(child.key)
                                              : fmt::format("/{}", index))};
}

std::vector<Place> Place::Children() const {
  std::vector<Place> result;
  if (node == nullptr) return result;
  result.reserve(node->children.size());
  for (size_t i = 0; i < node->children.size(); ++i) result.push_back(Child(i));
  return result;
}

void Reporter::Add(const Place& place, uint32_t offset, std::string found,
                   std::string allowed, std::string suggestion,
                   std::string note) const {
  // Finding the line costs, and what is dropped needs none.
  const Position position =
      problems_->Full() ? Position{} : document_->PositionOf(offset);
  problems_->Add({document_->file(), position.line, position.column,
                  document_->root_pointer() + place.pointer, std::move(found),
                  std::move(allowed), std::move(suggestion), std::move(note)});
}

void Reporter::Report(const Place& place, std::string found,
                      std::string allowed, std::string suggestion,
                      std::string note) const {
  Add(place, place->offset, std::move(found), std::move(allowed),
      std::move(suggestion), std::move(note));
}

void Reporter::ReportKey(const Place& place, std::string found,
                         std::string allowed, std::string suggestion,
                         std::string note) const {
  Add(place, place->key_offset, std::move(found), std::move(allowed),
      std::move(suggestion), std::move(note));
}

void Reporter::ReportUnknown(const Place& place, const std::string& text,
                             const std::vector<std::string>& known,
                             std::string note) const {
  Report(place, Quoted(text), known.empty() ? "nothing" : ListOf(known),
         Nearest(text, known), std::move(note));
}

std::string Reporter::LineAndColumn(const Place& place) const {
  const Position position = document_->PositionOf(place->offset);
  return fmt::format("{}:{}", position.line, position.column);
}

}  // namespace bindersim::scenario
