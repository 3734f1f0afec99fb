"""Reads whisper files; runs with the packages that graphite-carbon brings in PYTHONPATH.

  whisper_points.py SINCE UNTIL < {"key": "file", …} > {"key": [[second, value], …], …}       files that are missing are left out
"""
import json
import os
import sys

import whisper


def points(path, since, until):
    (start, end, step), values = whisper.fetch(path, since - 1, until)
    return [(at, value) for at, value in zip(range(start, end, step), values) if value is not None and since <= at <= until]


since, until = map(int, sys.argv[1:])
files = json.load(sys.stdin)
json.dump({key: points(path, since, until) for key, path in files.items() if os.path.exists(path)}, sys.stdout)
