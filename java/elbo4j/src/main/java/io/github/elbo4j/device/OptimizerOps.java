package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/** Ascent steps on n parameters; all buffers [n]. Kernel family {@code optimizer}. */
public interface OptimizerOps {
    /** {@code parameter = fma(rate, gradient, parameter)}. */
    void sgd(long n, float rate, Buffer gradient, Buffer parameter);

    /**
     * Adam (Kingma and Ba 2015) in units of a scale, t = 1, 2, …: {@code g = scale·gradient}; {@code m = m + (1−beta1)·(g −
     * m)}; {@code v = v + (1−beta2)·(g² − v)}; {@code parameter += rate·scale/(1−beta1^t) · m / (√(v/(1−beta2^t)) + guard)}.
     * These are the steps that Adam takes with parameter/scale, so one rate suits parameters of any unit.
     *
     * @param t the step, from 1
     * @param scale null for ones, or [n], positive
     * @param guard the small number that keeps the quotient finite
     * @param m first moment, updated
     * @param v second moment, updated
     */
    void adam(
            long n,
            int t,
            float rate,
            float beta1,
            float beta2,
            float guard,
            Buffer gradient,
            @Nullable Buffer scale,
            Buffer m,
            Buffer v,
            Buffer parameter);

    /** {@code rate/(1−beta1^t)}, in float64 on the host, then rounded: what every device takes in {@link #adam}. */
    static float rateAt(int t, float rate, float beta1) {
        return (float) (rate / (1 - StrictMath.pow(beta1, t)));
    }

    /** {@code 1/(1−beta2^t)}, likewise. */
    static float correctionAt(int t, float beta2) {
        return (float) (1 / (1 - StrictMath.pow(beta2, t)));
    }
}
