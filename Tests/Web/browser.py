#!/usr/bin/env python3
"""The dashboards in headless Chromium: ndstream's own, and those of Debian's netdata-web that it serves.

  browser.py [--only own|classic] [--pictures DIR] [--keep]

Chromium is taken from the machine or installed with apt-get; where neither works, it says so and ends with 69. Everything that
it starts it ends. --pictures writes the pictures of docs/ in the place of looking for mistakes. NDSTREAM_BINARY names another
binary than .build/release/ndstream.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import chromium
import classic
import own
import pictures
from checks import Checks
from scene import BINARY, Scene

SHOWN = "/tmp/ndstream"


def scenes(options, directory):
    """What is to be looked at, and how."""
    if options.only != "classic":
        yield "own", Scene(directory, hostile=not options.pictures)
    if options.only != "own":
        web = classic.files()
        if not web:
            raise SystemExit("browser: Debian's netdata-web cannot be had, so NOTHING of it was tested")
        # No hostile child: Netdata's older dashboard takes names for markup (docs/dashboard.md).
        yield "classic", Scene(f"{directory}/classic", web=web)


def place(options):
    """Where the nodes are. Pictures show paths, so theirs has a name that may be shown."""
    if not options.pictures:
        return tempfile.mkdtemp(prefix="nd-web.", dir="/tmp")
    try:
        os.mkdir(SHOWN, 0o700)
    except FileExistsError:
        raise SystemExit(f"browser: {SHOWN} is in the way of the pictures") from None
    return SHOWN


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["own", "classic"])
    parser.add_argument("--pictures", metavar="DIR")
    parser.add_argument("--keep", action="store_true", help="leave the nodes' directories")
    options = parser.parse_args()
    if not os.access(BINARY, os.X_OK):
        raise SystemExit(f"browser: {BINARY} is not there: make build, or set NDSTREAM_BINARY")
    path = chromium.executable()
    if not path:
        print("browser: there is NO CHROMIUM here and apt-get cannot install it: NOTHING WAS TESTED", file=sys.stderr)
        return 69
    directory = place(options)
    check, browser, scene = Checks(), chromium.Chromium(path), None
    try:
        for name, scene in scenes(options, directory):
            hosts = scene.wait()
            if options.pictures:
                # Charts with something on them.
                time.sleep(240)
                pictures.take(browser, name, scene, hosts, options.pictures)
            elif name == "own":
                own.run(browser, check, scene, hosts)
            else:
                classic.run(browser, check, scene)
            scene.end()
            scene = None
    finally:
        if scene:
            scene.end()
        browser.end()
        if options.keep:
            print(f"browser: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"browser: {check.held} hold, {len(check.broken)} do not" + "".join(f"\n  {one}" for one in check.broken))
    return 1 if check.broken else 0


if __name__ == "__main__":
    try:
        code = main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    # The scene's children are threads in the middle of something.
    os._exit(code or 0)
