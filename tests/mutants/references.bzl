# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Mutants of nodes, references and objects."""

load(":mutant.bzl", "mutant")

REFERENCES = [
    mutant(
        name = "last_strong_release_reaches_the_node",
        file = "references.cc",
        old = "increment ? count == 0 : strong && count == 1",
        new = "increment ? count == 0 : strong && count == 0",
        facts = ["REF-10", "CMD-11"],
        wrong = "BC_RELEASE of the last strong count changes the ref alone",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_counts",
    ),
    mutant(
        name = "done_is_taken_once",
        file = "references.cc",
        old = "told.pending_strong_ref : told.pending_weak_ref) = false;",
        new = "told.pending_strong_ref : told.pending_weak_ref) = true;",
        facts = ["REF-21", "CMD-16"],
        wrong = "BC_ACQUIRE_DONE leaves the acknowledgement pending",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_counts",
    ),
    mutant(
        name = "owner_is_told_of_the_first_strong_ref",
        file = "nodes.cc",
        old = "if (!node.has_strong_ref && owner_thread) {",
        new = "if (node.has_strong_ref && owner_thread) {",
        facts = ["REF-20", "REF-25"],
        wrong = "no BR_ACQUIRE for a new object, so that its owner drops it",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_work",
    ),
    mutant(
        name = "owner_is_told_of_the_last_strong_ref",
        file = "nodes.cc",
        old = "    if (!node.work_list) {  // tell",
        new = "    if (node.work_list) {  // tell",
        facts = ["REF-25"],
        wrong = "no BR_RELEASE when the last ref goes",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_work",
    ),
    mutant(
        name = "object_at_home_is_counted",
        file = "objects.cc",
        old = "      driver.IncNode(env, node, strong, false, {});\n" +
              "      at_home = true;",
        new = "      at_home = true;",
        facts = ["OBJ-11"],
        wrong = "an object that comes home is not counted while in the buffer",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_counts",
    ),
    mutant(
        name = "failed_call_releases_its_objects",
        file = "transaction_failure.cc",
        old = "      release.end = offset_at;\n",
        new = "",
        facts = ["TXN-86", "OBJ-30"],
        wrong = "the receiver keeps refs of a call that never came",
        scenario = "tests/mutants/scenarios/refused_files.json",
        finds = "leaked_reference: server",
    ),
    mutant(
        name = "freed_buffer_releases_its_handles",
        file = "objects.cc",
        old = "                                    false, object.type == " +
              "BINDER_TYPE_HANDLE});",
        new = "                                    true, object.type == " +
              "BINDER_TYPE_HANDLE});",
        facts = ["OBJ-30", "CMD-18"],
        wrong = "BC_FREE_BUFFER counts a handle up instead of down",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "leaked_reference: shop",
    ),
    mutant(
        name = "freed_buffer_releases_its_target",
        file = "objects.cc",
        old = "      return " +
              "env.Call(NodeOperation::DecrementLocal(entry.target_node, " +
              "true));",
        new = "      return sim::Step::Again();",
        facts = ["OBJ-32", "TXN-30"],
        wrong = "the target's local strong count outlives the call's buffer",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "invariant_violated: node_counts",
    ),
    mutant(
        name = "object_at_home_has_its_addresses",
        file = "objects.cc",
        old = "                  home.ptr, home.cookie);\n",
        new = "                  home.cookie, home.ptr);\n",
        facts = ["OBJ-11"],
        wrong = "a process gets its own object by addresses that are not its",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "invariant_violated: node_counts",
    ),
    mutant(
        name = "owner_is_told_which_node",
        file = "read.cc",
        old = "  const binder_ptr_cookie told{entry.ptr, entry.cookie};\n",
        new = "  const binder_ptr_cookie told{entry.cookie, entry.ptr};\n",
        facts = ["REF-20"],
        wrong = "BR_ACQUIRE comes with the addresses the wrong way round",
        scenario = "tests/mutants/scenarios/objects.json",
        finds = "abort: ",
    ),
]
