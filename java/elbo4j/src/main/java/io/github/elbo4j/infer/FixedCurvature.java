package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code A = −∇∇F} of {@link PairedDraws} at a point. */
sealed interface FixedCurvature extends TrustRegion.Curvature {
    /** {@code A⁻¹·v}; null if A is not positive definite. */
    double @Nullable [] solve(double[] v);

    /** As matrices, one for each block of pairs, of which it is the mean. */
    final class Dense implements FixedCurvature {
        private final double[][][] blocks;
        private final double[][] mean;
        private final double @Nullable [][] lower;

        private Dense(double[][][] blocks, double[][] mean) {
            this.blocks = blocks;
            this.mean = mean;
            lower = DenseMatrix.cholesky(mean);
        }

        /** At a point. */
        static Dense at(PairedDraws objective, double[] phi, int blocks) {
            double[][][] each = objective.curvatureOfBlocks(phi, blocks, -1);
            return new Dense(each, mean(each, -1));
        }

        /** At a point, of the pairs of all blocks but one. */
        static Dense without(int block, PairedDraws objective, double[] phi, int blocks) {
            double[][][] others = objective.curvatureOfBlocks(phi, blocks, block);
            return new Dense(others, others[0]);
        }

        /** At the same point, of the pairs of all blocks but one. */
        Dense without(int block) {
            return new Dense(blocks, mean(blocks, block));
        }

        private static double[][] mean(double[][][] blocks, int skipped) {
            int n = blocks[0].length;
            double share = 1.0 / (skipped < 0 ? blocks.length : blocks.length - 1);
            double[][] mean = new double[n][n];
            for (int b = 0; b < blocks.length; b++) {
                for (int i = 0; i < n && b != skipped; i++) {
                    for (int j = 0; j < n; j++) {
                        mean[i][j] += share * blocks[b][i][j];
                    }
                }
            }
            return mean;
        }

        @Override
        public double[] times(double[] v) {
            return DenseMatrix.times(mean, v);
        }

        @Override
        public double accuracy() {
            return 1e-10;
        }

        @Override
        public double @Nullable [] solve(double[] v) {
            return lower == null ? null : LowerTriangle.solve(lower, v);
        }

        /**
         * The covariance of z by linear response, the block of A⁻¹ that belongs to the means: how they would move if log p were
         * tilted (Giordano, Broderick and Jordan 2018); null if A is not positive definite.
         */
        double @Nullable [][] ofMeans() {
            if (lower == null) {
                return null;
            }
            int d = mean.length / 2;
            double[][] inverse = LowerTriangle.inverseOfSquare(lower);
            double[][] block = new double[d][];
            Arrays.setAll(block, i -> Arrays.copyOf(inverse[i], d));
            return block;
        }
    }

    /** By differences of the gradient, where there are too many dimensions for a matrix. */
    final class Products implements FixedCurvature {
        private static final double STEP = 0x1p-4; // standard deviations

        private final PairedDraws objective;
        private final double[] phi;
        private final double[] scale;

        /** @param scale about the inverse of A's diagonal */
        Products(PairedDraws objective, double[] phi, double[] scale) {
            this.objective = objective;
            this.phi = phi.clone();
            this.scale = scale;
        }

        @Override
        public double[] times(double[] v) {
            double length = 0;
            for (int i = 0; i < v.length; i++) {
                length += v[i] * v[i] / scale[i];
            }
            double step = STEP / Math.sqrt(length);
            double[] points = new double[2 * v.length];
            for (int i = 0; i < v.length; i++) {
                points[i] = phi[i] + step * v[i];
                points[v.length + i] = phi[i] - step * v[i];
            }
            double[] slopes = new double[points.length];
            objective.evaluate(2, points, new double[2], slopes);
            double[] product = new double[v.length];
            Arrays.setAll(product, i -> (slopes[v.length + i] - slopes[i]) / (2 * step));
            return product;
        }

        @Override
        public double accuracy() {
            return 1e-3;
        }

        @Override
        public double @Nullable [] solve(double[] v) {
            return ConjugateGradients.solve(this, v, scale);
        }
    }
}
