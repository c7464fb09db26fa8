// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Walking through a document and saying what is wrong at which place of it.

#ifndef BINDERSIM_MODEL_SCENARIO_READER_H_
#define BINDERSIM_MODEL_SCENARIO_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/scenario/json_source.h"
#include "model/scenario/problem.h"

namespace bindersim::scenario {

// A value and the way to it from the document's root. A place without a node is
// falsy: a member that is not there.
struct Place {
  const Node* node = nullptr;
  std::string pointer;

  explicit operator bool() const { return node != nullptr; }
  const Node* operator->() const { return node; }

  // The member `key`; falsy if there is none.
  Place Member(const std::string& key) const;
  // The child at `index`: an item of an array or a member of an object.
  Place Child(size_t index) const;
  // All children.
  std::vector<Place> Children() const;
};

// Adds problems of one document. Copies share the document and the problems,
// which must outlive them.
class Reporter {
 public:
  Reporter(const Document& document, Problems& problems)
      : document_(&document), problems_(&problems) {}

  Place Root() const { return {&document_->root(), ""}; }
  const Document& document() const { return *document_; }
  Problems& problems() const { return *problems_; }

  // At the value, and at the key of a member.
  void Report(const Place& place, std::string found, std::string allowed,
              std::string suggestion = "", std::string note = "") const;
  void ReportKey(const Place& place, std::string found, std::string allowed,
                 std::string suggestion = "", std::string note = "") const;

  // `text` at `place` is none of `known`.
  void ReportUnknown(const Place& place, const std::string& text,
                     const std::vector<std::string>& known,
                     std::string note = "") const;

  // "12:7", the place of the value.
  std::string LineAndColumn(const Place& place) const;

 private:
  void Add(const Place& place, uint32_t offset, std::string found,
           std::string allowed, std::string suggestion, std::string note) const;

  const Document* document_;
  Problems* problems_;
};

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_READER_H_
