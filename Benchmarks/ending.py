#!/usr/bin/env python3
"""How long a parent with much that is not written in blocks yet needs to end.

1,000 children of 20 charts with 5 dimensions stream into a parent with a database on the disk, for most of a minute or as fast as
it takes it, 300 points of each; then it gets SIGTERM. It has ten seconds. After that its database is checked, while it runs again.

    Benchmarks/ending.py
"""
import argparse
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers

CHILDREN, CHARTS, DIMENSIONS = 1000, 20, 5
SECONDS = 38
PROMISE = 10.0


def measure(binary, mode, more):
    """Seconds until it has ended, MiB it had in memory, and whether all was well."""
    with servers.Ndstream(binary, mode=mode, pin=False) as server:
        generator = subprocess.Popen(
            [os.path.join(servers.BUILD, "streamgen"), "--port", str(server.port), "--children", str(CHILDREN), "--charts",
             str(CHARTS), "--dims", str(DIMENSIONS), "--seconds", str(SECONDS + 10), "--key", servers.KEY] + more,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(SECONDS)
        memory = server.memory()["rss"] / 1024
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait()
        seconds = time.monotonic() - began
        generator.kill()
        generator.wait()
        server.relaunch()
        server.wait_for_api()
        check = subprocess.run(
            [binary, "parent", "--check", "--config-dir", server.directory + "/etc", "--state-dir", server.directory + "/state"],
            capture_output=True, text=True)
        return seconds, memory, code == 0 and check.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(servers.TOP, ".build/release/ndstream"))
    options = parser.parse_args()
    servers.build_tools()
    print("| mode | points of each chart | SIGTERM to the end | RSS before | exit code and --check |\n|---|---|---|---|---|")
    is_well = True
    for mode, points, more in (("dbengine", SECONDS, []), ("dbengine", 300, ["--mode", "max", "--ticks", "300"]),
                               ("map", SECONDS, [])):
        seconds, memory, is_good = measure(options.binary, mode, more)
        is_well = is_well and is_good and seconds < PROMISE
        print(f"| {mode} | {points} | {seconds:.2f} s | {memory:.0f} MiB | {'0' if is_good else 'WRONG'} |", flush=True)
    if not is_well:
        sys.exit(1)


if __name__ == "__main__":
    main()
