"""log p and gradient of four models in JAX, as bench/gradients asks for them on standard input.

    check MODEL DRAWS         writes value.f32 [DRAWS] and gradient.f32 [DRAWS][D] beside the data
    time MODEL DRAWS SECONDS  prints the nanoseconds of each execution, all on one line

MODEL.DRAWS.z.f32 and the data are in the folder that is the only argument. Everything is jit(vmap(value_and_grad(log_p))) in float32.
"""

import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import cauchy, norm

FOLDER = Path(sys.argv[1])
GROUPS = 85


def data(name, kind=np.float32):
    return jnp.asarray(np.fromfile(FOLDER / name, kind))


def half_cauchy(x, scale):
    return jnp.log(2.0) + cauchy.logpdf(x, 0, scale)


def schools():
    """Not centred: mu, log tau, e[8]."""
    y, sigma = data("schools.y.f32"), data("schools.sigma.f32")

    def log_p(z):
        mu, log_tau, e = z[0], z[1], z[2:]
        tau = jnp.exp(log_tau)
        prior = norm.logpdf(mu, 0, 5) + half_cauchy(tau, 5.0) + log_tau + norm.logpdf(e).sum()
        return prior + norm.logpdf(y, mu + tau * e, sigma).sum()

    return log_p


def kids():
    """level, school, iq, log noise."""
    school, iq, y = data("kids.school.f32"), data("kids.iq.f32"), data("kids.y.f32")

    def log_p(z):
        noise = jnp.exp(z[3])
        prior = norm.logpdf(z[:3], 0, 10).sum() + half_cauchy(noise, 2.5) + z[3]
        return prior + norm.logpdf(y, z[0] + z[1] * school + z[2] * iq, noise).sum()

    return log_p


def groups():
    """level, log between, alpha[85], slope, log noise."""
    floor, y, group = data("groups.floor.f32"), data("groups.y.f32"), data("groups.group.i32", np.int32)

    def log_p(z):
        level, log_between, alpha, slope, log_noise = z[0], z[1], z[2 : 2 + GROUPS], z[-2], z[-1]
        between, noise = jnp.exp(log_between), jnp.exp(log_noise)
        prior = norm.logpdf(level, 0, 10) + jnp.log(2.0) + norm.logpdf(between) + log_between
        prior += norm.logpdf(alpha, level, between).sum() + norm.logpdf(slope, 0, 10)
        prior += half_cauchy(noise, 5.0) + log_noise
        return prior + norm.logpdf(y, alpha[group] + slope * floor, noise).sum()

    return log_p


def logistic():
    """10,000 rows of 64."""
    y = data("logistic.y.f32")
    x = data("logistic.x.f32").reshape(y.size, -1)

    def log_p(z):
        eta = x @ z
        return (y * eta - jax.nn.softplus(eta)).sum() + norm.logpdf(z).sum()

    return log_p


MODELS = {"schools": schools, "kids": kids, "groups": groups, "logistic": logistic}
compiled = {}


def prepare(model, draws):
    key = model, draws
    if key not in compiled:
        z = data(f"{model}.{draws}.z.f32").reshape(draws, -1)
        compiled[key] = jax.jit(jax.vmap(jax.value_and_grad(MODELS[model]()))), z
    return compiled[key]


for line in sys.stdin:
    what, model, draws, *rest = line.split()
    f, z = prepare(model, int(draws))
    value, gradient = jax.block_until_ready(f(z))
    if what == "check":
        np.asarray(value).tofile(FOLDER / "value.f32")
        np.asarray(gradient).tofile(FOLDER / "gradient.f32")
        print("jax", jax.__version__, flush=True)
    else:
        times = []
        end = time.perf_counter() + float(rest[0])
        while len(times) < 15 or time.perf_counter() < end:
            begun = time.perf_counter_ns()
            jax.block_until_ready(f(z))
            times.append(time.perf_counter_ns() - begun)
        print(*times, flush=True)
