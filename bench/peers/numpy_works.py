"""The works in NumPy, float32."""

import numpy as np

from works import (
    ADAM_STEPS,
    BETA1,
    BETA2,
    GUARD,
    HALF_LOG_2PI,
    WORKS,
    Fits,
    Gaussian,
    Logistic,
    Rows,
    adam_gain,
    check_normals,
    entropy,
)


def normals(work, rng):
    """W1."""
    out = np.empty(WORKS[work][1][1:3], dtype=np.float32)
    yield "standard_normal", lambda i: rng.standard_normal(out=out, dtype=np.float32), check_normals


def gaussian(work, rng):
    """W2, W6."""
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


def logistic(work, rng):
    """W3."""
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


def density(work, rng):
    """W4."""
    a = Rows(work)

    def step(i):
        h = (a.z - a.mu) * np.exp(-a.omega)
        return (-0.5 * h * h - a.omega).sum(1) - np.float32(a.constant)

    yield "", step, a.check_density


def kl(work, rng):
    """W5."""
    a = Rows(work)
    yield "", lambda i: (0.5 * (a.mu * a.mu + np.exp(2 * a.omega) - 1) - a.omega).sum(1), a.check_kl


def fits(work, rng):
    """W7."""
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


WAYS = {"W1": normals, "W2": gaussian, "W3": logistic, "W4": density, "W5": kl, "W6": gaussian, "W7": fits}


def ways(work, gpu):
    """(how, step, check) for each way that NumPy has, which is one."""
    return WAYS[work](work, np.random.default_rng(0))
