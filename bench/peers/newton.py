#!/usr/bin/env python3
"""A logistic regression of many rows: elbo4j's command, and Newton's method with the normal of the curvature in NumPy.

    newton.py ROWS COLUMNS [TURNS]

Makes target/logistic-ROWS-COLUMNS.csv if it is not there, takes turns (3), and prints the seconds of both, reading included, and how far
means and standard deviations are apart, in standard deviations. NumPy reads with pandas, which must be installed, too.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy
import pandas

HOUSE = pathlib.Path(__file__).resolve().parents[2]
BLOCK = 1 << 16


def rows(path: pathlib.Path, n: int, d: int) -> None:
    random = numpy.random.default_rng(5)
    beta = random.uniform(-0.5, 0.5, d)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as csv:
        csv.write(",".join(f"x{j + 1}" for j in range(d)) + ",y\n")
        for first in range(0, n, BLOCK):
            x = random.standard_normal((min(BLOCK, n - first), d)).round(5)
            y = random.random(len(x)) < 1 / (1 + numpy.exp(-x @ beta))
            pandas.DataFrame(x).assign(y=y.astype(int)).to_csv(csv, header=False, index=False)


def newton(path: pathlib.Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Mode and standard deviations, the intercept last, with a prior N(0, 10^2) that so many rows drown."""
    table = pandas.read_csv(path, engine="c").to_numpy(dtype=numpy.float64)
    x = numpy.column_stack([table[:, :-1], numpy.ones(len(table))])
    y = table[:, -1]
    beta = numpy.zeros(x.shape[1])
    while True:
        p = 1 / (1 + numpy.exp(-(x @ beta)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + numpy.eye(len(beta)) / 100
        step = numpy.linalg.solve(hessian, x.T @ (y - p) - beta / 100)
        beta += step
        if numpy.abs(step).max() < 1e-9:
            return beta, numpy.sqrt(numpy.diag(numpy.linalg.inv(hessian)))


def main() -> None:
    n, d = (int(float(word)) for word in sys.argv[1:3])
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    path = HOUSE / "target" / f"logistic-{n}-{d}.csv"
    if not path.exists():
        rows(path, n, d)
    ours, theirs = [], []
    out = HOUSE / "target" / "logistic-fit"
    command = [HOUSE / "elbo4j", "fit", "logistic", "--data", path, "--target", "y", "--out", out, "--quiet"]
    for _ in range(turns):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        mode, sd = newton(path)
        theirs.append(time.perf_counter() - begun)
    with open(out / "fit.json", encoding="utf-8") as file:
        found = {each["name"]: each for each in json.load(file)["parameters"]}
    names = [f"x{j + 1}" for j in range(d)]
    mean = numpy.array([found[name]["mean"] for name in names])
    spread = numpy.array([found[name]["sd"] for name in names])
    for name, seconds in (("elbo4j", ours), ("NumPy", theirs)):
        print(f"{name:7} {statistics.median(seconds):7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")
    print(f"ratio   {statistics.median(ours) / statistics.median(theirs):7.2f}")
    print(f"means apart by at most {numpy.abs((mean - mode[:-1]) / sd[:-1]).max():.3f} sd,")
    print(f"sds by at most {numpy.abs(spread / sd[:-1] - 1).max():.1%}")


if __name__ == "__main__":
    main()
