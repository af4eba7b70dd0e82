package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Adam (Kingma and Ba 2015), its rate lowered whenever the ELBO has stopped rising: {@code rate·decay^k} in phase k; see
 * {@link StoppingRule}.
 *
 * @param rate the first learning rate, positive
 * @param decay the factor from one phase to the next, in (0, 1)
 * @param beta1 of the first moment, in [0, 1)
 * @param beta2 of the second moment, in [0, 1)
 */
public record Adam(double rate, double decay, double beta1, double beta2) implements Optimizer, Serializable {
    /** Keeps the quotient finite where a gradient has always been 0. */
    static final float GUARD = 1e-8f;

    public Adam {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("learning rate is " + rate + ", but must be positive");
        }
        unit("decay", decay);
        if (decay == 0) {
            throw new IllegalArgumentException("decay is 0, but must be in (0, 1)");
        }
        unit("beta1", beta1);
        unit("beta2", beta2);
    }

    /**
     * Decay 0.3, beta1 0.9, beta2 0.99: the large gradients of the first steps fade from the moments within some
     * hundred steps.
     */
    public Adam(double rate) {
        this(rate, 0.3, 0.9, 0.99);
    }

    /** Rate 0.02. */
    public Adam() {
        this(0.02);
    }

    /** The rate of phase k = 0, 1, … */
    public double rate(int phase) {
        return rate * StrictMath.pow(decay, phase);
    }

    @Override
    public String describe() {
        return String.format(Locale.ROOT, "adam (rate %s, decay %s, beta1 %s, beta2 %s)", rate, decay, beta1, beta2);
    }

    @Override
    public boolean adapts() {
        return true;
    }

    @Override
    public Rule open(Resources own, int parameters) {
        Buffer m = own.allocate(parameters);
        Buffer v = own.allocate(parameters);
        OptimizerOps.Decay decays = new OptimizerOps.Decay((float) beta1, (float) beta2, GUARD);
        return new Rule() {
            @Override
            public int scalars() {
                return 2;
            }

            @Override
            public void scalars(int step, int since, int phase, double[] row) {
                row[0] = decays.rateAt(since, (float) rate(phase));
                row[1] = decays.correctionAt(since);
            }

            @Override
            public void record(
                    Runner to, Buffer gradient, @Nullable Buffer scale, Buffer parameter, List<Scalar> scalars) {
                to.run(new OptimizerOps.Adam(
                        parameters, scalars.get(0), scalars.get(1), decays, gradient, scale, m, v, parameter));
            }

            @Override
            public List<Buffer> moments() {
                return List.of(m, v);
            }
        };
    }

    private static void unit(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be in [0, 1)");
        }
    }
}
