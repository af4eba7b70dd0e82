"""Steps of small fits in JAX, as bench/steps asks for them on standard input: one compiled loop of all steps.

    version                        prints the version
    time MODEL DRAWS STEPS RATE    prints the microseconds of a step and the averaged means, on one line

The data are in the folder that is the only argument. q is N(m, L L^T) with a log diagonal; a step draws, takes the gradient of
mean log p + log det L by reverse mode, and makes a step of Adam; kept besides are the ELBO's estimate of each step and the running average of the
parameters over the last half, as elbo4j keeps them.
"""

import sys
import time
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

FOLDER = Path(sys.argv[1])


def data(name):
    return jnp.asarray(np.fromfile(FOLDER / name, np.float32))


def logistic():
    y = data("logistic.y.f32")
    x = data("logistic.x.f32").reshape(y.size, -1)

    def log_p(z):
        eta = x @ z
        return (y * eta - jax.nn.softplus(eta)).sum() - 0.5 * (z * z).sum()

    return log_p, x.shape[1]


def gaussian():
    covariance = np.fromfile(FOLDER / "gaussian.covariance.f32", np.float32)
    d = round(covariance.size**0.5)
    precision = jnp.asarray(np.linalg.inv(covariance.reshape(d, d).astype(np.float64)), jnp.float32)

    def log_p(z):
        return -0.5 * (z - 1) @ precision @ (z - 1)

    return log_p, d


@partial(jax.jit, static_argnums=(0, 1, 2, 3))
def fit(model, draws, steps, rate, key):
    log_p, d = MODELS[model]()
    rows, columns = np.tril_indices(d, -1)

    def elbo(q, e):
        m, diagonal, lower = q
        scale = jnp.zeros((d, d)).at[rows, columns].set(lower) + jnp.diag(jnp.exp(diagonal))
        return jax.vmap(log_p)(m + e @ scale.T).mean() + diagonal.sum()

    def step(carry, t):
        q, m, v, average, key = carry
        key, own = jax.random.split(key)
        value, g = jax.value_and_grad(elbo)(q, jax.random.normal(own, (draws, d)))
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
        v = [0.99 * a + 0.01 * b * b for a, b in zip(v, g)]
        one, two = 1 - 0.9 ** (t + 1.0), 1 - 0.99 ** (t + 1.0)
        q = [a + rate * (b / one) / (jnp.sqrt(c / two) + 1e-8) for a, b, c in zip(q, m, v)]
        weight = 1 / jnp.maximum(t - steps // 2 + 1.0, 1.0)
        average = [a + weight * (b - a) for a, b in zip(average, q)]
        return (q, m, v, average, key), value

    zeros = [jnp.zeros(d), jnp.zeros(d), jnp.zeros(rows.size)]
    end, elbos = jax.lax.scan(step, (zeros, zeros, zeros, zeros, key), jnp.arange(steps))
    return end[3][0], elbos


MODELS = {"logistic": logistic, "gaussian": gaussian}
done = ["", 0]

for line in sys.stdin:
    what, *rest = line.split()
    if what == "version":
        print("jax", jax.__version__, flush=True)
        continue
    model, draws, steps, rate = rest
    run = partial(fit, model, int(draws), int(steps), float(rate))
    if done[0] != line:
        jax.block_until_ready(run(jax.random.key(0)))
        done = [line, 0]
    done[1] += 1
    key = jax.random.key(done[1])
    begun = time.perf_counter_ns()
    mean, _ = jax.block_until_ready(run(key))
    took = (time.perf_counter_ns() - begun) / 1e3 / int(steps)
    print(took, *np.asarray(mean), flush=True)
