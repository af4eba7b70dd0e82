package io.github.elbo4j.model;

import java.io.Serializable;

/**
 * The prior N(mean, sd²) of one parameter.
 *
 * @param sd positive
 */
public record NormalPrior(double mean, double sd) implements Serializable {
    /** N(0, 1). */
    public static final NormalPrior STANDARD = new NormalPrior(0, 1);

    public NormalPrior {
        if (!Double.isFinite((float) mean)) {
            throw new IllegalArgumentException("prior mean is " + mean + ", but must be finite (in float32)");
        }
        if (!((float) sd > 0 && Double.isFinite((float) sd))) {
            throw new IllegalArgumentException("prior sd is " + sd + ", but must be positive and finite (in float32)");
        }
    }
}
