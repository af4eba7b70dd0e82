"""Products of matrices in NumPy and PyTorch, as bench/products asks for them on standard input.

    version                         prints the versions
    check PEER WORK COUNT M N K     writes result.f32
    time PEER WORK COUNT M N K S    prints the nanoseconds of each execution of S seconds, all on one line

left.f32 and right.f32 are in the folder that is the only argument. WORK is multiply, COUNT products of M × K and K × N, or solve, M × M lower
triangles and M × N (NumPy has no such solution). Results go to memory that is there already, where a peer can.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(sys.argv[1])
torch.set_grad_enabled(False)


def data(name, *shape):
    x = np.fromfile(FOLDER / f"{name}.f32", np.float32).reshape(shape)
    return x[0] if shape[0] == 1 else x


def step(peer, work, count, m, n, k):
    a, b = data("left", count, m, k), data("right", count, k, n)
    if peer == "numpy":
        out = np.empty(a.shape[:-1] + (n,), np.float32)
        return lambda: np.matmul(a, b, out=out)
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    out = torch.empty(a.shape[:-1] + (n,))
    if work == "solve":
        return lambda: torch.linalg.solve_triangular(a, b, upper=False, out=out)
    return lambda: torch.matmul(a, b, out=out)


steps = {}
for line in sys.stdin:
    what, *words = line.split()
    if what == "version":
        print("NumPy", np.__version__, "PyTorch", torch.__version__, torch.get_num_threads(), "threads", flush=True)
        continue
    key = tuple(words[:6])
    if what == "check":
        steps[key] = step(*words[:2], *map(int, words[2:6]))
        np.asarray(steps[key]()).tofile(FOLDER / "result.f32")
        print("written", flush=True)
        continue
    times = []
    end = time.perf_counter() + float(words[6])
    while len(times) < 15 or time.perf_counter() < end:
        begun = time.perf_counter_ns()
        steps[key]()
        times.append(time.perf_counter_ns() - begun)
    print(*times, flush=True)
