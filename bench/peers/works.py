"""The works that peers are timed at: their sizes, the inputs, the same for all peers, and what is expected of the results."""

import math

try:
    import numpy as np
except ImportError:  # peers.py says so
    np = None

ADAM_STEPS = 1000
# B, S, D and rows of data, or steps: the sizes of Work.java; bench/compare refuses others.
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
        (10_000, 16, 8, ADAM_STEPS),
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
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
RATE, BETA1, BETA2, GUARD = 0.02, 0.9, 0.999, 1e-8


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
