package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Matrix;
import org.jspecify.annotations.Nullable;

/** The views that one wave of draws needs of the buffers of a {@link LinearPredictor}. */
final class Wave {
    final Matrix x; // [N][K]
    final Matrix xTransposed; // [K][N]
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
    Wave(
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
        xTransposed = this.x.transposed();
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

    @SuppressWarnings("ReferenceEquality") // the very buffers that the views look into
    boolean matches(
            Buffer otherX,
            int observations,
            Buffer z,
            @Nullable Buffer otherGradient,
            Buffer otherEta,
            Buffer otherValue,
            int from,
            int count) {
        return x.buffer() == otherX
                && x.rows() == observations
                && draws.buffer() == z
                && draws.rows() == count
                && draws.offset() == from * draws.rowStride()
                && (gradient == null ? null : gradient.buffer()) == otherGradient
                && eta == otherEta
                && value == otherValue;
    }
}
