#!/usr/bin/env python3
"""`top` as a person sees it, in a real terminal: every view, in three sizes, in UTF-8, ASCII and without colours.

  Tests/Fleet/screens.py                                goldens: Tests/Fixtures/Screens, of the document there
  NDSTREAM_RECORD=1 Tests/Fleet/screens.py              writes them anew
  Tests/Fleet/fleet.py --run 'Tests/Fleet/screens.py --live'
                                                        on the fleet: whether each view has what it must have
  Tests/Fleet/fleet.py --run 'NDSTREAM_RECORD=1 Tests/Fleet/screens.py --live'
                                                        the same, and keeps the fleet's status document for the goldens

The goldens are of a status document that the fleet once gave, so that figures, ages and order are the same in every run.
--only VIEW, --size 80x24 choose some.
"""
import argparse
import contextlib
import difflib
import json
import os
import re
import sys
import time

from daemons import BINARY, TOP, Admin
from document import Server
from tmux import Tmux
from views import MODES, SIZES, VIEWS, has_colours, normalised

FIXTURES = f"{TOP}/Tests/Fixtures/Screens"
RECORDS = os.environ.get("NDSTREAM_RECORD") == "1"


class Verdict:
    def __init__(self):
        self.pictures = 0
        self.wrong = []

    def expect(self, isTrue, sentence):
        if not isTrue:
            self.wrong.append(sentence)
            print(f"wrong  {sentence}", flush=True)


def pictures(source, views, sizes, verdict):
    """Every view in every size and mode: (view, size, mode, text). Checks what holds of all."""
    for mode, environment in MODES:
        for columns, rows in sizes:
            for view in views:
                with Tmux(columns, rows, {"TZ": "UTC", **environment}) as screen:
                    screen.start(f"{BINARY} top -d 0.5 {source}; cat")
                    screen.wait_for("the hosts", lambda text: re.search(r"live", text))
                    for key in view.keys:
                        if key == "WAIT":
                            time.sleep(1)
                        else:
                            screen.press(key)
                    screen.wait_for(f"the view {view.name}", lambda text: re.search(view.shows, text))
                    text, styled = screen.settled(), screen.styled
                    name = f"{view.name} at {columns}x{rows}, {mode}"
                    verdict.pictures += 1
                    verdict.expect(all(len(line) <= columns for line in text.splitlines()), f"{name}: a line is too wide")
                    verdict.expect(mode != "ascii" or text.isascii(), f"{name}: it is not all ASCII")
                    verdict.expect(mode != "mono" or not has_colours(styled), f"{name}: it has colours")
                    verdict.expect(mode != "utf8" or has_colours(styled), f"{name}: it has no colours")
                    yield view, (columns, rows), mode, text


def goldens(views, sizes, verdict):
    """Compares with what is kept; mono has the text of utf8."""
    kept_views = [view for view in views if not view.is_live]
    with Server(f"{FIXTURES}/fleet.json") as server:
        for view, (columns, rows), mode, text in pictures(server.source, kept_views, sizes, verdict):
            ending = ".ascii.txt" if mode == "ascii" else ".txt"
            path = f"{FIXTURES}/{view.name}-{columns}x{rows}{ending}"
            text = normalised(text)
            if RECORDS and mode != "mono":
                with open(path, "w") as file:
                    file.write(text)
                continue
            kept = ""
            with contextlib.suppress(FileNotFoundError):
                kept = open(path).read()
            difference = "\n".join(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "now", lineterm=""))
            verdict.expect(text == kept, f"{os.path.relpath(path, TOP)} ({mode}):\n{difference}")


def live(views, sizes, verdict):
    """On the fleet: what a view is for must be on it, where there is room."""
    source = os.environ["NDSTREAM_FLEET_SOCKET"]
    for view, size, mode, text in pictures(source, views, sizes, verdict):
        if size == (140, 40):
            # Long texts go on in the next line.
            flat = " ".join(text.split())
            for told in view.tells:
                verdict.expect(told in flat, f"{view.name}, {mode}: '{told}' is not there:\n{text}")
    if RECORDS:
        keep_document(source.removeprefix("unix:"))


def keep_document(path):
    connection = Admin(path)
    connection.request("GET", "/")
    document = json.loads(connection.getresponse().read())
    # Places of this machine are nobody's business.
    document["events"] = document["events"][:100]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("},{", "},\n{")
    text = re.sub(r"/tmp/nd-fleet\.\w+", "/etc/ndstream", text)
    os.makedirs(FIXTURES, exist_ok=True)
    with open(f"{FIXTURES}/fleet.json", "w") as file:
        file.write(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--only", action="append", metavar="VIEW")
    parser.add_argument("--size", action="append", metavar="COLUMNSxROWS")
    options = parser.parse_args()
    views = [view for view in VIEWS if options.only is None or view.name in options.only]
    sizes = [size for size in SIZES if options.size is None or "%dx%d" % size in options.size]
    verdict = Verdict()
    began = time.monotonic()
    (live if options.live else goldens)(views, sizes, verdict)
    print(f"{verdict.pictures} pictures in {time.monotonic() - began:.0f} s, {len(verdict.wrong)} wrong")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
