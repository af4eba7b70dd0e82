package io.github.elbo4j.network;

import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.Mixture;
import io.github.elbo4j.distribution.Normal;

/**
 * The prior of a network's weights: {@code N(0, (sd·u)²)}, or the scale mixture {@code share·N(0, (sd·u)²) + (1 − share)·N(0, (narrow·u)²)}
 * of Blundell and others (2015), whose narrow part draws weights that serve nothing to zero. The unit u is 1/√inputs for the elements of a
 * layer's matrix, so that what a unit adds up has the same variance however wide the layer before it is, and 1 for biases.
 *
 * @param sd of all weights, or of the wide part; positive
 * @param share of the wide part, from 0 (exclusive) to 1; 1 if there is no narrow one
 * @param narrow the sd of the narrow part; positive, at most {@code sd}
 */
public record WeightPrior(double sd, double share, double narrow) {
    public WeightPrior {
        positive("sd", sd);
        positive("narrow", narrow);
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of the wide part of a prior of weights is " + share
                    + ", but must be above 0 and at most 1");
        }
        if (narrow > sd) {
            throw new IllegalArgumentException("the narrow part of a prior of weights has the sd " + narrow
                    + ", but must be at most as wide as the wide one, " + sd);
        }
    }

    /** A normal. */
    public static WeightPrior normal(double sd) {
        return new WeightPrior(sd, 1, sd);
    }

    /** Of weights in units of {@code sd·u}, in which they are fitted: N(0, 1), or the mixture. */
    Distribution inUnits() {
        return share == 1
                ? Normal.of(0, 1)
                : Mixture.of(new double[] {share, 1 - share}, Normal.of(0, 1), Normal.of(0, narrow / sd));
    }

    /** The unit of a layer's matrix [inputs][outputs] or biases [outputs]: what a weight in units is multiplied with. */
    double unit(int... extents) {
        return extents.length == 1 ? sd : sd / StrictMath.sqrt(extents[0]);
    }

    private static void positive(String name, double value) {
        if (!((float) value > 0 && Float.isFinite((float) value))) {
            throw new IllegalArgumentException(
                    "the " + name + " of a prior of weights is " + value + ", but must be a positive number");
        }
    }
}
