#!/usr/bin/env python3
"""Rows of logistic regressions, one for each of so many groups, as CSV: for elbo4j fit logistic --target y --by g.

    groups.py GROUPS ROWS FILE.csv      three predictors; a group's coefficients are normals, of the seed 1
"""

import math
import random
import sys

groups, rows, file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
draw = random.Random(1)
with open(file, "w") as to:
    to.write("g,x1,x2,x3,y\n")
    for group in range(groups):
        beta = [draw.gauss(0, 1) for _ in range(4)]
        for _ in range(rows):
            x = [round(draw.gauss(0, 1), 4) for _ in range(3)]
            eta = beta[0] + sum(b * v for b, v in zip(beta[1:], x))
            y = int(draw.random() < 1 / (1 + math.exp(-eta)))
            to.write(f"g{group},{x[0]},{x[1]},{x[2]},{y}\n")
