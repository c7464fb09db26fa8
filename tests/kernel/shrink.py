# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Shrinks a kernel script, keeping a property of it.

Delta debugging (Zeller and Hildebrandt, 2002) over the steps and then the
commands of each step. Since trying a script may mean booting a machine, all
candidates of a round are tried at once.
"""

import copy
import json


def _parts(length, size):
    return [range(at, min(at + size, length)) for at in range(0, length, size)]


def _without(items, indexes):
    gone = set(indexes)
    return [item for at, item in enumerate(items) if at not in gone]


def _reduce(items, holds_all):
    """The fewest of `items`, one-minimal; `holds_all` tries lists of items."""
    size = max(1, len(items) // 2)
    while items:
        parts = _parts(len(items), size)
        verdicts = holds_all([_without(items, part) for part in parts])
        removable = [part for part, holds in zip(parts, verdicts) if holds]
        if removable:
            # Often they can all go; if not, the first one can.
            together = [at for part in removable for at in part]
            if len(removable) > 1 and holds_all([_without(items, together)])[0]:
                items = _without(items, together)
            else:
                items = _without(items, removable[0])
            size = min(size, max(1, len(items) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return items


def shrink(text, holds_all):
    """Returns the script `text` with the fewest steps for which it holds.

    Args:
      text: a script as JSON, for which it holds.
      holds_all: tells of each script in a list whether it holds.
    """
    script = json.loads(text)

    def dump(changed):
        return json.dumps(changed, separators=(",", ":"))

    def with_steps(steps):
        return dump({**script, "steps": steps})

    script["steps"] = _reduce(
        script["steps"],
        lambda lists: holds_all([with_steps(steps) for steps in lists]))
    for at, step in enumerate(script["steps"]):
        if len(step.get("write", [])) < 2:
            continue

        def with_commands(commands, at=at):
            changed = copy.deepcopy(script)
            changed["steps"][at]["write"] = commands
            return dump(changed)

        step["write"] = _reduce(
            step["write"],
            lambda lists, make=with_commands: holds_all(
                [make(commands) for commands in lists]))
    return dump(script)
