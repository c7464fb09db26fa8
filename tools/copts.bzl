# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0

"""Options for the code in which a simulation spends its time."""

# Not for all: what reads scenarios and writes results takes the longest to
# compile.
HOT = select({
    "//tools:optimized": [
        "-O3",
        "-fomit-frame-pointer",
    ],
    "//conditions:default": [],
})
