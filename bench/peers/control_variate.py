#!/usr/bin/env python3
"""What batches of the rows would add to log p of a logistic regression, without and with a control variate at the mode.

    control_variate.py ROWS COLUMNS BATCH

Prints the standard deviation of log p - log q over draws of the normal of the curvature, and beside it that over batches of what log p is beyond
its value at the mode; beyond its tangent there; and beyond its second-order expansion (java/derivations.md).
"""
import sys

import numpy

DRAWS = 32
PRIOR_SD = 2.5


def main() -> None:
    n, d, batch = (int(float(word)) for word in sys.argv[1:4])
    random = numpy.random.default_rng(5)
    beta = random.uniform(-0.5, 0.5, d)
    x = random.standard_normal((n, d))
    y = (random.random(n) < 1 / (1 + numpy.exp(-x @ beta))).astype(float)
    x = numpy.column_stack([numpy.ones(n), x])
    mode = numpy.zeros(d + 1)
    for _ in range(8):  # of Newton
        p = 1 / (1 + numpy.exp(-x @ mode))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + numpy.eye(d + 1) / PRIOR_SD**2
        mode += numpy.linalg.solve(hessian, x.T @ (y - p) - mode / PRIOR_SD**2)
    z = numpy.linalg.solve(numpy.linalg.cholesky(hessian).T, random.standard_normal((d + 1, DRAWS)))
    eta, apart = x @ mode, x @ z
    p = 1 / (1 + numpy.exp(-eta))
    change = y[:, None] * apart - numpy.logaddexp(0, eta[:, None] + apart) + numpy.logaddexp(0, eta)[:, None]
    beyond_tangent = change - (y - p)[:, None] * apart
    beyond_second = beyond_tangent + (p * (1 - p))[:, None] * apart**2 / 2
    prior = -((mode[:, None] + z) ** 2).sum(0) / (2 * PRIOR_SD**2)
    ratio = change.sum(0) + prior + (z * (hessian @ z)).sum(0) / 2
    print(f"log p - log q over draws {ratio.std():9.4f}")
    for name, rows in (("beyond the value", change), ("beyond the tangent", beyond_tangent), ("beyond second order", beyond_second)):
        print(f"{name:24} {n * rows.std(0).mean() / batch**0.5:9.4f}  by batches of {batch}")


if __name__ == "__main__":
    main()
