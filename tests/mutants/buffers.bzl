# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Mutants of the buffer allocator and what uses it."""

load(":mutant.bzl", "mutant")

BUFFERS = [
    mutant(
        name = "smallest_gap_is_used",
        file = "buffer_allocator.cc",
        old = "      best = at;\n" +
              "      at = free_regions_.left(at);",
        new = "      best = at;\n" +
              "      at = free_regions_.right(at);",
        facts = ["ALLOC-05"],
        wrong = "the largest gap is taken instead of the best fit",
        scenario = "tests/mutants/scenarios/best_fit.json",
        finds = "expectation",
    ),
    mutant(
        name = "free_buffer_merges_to_the_right",
        file = "buffer_allocator.cc",
        old = "  if (next != kNone && IsFree(next)) {",
        new = "  if (next != kNone && IsFree(next) && regions_[next].next " +
              "!= kNone) {",
        facts = ["ALLOC-12"],
        wrong = "two free buffers are neighbours",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "invariant_violated: buffer_allocator",
    ),
    mutant(
        name = "oneway_buffer_gives_its_quota_back",
        file = "buffer_allocator.cc",
        old = "  if (buffer.async_transaction) RefundAsync(buffer, size, " +
              "whole);",
        new = "  if (buffer.oneway_spam_suspect) RefundAsync(buffer, size, " +
              "whole);",
        facts = ["ALLOC-31"],
        wrong = "the quota for oneway calls shrinks with each of them",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "invariant_violated: buffer_allocator",
    ),
    mutant(
        name = "oneway_calls_have_a_quota",
        file = "buffer_allocator.cc",
        old = "  if (is_async && free_async_space_ < size) {",
        new = "  if (is_async && map_size_ < size) {",
        facts = ["ALLOC-30", "ALLOC-03"],
        wrong = "oneway calls may fill more than half of the mapping",
        scenario = "tests/mutants/scenarios/oneway_quota.json",
        finds = "expectation",
    ),
    mutant(
        name = "delivered_buffer_may_be_freed",
        file = "read.cc",
        old = "  parcel.allow_user_free = true;\n",
        new = "",
        facts = ["ALLOC-11", "TXN-33"],
        wrong = "BC_FREE_BUFFER is refused for ever",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "leaked_reference: server",
    ),
]
