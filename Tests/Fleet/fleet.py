#!/usr/bin/env python3
"""A live fleet on this machine: thirty children of one parent, and one of each fault.

  fleet.py [--run COMMAND] [--deadline 90] [--grandparent] [--keep]

Without --run it shows `ndstream top` on the parent, or without a terminal one frame when every fault has shown up.
--run waits for that, then runs COMMAND in a shell with what it needs in its environment:

  NDSTREAM_FLEET_SOCKET   the parent's admin socket: unix:/…
  NDSTREAM_FLEET_PORT     its port on 127.0.0.1, plain or TLS
  NDSTREAM_FLEET_LOG      its error.log
  NDSTREAM_FLEET_PROXY_SOCKET  the admin socket of a proxy with two children
  NDSTREAM_FLEET_DIR      a directory for each node, NAME/state/log/error.log, NAME/etc/stream.conf
  NDSTREAM_FLEET_BINARY   ndstream itself (from NDSTREAM_BINARY, or .build/release/ndstream)

Ends with COMMAND's exit code; 1 where a fault has not shown up, and says which. Everything it has started ends with it.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from daemons import BINARY
from faults import FAULTS
from world import World


class Ended(Exception):
    """A signal says that it is enough."""

    def __init__(self, number):
        self.number = number


def end_on_signals():
    def end(number, _):
        # Only the first one: what ends must be able to.
        for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        raise Ended(number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, end)


def wait_for_faults(world, seconds):
    """Returns when all have shown up; ends with a sentence about each that has not."""
    started = time.monotonic()
    while missing := world.missing():
        for daemon in world.dead():
            raise SystemExit(f"fleet: {daemon.name} has ended with {daemon.process.returncode}; its log is {daemon.log}")
        if time.monotonic() - started > seconds:
            lines = "\n".join(f"  {line}" for line in missing)
            raise SystemExit(f"fleet: not within {seconds} s:\n{lines}")
        time.sleep(0.5)
    print(f"fleet: all {len(FAULTS)} faults have shown up after {time.monotonic() - started:.0f} s", file=sys.stderr)


def run(command, world):
    """In the foreground of the terminal; ^C is the command's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(command, shell=isinstance(command, str), env={**os.environ, **world.environment},
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        return process.wait()
    except Ended:
        process.terminate()
        process.wait()
        raise


def show(world, options):
    socket = world.environment["NDSTREAM_FLEET_SOCKET"]
    if sys.stdin.isatty() and sys.stdout.isatty():
        return run([BINARY, "top", socket], world)
    wait_for_faults(world, options.deadline)
    return run([BINARY, "top", "--batch", "--once", socket], world)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", metavar="COMMAND")
    parser.add_argument("--deadline", type=int, default=90, metavar="SECONDS")
    parser.add_argument("--grandparent", action="store_true", help="the parent streams on to another one")
    parser.add_argument("--keep", action="store_true", help="leave the directory")
    options = parser.parse_args()
    if not os.access(BINARY, os.X_OK):
        raise SystemExit(f"fleet: {BINARY} is not there: make build, or set NDSTREAM_BINARY")
    end_on_signals()
    # Sockets' paths are short.
    directory = tempfile.mkdtemp(prefix="nd-fleet.", dir="/tmp")
    world = None
    try:
        world = World(directory, grandparent=options.grandparent)
        world.build()
        if options.run is None:
            return show(world, options)
        wait_for_faults(world, options.deadline)
        return run(options.run, world)
    except Ended as ended:
        return 128 + ended.number
    finally:
        if world:
            world.end()
        if options.keep:
            print(f"fleet: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def exit_code():
    """What main comes to; a sentence is printed. A command that a signal has ended counts as shells count it."""
    try:
        code = main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    code = exit_code()
    sys.stdout.flush()
    # Thirty children are in the middle of something: they end as they stand, and not one by one with a word each.
    os._exit(code)
