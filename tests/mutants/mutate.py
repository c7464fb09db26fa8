#!/usr/bin/env python3
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Replaces a piece of a source file, which must be there exactly once.

Usage: mutate.py SOURCE OUTPUT OLD NEW
"""

import sys


def main(source, output, old, new):
    with open(source, encoding="utf-8") as stream:
        text = stream.read()
    count = text.count(old)
    if not old or old == new or count != 1:
        there = "the same as what replaces it"
        if old != new:
            there = f"there {count} times, not once"
        return f"{source}: what a mutant replaces is {there}:\n{old}"
    with open(output, "w", encoding="utf-8") as stream:
        stream.write(text.replace(old, new))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
