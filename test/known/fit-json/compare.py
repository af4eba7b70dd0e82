#!/usr/bin/env python3
"""Compares fit.json files with those of the version before method, logEvidence and what reading back needs were added.

usage: compare.py BEFORE AFTER   (folders that hold NAME.json or NAME/fit.json)

Takes the new fields out of AFTER, and seconds and drawsPerSecond out of both; the rest must be the same bytes.
"""
import pathlib
import re
import sys

NEW = {"method", "logEvidence", "format", "posterior", "settings", "arithmetic", "rng", "start", "message", "weights",
       "draws", "modes", "accounts", "arguments", "trailVersion", "trail"}
TIMES = {"seconds", "drawsPerSecond"}


def without(text, names):
    """The lines of the outermost fields but these; a list takes several lines."""
    kept, drop = [], False
    for line in text.splitlines():
        field = re.match(r'  "(\w+)": ', line)
        if field:
            drop = field[1] in names
        elif not line.startswith("  "):
            drop = False
        if not drop:
            kept.append(line)
    return "\n".join(kept)


def old(text):
    text = without(text, NEW | TIMES)
    text = re.sub(r'(  "elbo": \{"value": [^,]*, "standardError": [^,]*), "draws": \d+\}', r"\1}", text)
    return re.sub(r'(  "data": .*), "units": \{[^}]*\}\}', r"\1}", text)


def files(folder):
    found = {path.stem: path for path in folder.glob("*.json")}
    found.update({path.parent.name: path for path in folder.glob("*/fit.json")})
    return {name: path.read_text() for name, path in found.items()}


before, after = map(files, map(pathlib.Path, sys.argv[1:]))
differ = 0
names = sorted(before)
for name in names:
    want = without(before[name], TIMES)
    have = old(after.get(name, ""))
    if want != have:
        differ += 1
        pairs = [p for p in zip(want.splitlines(), have.splitlines()) if p[0] != p[1]]
        print(name, "differs:", *(pairs[0] if pairs else ("lengths",)), sep="\n  ")
print(len(names), "files,", differ, "differ")
sys.exit(bool(differ) or not names)
