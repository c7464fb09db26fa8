# Copyright 2026 The bindersim Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs kernel scripts on the real driver: a Debian kernel under QEMU.

The machine has one CPU, which QEMU emulates, and an initramfs with nothing but
the recorder (tests/kernel/recorder), the driver's module and the scripts. What
it reports through QEMU's debug console is read here.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

QEMU = "qemu-system-x86_64"
MODULE = "drivers/android/binder_linux.ko"
# Without a word from the machine for so long, it is taken for dead. Far longer
# than the recorder waits for anything.
SILENCE = 60.0

_SCHEDULES = {0: "none", 1: "full", 2: "full", 3: "voluntary"}


class Unavailable(Exception):
    """Something is missing that a machine needs."""


def _run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stdout.strip()}")
    return done.stdout


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "bindersim", "kernels")


def find_kernel():
    """The newest kernel that fetch_kernel has put here: (image, module)."""
    if shutil.which(QEMU) is None:
        raise Unavailable(f"{QEMU} is not installed")
    if shutil.which("cpio") is None:
        raise Unavailable("cpio is not installed")
    for folder in sorted(glob.glob(os.path.join(_cache(), "*")),
                         key=os.path.getmtime, reverse=True):
        image = os.path.join(folder, "vmlinuz")
        module = os.path.join(folder, "binder_linux.ko")
        if os.path.exists(image) and os.path.exists(module):
            return image, module
    raise Unavailable("there is no kernel: tests/kernel/record fetches one")


def fetch_kernel():
    """Takes the kernel out of Debian's package, unless it has been done."""
    depends = _run(["apt-cache", "depends", "linux-image-amd64"])
    package = re.search(r"Depends: (linux-image-\S+)", depends).group(1)
    policy = _run(["apt-cache", "policy", package])
    version = re.search(r"Candidate: (\S+)", policy).group(1)
    name = f"{package}_{version}".replace(":", "_")
    folder = os.path.join(_cache(), name)
    if os.path.exists(folder):
        os.utime(folder)
        return
    print(f"fetching {package} {version} (once)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as work:
        _run(["apt-get", "download", "-qq", package], cwd=work)
        _run(["dpkg-deb", "-x", *glob.glob(os.path.join(work, "*.deb")), work])
        kernel = os.path.join(work, "kernel")
        os.mkdir(kernel)
        images = glob.glob(os.path.join(work, "boot", "vmlinuz-*"))
        modules = glob.glob(os.path.join(work, "lib", "modules", "*", "kernel",
                                         MODULE))
        if len(images) != 1 or len(modules) != 1:
            raise Unavailable(f"{package} has no such kernel or no {MODULE}")
        shutil.move(images[0], os.path.join(kernel, "vmlinuz"))
        shutil.move(modules[0], os.path.join(kernel, "binder_linux.ko"))
        os.makedirs(_cache(), exist_ok=True)
        shutil.move(kernel, folder)


def _libraries(program):
    """The shared libraries of a program, by the paths that it asks for."""
    return re.findall(r"(/\S+) \(0x", _run(["ldd", program]))


def _initramfs(init, module, lines, work):
    root = os.path.join(work, "root")
    os.mkdir(root)
    for source, path in [(init, "init"), (module, "binder_linux.ko")] + [
            (path, path.lstrip("/")) for path in _libraries(init)]:
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(os.path.realpath(source), target)
    with open(os.path.join(root, "scripts.jsonl"), "w",
              encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    image = os.path.join(work, "initramfs")
    _run(["sh", "-c", f"cd '{root}' && find . | cpio --quiet -o -H newc "
          f"> '{image}'"])
    return image


class _Machine:
    """One boot. `on_report(word, rest)` is called for each line it reports."""

    def __init__(self, kernel, initramfs, schedule, on_report):
        command = [
            QEMU, "-accel", "tcg", "-m", "1024", "-smp", "1", "-nodefaults",
            "-display", "none", "-no-reboot", "-debugcon", "stdio",
            "-kernel", kernel, "-initrd", initramfs, "-append",
            "quiet loglevel=0 panic=-1 no_hash_pointers nokaslr mitigations=off no_timer_check "
            f"rcupdate.rcu_expedited=1 preempt={_SCHEDULES[schedule]} "
            f"recorder.schedule={schedule}"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self._heard = time.monotonic()
        self._on_report = on_report

    def run(self):
        """Reads all that the machine reports. Returns what QEMU says."""
        watch = threading.Thread(target=self._watch, daemon=True)
        watch.start()
        for line in self._process.stdout:
            self._heard = time.monotonic()
            word, _, rest = line.decode(errors="replace").strip().partition(" ")
            self._on_report(word, rest)
        return self._process.communicate()[1].decode(errors="replace").strip()

    def stop(self):
        self._process.kill()

    def _watch(self):
        while self._process.poll() is None:
            if time.monotonic() - self._heard > SILENCE:
                self.stop()
            time.sleep(0.2)


class _Recording:
    """Records a list of scripts with as many boots as it takes."""

    def __init__(self, lines, init, schedule, on_result):
        self._lines = lines
        self._init = init
        self._schedule = schedule
        self._on_result = on_result
        self._results = []
        self._started = False  # the next script, in this boot
        self._ended = False
        self._failure = ""

    def run(self):
        image, module = find_kernel()
        while len(self._results) < len(self._lines):
            before = len(self._results)
            with tempfile.TemporaryDirectory() as work:
                initramfs = _initramfs(self._init, module,
                                       self._lines[before:], work)
                self._started = self._ended = False
                machine = _Machine(image, initramfs, self._schedule,
                                   self._on_report)
                said = machine.run()
            if self._failure:
                raise Unavailable(f"the recorder says: {self._failure}")
            if self._ended:
                continue
            if self._started:  # the kernel stopped in this script
                self._add(json.dumps({
                    "name": json.loads(self._lines[len(self._results)])["name"],
                    "error": "boot", "what": "the guest stopped"}))
            elif len(self._results) == before:
                raise Unavailable(f"the machine does not start: {said}")
        return self._results

    def _add(self, result):
        self._results.append(result)
        self._started = False
        self._on_result(len(self._results))

    def _on_report(self, word, rest):
        if word == "start":
            self._started = True
        elif word == "result":
            self._add(rest.partition(" ")[2])
        elif word in ("full", "end"):
            self._ended = True
        elif word == "fail":
            self._failure = rest


def record(lines, init, schedule=0, jobs=1, on_result=lambda count: None):
    """Runs scripts on the real driver.

    Args:
      lines: the scripts, a JSON text each.
      init: the recorder's program.
      schedule: which of the format's four.
      jobs: machines at a time.
      on_result: called with the number of results of one machine so far.
    Returns: their results, a JSON text each.
    Raises: Unavailable.
    """
    jobs = max(1, min(jobs, len(lines)))
    share = -(-len(lines) // jobs)
    parts = [lines[at:at + share] for at in range(0, len(lines), share)]
    results = [None] * len(parts)
    errors = []

    def work(number):
        try:
            results[number] = _Recording(parts[number], init, schedule,
                                         on_result).run()
        except Unavailable as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,))
               for number in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [result for part in results for result in part]
