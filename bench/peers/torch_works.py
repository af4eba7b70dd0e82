"""The works in PyTorch, as it is and under torch.compile; on a GPU if told so."""

import numpy as np
import torch

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
)


class On:
    """A place for tensors, and what a step does there."""

    def __init__(self, gpu):
        self.gpu = gpu
        self.place = torch.device("cuda" if gpu else "cpu")

    def tensor(self, x):
        return torch.from_numpy(x).to(self.place)

    def done(self, result):
        if self.gpu:
            torch.cuda.synchronize()
        return result

    def both(self, f, check, noise=None):
        """f as it is and compiled; its noise is drawn outside, in torch's fastest way."""
        for how, g in (("", f), ("compile", torch.compile(f))):
            yield how, (lambda i, g=g: self.done(g() if noise is None else g(noise.normal_()))), check


def normals(work, on):
    """W1."""
    x = torch.empty(WORKS[work][1][1:3], device=on.place)
    yield "normal_", lambda i: on.done(x.normal_()), check_normals


def gaussian(work, on):
    """W2, W6."""
    a = Gaussian(work)
    mu, omega, mean = on.tensor(a.mu), on.tensor(a.omega), on.tensor(a.mean)
    precision = torch.exp(-on.tensor(a.log_sd))
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

    yield from on.both(f, lambda r: a.check(*r, score=work == "W6"), torch.empty(a.draws, a.dimensions, device=on.place))


def logistic(work, on):
    """W3."""
    a = Logistic()
    mu, omega, x, y = on.tensor(a.mu), on.tensor(a.omega), on.tensor(a.x), on.tensor(a.y)

    def f(eps):
        sigma = torch.exp(omega)
        z = mu + sigma * eps
        eta = z @ x.T
        v = (y * eta - torch.nn.functional.softplus(eta)).sum(1) - 0.5 * (z * z).sum(1)
        g = (y - torch.sigmoid(eta)) @ x - z
        elbo = v.mean() + omega.sum() + a.dimensions * 0.5
        return elbo, g.mean(0), (g * eps).mean(0) * sigma + 1

    yield from on.both(f, lambda r: a.check(*r), torch.empty(a.draws, a.dimensions, device=on.place))


def density(work, on):
    """W4."""
    a = Rows(work)
    mu, omega, z = on.tensor(a.mu), on.tensor(a.omega), on.tensor(a.z)

    def f():
        h = (z - mu) * torch.exp(-omega)
        return (-0.5 * h * h - omega).sum(1) - a.constant

    yield from on.both(f, a.check_density)


def kl(work, on):
    """W5."""
    a = Rows(work)
    mu, omega = on.tensor(a.mu), on.tensor(a.omega)
    yield from on.both(lambda: (0.5 * (mu * mu + torch.exp(2 * omega) - 1) - omega).sum(1), a.check_kl)


def fits(work, on):
    """W7."""
    a = Fits()
    mean, precision = on.tensor(a.mean)[:, None], torch.exp(-2 * on.tensor(a.log_sd))[:, None]
    eps = torch.empty(a.problems, a.draws, a.mean.shape[1], device=on.place)
    gains = [on.tensor(np.array(adam_gain(t), dtype=np.float32)) for t in range(1, ADAM_STEPS + 1)]

    def f(x, m, v, eps, gain):
        sigma = torch.exp(x[1])
        g = (mean - x[0][:, None] - sigma[:, None] * eps) * precision
        gradient = torch.stack((g.mean(1), sigma * (g * eps).mean(1) + 1))
        m = m + (1 - BETA1) * (gradient - m)
        v = v + (1 - BETA2) * (gradient * gradient - v)
        return x + gain[0] * m / (torch.sqrt(v * gain[1]) + GUARD), m, v

    def fit(one_step):
        x = m = v = torch.zeros(2, *a.mean.shape, device=on.place)
        for gain in gains:
            x, m, v = one_step(x, m, v, eps.normal_(), gain)
        return x

    for how, g in (("", f), ("compile", torch.compile(f))):
        yield how, (lambda i, g=g: on.done(fit(g))), lambda r: a.check(*r)


WAYS = {"W1": normals, "W2": gaussian, "W3": logistic, "W4": density, "W5": kl, "W6": gaussian, "W7": fits}


def ways(work, gpu):
    """(how, step, check) for each way that PyTorch has."""
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    return WAYS[work](work, On(gpu))
