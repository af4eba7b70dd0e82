package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Matrix;
import org.jspecify.annotations.Nullable;

/** The views that a block of draws needs of the buffers of a {@link LinearPredictor}. */
final class PredictorBlock {
    final Matrix x; // [N][K]
    final Matrix draws; // [R][D]
    final Matrix beta; // [R·C][K], the first C·K coordinates of the draws
    final Matrix last; // [R][1], the last coordinate of the draws
    final Buffer eta; // [R][C][N]
    final Matrix etaMatrix; // [R·C][N]
    final Buffer value; // [R] FLOAT64
    final @Nullable Matrix gradient; // [R][D]
    final @Nullable Matrix betaGradient; // [R·C][K]
    final @Nullable Matrix lastGradient; // [R][1]

    /** @param classes C; if more than one, the draws hold nothing but beta */
    PredictorBlock(
            int columns,
            int classes,
            Buffer x, // [N][K]
            int observations,
            Buffer z, // [all R][D]
            @Nullable Buffer gradient, // [all R][D]
            Buffer eta,
            Buffer value,
            int from,
            int count,
            int dimensions) {
        long offset = (long) from * dimensions;
        this.x = Matrix.of(x, observations, columns);
        draws = new Matrix(z, offset, count, dimensions, dimensions, 1);
        beta = coefficients(draws, columns, classes);
        last = draws.columns(dimensions - 1, dimensions);
        this.eta = eta;
        etaMatrix = Matrix.of(eta, count * classes, observations);
        this.value = value;
        this.gradient = gradient == null ? null : new Matrix(gradient, offset, count, dimensions, dimensions, 1);
        betaGradient = this.gradient == null ? null : coefficients(this.gradient, columns, classes);
        lastGradient = this.gradient == null ? null : this.gradient.columns(dimensions - 1, dimensions);
    }

    private static Matrix coefficients(Matrix draws, int columns, int classes) {
        return classes == 1
                ? draws.columns(0, columns)
                : new Matrix(draws.buffer(), draws.offset(), draws.rows() * classes, columns, columns, 1);
    }

    /** R. */
    int rows() {
        return draws.rows();
    }
}
