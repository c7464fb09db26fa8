#!/usr/bin/env python3
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""A short comparison of the simulated driver with the real one.

Usage: live_test.py INIT COMPARE GENERATE SCRIPTS

It runs the first scripts of a file and some generated ones on both. Without
QEMU or a kernel (tools/setup kernel and tests/kernel/record bring them) it says
so and is skipped: then the recordings alone hold the model to account.
"""

import os
import subprocess
import sys

import vm

KEPT = 12
GENERATED = 12
SEED = 20


def report(verdict):
    """The test's outcome for those who count cases."""
    path = os.environ.get("XML_OUTPUT_FILE")
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write('<testsuites><testsuite name="Live"><testcase '
                       f'name="ModelEqualsKernel">{verdict}</testcase>'
                       "</testsuite></testsuites>\n")


def main():
    init, compare, generate, kept = sys.argv[1:]
    try:
        vm.find_kernel()
    except vm.Unavailable as missing:
        print(f"skipped, the recordings have to do: {missing}")
        report("<skipped/>")
        return 0
    with open(kept, encoding="utf-8") as file:
        scripts = file.read().splitlines()[:KEPT]
    scripts += subprocess.run(
        [generate, f"--seed={SEED}", f"--count={GENERATED}"], text=True,
        stdout=subprocess.PIPE, check=True).stdout.splitlines()
    results = vm.record(scripts, init)
    # Bazel keeps what is in this folder (bazel-testlogs/.../test.outputs).
    folder = os.environ["TEST_UNDECLARED_OUTPUTS_DIR"]
    paths = []
    for name, lines in (("scripts", scripts), ("results", results)):
        paths.append(os.path.join(folder, name + ".jsonl"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
    status = subprocess.run([compare, *paths], check=False).returncode
    report("" if status == 0 else '<failure message="they differ"/>')
    return status


if __name__ == "__main__":
    sys.exit(main())
