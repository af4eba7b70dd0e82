package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Newton's method in a trust region, and its conjugate gradients, on functions whose answers are known. */
class TrustRegionTest {
    private static final int N = 7;

    private record Matrix(double[][] rows) implements TrustRegion.Curvature {
        @Override
        public double[] times(double[] v) {
            return DenseMatrix.times(rows, v);
        }

        @Override
        public double accuracy() {
            return 1e-12;
        }
    }

    /** {@code BᵀB + I/10} of random B, whose rows have units from 1e-3 to 1e3. */
    private static double[][] positive(double[] scale) {
        SplittableRandom random = new SplittableRandom(3);
        double[][] b = new double[N][N];
        for (int i = 0; i < N; i++) {
            scale[i] = Math.pow(10, i - 3);
            for (int j = 0; j < N; j++) {
                b[i][j] = random.nextGaussian();
            }
        }
        double[][] matrix = new double[N][N];
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double sum = i == j ? 0.1 : 0;
                for (int k = 0; k < N; k++) {
                    sum += b[k][i] * b[k][j];
                }
                matrix[i][j] = sum / Math.sqrt(scale[i] * scale[j]);
            }
        }
        return matrix;
    }

    @Test
    void conjugateGradientsSolve() {
        double[] scale = new double[N];
        Matrix a = new Matrix(positive(scale));
        double[] wanted = {1, -2, 3, 0.5, 0, 10, -1};
        double[] x = ConjugateGradients.solve(a, a.times(wanted), scale);
        assertThat(x).isNotNull();
        for (int i = 0; i < N; i++) {
            assertThat(x[i]).isCloseTo(wanted[i], within(1e-6));
        }
    }

    @Test
    void theyStopAtTheBoundary() {
        double[] scale = new double[N];
        Matrix a = new Matrix(positive(scale));
        double[] b = a.times(new double[] {1, -2, 3, 0.5, 0, 10, -1});
        ConjugateGradients.End end = ConjugateGradients.within(0.5, a, b, scale);
        assertThat(end.isWhole()).isFalse();
        assertThat(Math.sqrt(ConjugateGradients.length(end.x(), scale))).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void theySeeWhereThereIsNoCurvature() {
        Matrix saddle = new Matrix(new double[][] {{1, 0}, {0, -1}});
        double[] ones = {1, 1};
        assertThat(ConjugateGradients.solve(saddle, new double[] {0.1, 1}, ones))
                .isNull();
        ConjugateGradients.End end = ConjugateGradients.within(3, saddle, new double[] {0.1, 1}, ones);
        assertThat(Math.sqrt(ConjugateGradients.length(end.x(), ones))).isCloseTo(3, within(1e-12));
    }

    /** −(1 − x)² − 100·(y − x²)² (Rosenbrock 1960), largest at (1, 1) in a bent valley. */
    private static final class Valley implements Objective {
        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public boolean isExact() {
            return true;
        }

        @Override
        public void evaluate(int rows, double[] points, double[] values, double @Nullable [] gradient) {
            double x = points[0];
            double y = points[1];
            values[0] = -(1 - x) * (1 - x) - 100 * (y - x * x) * (y - x * x);
            if (gradient != null) {
                gradient[0] = 2 * (1 - x) + 400 * x * (y - x * x);
                gradient[1] = -200 * (y - x * x);
            }
        }

        static Matrix curvature(double[] at) {
            double x = at[0];
            return new Matrix(new double[][] {{2 - 400 * (at[1] - 3 * x * x), -400 * x}, {-400 * x, 200}});
        }
    }

    @Test
    void itFollowsABentValley() {
        TrustRegion.Summit<Matrix> top = new TrustRegion<>(
                        new Valley(), Valley::curvature, new double[] {1, 1}, () -> false)
                .climb(new double[] {-1.2, 1});
        assertThat(top.isTop()).isTrue();
        assertThat(top.at()).containsExactly(new double[] {1, 1}, within(1e-4));
        assertThat(top.height()).isCloseTo(0, within(1e-8));
    }

    /** From a place where the curvature has the wrong sign, Newton's method itself would go to a saddle. */
    @Test
    void itLeavesWhereTheCurvatureIsWrong() {
        TrustRegion.Summit<Matrix> top = new TrustRegion<>(
                        new Valley(), Valley::curvature, new double[] {1, 1}, () -> false)
                .climb(new double[] {0, 3});
        assertThat(top.at()).containsExactly(new double[] {1, 1}, within(1e-4));
    }

    @Test
    void whatIsNotFiniteIsNoTop() {
        TrustRegion.Summit<Matrix> none = new TrustRegion<>(
                        new Valley(),
                        at -> new Matrix(new double[][] {{Double.NaN, 0}, {0, 1}}),
                        new double[] {1, 1},
                        () -> false)
                .climb(new double[] {-1.2, 1});
        assertThat(none.isTop()).isFalse();
    }
}
