package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;

import io.github.elbo4j.Dense;
import java.util.Arrays;

/**
 * The parameters and draws of a shape, and per problem the factor and its inverse in float64. Factors hold NaN above the diagonal
 * throughout: it must not be read.
 */
final class FullRankSetting {
    static final Key KEY = new Key(43);

    static final DrawBlock[] SHAPES = {
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(3, 67, 5).at(2, 3, 1),
        DrawBlock.of(2, 70, 8), // whole and partial shares of 32 draws
        DrawBlock.of(3, 33, 17).at(0, 1, 2),
        DrawBlock.of(2, 31, 32),
        DrawBlock.of(2, 3, 33),
        DrawBlock.of(1, 1, 300).at(0, 5, 3), // more than a panel
        DrawBlock.of(0, 3, 3),
        DrawBlock.of(3, 0, 3),
        DrawBlock.of(3, 5, 0),
    };

    final DrawBlock shape;
    final int dims;
    final float[] mu;
    final float[] factor;
    final float[] z;
    final double[][][] l;
    final double[][][] inverse;

    FullRankSetting(DrawBlock shape) {
        this.shape = shape;
        dims = shape.dimensions();
        mu = normals(1, shape.parameters(), 0, 3);
        factor = factors(2, shape.problems(), dims);
        z = normals(3, shape.elements(), 0, 3);
        l = new double[shape.problems()][][];
        inverse = new double[shape.problems()][][];
        for (int b = 0; b < l.length; b++) {
            l[b] = Dense.factor(factor, b, dims);
            inverse[b] = Dense.inverse(l[b]);
        }
    }

    int rows() {
        return Math.toIntExact(shape.allDraws());
    }

    int problem(int row) {
        return row / shape.draws();
    }

    /** Chains of D fma and their panels; the diagonal's exp 1.8, its product 1. */
    double roundings() {
        return dims + dims / 256 + 1 + 3;
    }

    double[] row(float[] x, int row) {
        double[] values = new double[dims];
        Arrays.setAll(values, i -> x[row * dims + i]);
        return values;
    }

    double[] residual(int row) {
        return Dense.sum(row(z, row), -1, row(mu, problem(row)));
    }

    /** Of step 7. */
    static float[] epsilon(Device device, DrawBlock shape) {
        return Drawn.normals(device, KEY, 7, shape);
    }
}
