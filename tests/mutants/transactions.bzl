# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Mutants of calls, replies and oneway calls."""

load(":mutant.bzl", "mutant")

TRANSACTIONS = [
    mutant(
        name = "nested_call_goes_to_the_waiting_thread",
        file = "transaction.cc",
        old = "    if (from && driver.LookAt(from).proc == target_proc) {",
        new = "    if (from && from == thread) {",
        facts = ["THR-30", "THR-31"],
        wrong = "a call back needs an idle thread of the process that waits",
        scenario = "scenarios/races/nested_callbacks.fixed.json",
        finds = "deadlock: mediacodec, mediaserver",
    ),
    mutant(
        name = "call_is_put_on_top_of_the_stack",
        file = "transaction.cc",
        old = "        call.from_parent = " +
              "driver.LookAt(thread).transaction_stack;\n",
        new = "",
        facts = ["TXN-28", "THR-30"],
        wrong = "a nested call drops what its sender was serving",
        scenario = "scenarios/races/nested_callbacks.fixed.json",
        finds = "invariant_violated: transactions",
    ),
    mutant(
        name = "reply_pops_one_transaction",
        file = "transaction.cc",
        old = "  server.transaction_stack = request.to_parent;\n",
        new = "  server.transaction_stack = {};\n",
        facts = ["TXN-72"],
        wrong = "a reply clears the whole stack of its thread",
        scenario = "scenarios/races/nested_callbacks.fixed.json",
        finds = "invariant_violated: transactions",
    ),
    mutant(
        name = "oneway_call_is_confirmed_at_once",
        file = "transaction.cc",
        old = "      if (oneway()) {\n" +
              "        driver.EnqueueThreadWork(env, thread, Completion());",
        new = "      if (oneway()) {\n" +
              "        driver.EnqueueDeferredThreadWork(thread, " +
              "Completion());",
        facts = ["RET-20", "TXN-50"],
        wrong = "BR_TRANSACTION_COMPLETE of a oneway call waits for a reply",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "unanswered_call: app",
    ),
    mutant(
        name = "failed_reply_is_confirmed_once",
        file = "transaction.cc",
        old = "        return Fail(BR_DEAD_REPLY, 0, Section::kUndoComplete,\n",
        new = "        return Fail(BR_DEAD_REPLY, 0, " +
              "Section::kReleaseObjects,\n",
        facts = ["TXN-75", "TXN-78"],
        wrong = "a reply to a dead thread is confirmed and then reported",
        scenario = "scenarios/driver_past/pin_target_thread.json",
        finds = "invariant_violated: statistics",
        runs = 160,
    ),
    mutant(
        name = "lost_call_is_passed_up",
        file = "failure.cc",
        old = "      next = told ? TransactionId{} : " +
              "driver.LookAt(transaction).from_parent;",
        new = "      next = told ? TransactionId{} : TransactionId{};",
        facts = ["TXN-80", "TXN-83"],
        wrong = "whoever called a process that died waiting is not told",
        scenario = "tests/mutants/scenarios/dying_middle.json",
        finds = "invariant_violated: transactions",
    ),
    mutant(
        name = "one_oneway_call_of_a_node_at_a_time",
        file = "transaction.cc",
        old = "  if (oneway()) " +
              "driver.nodes[target_node].has_async_transaction = true;\n",
        new = "",
        facts = ["TXN-51", "TXN-52"],
        wrong = "oneway calls of one object are handled side by side",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "invariant_violated: oneway_order",
    ),
    mutant(
        name = "last_oneway_call_frees_the_node",
        file = "objects.cc",
        old = "    target.has_async_transaction = false;\n",
        new = "",
        facts = ["TXN-52"],
        wrong = "after its first oneway call an object gets none any more",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "invariant_violated: oneway_order",
    ),
    mutant(
        name = "next_oneway_call_is_for_any_thread",
        file = "objects.cc",
        old = "  driver.Enqueue(next, WorkListRef::Todo(proc));",
        new = "  driver.Enqueue(next, WorkListRef::Todo(thread));",
        facts = ["TXN-52"],
        wrong = "the next oneway call is queued to the thread that frees",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "expectation",
    ),
    mutant(
        name = "oneway_calls_keep_their_order",
        file = "transaction.cc",
        old = "    driver.nodes[target_node].async_todo.push_back(work);",
        new = "    auto& waiting = driver.nodes[target_node].async_todo;\n" +
              "    waiting.insert(waiting.begin(), work);",
        facts = ["TXN-53"],
        wrong = "the latest oneway call overtakes those that wait",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "expectation",
    ),
    mutant(
        name = "call_names_its_object",
        file = "read.cc",
        old = "    body.cookie = target.cookie;\n",
        new = "    body.cookie = target.ptr;\n",
        facts = ["RET-30"],
        wrong = "a call comes with the wrong one of its object's addresses",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "abort: ",
    ),
]
