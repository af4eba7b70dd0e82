"""The works in JAX under jit, with gradients by value_and_grad and by hand. It goes to a GPU by itself."""

import jax
import jax.numpy as jnp

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

key = jax.random.key(0)


def draws(step, shape):
    return jax.random.normal(jax.random.fold_in(key, step), shape)


def jitted(f, parameters=()):
    compiled = jax.jit(f)
    return lambda i: jax.block_until_ready(compiled(parameters, i))


def normals(work):
    """W1."""
    yield "jit", jitted(lambda _, i: draws(i, WORKS[work][1][1:3])), check_normals


def gaussian(work):
    """W2, W6."""
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


def logistic(work):
    """W3."""
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


def density(work):
    """W4."""
    a = Rows(work)

    def f(p, i):
        mu, omega, z = p
        h = (z - mu) * jnp.exp(-omega)
        return (-0.5 * h * h - omega).sum(1) - a.constant

    yield "jit", jitted(f, tuple(map(jnp.asarray, (a.mu, a.omega, a.z)))), a.check_density


def kl(work):
    """W5."""
    a = Rows(work)

    def f(p, i):
        mu, omega = p
        return (0.5 * (mu * mu + jnp.exp(2 * omega) - 1) - omega).sum(1)

    yield "jit", jitted(f, tuple(map(jnp.asarray, (a.mu, a.omega)))), a.check_kl


def fits(work):
    """W7."""
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


WAYS = {"W1": normals, "W2": gaussian, "W3": logistic, "W4": density, "W5": kl, "W6": gaussian, "W7": fits}


def ways(work, gpu):
    """(how, step, check) for each way that JAX has."""
    return WAYS[work](work)
