# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Options for the code in which a simulation spends its time."""

_OPTIMIZED = [
    "-O3",
    "-fomit-frame-pointer",
]

# Not for all: what reads scenarios and writes results takes the longest to
# compile.
HOT = select({
    # Still runs on any of them. What compilers do by default for structs of a
    # hundred bytes, "rep stos", takes dozens of cycles to begin.
    "//tools:optimized_x86": _OPTIMIZED + ["-mtune=skylake"],
    "//tools:optimized": _OPTIMIZED,
    "//conditions:default": [],
})
