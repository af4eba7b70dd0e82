package io.github.elbo4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The maps from the real line into supports: their Jacobians, and back. */
class SupportsTest {
    /** A support, the extents of a value, and which elements of an event are free: the others follow from them. */
    static Stream<Arguments> maps() {
        return Stream.of(
                Arguments.of(Support.POSITIVE, new int[] {3}, new int[] {0}),
                Arguments.of(Support.UNIT, new int[] {3}, new int[] {0}),
                Arguments.of(Support.interval(-2, 5), new int[] {3}, new int[] {0}),
                Arguments.of(Support.simplex(), new int[] {2, 4}, new int[] {0, 1, 2}),
                Arguments.of(Support.simplex(), new int[] {2}, new int[] {0}),
                Arguments.of(Normal.of(0, 1).ordered().support(), new int[] {2, 4}, new int[] {0, 1, 2, 3}),
                Arguments.of(HalfNormal.of(1).ordered().support(), new int[] {3}, new int[] {0, 1, 2}),
                Arguments.of(Support.correlationCholesky(), new int[] {2, 2}, new int[] {2}),
                Arguments.of(Support.correlationCholesky(), new int[] {2, 4, 4}, new int[] {4, 8, 9, 12, 13, 14}));
    }

    private static double[] somewhere(int n) {
        double[] u = new double[n];
        for (int i = 0; i < n; i++) {
            u[i] = 1.3 * Math.sin(0.4 + 1.7 * i);
        }
        return u;
    }

    @ParameterizedTest
    @MethodSource("maps")
    void theJacobianIsTheDeterminantOfDifferences(Support support, int[] extents, int[] free) {
        Expr u = new Parameters().add("u", support.free(extents));
        double[] at = somewhere(u.size());
        Constrained constrained = support.constrain(u);
        Expr logJacobian = constrained.logJacobian();
        assertThat(logJacobian).isNotNull();
        assertThat(constrained.value().extents()).isEqualTo(extents);
        double[] got = logJacobian.value(at);

        int event = Elements.size(extents, extents.length - support.axes());
        int own = free.length;
        assertThat(got).hasSize(u.size() / own);
        for (int plate = 0; plate < got.length; plate++) {
            double[][] jacobian = new double[own][own];
            for (int d = 0; d < own; d++) {
                double h = 1e-4;
                double[] high = at.clone();
                double[] low = at.clone();
                high[plate * own + d] += h;
                low[plate * own + d] -= h;
                double[] up = constrained.value().value(high);
                double[] down = constrained.value().value(low);
                for (int k = 0; k < own; k++) {
                    int element = plate * event + free[k];
                    jacobian[k][d] = (up[element] - down[element]) / (2 * h);
                }
            }
            // Central differences: h² = 1e-8 times a third derivative.
            assertThat(got[plate]).isCloseTo(logDeterminant(jacobian), within(1e-6));
        }
    }

    /** By elimination with pivots. */
    private static double logDeterminant(double[][] matrix) {
        double sum = 0;
        for (int i = 0; i < matrix.length; i++) {
            int column = i;
            Arrays.sort(matrix, i, matrix.length, (a, b) -> Double.compare(Math.abs(b[column]), Math.abs(a[column])));
            sum += Math.log(Math.abs(matrix[i][i]));
            for (int k = i + 1; k < matrix.length; k++) {
                double factor = matrix[k][i] / matrix[i][i];
                for (int j = i; j < matrix.length; j++) {
                    matrix[k][j] -= factor * matrix[i][j];
                }
            }
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("maps")
    void valuesAreInsideAndLeadBack(Support support, int[] extents, int[] free) {
        Expr u = new Parameters().add("u", support.free(extents));
        double[] at = somewhere(u.size());
        double[] value = support.constrain(u).value().value(at);

        int event = Elements.size(extents, extents.length - support.axes());
        for (int from = 0; from < value.length; from += event) {
            assertThat(support.contains(Arrays.copyOfRange(value, from, from + event)))
                    .as("element %s", from)
                    .isTrue();
        }
        double[] back = support.free(value, extents);
        assertThat(back).hasSameSizeAs(at);
        for (int d = 0; d < at.length; d++) {
            assertThat(back[d]).as("coordinate %s", d).isCloseTo(at[d], within(1e-12));
        }
    }

    /** Zero, what rounding takes for the end of the interval, and what has overflowed. */
    @ParameterizedTest
    @MethodSource("maps")
    void whatLiesAtTheEdgeHasFiniteCoordinates(Support support, int[] extents, int[] free) {
        double[] value = new double[Elements.size(extents, 0)];
        for (double edge : new double[] {0, 1, 5}) {
            Arrays.fill(value, edge);
            for (double coordinate : support.free(value, extents)) {
                assertThat(coordinate).isFinite();
            }
        }
    }
}
