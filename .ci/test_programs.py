#!/usr/bin/env python3
"""Runs all tests of the workspace as `cargo test --workspace` does, two test programs at a time.

Each program runs in the folder of its package, with what cargo would have set, and its output is printed whole when it
is done. The exit code is 1 if any failed; all are run in any case. Documentation tests come last, by cargo itself.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time

AT_ONCE = 2
# What takes longest begins first, and what works goes beside what waits.
FIRST = ["directpush/it", "directpush/faults", "directpush/walk", "directpush-backends/it", "directpush/imap", "directpush/sending", "directpush-loadtest/it", "directpush/days"]


def built():
    """Compiles everything, and yields (name, program, folder) of each test program."""
    command = ["cargo", "test", "--workspace", "--locked", "--no-run", "--message-format", "json-render-diagnostics"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as building:
        for line in building.stdout:
            message = json.loads(line)
            if message.get("reason") == "compiler-artifact" and message["profile"]["test"] and message["executable"]:
                folder = os.path.dirname(message["manifest_path"])
                yield f"{package(folder)}/{message['target']['name']}", message["executable"], folder
    if building.returncode:
        sys.exit(building.returncode)


def package(folder):
    """The name of the package in a folder."""
    with open(os.path.join(folder, "Cargo.toml"), encoding="utf-8") as manifest:
        return next(line.split('"')[1] for line in manifest if line.startswith("name = "))


def environment(folder):
    """What cargo sets for a test program, and tests use."""
    return {**os.environ, "CARGO_MANIFEST_DIR": folder, "CARGO": os.environ.get("CARGO", "cargo")}


def main():
    programs = list(built())
    order = {name: place for place, name in enumerate(FIRST)}
    waiting = queue.Queue()
    for program in sorted(programs, key=lambda program: (order.get(program[0], len(FIRST)), program[0])):
        waiting.put(program)
    failed, told = [], threading.Lock()

    def work():
        while True:
            try:
                name, program, folder = waiting.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            done = subprocess.run([program], cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            with told:
                print(f"\n     Running {name} ({time.monotonic() - began:.0f} s)", flush=True)
                sys.stdout.buffer.write(done.stdout)
                sys.stdout.flush()
                if done.returncode:
                    failed.append(f"{name} ({done.returncode})")

    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    documentation = subprocess.run(["cargo", "test", "--workspace", "--locked", "--doc"], check=False)
    if documentation.returncode:
        failed.append(f"documentation ({documentation.returncode})")
    if failed:
        print("\nerror: failed:", ", ".join(failed), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
