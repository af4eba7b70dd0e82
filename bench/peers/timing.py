"""Times a peer: each execution by itself, after a warm-up, once its result has been found right."""

import importlib
import json
import statistics
import sys
import time

from works import LARGE, WORKS

MIN_EXECUTIONS = 15
FEW_EXECUTIONS = 3  # of W7, which takes seconds


def ways(peer, work, gpu):
    """(how, step, check) for each way that a peer has; step(i) returns when its result is in memory.

    Only that peer is imported. gpu is for torch, whose tensors live there then; JAX goes there by itself.
    """
    return importlib.import_module(f"{peer}_works").ways(work, gpu)


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


def measure(peer, works, quick, gpu, seconds):
    """Times all the ways that a peer has for each work, after half as many seconds of warm-up; one line of JSON each."""
    for work in works:
        for how, step, check in ways(peer, work, gpu):
            try:
                check(step(0))
            except Exception as e:  # a wrong result, or no C++ compiler for torch.compile
                reason = f"{type(e).__name__}: {e}".splitlines()[0]
                print(json.dumps({"work": work, "how": how, "notRun": reason}), flush=True)
                continue
            clock = Clock(step)
            clock.run(0 if quick else seconds / 2, 0 if work == "W7" else 3)
            fewest = FEW_EXECUTIONS if work == "W7" else 5 if quick else MIN_EXECUTIONS
            times = sorted(clock.run(0 if quick else seconds, fewest))
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
    for how, step, check in ways(peer, work, gpu=False):
        check(step(0))
        clock = Clock(step)
        usual = statistics.median(clock.run(seconds / 2, 3))  # the least of a way may be a rare one
        if best is None or usual < best[0]:
            best = usual, how, clock
    print("ready", *WORKS[work][1], flush=True)
    print(f"{work} {peer} {best[1]}", file=sys.stderr, flush=True)
    for line in sys.stdin:
        print(*(f"{t:.4f}" for t in best[2].run(float(line), 3)), flush=True)
