"""The autoencoder of bench/autoencoders in JAX or PyTorch: the same network, rows, batch and Adam, their own normals and order.

    autoencoders.py jax|torch|torch-compile FOLDER STEPS SEED

reads train.f32 and heldout.f32 [rows][64] in FOLDER and prints the milliseconds of a step, without the first fifth of the steps, and
the mean ELBO of the held-out rows at the end, by 64 draws each of the last weights.
"""

import math
import sys
import time
from pathlib import Path

import numpy as np

FRAMEWORK, FOLDER, STEPS, SEED = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PIXELS, HIDDEN, LATENT, BATCH, RATE = 64, 128, 2, 128, 0.002
SIZES = [(PIXELS, HIDDEN), (HIDDEN, 2 * LATENT), (LATENT, HIDDEN), (HIDDEN, PIXELS)]
FIRST = STEPS // 5
DRAWS = 64


def rate(step):
    """As elbo4j lowers it."""
    return RATE * (1 if step < 0.6 * STEPS else 0.3 if step < 0.85 * STEPS else 0.09)


def start():
    random = np.random.default_rng(SEED)
    weights = []
    for rows, columns in SIZES:
        most = math.sqrt(6 / (rows + columns))
        weights += [random.uniform(-most, most, (rows, columns)).astype(np.float32), np.zeros(columns, np.float32)]
    return weights


def rows(name):
    return np.fromfile(FOLDER / name, np.float32).reshape(-1, PIXELS)


def jax_run():
    import jax
    import jax.numpy as jnp

    train, out = jnp.asarray(rows("train.f32")), jnp.asarray(rows("heldout.f32"))

    def elbo(w, x, e):
        o = jax.nn.relu(x @ w[0] + w[1]) @ w[2] + w[3]
        m, s = o[:, :LATENT], o[:, LATENT:]
        f = jax.nn.relu((m + jnp.exp(s) * e) @ w[4] + w[5]) @ w[6] + w[7]
        return ((x * f - jax.nn.softplus(f)).sum(1) - (0.5 * (m * m + jnp.exp(2 * s) - 1) - s).sum(1)).mean()

    def step(carry, at):
        w, m, v, key = carry
        t, r = at
        key, one, two = jax.random.split(key, 3)
        x = train[jax.random.randint(one, (BATCH,), 0, len(train))]
        g = jax.grad(elbo)(w, x, jax.random.normal(two, (BATCH, LATENT)))
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
        w = [a + r * (b / (1 - 0.9**t)) / (jnp.sqrt(c / (1 - 0.999**t)) + 1e-8) for a, b, c in zip(w, m, v)]
        return (w, m, v, key), None

    scan = jax.jit(lambda carry, at: jax.lax.scan(step, carry, at)[0])
    w = [jnp.asarray(a) for a in start()]
    zeros = [jnp.zeros_like(a) for a in w]
    carry = (w, zeros, zeros, jax.random.PRNGKey(SEED))
    block, began = FIRST, 0.0
    for first in range(0, STEPS, block):  # blocks of one size, so that it compiles once
        if first == block:
            jax.block_until_ready(carry)
            began = time.perf_counter()
        t = np.arange(first, first + block)
        carry = scan(carry, (jnp.asarray(t + 1.0), jnp.asarray([rate(each) for each in t])))
    jax.block_until_ready(carry)
    ms = 1e3 * (time.perf_counter() - began) / (STEPS - block)
    keys = jax.random.split(jax.random.PRNGKey(1), DRAWS)
    bound = np.mean([float(elbo(carry[0], out, jax.random.normal(key, (len(out), LATENT)))) for key in keys])
    return ms, bound


def torch_run(compiled):
    import torch

    torch.manual_seed(SEED)
    train, out = torch.tensor(rows("train.f32")), torch.tensor(rows("heldout.f32"))
    w = [torch.tensor(a, requires_grad=True) for a in start()]

    def loss(x, e):
        o = torch.relu(x @ w[0] + w[1]) @ w[2] + w[3]
        m, s = o[:, :LATENT], o[:, LATENT:]
        f = torch.relu((m + torch.exp(s) * e) @ w[4] + w[5]) @ w[6] + w[7]
        kl = (0.5 * (m * m + torch.exp(2 * s) - 1) - s).sum(1)
        return -((x * f - torch.nn.functional.softplus(f)).sum(1) - kl).mean()

    call = torch.compile(loss) if compiled else loss
    adam = torch.optim.Adam(w, lr=RATE, fused=True)
    began = 0.0
    for t in range(STEPS):
        if t == FIRST:
            began = time.perf_counter()
        adam.param_groups[0]["lr"] = rate(t)
        x = train[torch.randint(len(train), (BATCH,))]
        adam.zero_grad(set_to_none=True)
        call(x, torch.randn(BATCH, LATENT)).backward()
        adam.step()
    ms = 1e3 * (time.perf_counter() - began) / (STEPS - FIRST)
    with torch.no_grad():
        bound = np.mean([-float(loss(out, torch.randn(len(out), LATENT))) for _ in range(DRAWS)])
    return ms, bound


ms, bound = jax_run() if FRAMEWORK == "jax" else torch_run(FRAMEWORK == "torch-compile")
print(f"{ms} {bound}")
