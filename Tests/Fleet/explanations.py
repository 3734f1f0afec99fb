#!/usr/bin/env python3
"""Each fault of the fleet is explained alike wherever it is looked for: same code, same way out.

  Tests/Fleet/fleet.py --run Tests/Fleet/explanations.py

For each fault with a code it compares

  log      error.log has the line that the status document has as text
  tail     `ndstream tail` has the code, and below it the fix
  json     `ndstream tail --json` has code and fix
  top      `ndstream top --json` has code and fix, `ndstream top --batch` the code
  api      GET /api/v1/streaming has them; of other nodes the same on their admin socket
  status   `ndstream parent|agent --status` has them

with one another. Keys differ in one respect: the log has a refused key, everything else its last four characters.
"""
import json
import os
import re
import subprocess
import sys
import urllib.request

from daemons import Admin
from faults import FAULTS

BINARY = os.environ["NDSTREAM_FLEET_BINARY"]
DIRECTORY = os.environ["NDSTREAM_FLEET_DIR"]
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Ways out of a certificate's failure are lines of their own; so is what a refused key resembles.
WAY, RESEMBLES = "ND-H91", "ND-H90"
# Where a status document explains; elsewhere a state says it all.
PLACES = {"refusals", "problems", "link"}


def ndstream(*words):
    result = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=30,
                            env={**os.environ, "LC_ALL": "C.UTF-8"})
    if result.returncode:
        raise SystemExit(f"ndstream {' '.join(words)} ended with {result.returncode}: {result.stderr}")
    return result.stdout


class Node:
    """Everything that a node says of itself, read once."""

    def __init__(self, name):
        self.role = "parent" if name in ("parent", "proxy-fra") else "agent"
        self.port = os.environ["NDSTREAM_FLEET_PORT"] if name == "parent" else None
        place = f"{DIRECTORY}/{'mon-1' if name == 'parent' else name}"
        self.socket = f"{place}/state/run/{self.role}.sock"
        log = f"{place}/state/log/error.log"
        # What is read last may know more: entries are looked for in it by what the ones before say.
        self.top = json.loads(ndstream("top", "--json", "--once", f"unix:{self.socket}"))
        self.batch = ndstream("top", "--batch", "--once", f"unix:{self.socket}")
        self.status = ndstream(self.role, "--status", "--config-dir", f"{place}/etc", "--state-dir", f"{place}/state")
        self.api = self.get("/api/v1/streaming")
        with open(log, errors="replace") as file:
            self.log = file.read()
        self.json = [json.loads(line) for line in ndstream("tail", "--json", "--no-follow", log).splitlines()]
        self.pretty = ndstream("tail", "--no-follow", "--color", "never", log).splitlines()

    def get(self, path):
        if self.port:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return json.load(answer)
        connection = Admin(self.socket)
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())

    def told(self, code, text):
        """The lines of `tail --json` that are of this event: those with the text, whatever port they came from."""
        wanted = without_ports(text)
        return [line for line in self.json if line["code"] == code and without_ports(line["message"]) == wanted]

    def explained(self, code, name):
        """The lines of the fix that `tail` prints below the first line of a code and a host."""
        for number, line in enumerate(self.pretty):
            is_it = re.match(rf"\S+ \S+  {re.escape(name[:16])} +[x!] {code} ", line)
            if is_it and self.pretty[number + 1].startswith("    └"):
                fixes = []
                for below in self.pretty[number + 2:]:
                    if not below.startswith("      "):
                        break
                    fixes.append(below[11:])
                return fixes
        return None


def without_ports(text):
    """A text whose keys are masked and whose ports are the same."""
    text = re.sub(r"(\[localhost\]|localhost): ?\d+", r"\1:PORT", text)
    text = re.sub(r"port '\d+'", "port 'PORT'", text)
    text = re.sub(r"\(within last \d+ sec\)|we have sent.*|buffer is.*unsent", "", text)
    return masked(text)


def masked(text):
    """As keys are shown where a key must not be."""
    def mask(match):
        return "…" + match[1][-4:]

    text = re.sub(r"(?<=API key ')([^'…]+)(?=')", mask, text)
    return re.sub(r"(?<=\[)(" + GUID.pattern + r")(?=\])", mask, text) if "allowed" not in text else text


def is_same(some, others):
    """Lines of a fix, a key in one masked and in the other not."""
    def bare(lines):
        return [re.sub(r"\[(" + GUID.pattern + r"|…\w{4})\]", lambda m: "[…" + m[1][-4:] + "]", line) for line in lines]
    return bare(some) == bare(others)


def fix_of(entry):
    fix = entry.get("fix") or []
    return fix.split("\n") if isinstance(fix, str) else fix


def look(fault, node):
    """What is wrong about a fault, as sentences."""
    wrong = []
    entries = {"top": fault.found(node.top), "api": fault.found(node.api)}
    for name, found in entries.items():
        if not found:
            return [f"{name} does not have {fault.code}"]
    entry = entries["top"][0]
    fix = fix_of(entry)
    if not fix:
        wrong.append("the status document has no fix")
    if any("{" in line for line in fix):
        wrong.append(f"the fix has a name without its value: {fix}")
    if fix_of(entries["api"][0]) != fix:
        wrong.append(f"api has another fix than top: {fix_of(entries['api'][0])}")
    told = node.told(fault.code, entry["text"])
    if not told:
        return wrong + [f"error.log does not have, or tail does not know: {entry['text']}"]
    if told[0]["message"] not in node.log:
        wrong.append("tail has another text than error.log")
    said = [line for line in told if line["fix"]][0]["fix"] if any(line["fix"] for line in told) else []
    wrong += compare(fault, node, fix, said)
    name = told[0]["host"] or told[0]["values"].get("ip")
    printed = node.explained(fault.code, name)
    if printed is None or not is_same(printed, said) and not shared(node, fault, name):
        wrong.append(f"tail prints another fix than its JSON: {printed}")
    if fault.code not in node.batch:
        wrong.append("top --batch does not have the code")
    if fault.code not in node.status:
        wrong.append("--status does not have the code")
    if not is_past(node, fault):
        wrong += [f"--status does not have: {line}" for line in fix if line.strip() not in node.status]
    return wrong


def compare(fault, node, fix, said):
    """The status document's fix beside that of the log."""
    ways = list(dict.fromkeys(line["values"]["way"] for line in node.json
                              if line["code"] == WAY and line["values"].get("code") == fault.code))
    if ways:
        # The ways out of this very certificate stand in the log as lines of their own.
        return [] if fix == ways else [f"the log has other ways out: {ways}, not {fix}"]
    near = [line for line in node.json if line["code"] == RESEMBLES and line["host"] == fault.host]
    expected = (near[0]["fix"] if near else []) + said
    return [] if is_same(fix, expected) else [f"the status document's fix is {fix}, tail's is {expected}"]


def shared(node, fault, name):
    """Whether tail, which explains a code once for each host, has explained it for another case of the same host."""
    return len({without_ports(line["message"]) for line in node.json
                if line["code"] == fault.code and name in (line["host"], line["values"].get("ip"))}) > 1


def is_past(node, fault):
    """A link that is live again shows its last error, but no fix."""
    return fault.place == "link" and node.top["links"][0]["state"] in ("live", "replicating")


def main():
    nodes, bad = {}, 0
    cases = [fault for fault in FAULTS if fault.code and fault.place in PLACES]
    for fault in cases:
        node = nodes.setdefault(fault.node, None) or Node(fault.node)
        nodes[fault.node] = node
        wrong = look(fault, node)
        bad += bool(wrong)
        print(f"{'wrong' if wrong else 'alike'}  {fault.code:8} {fault.place:9} {fault.host}")
        for line in wrong:
            print(f"         {line}")
    print(f"{len(cases) - bad} of {len(cases)} faults are explained alike")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
