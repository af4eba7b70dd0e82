"""Derives the polynomials of DetSpecialConstants.java, as detmath_coefficients.py does.

Most are in t = (x - m)/(x + m), which maps the half-line to (-1, 1) and keeps the fit far from the poles on the left.
"""

import mpmath as mp
import numpy as np

from detmath_coefficients import at_zero, fit

GAMMA_MIDDLE = mp.mpf(float.fromhex("0x1.5e4d9ap0"))
ZERO = mp.findroot(mp.digamma, 1.46)
ROOT = mp.sqrt(2 * mp.pi)


def names(letters, count, step=1):
    return [f"{letters}{step * i}" for i in range(count)]


def by_ratios(letters, count, f, weight, m, low, high):
    """f and weight of x in [low, high], the polynomial in t."""
    place = lambda x: float((x - m) / (x + m)) if x < mp.inf else 1 - 1e-9
    of = lambda t: m * (1 + t) / (1 - t)
    fit(names(letters, count), lambda t: f(of(t)), lambda t: weight(of(t)), place(low), place(high))


def in_steps(letters, count, f, weight, low):
    """f and weight of w = 1/x, x >= low, the polynomial in w²."""
    fit(names(letters, count, 2), lambda u: f(mp.sqrt(u)), lambda u: weight(mp.sqrt(u)), 1e-12, float(1 / low**2))


def log_gamma(x):
    if abs(x - 1) < 1e-9 or abs(x - 2) < 1e-9:
        return mp.euler if x < 1.5 else 1 - mp.euler
    return mp.loggamma(x) / ((x - 1) * (x - 2))


def digamma(x):
    return mp.digamma(x) / (x - ZERO) if abs(x - ZERO) > 1e-9 else mp.polygamma(1, ZERO)


def gamma():
    two_thirds, large = mp.mpf(2) / 3, mp.mpf("2.75")
    by_ratios("G", 10, log_gamma, lambda x: 1 / log_gamma(x), GAMMA_MIDDLE, two_thirds, large)
    stirling = lambda w: (mp.loggamma(1 / w) - (1 / w - 0.5) * mp.log(1 / w) + 1 / w - mp.log(2 * mp.pi) / 2) / w
    in_steps("GL", 3, at_zero(mp.mpf(1) / 12, stirling), lambda w: w / mp.loggamma(1 / w), large)
    by_ratios("D", 11, digamma, lambda x: 1 / digamma(x), GAMMA_MIDDLE, two_thirds, large)
    series = lambda w: (mp.log(1 / w) - w / 2 - mp.digamma(1 / w)) / w**2
    in_steps("DL", 3, series, lambda w: w**2 / mp.digamma(1 / w), large)
    of_one = lambda y: 1 / mp.polygamma(1, max(y - 1, mp.mpf("1e-10")))
    by_ratios("P", 10, lambda y: mp.polygamma(1, y), of_one, mp.mpf("1.75"), mp.mpf(1), mp.mpf(3))
    series = lambda w: (mp.polygamma(1, 1 / w) - w - w**2 / 2) / w**3
    in_steps("PL", 5, series, lambda w: w**2, mp.mpf(2))


def upper(a):
    """Q(a)·e^(a²/2)."""
    if a > 200:
        return (1 / a * (1 - 1 / a**2 + 3 / a**4 - 15 / a**6)) / ROOT
    return mp.erfc(a / mp.sqrt(2)) / 2 * mp.exp(a * a / 2)


def normal():
    m = mp.mpf(3)
    over = lambda a: 1 / (ROOT * upper(a)) - a if a < 60 else 1 / a * (1 - 2 / a**2 + 10 / a**4 - 74 / a**6)
    by_ratios("N", 11, lambda a: over(a) * (a + m), lambda a: 1 / ((a + m) * (a + over(a))), m, mp.mpf(0), mp.inf)
    log = lambda a: mp.log(upper(a)) + mp.log1p(a / m)
    by_ratios("NL", 10, log, lambda a: 1 / abs(mp.log(upper(a)) - a**2 / 2), m, mp.mpf(0), mp.inf)
    near = at_zero(1 / ROOT, lambda w: mp.erf(mp.sqrt(w / 2)) / 2 / mp.sqrt(w))
    fit(names("B", 6, 2), near, lambda w: 2 * mp.sqrt(w) / mp.erfc(mp.sqrt(w / 2)), 0, 1)


def erf():
    small = at_zero(2 / mp.sqrt(mp.pi) - 1, lambda w: mp.erf(mp.sqrt(w)) / mp.sqrt(w) - 1)
    weight = at_zero(mp.sqrt(mp.pi) / 2, lambda w: mp.sqrt(w) / mp.erf(mp.sqrt(w)))
    fit(names("F", 6, 2), small, weight, 0, 0.875**2)
    fit(names("H", 7), lambda a: mp.log(mp.erfc(a)), lambda a: mp.erfc(a) / mp.erf(a), 0.875, 4)


def two_floats(name, value):
    high = float(np.float32(float(value)))
    print(f"\n{name} {high.hex()} {float(np.float32(float(value - high))).hex()}")


two_floats("DIGAMMA_ZERO", ZERO)
two_floats("DENSITY", 1 / ROOT)
two_floats("HALF_LOG_2PI_LESS_HALF", (mp.log(2 * mp.pi) - 1) / 2)
gamma()
normal()
erf()
