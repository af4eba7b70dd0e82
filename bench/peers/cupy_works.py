"""cuRAND's generators through CuPy: the yardstick of W1."""

import cupy

from works import WORKS, check_normals


def ways(work, gpu):
    """(how, step, check) for each generator; none for the other works."""
    if work == "W1":
        out = cupy.empty(WORKS[work][1][1:3], dtype=cupy.float32)
        for how, bits in (("Philox4x3210", cupy.random.Philox4x3210), ("XORWOW", cupy.random.XORWOW)):
            rng = cupy.random.Generator(bits(1))

            def step(i, rng=rng):
                rng.standard_normal(out=out, dtype=cupy.float32)
                cupy.cuda.Device().synchronize()
                return out

            yield how, step, check_normals
