# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Tests of drivers with one wrong rule, and of the right one beside them.

A mutant is a file of //model/driver with one piece of its text replaced. It is
compiled into the test itself. Its symbols are then all defined, so that the
linker has no reason to take the right file out of the driver's archive.
"""

load("@rules_cc//cc:defs.bzl", "cc_test")

def _mutated_source(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".cc")
    ctx.actions.run(
        outputs = [output],
        inputs = [ctx.file.file],
        executable = ctx.executable._mutate,
        arguments = [
            ctx.file.file.path,
            output.path,
            ctx.attr.old,
            ctx.attr.new,
        ],
        mnemonic = "Mutate",
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

mutated_source = rule(
    implementation = _mutated_source,
    attrs = {
        "file": attr.label(allow_single_file = [".cc"], mandatory = True),
        "old": attr.string(mandatory = True),
        "new": attr.string(mandatory = True),
        "_mutate": attr.label(
            default = ":mutate.py",
            allow_single_file = True,
            cfg = "exec",
            executable = True,
        ),
    },
)

_DATA = [
    ":scenarios",
    "//scenarios",
    "//scenarios:driver_past",
    "//scenarios:races",
]

def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"

def mutant(name, file, old, new, facts, wrong, scenario, finds, runs = 64):
    """One wrong rule, and what it is caught by.

    Args:
      name: the rule that is broken, in snake_case.
      file: of model/driver.
      old: a piece of it that is there once.
      new: what replaces it.
      facts: ids of the rule (docs/binder-facts.md).
      wrong: what the wrong rule does, in one line.
      scenario: the path of the one that is explored.
      finds: how the signature of the first finding begins (docs/exploring.md).
      runs: how many schedules are tried at most.
    """
    return struct(
        name = name,
        file = file,
        old = old,
        new = new,
        facts = facts,
        wrong = wrong,
        scenario = scenario,
        finds = finds,
        runs = runs,
    )

def mutant_tests(mutants):
    """For each mutant, a test that exploring its scenario finds it."""
    for m in mutants:
        mutated_source(
            name = m.name + "_mutant",
            testonly = True,
            file = "//model/driver:" + m.file,
            old = m.old,
            new = m.new,
        )
        cc_test(
            name = m.name,
            size = "small",
            srcs = [m.name + "_mutant"],
            args = [
                "--scenario=%s:%d" % (m.scenario, m.runs),
                "--finds=" + _quoted(m.finds),
                "--wrong=" + _quoted("%s: %s" % (", ".join(m.facts), m.wrong)),
            ],
            data = _DATA,
            linkstatic = True,
            deps = [
                ":mutant_main",
                "//model/driver",
                "//model/driver:internals",
            ],
        )

def control_test(name, mutants):
    """With the right rules the same searches find nothing."""
    runs = {}
    for m in mutants:
        runs[m.scenario] = max(m.runs, runs.get(m.scenario, 0))
    cc_test(
        name = name,
        size = "medium",
        args = ["--scenario=%s:%d" % (s, runs[s]) for s in sorted(runs)],
        data = _DATA,
        linkstatic = True,
        deps = [":mutant_main"],
    )
