#!/usr/bin/env python3
"""The client library `netdata` from PyPI makes all its calls against a parent, of the parent itself and of a mirrored host.

  client.py [--keep]

The library is installed into a virtual environment beneath .build, with what it needs. Whatever it got has to be what the
parent says when it is asked in plain words. Exit code 1 and every difference otherwise. A library that can't be had is
named, and is a failure where CI=true.
"""
import argparse
import http.client
import json
import os
import subprocess
import sys
import time

from receivers import TOP, Missing

from configuration import key_section, netdata_conf, stream_section  # noqa: I001  (the way there is receivers')
from daemons import Daemon, free_port
from nodes import Place, fetched, wait_for

VERSION = "1.3.0"
ENVIRONMENT = f"{TOP}/.build/receivers-python"
KEY = "5d0c7a52-3f0e-4e2b-8f0c-6a3f0b7d1c2e"
HOST = "mirror"
CHARTS = ["system.cpu", "system.load", "system.uptime"]
# One that is raised at once, and one that never is.
ALARMS = """
alarm: always
   on: system.uptime
 calc: $uptime
units: s
every: 1s
 warn: $this > 0
 info: this machine runs

alarm: never
   on: system.uptime
 calc: $uptime
units: s
every: 1s
 warn: $this < 0
 info: this machine does not run
"""


def install(missing):
    """The interpreter that has the library; None where it can't be had."""
    python = f"{ENVIRONMENT}/bin/python"
    wanted = f"netdata=={VERSION}"
    check = [python, "-c", f"import importlib.metadata as m; assert m.version('netdata') == '{VERSION}'; import netdata"]
    if os.path.exists(python) and subprocess.run(check, stderr=subprocess.DEVNULL).returncode == 0:
        return python
    for command in ([sys.executable, "-m", "venv", ENVIRONMENT], [python, "-m", "pip", "install", "-q", wanted]):
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            missing.add(f"{wanted} from PyPI", result.stdout.strip()[-500:])
            return None
    return python


class Nodes:
    def __init__(self, directory):
        self.port = free_port()
        self.parent = Daemon(
            directory, "parent", "parent",
            netdata_conf("parent", binds=[f"127.0.0.1:{self.port}"],
                         health="    enabled = yes\n    enable stock health configuration = no\n"
                                "    script to execute on alarm = /bin/true\n"),
            key_section(KEY, health="yes"))
        self.parent.write("etc/health.d/client.conf", ALARMS)
        self.agent = Daemon(directory, HOST, "agent", netdata_conf(HOST, binds=[], mode="none"),
                            stream_section(f"127.0.0.1:{self.port}", KEY))

    def start(self):
        self.parent.start()
        self.agent.start()
        wait_for("both hosts have data and alarms", lambda: all(
            "always" in str(self.get(self.path(host) + "alarms?all")) and all(
                (self.get(self.path(host) + f"data?chart={chart}&after=-1") or {}).get("data") for chart in CHARTS)
            for host in ("parent", HOST)))

    @staticmethod
    def path(host):
        return "/api/v1/" if host == "parent" else f"/host/{host}/api/v1/"

    def get(self, path):
        return fetched(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20), path)

    def stop(self):
        self.agent.end()
        self.parent.end()


def calls(python, nodes, host):
    """What the library got: {call: value}."""
    result = subprocess.run(
        [python, f"{TOP}/Tests/Receivers/client_calls.py", str(nodes.port), nodes.path(host), *CHARTS],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"the client of {host} has failed:\n{result.stderr[-3000:]}")
    return json.loads(result.stdout)


def check(nodes, host, got):
    """Compares with plain questions. What changes each second is compared by its names, and by the second where it has one."""
    wrong, path = [], nodes.path(host)

    def same(what, one, other):
        if one != other:
            wrong.append(f"{host}: {what}: the client has {str(one)[:200]}, the parent says {str(other)[:200]}")

    for chart in CHARTS:
        values = dict(got["charts"][chart])
        at = values.get("time")
        plain = nodes.get(f"{path}data?chart={chart}&after={(at or 0) - 1}&before={at}&options=seconds")
        same(chart, values, dict(zip(plain["labels"], plain["data"][0])))
    plain = nodes.get(f"{path}alarms?all")
    same("names of alarms", sorted(got["alarms"]["alarms"]), sorted(plain["alarms"]))
    same("states of alarms", {name: one["status"] for name, one in got["alarms"]["alarms"].items()},
         {name: one["status"] for name, one in plain["alarms"].items()})
    if not any(one["status"] == "WARNING" for one in got["alarms"]["alarms"].values()):
        wrong.append(f"{host}: no alarm is raised")
    plain = nodes.get(f"{path}allmetrics?format=json")
    same("charts of allmetrics", sorted(got["allmetrics"]), sorted(plain))
    for chart, one in plain.items():
        mine = got["allmetrics"].get(chart, {})
        same(f"allmetrics {chart}", [mine.get("name"), mine.get("units"), sorted(mine.get("dimensions", {}))],
             [one["name"], one["units"], sorted(one["dimensions"])])
    plain = nodes.get(f"{path}info")
    for name in ("version", "uid", "mirrored_hosts", "os_name", "host_labels", "collectors"):
        same(f"info {name}", got["info"].get(name), plain.get(name))
    print(f"{host}: {len(got['charts'])} charts, {len(got['alarms']['alarms'])} alarms, {len(got['allmetrics'])} charts of "
          f"allmetrics, info with {len(got['info'])} fields", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep logs and configurations")
    options = parser.parse_args()
    missing = Missing()
    python = install(missing)
    if not python:
        raise SystemExit(1 if missing.failures() else 0)
    with Place(options.keep) as place:
        nodes = Nodes(place.directory)
        try:
            nodes.start()
            time.sleep(2)
            wrong = [line for host in ("parent", HOST) for line in check(nodes, host, calls(python, nodes, host))]
        finally:
            nodes.stop()
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong))
            raise SystemExit(1)
        print(f"\nnetdata {VERSION} got what the parent says.")


if __name__ == "__main__":
    main()
