"""Derives the polynomials of DetMathConstants.java.  Needs numpy, scipy, mpmath.

Each is the minimax fit of f under a weight: the greatest weight(x)·|p(x) - f(x)| on a Chebyshev grid is made least by
linear programming. Then the lowest coefficient is rounded to float32, the others are fitted again, and so on upward.
Printed errors are in units of 2^-24: before rounding the coefficients, and after.
"""

import mpmath as mp
import numpy as np
from scipy import special
from scipy.optimize import linprog

mp.mp.dps = 30


def minimax(a, b):
    scale = np.abs(a).max(0)
    a = a / scale
    c = np.linalg.lstsq(a, b, rcond=None)[0]
    for _ in range(2):  # the program sees residuals of size one: its tolerance is absolute
        left = b - a @ c
        unit, one = np.abs(left).max(), np.ones((len(b), 1))
        best = linprog(
            [0] * len(c) + [1],
            A_ub=np.block([[a, -one], [-a, -one]]),
            b_ub=np.concatenate([left, -left]) / unit,
            bounds=[(None, None)] * (len(c) + 1),
        )
        c = c + best.x[:-1] * unit
    return c / scale


def fit(names, f, weight, low, high, fixed=()):
    x = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * np.arange(800) / 799)
    w = np.array([float(weight(mp.mpf(v))) for v in x])
    y = np.array([float(f(mp.mpf(v))) for v in x])
    done, ideal = list(fixed), None
    while len(done) < len(names):
        known = sum(c * x**p for p, c in enumerate(done))
        a = np.stack([x**p for p in range(len(done), len(names))], 1) * w[:, None]
        b = (y - known) * w
        c = minimax(a[w != 0], b[w != 0])
        ideal = ideal or np.abs(a @ c - b).max()
        done.append(float(np.float32(c[0])))
    error = np.abs(sum(c * x**p for p, c in enumerate(done)) - y) * w
    print(f"\nerror {ideal * 2**24:.2f}, rounded {error.max() * 2**24:.2f}")
    for name, c in zip(names, done):
        print(f"{name:4} {c.hex().replace('0000000p', 'p')}")


def at_zero(value, f):
    return lambda x: f(x) if abs(x) > 1e-9 else mp.mpf(value)


def main():
    third = 1 / 3
    half_ln2 = float(mp.log(2) / 2) * 1.0001  # a little more: the rounding to an integer is not exact
    log_weight = at_zero(0, lambda x: abs(x**2 / mp.log1p(x)))
    log_rest = at_zero(-0.5, lambda x: (mp.log1p(x) - x) / x**2)
    fit(["L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10"], log_rest, log_weight, -third, third, [-0.5])
    fit(["1", "1", "E2", "E3", "E4", "E5", "E6"], mp.exp, lambda x: mp.exp(-x), -half_ln2, half_ln2, [1.0, 1.0])
    fit(["R0", "R1", "R2", "R3"], lambda x: 1 / (1 + x), lambda x: 1 + x, 0, 1)
    tanh_rest = at_zero(-mp.mpf(1) / 3, lambda w: (mp.tanh(mp.sqrt(w)) / mp.sqrt(w) - 1) / w)
    fit(["T3", "T5", "T7", "T9"], tanh_rest, lambda w: w / (1 + w * tanh_rest(w)), 0, 0.25)
    sine = at_zero(mp.pi, lambda w: mp.sinpi(mp.sqrt(w)) / mp.sqrt(w))
    fit(["S1", "S3", "S5", "S7", "S9"], sine, lambda w: 1 / sine(w), 0, 0.25)
    fit(["1", "C2", "C4", "C6", "C8"], lambda w: mp.cospi(mp.sqrt(w)), lambda w: 1, 0, 0.25, [1.0])
    radius = at_zero(2, lambda g: -2 * mp.log1p(-g) / g)
    fit([f"Q{i}" for i in range(8)], radius, lambda g: 1 / radius(g), 0, 0.5)
    normal_quantile()


def normal_quantile():
    """z/x over w = -log(1 - x^2), z the normal quantile of (1 + x)/2: a polynomial of w near the centre, of sqrt(w) in the tails."""

    def ratio(w):
        if w < mp.mpf("1e-9"):  # z/x = sqrt(pi/2)·(1 + pi·x^2/12 + …)
            return mp.sqrt(mp.pi / 2) * (1 + mp.pi * w / 12)
        x = mp.sqrt(-mp.expm1(-w))
        below = mp.exp(-w) / (1 + x)  # 1 - x without cancellation
        z = mp.findroot(lambda y: mp.erfc(y) / below - 1, float(special.erfcinv(float(below))))
        return mp.sqrt(2) * z / x

    split, end = 5.75, float(mp.log(2**31) + 1e-6)
    names = [str(i) for i in range(10)]
    fit(["I" + i for i in names], lambda v: ratio(v + 2.75), lambda v: 1 / ratio(v + 2.75), -2.75, split - 2.75)
    low, high = float(mp.sqrt(split)), float(mp.sqrt(end))
    fit(["U" + i for i in names], lambda v: ratio((v + 3.5) ** 2), lambda v: 1 / ratio((v + 3.5) ** 2), low - 3.5, high - 3.5)


if __name__ == "__main__":
    main()
