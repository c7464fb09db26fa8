#!/usr/bin/python3
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Bazel's lcov_merger and coverage_report_generator, for gcov 9 and later.

Usage: lcov_merge --output_file=OUT
           (--coverage_dir=DIR | --reports_file=LIST) [--filter_sources=REGEX]...

Adds up the gcov JSON files (*.gcov.json.gz) below DIR, or the LCOV files named
in LIST, into one LCOV file. Other options of Bazel's are accepted and ignored.
"""

import collections
import gzip
import json
import os
import re
import sys


def read_gcov(path, lines, functions):
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        report = json.load(stream)
    for entry in report["files"]:
        name = entry["file"]
        for line in entry["lines"]:
            lines[name][line["line_number"]] += line["count"]
        for function in entry["functions"]:
            key = (function["start_line"], function["name"])
            functions[name][key] += function["execution_count"]


def read_lcov(path, lines, functions):
    name = ""
    starts = {}
    with open(path, encoding="utf-8") as stream:
        for record in stream:
            kind, _, value = record.rstrip("\n").partition(":")
            if kind == "SF":
                name, starts = value, {}
            elif kind == "FN":
                start, function = value.split(",", 1)
                starts[function] = int(start)
            elif kind == "FNDA":
                count, function = value.split(",", 1)
                functions[name][(starts[function], function)] += int(count)
            elif kind == "DA":
                number, count = value.split(",")[:2]
                lines[name][int(number)] += int(count)


def write_lcov(path, lines, functions, filters):
    with open(path, "w", encoding="utf-8") as out:
        for name in sorted(lines):
            if any(re.fullmatch(pattern, name) for pattern in filters):
                continue
            out.write("SF:%s\n" % name)
            known = sorted(functions[name].items())
            for (start, function), _ in known:
                out.write("FN:%d,%s\n" % (start, function))
            for (_, function), count in known:
                out.write("FNDA:%d,%s\n" % (count, function))
            out.write("FNF:%d\n" % len(known))
            out.write("FNH:%d\n" % sum(count > 0 for _, count in known))
            counts = sorted(lines[name].items())
            for number, count in counts:
                out.write("DA:%d,%d\n" % (number, count))
            out.write("LH:%d\n" % sum(count > 0 for _, count in counts))
            out.write("LF:%d\nend_of_record\n" % len(counts))


def main(arguments):
    options = collections.defaultdict(list)
    for argument in arguments:
        key, _, value = argument.lstrip("-").partition("=")
        options[key].append(value)
    lines = collections.defaultdict(collections.Counter)
    functions = collections.defaultdict(collections.Counter)
    for folder in options["coverage_dir"]:
        for parent, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                if name.endswith(".gcov.json.gz"):
                    read_gcov(os.path.join(parent, name), lines, functions)
    for report_list in options["reports_file"]:
        with open(report_list, encoding="utf-8") as stream:
            for name in stream.read().split():
                read_lcov(name, lines, functions)
    write_lcov(options["output_file"][0], lines, functions,
               options["filter_sources"])


if __name__ == "__main__":
    main(sys.argv[1:])
