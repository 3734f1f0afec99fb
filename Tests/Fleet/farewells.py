#!/usr/bin/env python3
"""However `top` ends, the terminal is as it was: settings, screen, cursor, mouse; and the exit code says how it ended.

  Tests/Fleet/farewells.py

Keys, every signal that can be caught, a crash, ^Z and fg, a window that is closed, a pipe that nobody reads. Of kill -9, which
nobody can catch, it shows what is left and what brings the terminal back.
"""
import os
import signal
import subprocess
import sys
import time

from daemons import BINARY, TOP
from document import Server
from terminal import Terminal
from tmux import Tmux

DOCUMENT = f"{TOP}/Tests/Fixtures/Screens/fleet.json"
SHOWN = rb"REJECTED"
wrong = []


def expect(name, isTrue, sentence):
    if not isTrue:
        wrong.append(f"{name}: {sentence}")
    return isTrue


def top(source):
    return Terminal([BINARY, "top", source])


def check(name, terminal, code, wanted):
    """What holds of every end."""
    good = expect(name, code == wanted, f"ended with {code}, not {wanted}")
    good &= expect(name, terminal.stty() == terminal.before, f"stty -a is another:\n{terminal.before}{terminal.stty()}")
    good &= expect(name, not terminal.left(), f"left behind: {', '.join(terminal.left())}")
    good &= expect(name, "the alternate screen" in terminal.begun(), "it never drew a screen")
    print(f"{'good ' if good else 'wrong'}  {name}", flush=True)


def keys(source):
    for name, pressed in [("q", b"q"), ("^C", b"\x03"), ("^\\", b"\x1c")]:
        with top(source) as terminal:
            terminal.wait_for(SHOWN)
            terminal.press(pressed)
            check(f"key {name}", terminal, terminal.ended(), -signal.SIGQUIT if pressed == b"\x1c" else 0)


def signals(source):
    ends = [(signal.SIGTERM, -15), (signal.SIGHUP, -1), (signal.SIGINT, 0), (signal.SIGQUIT, -3)]
    crashes = [(number, -number) for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)]
    for number, wanted in ends + crashes:
        with top(source) as terminal:
            terminal.wait_for(SHOWN)
            terminal.signal(number)
            check(number.name, terminal, terminal.ended(), wanted)


def in_the_middle(source):
    """A signal while keys come and the size changes."""
    with top(source) as terminal:
        terminal.wait_for(SHOWN)
        for _ in range(20):
            terminal.press(b"j3?/\x1b1")
        terminal.signal(signal.SIGTERM)
        check("SIGTERM while keys come", terminal, terminal.ended(), -15)


def suspended(source):
    """^Z gives the screen back for as long as the shell has the terminal, fg takes it again: byte by byte."""
    name = "^Z and fg"
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with Terminal(shell, environment={"PS1": "here$ ", "INPUTRC": "/dev/null"}) as terminal:
        terminal.press(b"bind 'set enable-bracketed-paste off'\r")
        terminal.press(f"{BINARY} top {source}\r".encode())
        terminal.wait_for(SHOWN)
        terminal.press(b"\x1a")
        terminal.wait_for(rb"Stopped")
        good = expect(name, not terminal.left(), f"while it is suspended: {', '.join(terminal.left())}")
        terminal.output.clear()
        terminal.press(b"fg\r")
        terminal.wait_for(SHOWN)
        good &= expect(name, "the alternate screen" in terminal.begun(), "after fg it is not on the alternate screen")
        terminal.press(b"q")
        terminal.wait_for(rb"here\$ ")
        terminal.read(0.2)
        good &= expect(name, not terminal.left(), f"left behind: {', '.join(terminal.left())}")
        print(f"{'good ' if good else 'wrong'}  {name}", flush=True)


def suspended_in_a_shell(source):
    """The same with a shell that has job control, as it is done by hand."""
    name = "^Z and fg in bash"
    with Tmux(80, 24, {"LC_ALL": "C.UTF-8"}) as screen:
        screen.start("PS1='here$ ' bash --norc --noprofile -i")
        screen.wait_for("a prompt", lambda text: "here$" in text)
        screen.press(f"stty -a > {screen.directory}/before; {BINARY} top {source}", "Enter")
        screen.wait_for("the hosts", lambda text: "REJECTED" in text)
        screen.press("C-z")
        screen.wait_for("the shell", lambda text: "Stopped" in text and "REJECTED" not in text)
        screen.press("fg", "Enter")
        screen.wait_for("the hosts again", lambda text: "REJECTED" in text and "here$" not in text)
        screen.press("q")
        screen.wait_for("the prompt", lambda text: "here$" in text and "REJECTED" not in text)
        screen.press(f"stty -a > {screen.directory}/after; echo it was $?", "Enter")
        screen.wait_for("the end", lambda text: "it was 0" in text)
        with open(f"{screen.directory}/before") as before, open(f"{screen.directory}/after") as after:
            good = expect(name, before.read() == after.read(), "stty -a is another")
        print(f"{'good ' if good else 'wrong'}  {name}", flush=True)


def closed(source):
    """The window is closed: there is nothing to give back, but the process must not stay behind."""
    name = "the terminal is closed"
    with top(source) as terminal:
        terminal.wait_for(SHOWN)
        terminal.close()
        code = terminal.ended()
        good = expect(name, code in (-signal.SIGHUP, 0), f"ended with {code}")
        print(f"{'good ' if good else 'wrong'}  {name}: {code}", flush=True)
    name = "tmux kill-pane"
    with Tmux(80, 24, {"LC_ALL": "C.UTF-8"}) as screen:
        screen.start(f"{BINARY} top {source}; sleep 60")
        screen.wait_for("the hosts", lambda text: "REJECTED" in text)
        process = screen.command
        screen.tmux("kill-pane")
        deadline = time.monotonic() + 5
        while os.path.exists(f"/proc/{process}") and time.monotonic() < deadline:
            time.sleep(0.05)
        good = expect(name, not os.path.exists(f"/proc/{process}"), "the process stays behind")
        print(f"{'good ' if good else 'wrong'}  {name}", flush=True)


def pipes(source):
    """Who reads the frames has enough: that is no failure, and nothing is said."""
    name = "a pipe that is closed"
    result = subprocess.run(f"'{BINARY}' top --batch -d 0.5 {source} | head -n 1 > /dev/null; echo ${{PIPESTATUS[0]}}",
                            shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=20)
    good = expect(name, result.stdout.strip() in ("0", "141"), f"ended with {result.stdout.strip()}")
    good &= expect(name, result.stderr == "", f"it complains: {result.stderr}")
    print(f"{'good ' if good else 'wrong'}  {name}: {result.stdout.strip()}", flush=True)


def killed(source):
    """kill -9 cannot be caught. What is true: the terminal stays raw and on the alternate screen, and `stty sane` with
    `tput rmcup cnorm` (or `reset`) brings it back; a shell with job control sets it back by itself, but for the screen."""
    name = "kill -9"
    with top(source) as terminal:
        terminal.wait_for(SHOWN)
        terminal.signal(signal.SIGKILL)
        code = terminal.ended()
        good = expect(name, code == -9, f"ended with {code}")
        isLeft = terminal.left()
        good &= expect(name, terminal.stty() != terminal.before, "the terminal is not raw: then this text is wrong")
        subprocess.run(["stty", "sane"], stdin=terminal.slave, check=True)
        differs = sorted(set(terminal.before.split()) ^ set(terminal.stty().split()))
        print(f"{'good ' if good else 'wrong'}  {name}: left {', '.join(isLeft)}; after `stty sane` differs: "
              f"{' '.join(differs) or 'nothing'}", flush=True)
    name = "kill -9 in bash"
    with Tmux(80, 24, {"LC_ALL": "C.UTF-8"}) as screen:
        screen.start("PS1='here$ ' bash --norc --noprofile -i")
        screen.wait_for("a prompt", lambda text: "here$" in text)
        screen.press(f"stty -a > {screen.directory}/before; {BINARY} top {source}", "Enter")
        screen.wait_for("the hosts", lambda text: "REJECTED" in text)
        with open(f"/proc/{screen.command}/comm") as file:
            isTop = file.read().strip() == "ndstream"
        os.kill(screen.command, signal.SIGKILL) if expect(name, isTop, "top is not what runs") else None
        # Its words stand wherever the cursor was.
        screen.wait_for("the shell", lambda text: "here$" in text)
        screen.press(f"stty -a > {screen.directory}/after; tput rmcup cnorm rmkx; echo ok", "Enter")
        screen.wait_for("the end", lambda text: "ok" in text.split("\n")[-1] or "\nok" in text)
        with open(f"{screen.directory}/before") as before, open(f"{screen.directory}/after") as after:
            good = expect(name, before.read() == after.read(), "stty -a is another at the next prompt")
        good &= expect(name, "REJECTED" not in screen.text, "tput rmcup does not leave the picture")
        print(f"{'good ' if good else 'wrong'}  {name}: the shell sets the terminal back, tput rmcup the screen", flush=True)


def main():
    with Server(DOCUMENT) as server:
        for part in (keys, signals, in_the_middle, suspended, suspended_in_a_shell, closed, pipes, killed):
            part(server.source)
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
