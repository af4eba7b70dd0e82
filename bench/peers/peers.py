#!/usr/bin/env python3
"""The works of elbo4j's benchmarks in NumPy, PyTorch and JAX.

    python3 -m venv VENV && VENV/bin/pip install -r bench/peers/requirements.txt
    VENV/bin/python bench/peers/peers.py run [--quick] [--out FILE] [W1 W2=jax ...]
    VENV/bin/python bench/peers/peers.py serve WORK PEER [SECONDS]     for bench/compare

`run` gives each work of a peer a process of its own, times every execution by itself after a warm-up (15 at least, W7 3) and writes
bench/results/CPU-CORES-peers.json, laid out as elbo4j's own results, anew after each work. A peer that is not installed, or
that takes too long, is reported as not run.

Each work is written as its users would write it for speed: torch as it is and under torch.compile, JAX under jit with
gradients by value_and_grad and by hand. All use every core and float32, and give what elbo4j gives, but for one number:
elbo4j also computes the standard error of the ELBO. Results are checked before they are timed.
"""

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import time

try:
    import numpy as np
except ImportError:  # run says so
    np = None

# B, S, D and rows of data: the sizes of Work.java; bench/compare refuses others.
WORKS = {
    "W1": ("2^24 standard normals into memory", (1, 1 << 14, 1 << 10, 0)),
    "W2": (
        "mean-field ELBO and reparameterization gradient, Gaussian target, S=1024, D=1000, new draws each step",
        (1, 1024, 1000, 0),
    ),
    "W3": (
        "Bayesian logistic regression ELBO and gradient, 10,000 rows, D=64, S=64, new draws each step",
        (1, 64, 64, 10_000),
    ),
    "W4": ("diagonal Gaussian log-density of given z, 2^20 x 16, parameters per row", (1 << 20, 1, 16, 0)),
    "W5": ("closed-form KL to N(0,I), 2^20 x 16", (1 << 20, 1, 16, 0)),
    "W6": (
        "mean-field score-function gradient with leave-one-out baseline, S=1024, D=1000, new draws each step",
        (1, 1024, 1000, 0),
    ),
    "W7": (
        "10,000 mean-field fits of Gaussian targets, S=16, D=8, 1000 steps of Adam each, new draws each step",
        (10_000, 16, 8, 0),
    ),
}
# The same works at sizes that fill a GPU (W3 and W7 as they are).
LARGE = {
    "W1": ("2^30 standard normals into memory", (1, 1 << 16, 1 << 14, 0)),
    "W2": ("as W2 with S=2^16, D=2^14", (1, 1 << 16, 1 << 14, 0)),
    "W4": ("as W4, 2^26 x 16", (1 << 26, 1, 16, 0)),
    "W5": ("as W5, 2^26 x 16", (1 << 26, 1, 16, 0)),
    "W6": ("as W6 with S=2^16, D=2^14", (1, 1 << 16, 1 << 14, 0)),
}
PEERS = ("numpy", "torch", "jax")
GPU_PEERS = ("cupy", "torch", "jax")
GPU = False  # set by --gpu: torch's tensors live there; JAX goes there by itself
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
MIN_EXECUTIONS = 15
FEW_EXECUTIONS = 3  # of W7, which takes seconds
ADAM_STEPS = 1000
RATE, BETA1, BETA2, GUARD = 0.02, 0.9, 0.999, 1e-8


# --- inputs, the same for all peers, and what is expected of the results ---------------------------------------------


def uniform(shape, low, high, salt):
    return np.random.default_rng(salt).uniform(low, high, shape).astype(np.float32)


class Gaussian:
    """W2, W6: q and a normalized diagonal target, [D] each."""

    def __init__(self, work):
        _, self.draws, self.dimensions, _ = WORKS[work][1]
        d = self.dimensions
        self.mu, self.omega = uniform(d, -0.5, 0.5, 1), uniform(d, -0.5, 0.5, 2)
        self.mean, self.log_sd = uniform(d, -1, 1, 3), np.log(uniform(d, 0.5, 2, 4))

    def check(self, elbo, grad_mu, grad_omega, score):
        """ELBO and gradient against the closed form, within 8 standard errors, which are known too."""
        sigma, sd = np.exp(self.omega, dtype=np.float64), np.exp(self.log_sd, dtype=np.float64)
        r, e = sigma / sd, (self.mu - self.mean) / sd
        root = math.sqrt(self.draws)
        want = -np.sum((r**2 + e**2 - 1) / 2 - np.log(r))
        if score:  # f = log p - log q
            sd_f = math.sqrt(np.sum(e**2 * r**2 + (1 - r**2) ** 2 / 2))
            se_mu, se_omega = sd_f / sigma / root, math.sqrt(2) * sd_f / root * np.ones_like(sigma)
        else:  # f = log p, the entropy in closed form
            sd_f = math.sqrt(np.sum(r**4 / 2 + e**2 * r**2))
            se_mu, se_omega = sigma / sd**2 / root, np.sqrt(e**2 * r**2 + 2 * r**4) / root
        close("ELBO", elbo, want, 8 * sd_f / root)
        close("gradient in mu", grad_mu, -e / sd, 8 * se_mu)
        close("gradient in omega", grad_omega, 1 - r**2, 8 * se_omega)


class Logistic:
    """W3: q, [D] each, and data."""

    def __init__(self):
        _, self.draws, self.dimensions, n = WORKS["W3"][1]
        self.mu, self.omega = uniform(self.dimensions, -0.5, 0.5, 1), uniform(self.dimensions, -0.5, 0.5, 2)
        self.x = uniform((n, self.dimensions), -0.5, 0.5, 3)
        self.y = np.round(uniform(n, 0, 1, 4))

    def check(self, elbo, grad_mu, grad_omega):
        """Against as many draws in float64, within 8 standard errors of the difference."""
        sigma = np.exp(self.omega, dtype=np.float64)
        eps = np.random.default_rng(5).standard_normal((self.draws, self.dimensions))
        z = self.mu + sigma * eps
        eta = z @ self.x.T.astype(np.float64)
        f = (self.y * eta - np.logaddexp(0, eta)).sum(1) - (z * z / 2 + HALF_LOG_2PI).sum(1)
        g = (self.y - 1 / (1 + np.exp(-eta))) @ self.x - z
        h = g * sigma * eps
        error = 8 * math.sqrt(2 / self.draws)
        close("ELBO", elbo, f.mean() + entropy(self.omega), error * f.std())
        close("gradient in mu", grad_mu, g.mean(0), error * g.std(0))
        close("gradient in omega", grad_omega, h.mean(0) + 1, error * h.std(0))


class Rows:
    """W4, W5: parameters and a draw for each row, [N][D]."""

    def __init__(self, work):
        n, _, d, _ = WORKS[work][1]
        self.mu, self.omega, self.z = uniform((n, d), -1, 1, 1), uniform((n, d), -1, 1, 2), uniform((n, d), -2, 2, 3)
        self.constant = d * HALF_LOG_2PI

    def check_density(self, got):
        h = (self.z - self.mu.astype(np.float64)) * np.exp(-self.omega.astype(np.float64))
        close("log-density", got, (-h * h / 2 - self.omega).sum(1) - self.constant, 1e-3)

    def check_kl(self, got):
        omega = self.omega.astype(np.float64)
        close("KL", got, ((self.mu.astype(np.float64) ** 2 + np.exp(2 * omega) - 1) / 2 - omega).sum(1), 1e-3)


class Fits:
    """W7: a diagonal target for each fit, [B][D]."""

    def __init__(self):
        self.problems, self.draws, d, _ = WORKS["W7"][1]
        self.mean, self.log_sd = uniform((self.problems, d), -1, 1, 1), uniform((self.problems, d), -0.7, 0.7, 2)

    def check(self, mu, omega):
        """The mean KL to the targets that Adam's noise leaves at this rate: 0.0242 +- 0.0003 in float64."""
        mu, omega = (np.asarray(on_host(x), dtype=np.float64) for x in (mu, omega))
        ratio, e = np.exp(omega - self.log_sd), (mu - self.mean) / np.exp(self.log_sd)
        close("mean KL", ((ratio**2 + e**2 - 1) / 2 - np.log(ratio)).sum(1).mean(), 0.0242, 0.002)


def adam_gain(t):
    """Adam's rate and correction of step t = 1, 2, …"""
    return RATE / (1 - BETA1**t), 1 / (1 - BETA2**t)


def entropy(omega):
    return float(np.sum(omega, dtype=np.float64)) + len(omega) * (HALF_LOG_2PI + 0.5)


def check_normals(x):
    x = np.asarray(on_host(x)).ravel()[: 1 << 24].astype(np.float64)
    n = math.sqrt(x.size)
    close("mean", x.mean(), 0, 6 / n)
    close("variance", (x * x).mean(), 1, 6 * math.sqrt(2) / n)
    close("fourth moment", (x**4).mean(), 3, 6 * math.sqrt(96) / n)


def on_host(x):
    """A result of torch or CuPy on a GPU, as NumPy takes it."""
    return x.cpu() if hasattr(x, "cpu") else x.get() if hasattr(x, "get") else x


def close(what, got, want, tolerance):
    worst = np.max(np.abs(np.asarray(on_host(got), dtype=np.float64) - want) / tolerance)
    if not worst <= 1:  # NaN fails
        raise AssertionError(f"{what} is off by {worst} times what is allowed")


# --- the works: (how, step, check) for each way that a peer has; step(i) returns when its result is in memory ---------


def numpy_works(work):
    rng = np.random.default_rng(0)
    if work == "W1":
        out = np.empty(WORKS[work][1][1:3], dtype=np.float32)
        yield "standard_normal", lambda i: rng.standard_normal(out=out, dtype=np.float32), check_normals
    elif work in ("W2", "W6"):
        a = Gaussian(work)
        precision = np.exp(-a.log_sd)
        constant = np.float32(np.sum(a.log_sd) + a.dimensions * HALF_LOG_2PI)
        eps = np.empty((a.draws, a.dimensions), dtype=np.float32)

        def step(i):
            rng.standard_normal(out=eps, dtype=np.float32)
            sigma = np.exp(a.omega)
            h = (a.mu + sigma * eps - a.mean) * precision
            log_p = -0.5 * np.einsum("sd,sd->s", h, h) - constant
            if work == "W2":
                g = -h * precision
                grad_omega = sigma * (np.einsum("sd,sd->d", g, eps) / a.draws) + 1
                return log_p.mean() + entropy(a.omega), g.mean(0), grad_omega
            log_q = -0.5 * np.einsum("sd,sd->s", eps, eps) - np.sum(a.omega) - a.dimensions * HALF_LOG_2PI
            f = log_p - log_q
            w = ((f - f.mean()) / (a.draws - 1)).astype(np.float32)
            return f.mean(), (w @ eps) / sigma, w @ (eps * eps - 1)

        yield "", step, lambda r: a.check(*r, score=work == "W6")
    elif work == "W3":
        a = Logistic()

        def step(i):
            sigma = np.exp(a.omega)
            eps = rng.standard_normal((a.draws, a.dimensions), dtype=np.float32)
            z = a.mu + sigma * eps
            eta = z @ a.x.T
            e = np.exp(-np.abs(eta))
            f = eta @ a.y - (np.maximum(eta, 0) + np.log1p(e)).sum(1) - 0.5 * (z * z).sum(1)
            g = (a.y - np.where(eta >= 0, 1, e) / (1 + e)) @ a.x - z
            value = f.mean() - a.dimensions * HALF_LOG_2PI + entropy(a.omega)
            return value, g.mean(0), (g * sigma * eps).mean(0) + 1

        yield "", step, lambda r: a.check(*r)
    elif work == "W4":
        a = Rows(work)

        def step(i):
            h = (a.z - a.mu) * np.exp(-a.omega)
            return (-0.5 * h * h - a.omega).sum(1) - np.float32(a.constant)

        yield "", step, a.check_density
    elif work == "W5":
        a = Rows(work)
        yield "", lambda i: (0.5 * (a.mu * a.mu + np.exp(2 * a.omega) - 1) - a.omega).sum(1), a.check_kl
    elif work == "W7":
        a = Fits()
        precision = np.exp(-2 * a.log_sd)[:, None]
        eps = np.empty((a.problems, a.draws, a.mean.shape[1]), dtype=np.float32)

        def step(i):
            x, m, v = (np.zeros((2, *a.mean.shape), dtype=np.float32) for _ in range(3))
            for t in range(1, ADAM_STEPS + 1):
                rng.standard_normal(out=eps, dtype=np.float32)
                sigma = np.exp(x[1])
                g = (a.mean[:, None] - x[0][:, None] - sigma[:, None] * eps) * precision
                gradient = np.stack((g.mean(1), sigma * (np.einsum("bsd,bsd->bd", g, eps) / a.draws) + 1))
                m += (1 - BETA1) * (gradient - m)
                v += (1 - BETA2) * (gradient * gradient - v)
                rate, correction = adam_gain(t)
                x += np.float32(rate) * m / (np.sqrt(v * np.float32(correction)) + np.float32(GUARD))
            return x

        yield "", step, lambda r: a.check(*r)


def torch_works(work):
    import torch

    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    place = torch.device("cuda" if GPU else "cpu")

    def tensor(x):
        return torch.from_numpy(x).to(place)

    def done(result):
        if GPU:
            torch.cuda.synchronize()
        return result

    def both(f, check, noise=None):
        """f as it is and compiled; its noise is drawn outside, in torch's fastest way."""
        for how, g in (("", f), ("compile", torch.compile(f))):
            yield how, (lambda i, g=g: done(g() if noise is None else g(noise.normal_()))), check

    if work == "W1":
        x = torch.empty(WORKS[work][1][1:3], device=place)
        yield "normal_", lambda i: done(x.normal_()), check_normals
    elif work in ("W2", "W6"):
        a = Gaussian(work)
        mu, omega, mean = tensor(a.mu), tensor(a.omega), tensor(a.mean)
        precision = torch.exp(-tensor(a.log_sd))
        constant = float(np.sum(a.log_sd)) + a.dimensions * HALF_LOG_2PI

        def f(eps):
            sigma = torch.exp(omega)
            h = (mu + sigma * eps - mean) * precision
            log_p = -0.5 * (h * h).sum(1) - constant
            if work == "W2":
                g = -h * precision
                elbo = log_p.mean() + omega.sum() + a.dimensions * (HALF_LOG_2PI + 0.5)
                return elbo, g.mean(0), (g * eps).mean(0) * sigma + 1
            log_q = -0.5 * (eps * eps).sum(1) - omega.sum() - a.dimensions * HALF_LOG_2PI
            v = log_p - log_q
            w = (v - v.mean()) / (a.draws - 1)
            return v.mean(), (w @ eps) / sigma, w @ (eps * eps - 1)

        yield from both(f, lambda r: a.check(*r, score=work == "W6"), torch.empty(a.draws, a.dimensions, device=place))
    elif work == "W3":
        a = Logistic()
        mu, omega, x, y = tensor(a.mu), tensor(a.omega), tensor(a.x), tensor(a.y)

        def f(eps):
            sigma = torch.exp(omega)
            z = mu + sigma * eps
            eta = z @ x.T
            v = (y * eta - torch.nn.functional.softplus(eta)).sum(1) - 0.5 * (z * z).sum(1)
            g = (y - torch.sigmoid(eta)) @ x - z
            elbo = v.mean() + omega.sum() + a.dimensions * 0.5
            return elbo, g.mean(0), (g * eps).mean(0) * sigma + 1

        yield from both(f, lambda r: a.check(*r), torch.empty(a.draws, a.dimensions, device=place))
    elif work == "W4":
        a = Rows(work)
        mu, omega, z = tensor(a.mu), tensor(a.omega), tensor(a.z)

        def f():
            h = (z - mu) * torch.exp(-omega)
            return (-0.5 * h * h - omega).sum(1) - a.constant

        yield from both(f, a.check_density)
    elif work == "W5":
        a = Rows(work)
        mu, omega = tensor(a.mu), tensor(a.omega)
        yield from both(lambda: (0.5 * (mu * mu + torch.exp(2 * omega) - 1) - omega).sum(1), a.check_kl)
    elif work == "W7":
        a = Fits()
        mean, precision = tensor(a.mean)[:, None], torch.exp(-2 * tensor(a.log_sd))[:, None]
        eps = torch.empty(a.problems, a.draws, a.mean.shape[1], device=place)
        gains = [tensor(np.array(adam_gain(t), dtype=np.float32)) for t in range(1, ADAM_STEPS + 1)]

        def f(x, m, v, eps, gain):
            sigma = torch.exp(x[1])
            g = (mean - x[0][:, None] - sigma[:, None] * eps) * precision
            gradient = torch.stack((g.mean(1), sigma * (g * eps).mean(1) + 1))
            m = m + (1 - BETA1) * (gradient - m)
            v = v + (1 - BETA2) * (gradient * gradient - v)
            return x + gain[0] * m / (torch.sqrt(v * gain[1]) + GUARD), m, v

        def fit(one_step):
            x = m = v = torch.zeros(2, *a.mean.shape, device=place)
            for gain in gains:
                x, m, v = one_step(x, m, v, eps.normal_(), gain)
            return x

        for how, g in (("", f), ("compile", torch.compile(f))):
            yield how, (lambda i, g=g: done(fit(g))), lambda r: a.check(*r)


def jax_works(work):
    import jax
    import jax.numpy as jnp

    key = jax.random.key(0)

    def draws(step, shape):
        return jax.random.normal(jax.random.fold_in(key, step), shape)

    def jitted(f, parameters=()):
        compiled = jax.jit(f)
        return lambda i: jax.block_until_ready(compiled(parameters, i))

    if work == "W1":
        yield "jit", jitted(lambda _, i: draws(i, WORKS[work][1][1:3])), check_normals
    elif work in ("W2", "W6"):
        a = Gaussian(work)
        mean, log_sd = jnp.asarray(a.mean), jnp.asarray(a.log_sd)
        q = jnp.asarray(a.mu), jnp.asarray(a.omega)

        def log_p(z):
            h = (z - mean) * jnp.exp(-log_sd)
            return jnp.sum(-0.5 * h * h - log_sd, 1) - a.dimensions * HALF_LOG_2PI

        def elbo(q, i):
            mu, omega = q
            z = mu + jnp.exp(omega) * draws(i, (a.draws, a.dimensions))
            return log_p(z).mean() + omega.sum() + a.dimensions * (HALF_LOG_2PI + 0.5)

        def by_hand(q, i):
            mu, omega = q
            sigma, precision = jnp.exp(omega), jnp.exp(-log_sd)
            eps = draws(i, (a.draws, a.dimensions))
            h = (mu + sigma * eps - mean) * precision
            g = -h * precision
            value = jnp.sum(-0.5 * h * h - log_sd, 1).mean() + omega.sum() + a.dimensions * 0.5
            return value, (g.mean(0), (g * eps).mean(0) * sigma + 1)

        def score(q, i):
            mu, omega = q
            sigma = jnp.exp(omega)
            eps = draws(i, (a.draws, a.dimensions))
            log_q = jnp.sum(-0.5 * eps * eps - omega, 1) - a.dimensions * HALF_LOG_2PI
            f = log_p(mu + sigma * eps) - log_q
            w = (f - f.mean()) / (a.draws - 1)
            return f.mean(), ((w @ eps) / sigma, w @ (eps * eps - 1))

        def check(r):
            a.check(r[0], *r[1], score=work == "W6")

        if work == "W2":
            yield "jit, value_and_grad", jitted(jax.value_and_grad(elbo), q), check
            yield "jit, by hand", jitted(by_hand, q), check
        else:
            yield "jit", jitted(score, q), check
    elif work == "W3":
        a = Logistic()
        x, y = jnp.asarray(a.x), jnp.asarray(a.y)
        q = jnp.asarray(a.mu), jnp.asarray(a.omega)

        def elbo(q, i):
            mu, omega = q
            z = mu + jnp.exp(omega) * draws(i, (a.draws, a.dimensions))
            eta = z @ x.T
            f = (y * eta - jax.nn.softplus(eta)).sum(1) - 0.5 * (z * z).sum(1)
            return f.mean() + omega.sum() + a.dimensions * 0.5

        def by_hand(q, i):
            mu, omega = q
            sigma = jnp.exp(omega)
            eps = draws(i, (a.draws, a.dimensions))
            z = mu + sigma * eps
            eta = z @ x.T
            f = (y * eta - jax.nn.softplus(eta)).sum(1) - 0.5 * (z * z).sum(1)
            g = (y - jax.nn.sigmoid(eta)) @ x - z
            return f.mean() + omega.sum() + a.dimensions * 0.5, (g.mean(0), (g * eps).mean(0) * sigma + 1)

        def check(r):
            a.check(r[0], *r[1])

        yield "jit, value_and_grad", jitted(jax.value_and_grad(elbo), q), check
        yield "jit, by hand", jitted(by_hand, q), check
    elif work == "W4":
        a = Rows(work)

        def density(p, i):
            mu, omega, z = p
            h = (z - mu) * jnp.exp(-omega)
            return (-0.5 * h * h - omega).sum(1) - a.constant

        yield "jit", jitted(density, tuple(map(jnp.asarray, (a.mu, a.omega, a.z)))), a.check_density
    elif work == "W5":
        a = Rows(work)

        def kl(p, i):
            mu, omega = p
            return (0.5 * (mu * mu + jnp.exp(2 * omega) - 1) - omega).sum(1)

        yield "jit", jitted(kl, tuple(map(jnp.asarray, (a.mu, a.omega)))), a.check_kl
    elif work == "W7":
        a = Fits()
        mean, precision = jnp.asarray(a.mean)[:, None], jnp.exp(-2 * jnp.asarray(a.log_sd))[:, None]
        gains = jnp.asarray([adam_gain(t) for t in range(1, ADAM_STEPS + 1)], dtype=jnp.float32)

        def fit(_, i):
            def one_step(t, state):
                x, m, v = state
                sigma = jnp.exp(x[1])
                eps = draws(ADAM_STEPS * i + t, (a.problems, a.draws, a.mean.shape[1]))
                g = (mean - x[0][:, None] - sigma[:, None] * eps) * precision
                gradient = jnp.stack((g.mean(1), sigma * (g * eps).mean(1) + 1))
                m = m + (1 - BETA1) * (gradient - m)
                v = v + (1 - BETA2) * (gradient * gradient - v)
                return x + gains[t, 0] * m / (jnp.sqrt(v * gains[t, 1]) + GUARD), m, v

            zeros = jnp.zeros((2, *a.mean.shape))
            return jax.lax.fori_loop(0, ADAM_STEPS, one_step, (zeros, zeros, zeros))[0]

        yield "jit", jitted(fit), lambda r: a.check(*r)


def cupy_works(work):
    """cuRAND's generators: the yardstick of W1."""
    import cupy

    if work == "W1":
        out = cupy.empty(WORKS[work][1][1:3], dtype=cupy.float32)
        for how, bits in (("Philox4x3210", cupy.random.Philox4x3210), ("XORWOW", cupy.random.XORWOW)):
            rng = cupy.random.Generator(bits(1))

            def step(i, rng=rng):
                rng.standard_normal(out=out, dtype=cupy.float32)
                cupy.cuda.Device().synchronize()
                return out

            yield how, step, check_normals


MAKERS = {"numpy": numpy_works, "torch": torch_works, "jax": jax_works, "cupy": cupy_works}


# --- timing -----------------------------------------------------------------------------------------------------------


class Clock:
    """Executes a step again and again, with a number that is new each time."""

    def __init__(self, step):
        self.step = step
        self.count = 0

    def run(self, seconds, at_least):
        """Milliseconds of each execution; the first, which finds cold caches, is not counted."""
        self.once()
        times = []
        end = time.perf_counter() + seconds
        while len(times) < at_least or time.perf_counter() < end:
            times.append(self.once())
        return times

    def once(self):
        self.count += 1
        start = time.perf_counter()
        self.step(self.count)
        return (time.perf_counter() - start) * 1e3


def measure(peer, works, quick):
    """Times all the ways that a peer has for each work; one line of JSON each."""
    for work in works:
        for how, step, check in MAKERS[peer](work):
            try:
                check(step(0))
            except Exception as e:  # a wrong result, or no C++ compiler for torch.compile
                reason = f"{type(e).__name__}: {e}".splitlines()[0]
                print(json.dumps({"work": work, "how": how, "notRun": reason}), flush=True)
                continue
            clock = Clock(step)
            clock.run(0 if quick else 1, 0 if work == "W7" else 3)
            fewest = FEW_EXECUTIONS if work == "W7" else 5 if quick else MIN_EXECUTIONS
            times = sorted(clock.run(0 if quick else 2, fewest))
            tenth = len(times) // 10
            line = {
                "size": "large" if WORKS[work] is LARGE.get(work) else "normal",
                "work": work,
                "words": WORKS[work][0],
                "peer": peer,
                "how": how,
                "median": round(statistics.median(times), 4),
                "min": round(times[0], 4),
                "spread": [round(times[tenth], 4), round(times[-1 - tenth], 4)],  # the middle eight tenths
                "executions": len(times),
            }
            print(json.dumps(line), flush=True)


def serve(work, peer, seconds):
    """The other side of Serve.java. Of several ways that a peer has, the fastest is served."""
    best = None
    for how, step, check in MAKERS[peer](work):
        check(step(0))
        clock = Clock(step)
        fastest = min(clock.run(seconds / 2, 3))
        if best is None or fastest < best[0]:
            best = fastest, how, clock
    print("ready", *WORKS[work][1], flush=True)
    print(f"{work} {peer} {best[1]}", file=sys.stderr, flush=True)
    for line in sys.stdin:
        print(*(f"{t:.4f}" for t in best[2].run(float(line), 3)), flush=True)


# --- results ----------------------------------------------------------------------------------------------------------


def machine():
    cpu = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    except OSError:
        pass
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def run(arguments):
    end = time.monotonic() + arguments.budget
    here = machine()
    wanted = {}
    if arguments.gpu:
        try:
            query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
            here["gpu"] = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError) as e:
            here["gpu"] = f"nvidia-smi does not answer: {e}"
    for word in arguments.works or WORKS:
        work, _, peer = word.partition("=")
        for name in [peer] if peer else GPU_PEERS if arguments.gpu else PEERS:
            wanted.setdefault(name, []).append(work)
    sizes = arguments.size.split(",")
    results, not_run = [], {}
    for size in [size for size in sizes if size not in ("normal", "large")]:
        not_run[size] = "peers have the sizes normal and large"
        print(f"{size}: not run: {not_run[size]}")
        sizes.remove(size)
    # CuPy's distribution bears the CUDA version in its name.
    installed = {d.name: d.version for d in importlib.metadata.distributions() if d.name}
    for peer in list(wanted):
        versions = [v for name, v in installed.items() if re.fullmatch(peer + r"(-cuda\d+x)?", name)]
        if versions and np is not None:
            here[peer] = versions[0]
        else:
            not_run[peer] = "not installed" if np is not None or not versions else "NumPy, which it needs here, is not installed"
            print(f"{peer}: not run: {not_run[peer]}")
            del wanted[peer]
    name = re.sub(r"\((R|TM|r|tm)\)|@.*", "", here["cpu"]) + f" {here['cores']} cores peers"
    name += (" gpu " + here["gpu"].split(",")[0] if arguments.gpu else "") + (" large" if "large" in sizes else "")
    name = re.sub(r"[^a-z0-9]+", "-", name.lower())
    full = not arguments.quick and not arguments.works
    home = pathlib.Path(__file__).resolve().parent.parent
    out = arguments.out or home / ("results" if full else "target") / f"{name}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    if arguments.further and out.exists():
        results = json.loads(out.read_text(encoding="utf-8")).get("results", [])

    def write():
        results.sort(key=lambda line: (line["size"], line["work"], line["peer"]))
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        head = {"what": "peers", "date": date, "quick": arguments.quick, "machine": here, "notRun": not_run, "unit": "ms"}
        part = out.with_name(out.name + ".part")
        part.write_text(json.dumps({**head, "results": results}, indent=2) + "\n", encoding="utf-8")
        part.replace(out)

    write()
    failed = False
    for size in sizes:
        for peer, works in wanted.items():
            for work in works:
                if (size == "large" and work not in LARGE) or (peer == "cupy" and work != "W1"):
                    continue
                if any((line["size"], line["work"], line["peer"]) == (size, work, peer) for line in results):
                    continue
                name = f"{work} {peer}" + (", large" if size == "large" else "")
                seconds = min(arguments.limit, end - time.monotonic())
                if seconds < 5:
                    not_run[name] = "no time left"
                    print(f"{name}: not run: no time left")
                    continue
                lines, reasons = one(peer, work, size, seconds, arguments)
                results += lines
                for how, reason in reasons.items():
                    what = f"{name} {how}".rstrip()
                    not_run[what] = reason
                    print(f"{what}: not run: {reason}")
                for line in lines:
                    what = f"{name} {line['how']}".rstrip()
                    print(f"{what:34} {line['median']:9.3f} ms  min {line['min']:9.3f}", flush=True)
                failed = failed or (bool(reasons) and not lines)
                write()
    write()
    print(f"written to {out}")
    return 1 if failed else 0


def one(peer, work, size, seconds, arguments):
    """The lines that a process of its own measures, and why the others are missing, for each way."""
    command = [sys.executable, __file__, "measure", peer, work]
    command += [flag for flag in ("--quick", "--gpu") if getattr(arguments, flag[2:])]
    command += ["--large"] if size == "large" else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            text, _ = process.communicate(timeout=seconds)
            reason = f"exit code {process.returncode}" if process.returncode else None
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, _ = process.communicate()
            reason = f"not done after {seconds:.0f} s"
    lines, reasons = [], {}
    for line in map(json.loads, text.splitlines()):
        if "notRun" in line:
            reasons[line["how"]] = line["notRun"]
        else:
            lines.append(line)
    if reason:
        reasons["more ways" if lines else ""] = reason
    return lines, reasons


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run", help="time all and write a file of results")
    command.add_argument("works", nargs="*", help="such as W1 or W2=jax; default: all")
    command.add_argument("--quick", action="store_true", help="few executions: shows that all runs, not how fast")
    command.add_argument("--gpu", action="store_true", help="cuRAND through CuPy, torch and JAX on the GPU")
    command.add_argument("--size", default="normal", help="normal, large (fills a GPU) or normal,large; default: normal")
    command.add_argument("--limit", type=float, default=240, help="seconds for a work of a peer; default: 240")
    command.add_argument("--budget", type=float, default=1e9, help="seconds for all; default: no end")
    command.add_argument("--continue", dest="further", action="store_true", help="keep what the file has, run only the rest")
    command.add_argument("--out", type=pathlib.Path, help="file of results")
    command = commands.add_parser("measure", help="time one peer, lines of JSON to standard output")
    command.add_argument("peer", choices=MAKERS)
    command.add_argument("works", nargs="+", choices=WORKS)
    for flag in ("--quick", "--gpu", "--large"):
        command.add_argument(flag, action="store_true")
    command = commands.add_parser("serve", help="work when told to")
    command.add_argument("work", choices=WORKS)
    command.add_argument("peer", choices=PEERS)
    command.add_argument("seconds", nargs="?", type=float, default=5.0, help="of warm-up")
    arguments = parser.parse_args()
    if arguments.command == "run":
        sys.exit(run(arguments))
    elif arguments.command == "measure":
        global GPU
        GPU = arguments.gpu
        if arguments.large:
            WORKS.update(LARGE)
        measure(arguments.peer, arguments.works, arguments.quick)
    else:
        serve(arguments.work, arguments.peer, arguments.seconds)


if __name__ == "__main__":
    main()
