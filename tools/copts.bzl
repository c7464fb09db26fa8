# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Options for the code in which a simulation spends its time."""

_OPTIMIZED = [
    "-O3",
    "-fomit-frame-pointer",
    # Bazel's toolchain guards functions that have small buffers, as many here
    # do. Whether these overrun the sanitizers tell.
    "-fno-stack-protector",
]

# Not for all: what reads scenarios and writes results takes the longest to
# compile.
HOT = select({
    # Tuned for one x86, runs on all. By default g++ clears structs of a hundred
    # bytes with "rep stos", which takes dozens of cycles to begin.
    "//tools:optimized_x86": _OPTIMIZED + ["-mtune=skylake"],
    "//tools:optimized": _OPTIMIZED,
    "//conditions:default": [],
})
