package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/** Ascent steps on n parameters; all buffers [n]. Kernel family {@code optimizer}. */
public interface OptimizerOps {
    /** {@code parameter = fma(rate, gradient, parameter)}. */
    record Sgd(long n, Scalar rate, Buffer gradient, Buffer parameter) implements Operation {
        public Sgd {
            ArgumentChecks.notNegative("n", n);
            ArgumentChecks.present("rate", rate).notNaN("rate");
        }

        @Override
        public Signature signature() {
            return Signature.of("sgd")
                    .scalar("rate", rate)
                    .reads("gradient", gradient, n)
                    .updates("parameter", parameter, n);
        }
    }

    /**
     * The decays of Adam's moments, and what keeps its quotient finite.
     *
     * @param guard the small number that is added to the divisor
     */
    record Decay(float beta1, float beta2, float guard) {
        public Decay {
            ArgumentChecks.fraction("beta1", beta1);
            ArgumentChecks.fraction("beta2", beta2);
            if (!(guard >= Float.MIN_NORMAL)) { // a smaller one has no reciprocal
                throw new IllegalArgumentException(
                        "guard is " + guard + ", but must be " + Float.MIN_NORMAL + " or more");
            }
        }

        /** {@code rate/(1−beta1^t)} of step t = 1, 2, …, in float64 on the host, then rounded: what every device takes. */
        public float rateAt(int t, float rate) {
            ArgumentChecks.positive("t", t);
            return (float) (rate / (1 - StrictMath.pow(beta1, t)));
        }

        /** {@code 1/(1−beta2^t)}, likewise. */
        public float correctionAt(int t) {
            ArgumentChecks.positive("t", t);
            return (float) (1 / (1 - StrictMath.pow(beta2, t)));
        }
    }

    /**
     * Adam (Kingma and Ba 2015) in units of a scale, t = 1, 2, …: {@code g = scale·gradient}; {@code m = m + (1−beta1)·(g −
     * m)}; {@code v = v + (1−beta2)·(g² − v)}; {@code parameter += rate·scale/(1−beta1^t) · m / (√(v/(1−beta2^t)) + guard)}.
     * These are the steps that Adam takes with parameter/scale, so one rate suits parameters of any unit.
     *
     * @param rate {@code rate/(1−beta1^t)}, see {@link Decay#rateAt}
     * @param correction {@code 1/(1−beta2^t)}, see {@link Decay#correctionAt}
     * @param scale null for ones, or [n], positive
     * @param m first moment, updated
     * @param v second moment, updated
     */
    record Adam(
            long n,
            Scalar rate,
            Scalar correction,
            Decay decay,
            Buffer gradient,
            @Nullable Buffer scale,
            Buffer m,
            Buffer v,
            Buffer parameter)
            implements Operation {
        public Adam {
            ArgumentChecks.notNegative("n", n);
            ArgumentChecks.present("rate", rate).notNaN("rate");
            ArgumentChecks.present("correction", correction).notNaN("correction");
            ArgumentChecks.present("decay", decay);
        }

        @Override
        public Signature signature() {
            return Signature.of("adam")
                    .scalar("rate", rate)
                    .scalar("correction", correction)
                    .reads("gradient", gradient, n)
                    .optional("scale", ElementType.FLOAT32, scale, n, Access.READS)
                    .updates("m", m, n)
                    .updates("v", v, n)
                    .updates("parameter", parameter, n);
        }
    }
}
