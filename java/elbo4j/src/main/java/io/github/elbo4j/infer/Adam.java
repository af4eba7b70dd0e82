package io.github.elbo4j.infer;

import java.util.Locale;

/**
 * Adam (Kingma and Ba 2015), its rate lowered whenever the ELBO has stopped rising: {@code rate·decay^k} in phase k; see
 * {@link StoppingRule}.
 *
 * @param rate the first learning rate, positive
 * @param decay the factor from one phase to the next, in (0, 1)
 * @param beta1 of the first moment, in [0, 1)
 * @param beta2 of the second moment, in [0, 1)
 */
public record Adam(double rate, double decay, double beta1, double beta2) implements Optimizer {
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

    /** Decay 0.3, beta1 0.9, beta2 0.99: the moments forget the large gradients of a start within some hundred steps. */
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

    private static void unit(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be in [0, 1)");
        }
    }
}
