#!/usr/bin/env python3
"""Rows of a mixture of K normals in D dimensions, float32, as a .npy file (numpy): rows.py N D K FILE.npy [csv].

Block by block, so that it needs little memory itself; with csv, as a table x1, x2, … in FILE.csv beside it.
"""
import sys

import numpy

BLOCK = 1 << 18


def main() -> None:
    n, d, k = (int(float(word)) for word in sys.argv[1:4])
    path = sys.argv[4]
    random = numpy.random.default_rng(1)
    means = 5 * random.standard_normal((k, d))
    rows = numpy.lib.format.open_memmap(path, mode="w+", dtype=numpy.float32, shape=(n, d))
    for first in range(0, n, BLOCK):
        count = min(BLOCK, n - first)
        rows[first : first + count] = means[random.integers(k, size=count)] + random.standard_normal(
            (count, d), dtype=numpy.float32
        )
    rows.flush()
    if sys.argv[5:] == ["csv"]:
        with open(path.removesuffix(".npy") + ".csv", "w", encoding="ascii") as csv:
            csv.write(",".join(f"x{i + 1}" for i in range(d)) + "\n")
            for first in range(0, n, BLOCK):
                numpy.savetxt(csv, rows[first : first + BLOCK], fmt="%.6g", delimiter=",")


if __name__ == "__main__":
    main()
