// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Is a document what its JSON Schema asks for? What is wrong is said by a walk
// over the schema that knows the places in the text, the schema's own words
// (title) and the nearest known key; where it finds nothing, valijson must
// agree.

#ifndef BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_
#define BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_

#include "model/scenario/reader.h"

namespace bindersim::scenario {

enum class Schema { kScenario, kCosts };

// True if the document fits; else adds at least one problem. Takes time in
// proportion to the document.
bool CheckStructure(Schema schema, const Reporter& reporter);

// valijson's answer. Takes time without bound where blocks are deeply nested
// and their actions have the keys of several kinds.
bool FitsSchema(Schema schema, const Document& document);

// Adds a problem for each structural fault. The parts of JSON Schema that it
// understands are those that our schemas use: $ref, anyOf (which it decides by
// keys, so that allOf with "required" is nothing new to it), type, enum,
// minimum and maximum of integers, pattern, minLength, maxLength, items,
// minItems, maxItems, properties, patternProperties, additionalProperties,
// propertyNames, required and minProperties.
void ExplainStructure(Schema schema, const Reporter& reporter);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_
