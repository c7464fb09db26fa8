// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Is a document what its JSON Schema asks for? valijson decides; what is wrong
// is then said by a walk over the schema that knows the places in the text, the
// schema's own words (title) and the nearest known key.

#ifndef BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_
#define BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_

#include "model/scenario/reader.h"

namespace bindersim::scenario {

enum class Schema { kScenario, kCosts };

// True if the document fits; else adds at least one problem.
bool CheckStructure(Schema schema, const Reporter& reporter);

// valijson's answer.
bool FitsSchema(Schema schema, const Document& document);

// Adds a problem for each structural fault. The parts of JSON Schema that it
// understands are those that our schemas use: $ref, anyOf, type, enum, minimum
// and maximum of integers, pattern, minLength, maxLength, items, minItems,
// maxItems, properties, patternProperties, additionalProperties, propertyNames,
// required and minProperties.
void ExplainStructure(Schema schema, const Reporter& reporter);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_STRUCTURE_H_
