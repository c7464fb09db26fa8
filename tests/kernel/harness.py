# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""What the commands of this folder share: set-up, building, files, progress."""

import os
import subprocess
import sys
import tempfile

import vm

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))


def build(*targets):
    """Builds targets, optimised; returns the paths of their programs."""
    flags = "-c opt --config=quiet --symlink_prefix=bazel-run-"
    names = " ".join(targets)
    done = subprocess.run(
        ["bash", "-c", f'root="{ROOT}"; . "$root/tools/launch.sh"; '
         f"prepare build && bazel_command build {flags} {names}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    if done.returncode != 0:
        raise vm.Unavailable(f"the build failed:\n{done.stdout}")
    return [os.path.join(ROOT, "bazel-run-bin",
                         target.lstrip("/").replace(":", "/"))
            for target in targets]


def prepare_recorder():
    """Sets up all that recording needs; returns the recorder's program."""
    if not os.environ.get("BINDERSIM_NO_SETUP"):
        subprocess.run([os.path.join(ROOT, "tools", "setup"), "kernel"],
                       check=False)
        vm.fetch_kernel()
    return build("//tests/kernel/recorder:init")[0]


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [line for line in file.read().split("\n") if line]


def write_whole(path, text):
    """Writes a file that appears whole or not at all."""
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False,
                                     encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


class Progress:
    """Counts on standard error, if that is a terminal."""

    def __init__(self, verb, total):
        self._verb = verb
        self._total = total
        self._count = 0

    def __call__(self, _):
        self._count += 1
        if sys.stderr.isatty():
            end = "\n" if self._count == self._total else ""
            print(f"\r{self._verb} {self._count} of {self._total}{end}",
                  end="", file=sys.stderr, flush=True)


def guarded(main):
    """Runs `main`; what a user can mend becomes a message and a status."""
    try:
        return main()
    except vm.Unavailable as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
        return 70
    except OSError as error:
        print(f"{os.path.basename(sys.argv[0])}: {error}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130
