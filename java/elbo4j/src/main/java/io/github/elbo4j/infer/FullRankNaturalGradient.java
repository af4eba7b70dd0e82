package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.Arrays;

/**
 * In coordinates where q is N(0, I) the Fisher information of the means and of the factor's elements below the diagonal is
 * 1, and that of the logarithms on it is 2.
 */
final class FullRankNaturalGradient extends NaturalGradient {
    private final int dimensions;
    private final double[] ones;

    FullRankNaturalGradient(SgviSettings settings, LogJoint joint, VariationalFamily q, Key key) {
        super(settings, joint, q, key);
        dimensions = q.dimensions();
        ones = new double[q.parameters()];
        Arrays.fill(ones, 1);
    }

    @Override
    double[] natural(float[] gradient, int group) {
        double[] delta = new double[gradient.length];
        for (int p = 0; p < delta.length; p++) {
            delta[p] = gradient[p];
        }
        for (int d = 0; d < dimensions; d++) {
            delta[(d + 1) * dimensions + d] *= 0.5;
        }
        return delta;
    }

    @Override
    double[] units() {
        return ones;
    }
}
