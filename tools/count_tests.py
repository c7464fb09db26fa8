#!/usr/bin/env python3
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Prints "N passed, N failed" for a `bazel test`, counted in test cases.

Usage: count_tests.py EVENTS STATUS

EVENTS is the file of --build_event_json_file, STATUS bazel's exit status. A
target that did not build, or that failed without a failed case to show for it
(a crash, a leak, a time-out), counts as one failure. The exit status is STATUS,
or 1 if something failed all the same.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree


def count_cases(path):
    """Returns (passed, failed) of a test.xml; skipped cases are neither."""
    passed = failed = 0
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if case.get("status") == "notrun" or case.find("skipped") is not None:
            continue
        if case.find("failure") is None and case.find("error") is None:
            passed += 1
        else:
            failed += 1
    return passed, failed


def count_result(result):
    """Returns (passed, failed) of one run of a test target."""
    passed = failed = 0
    for output in result.get("testActionOutput", []):
        if output["name"] != "test.xml":
            continue
        try:
            path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
            passed, failed = count_cases(path)
        except (OSError, xml.etree.ElementTree.ParseError):
            pass
    good = result.get("status") == "PASSED"
    return passed, failed if good or failed else 1


def main(arguments):
    events, status = arguments[0], int(arguments[1])
    runs = {}
    broken = set()
    with open(events, encoding="utf-8") as stream:
        for line in stream:
            event = json.loads(line)
            kind, key = next(iter(event["id"].items()))
            if kind == "testResult":
                # Of several attempts, the last one counts.
                run = (key["label"], key.get("run"), key.get("shard"))
                runs[run] = count_result(event["testResult"])
            elif kind in ("targetCompleted", "targetConfigured"):
                done = event.get("completed", {}).get("success")
                if kind == "targetCompleted" and not done or "aborted" in event:
                    broken.add(key["label"])
    passed = sum(run[0] for run in runs.values())
    failed = sum(run[1] for run in runs.values())
    failed += len(broken - {run[0] for run in runs})
    for label in sorted(broken):
        print("not built: " + label, file=sys.stderr)
    # 4: all was built, but there are no tests among the targets.
    if status not in (0, 4) and failed == 0:
        failed = 1
    print("%d passed, %d failed" % (passed, failed), flush=True)
    return status or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
