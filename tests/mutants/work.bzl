# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Mutants of work lists, wake-ups and thread pools."""

load(":mutant.bzl", "mutant")

WORK = [
    mutant(
        name = "selected_thread_is_idle_no_more",
        file = "work.cc",
        old = "  proc.waiting_threads.pop_back();\n",
        new = "",
        facts = ["THR-11"],
        wrong = "a second call goes to the thread that was chosen for the " +
                "first",
        scenario = "tests/mutants/scenarios/dying_server.json",
        finds = "invariant_violated: thread_pool",
    ),
    mutant(
        name = "selected_thread_is_woken",
        file = "work.cc",
        old = "  if (thread) {\n" +
              "    WakeWaiter(env, thread, sync);\n" +
              "    return;",
        new = "  if (thread) {\n" +
              "    return;",
        facts = ["THR-12", "THR-42"],
        wrong = "work is queued to an idle thread that sleeps on",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "invariant_violated: lost_wake_up",
    ),
    mutant(
        name = "nested_call_goes_to_the_threads_own_todo",
        file = "transaction.cc",
        old = "    driver.EnqueueThreadWork(env, chosen, work);\n" +
              "  } else {",
        new = "    driver.Enqueue(work, WorkListRef::Todo(target_proc));\n" +
              "  } else {",
        facts = ["THR-12", "THR-34"],
        wrong = "a call for one thread is left to any thread of its process",
        scenario = "scenarios/races/nested_callbacks.fixed.json",
        finds = "deadlock: mediacodec, mediaserver",
    ),
    mutant(
        name = "waiting_for_a_reply_is_not_idle",
        file = "work.cc",
        old = "  return !thread.transaction_stack && thread.todo.empty() &&\n",
        new = "  return thread.todo.empty() &&\n",
        facts = ["THR-17"],
        wrong = "a thread that waits for a reply is given other calls",
        scenario = "tests/mutants/scenarios/nested_and_other.json",
        finds = "invariant_violated: thread_pool",
    ),
    mutant(
        name = "only_idle_threads_take_process_work",
        file = "read.cc",
        old = "} else if (wait_for_proc_work && !owner.todo.empty()) {",
        new = "} else if (!owner.todo.empty()) {",
        facts = ["RET-07", "THR-17"],
        wrong = "a thread that returns for a reply takes a call on its way",
        scenario = "tests/mutants/scenarios/lock_over_call.json",
        finds = "deadlock: server",
    ),
    mutant(
        name = "woken_reader_is_unlisted",
        file = "read.cc",
        old = "    if (std::erase(driver.procs[proc].waiting_threads, " +
              "thread) > 0) {",
        new = "    if (owner.waiting_threads.empty()) {",
        facts = ["THR-10", "THR-15"],
        wrong = "a thread that was woken for nothing stays among the idle ones",
        scenario = "tests/mutants/scenarios/frozen.json",
        finds = "invariant_violated: thread_pool",
    ),
    mutant(
        name = "one_looper_is_asked_for_at_a_time",
        file = "read.cc",
        old = "is_looper && owner.requested_threads == 0 &&\n",
        new = "is_looper &&\n",
        facts = ["THR-20", "THR-21"],
        wrong = "BR_SPAWN_LOOPER comes again before the thread has registered",
        scenario = "tests/mutants/scenarios/oneway_chain.json",
        finds = "invariant_violated: thread_pool",
    ),
    mutant(
        name = "max_threads_are_asked_for",
        file = "read.cc",
        old = "owner.requested_threads_started < owner.max_threads) {\n",
        new = "owner.requested_threads_started + 1 < " +
              "owner.max_threads) {\n",
        facts = ["THR-20", "THR-22"],
        wrong = "the pool stays one thread short of max_threads",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "deadlock: server",
    ),
    mutant(
        name = "registration_settles_the_request",
        file = "write_read.cc",
        old = "    --owner.requested_threads;\n" +
              "    ++owner.requested_threads_started;\n",
        new = "    ++owner.requested_threads_started;\n",
        facts = ["THR-21", "CMD-21"],
        wrong = "BC_REGISTER_LOOPER leaves requested_threads as it was",
        scenario = "tests/mutants/scenarios/second_thread.json",
        finds = "invariant_violated: thread_pool",
    ),
]
