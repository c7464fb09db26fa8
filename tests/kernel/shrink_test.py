#!/usr/bin/env python3
# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of shrink.py."""

import json
import unittest

import shrink


def script(steps):
    return json.dumps({"name": "s", "processes": {}, "steps": steps})


def step(number, write=()):
    return {"op": "wr", "n": number, "write": list(write)}


class ShrinkTest(unittest.TestCase):

    def shrunk(self, text, holds):
        tried = []

        def holds_all(texts):
            tried.append(len(texts))
            return [holds(json.loads(text)["steps"]) for text in texts]

        return json.loads(shrink.shrink(text, holds_all))["steps"], tried

    def test_keeps_the_steps_that_matter(self):
        def holds(steps):
            return {3, 17}.issubset({step["n"] for step in steps})

        steps, _ = self.shrunk(script([step(n) for n in range(40)]), holds)
        self.assertEqual([3, 17], [step["n"] for step in steps])

    def test_keeps_an_alternative_when_not_all_can_go(self):
        # Either of two steps will do, but not none.
        def holds(steps):
            return any(step["n"] in (2, 9) for step in steps)

        steps, _ = self.shrunk(script([step(n) for n in range(12)]), holds)
        self.assertEqual(1, len(steps))

    def test_shrinks_the_commands_of_a_step(self):
        def holds(steps):
            return any(4 in step["write"] for step in steps)

        steps, _ = self.shrunk(script([step(0, range(6)), step(1)]), holds)
        self.assertEqual([step(0, [4])], steps)

    def test_tries_candidates_of_a_round_together(self):
        _, tried = self.shrunk(script([step(n) for n in range(64)]),
                               lambda steps: len(steps) >= 60)
        self.assertGreaterEqual(max(tried), 30)
        self.assertLess(len(tried), 64)


if __name__ == "__main__":
    unittest.main()
