#!/usr/bin/env python3
"""Streaming over TLS while the certificates are replaced, and many encrypted children at once.

  tls.py [--minutes 10] [--children 500] [--only session,storm] [--keep]

session  Agents stream to a parent and, through a proxy, to it as well, everything over TLS. Meanwhile the certificates of parent
         and proxy are replaced and reloaded (SIGHUP), broken and reloaded, and replaced again:

           data         no second is missing, and every value is the child's own
           connections  nobody has connected again
           certificate  who connects now sees the new one; a broken one changes nothing, and the log says so

storm    A parent is started again and all children connect at once (Benchmarks/streamgen.c), in plain and then over TLS:
         all are accepted, none waits longer than a handshake may take, and everybody's samples are there. Prints times, CPU
         and memory.
"""
import argparse
import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time

from nodes import KEY, TOP, Place, failures, header, row, verify, wait_for

sys.path.insert(0, f"{TOP}/Benchmarks")
import servers  # noqa: E402

# Seconds that a reload may take to show.
RELOAD = 15
# What a counter did between the connection and its first whole second is nobody's own.
EDGE = 5


class Certificates:
    """Two authorities with a certificate each, and a place per node from where one of them is served."""

    def __init__(self, directory):
        self.directory = directory
        for name in ("one", "two"):
            subprocess.run(["sh", f"{TOP}/Tests/Support/make-certificates.sh", f"{directory}/{name}"], check=True)
        # Whoever trusts both can tell no difference.
        self.authority = f"{directory}/both.pem"
        with open(self.authority, "w") as both:
            for name in ("one", "two"):
                both.write(open(f"{directory}/{name}/ca.pem").read())

    def place(self, node):
        self.put(node, "one")
        return f"{self.directory}/{node}.pem", f"{self.directory}/{node}.key"

    def put(self, node, name):
        """Replaces both files as an administrator does: one after the other."""
        for kind in ("pem", "key"):
            text = open(f"{self.directory}/{name}/valid.{kind}").read()
            self.write(node, kind, text)

    def write(self, node, kind, text):
        path = f"{self.directory}/{node}.{kind}"
        with open(path + ".new", "w") as new:
            new.write(text)
        os.replace(path + ".new", path)

    def fingerprint(self, name):
        own = open(f"{self.directory}/{name}/valid.pem").read().split("-----END CERTIFICATE-----")[0]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(own + "-----END CERTIFICATE-----\n")).hexdigest()


def served(node):
    """The fingerprint of what a new connection sees."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", node.port), 10) as plain:
        with anybody.wrap_socket(plain) as encrypted:
            return hashlib.sha256(encrypted.getpeercert(binary_form=True)).hexdigest()


class Session:
    def __init__(self, place, minutes):
        self.minutes, self.wrong = minutes, []
        self.certificates = Certificates(place.directory)
        authority = self.certificates.authority
        self.parent = place.node("parent", role="parent", takes="ram", authority=authority,
                                 certificate=self.certificates.place("parent")).start()
        self.proxy = place.node("proxy", role="parent", takes="ram", authority=authority, to=f"{self.parent.address}:SSL",
                                certificate=self.certificates.place("proxy")).start()
        self.agents = []
        for name, mode, to in (("direct", "ram", self.parent), ("direct-headless", "none", self.parent),
                               ("proxied", "ram", self.proxy), ("proxied-headless", "none", self.proxy)):
            self.agents.append(place.node(name, mode=mode, web=mode != "none", authority=authority,
                                          to=f"{to.address}:SSL").start())
        everybody = {"proxy"} | {agent.name for agent in self.agents}
        wait_for("all are live at the parent", lambda: all(self.parent.states().get(name) == "live" for name in everybody))

    def run(self):
        self.check_encryption()
        time.sleep(EDGE)
        since, before = int(time.time()), self.connects()
        begun = time.monotonic()
        for part, step in ((0.2, self.replace), (0.4, self.breaks), (0.6, self.mismatches), (0.8, self.replaces_back)):
            self.sleep_until(begun + self.minutes * 60 * part)
            step()
        self.sleep_until(begun + self.minutes * 60)
        after = self.connects()
        if after != before:
            self.wrong.append(f"somebody has connected again: {before}, then {after}")
        self.check_data(since, int(time.time()) - 4)
        return self.wrong

    def sleep_until(self, moment):
        time.sleep(max(0, moment - time.monotonic()))

    # MARK: steps

    def replace(self):
        self.reload("two", "a new certificate", lambda node: self.certificates.put(node.name, "two"))

    def replaces_back(self):
        self.reload("one", "the first certificate again", lambda node: self.certificates.put(node.name, "one"))

    def breaks(self):
        self.reload("two", "a broken certificate", lambda node: self.certificates.write(node.name, "pem", "nonsense\n"),
                    complaint=".pem")

    def mismatches(self):
        key = open(f"{self.certificates.directory}/one/valid.key").read()

        def change(node):
            self.certificates.put(node.name, "two")
            self.certificates.write(node.name, "key", key)

        self.reload("two", "a key of another certificate", change, complaint=".key")

    def reload(self, expected, what, change, complaint=None):
        """Changes the files of parent and proxy; `expected` is what they must serve then."""
        fingerprint = self.certificates.fingerprint(expected)
        for node in (self.parent, self.proxy):
            length = len(node.log)
            change(node)
            node.process.send_signal(signal.SIGHUP)
            if complaint:
                path = f"{self.certificates.directory}/{node.name}{complaint}"
                wait_for(f"{node.name} says that {path} is no good", lambda: path in node.log[length:], RELOAD)
                time.sleep(1)
                if served(node) != fingerprint:
                    self.wrong.append(f"{node.name}: {what} has changed what it serves")
            else:
                wait_for(f"{node.name} serves {what}", lambda: served(node) == fingerprint, RELOAD)
            print(f"{time.strftime('%H:%M:%S')} {node.name}: {what}; serves {fingerprint[:16]}", flush=True)

    # MARK: checks

    def connects(self):
        """How often each host has connected, at the parent and at the proxy."""
        return {f"{node.name}: {host['hostname']}": host["connects"]
                for node in (self.parent, self.proxy) for host in node.status()["hosts"] if host["state"] != "local"}

    def check_encryption(self):
        for node in (self.parent, self.proxy):
            for host in node.status()["hosts"]:
                tls = (host.get("connection") or {}).get("tls")
                if host["state"] != "local" and not (tls or {}).get("version", "").startswith("TLSv1."):
                    self.wrong.append(f"{node.name}: {host['hostname']} is not encrypted: {tls}")

    def check_data(self, since, until):
        header()
        for agent in self.agents:
            for node in (self.parent, self.proxy) if agent.name.startswith("proxied") else (self.parent,):
                child = agent if agent.mode != "none" else None
                verdict = verify(node, agent.name, child, since, until)
                row(f"at the {node.name}", agent.name, child, verdict)
                self.wrong += failures(f"at the {node.name}", agent.name, verdict)
                if not verdict.charts:
                    self.wrong.append(f"{node.name} has nothing of {agent.name}")


# MARK: storm

def resident(process):
    """MiB now, and at most."""
    with open(f"/proc/{process.pid}/status") as f:
        lines = dict(line.split(":", 1) for line in f)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))


def children(place, parent, count, tls, seconds):
    """Starts so many children and lets them stream; returns what they have seen, and the process, which stays connected."""
    result = f"{place.directory}/storm.json"
    if os.path.exists(result):
        os.unlink(result)
    words = ["--port", parent.port, "--pid", parent.process.pid, "--key", KEY, "--children", count, "--charts", 20, "--dims", 5,
             "--mode", "rt", "--seconds", seconds, "--hostprefix", "storm", "--quiet", "--json", result, "--linger", 600]
    output = open(f"{place.directory}/streamgen", "ab")
    process = subprocess.Popen([f"{servers.BUILD}/streamgen"] + [str(word) for word in words] + ["--tls"] * tls,
                               stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    output.close()
    deadline = time.monotonic() + 180
    while not os.path.exists(result) or not open(result).read().endswith("\n"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise SystemExit(f"the children have ended: {place.directory}/streamgen")
        time.sleep(0.2)
    with open(result) as f:
        return json.load(f), process


def storm(place, count):
    wrong = []
    servers.build_tools()
    certificates = Certificates(place.directory)
    print(f"\n{count} children at once after a restart of the parent, 20 charts of 5 dimensions each:\n")
    print("| | accepted | all within | longest handshake | first samples read | CPU s till then | RSS MiB | at most |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for tls in (False, True):
        what = "TLS" if tls else "plain"
        parent = place.node(f"storm-{what}", role="parent", takes="ram", authority=certificates.authority,
                            certificate=certificates.place("storm") if tls else None).start()
        _, before = children(place, parent, count, tls, 2)
        parent.kill()
        before.kill()
        before.wait()
        parent.start()
        seen, process = children(place, parent, count, tls, 10)
        now, most = resident(parent.process)
        print(f"| {what} | {seen['accepted']} | {seen['accept_s']:.2f} s | {seen['hs_max_ms']:.0f} ms | {seen['define_s']:.2f} s | "
              f"{seen['define_cpu_s']:.2f} | {now:.0f} | {most:.0f} |", flush=True)
        hosts = [host for host in parent.status()["hosts"] if host["hostname"].startswith("storm0")]
        late = [host["hostname"] for host in hosts if time.time() - (host.get("last_data_at") or 0) > 30]
        if seen["accepted"] != count or seen["refused"] or seen["disc"]:
            wrong.append(f"{what}: {seen['accepted']} of {count} accepted, {seen['refused']} refused, {seen['disc']} lost")
        if len(hosts) != count or late:
            wrong.append(f"{what}: the parent knows {len(hosts)} of {count}; without samples: {late[:10]}")
        if seen["late"]:
            wrong.append(f"{what}: {seen['late']} times a child could not send what it had for a second")
        process.kill()
        process.wait()
        parent.stop()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--children", type=int, default=500)
    parser.add_argument("--only", default="session,storm")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    parts, wrong = options.only.split(","), []
    with Place(options.keep) as place:
        if "session" in parts:
            wrong += Session(place, options.minutes).run()
            for node in place.nodes:
                node.stop()
        if "storm" in parts:
            wrong += storm(place, options.children)
        if wrong:
            place.keep = True
            print("\n" + "\n".join(wrong[:100]))
            raise SystemExit(1)
    print("\nNothing is missing.")


if __name__ == "__main__":
    main()
