package io.github.elbo4j.factors;

import io.github.elbo4j.device.Key;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Where training begins: columns as frequent as they are with no factor on, factors that are rare, and small seeded weights. */
final class Start {
    private static final double PRIOR_LOGIT = -1;
    /** Shares of ones are kept from 0 and 1 as by a row more of each. */
    private static final double SMOOTHING = 1;

    private final FactorModel model;
    private final BinaryData data;
    private final SplittableRandom random;

    Start(FactorModel model, BinaryData data, Key key) {
        this.model = model;
        this.data = data;
        random = new SplittableRandom(key.seed());
    }

    /** The coordinates of one of the weights. */
    double[] of(String name, int[] extents) {
        int size = extents.length == 1 ? extents[0] : extents[0] * extents[1];
        double[] start = new double[size];
        switch (name) {
            case Layout.PRIOR, Layout.BIAS -> Arrays.fill(start, PRIOR_LOGIT);
            case Layout.BASE -> {
                double[] means = data.means();
                for (int p = 0; p < size; p++) {
                    double share = (means[p] * data.rows() + SMOOTHING) / (data.rows() + 2 * SMOOTHING);
                    start[p] = model.coordinate(model.total(share));
                }
            }
            case Layout.LOADINGS -> {
                for (int i = 0; i < size; i++) {
                    start[i] = model == FactorModel.SIGMOID ? spread(0.5) : -2 + spread(0.5);
                }
            }
            case Layout.INPUT, Layout.OUTPUT -> {
                double within = StrictMath.sqrt(3.0 / extents[0]); // a variance of 1/extents[0]
                for (int i = 0; i < size; i++) {
                    start[i] = spread(within);
                }
            }
            default -> {} // zeros
        }
        return start;
    }

    private double spread(double within) {
        return within * (2 * random.nextDouble() - 1);
    }
}
