package io.github.elbo4j.infer;

import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A component of a mixture that is being fitted, {@code weight·N(mean, R·Rᵀ)}, on the host in float64. It never changes. */
final class MixtureComponent {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    private final double logWeight;
    private final StartNormal normal; // with a factor
    private final double[][] factor; // R, [D][D], lower triangular: the normal's
    private final double offset; // log N at the mean

    /** @param logWeight of weights that need not add up to 1 */
    MixtureComponent(double logWeight, double[] mean, double[][] factor) {
        this.logWeight = logWeight;
        this.factor = factor;
        normal = StartNormal.correlated(mean, factor);
        offset = -normal.logDeterminant() - mean.length * HALF_LOG_TWO_PI;
    }

    static MixtureComponent of(double logWeight, StartNormal normal) {
        return new MixtureComponent(logWeight, normal.mean(), normal.dense());
    }

    /** Their mixture; the weights add up to 1. */
    static NormalMixture mixture(List<String> names, List<MixtureComponent> components) {
        double[] weights = components.stream()
                .mapToDouble(each -> StrictMath.exp(each.logWeight))
                .toArray();
        return new NormalMixture(
                names,
                weights,
                components.stream().map(each -> each.normal.gaussian()).toList());
    }

    /** The same with weights that add up to 1. */
    static List<MixtureComponent> normalized(List<MixtureComponent> components) {
        double all = Special.logSum(
                components.stream().mapToDouble(MixtureComponent::logWeight).toArray());
        return components.stream()
                .map(each -> each.weighing(each.logWeight - all))
                .toList();
    }

    MixtureComponent weighing(double log) {
        return around(normal.mean(), log);
    }

    /** The same normal elsewhere. */
    MixtureComponent around(double[] centre, double log) {
        return new MixtureComponent(log, centre, factor);
    }

    double logWeight() {
        return logWeight;
    }

    StartNormal normal() {
        return normal;
    }

    /** {@code y = R⁻¹·(z − mean)}. */
    double[] whitened(double[] z) {
        double[] y = new double[z.length];
        for (int i = 0; i < y.length; i++) {
            double sum = z[i] - normal.mean()[i];
            for (int j = 0; j < i; j++) {
                sum -= factor[i][j] * y[j];
            }
            y[i] = sum / factor[i][i];
        }
        return y;
    }

    /** {@code log(weight·N(z))}. */
    double logTermAt(double[] z) {
        return logTerm(whitened(z));
    }

    /** {@code log(weight·N(z))} where {@link #whitened} is y. */
    double logTerm(double[] y) {
        return logWeight + offset - 0.5 * InverseHessian.dot(y, y);
    }

    /** {@code KL(this ‖ other)} of the normals, in nats, [0, ∞). */
    double divergence(MixtureComponent other) {
        double[] y = other.whitened(normal.mean());
        double sum =
                InverseHessian.dot(y, y) + 2 * (other.normal.logDeterminant() - normal.logDeterminant()) - y.length;
        for (int j = 0; j < y.length; j++) { // tr(S⁻¹·C) = ‖R⁻¹·F‖², column by column
            double[] column = other.normal.mean().clone();
            for (int i = j; i < y.length; i++) {
                column[i] += factor[i][j];
            }
            double[] there = other.whitened(column);
            sum += InverseHessian.dot(there, there);
        }
        return sum / 2;
    }

    /** {@code R⁻ᵀ·y}: minus the gradient of the logarithm of the density. */
    double[] pull(double[] y) {
        double[] x = y.clone();
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= factor[k][i] * x[k];
            }
            x[i] /= factor[i][i];
        }
        return x;
    }

    /**
     * A step of the natural gradient, in the coordinates in which it is N(0, I): the precision goes to {@code P = I − rho·A + rho²·A²/2}, which is
     * positive definite for every A (Lin, Schmidt and Khan 2020), and the mean by {@code rho·P⁻¹·g}.
     *
     * @param slope g, the mean of ∇f under the component, [D]
     * @param curvature A, the mean of ∇²f, [D][D]
     * @return null where that is beyond float64
     */
    @Nullable
    MixtureComponent step(double rho, double[] slope, double[][] curvature) {
        int n = slope.length;
        double[][] precision = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double square = InverseHessian.dot(curvature[i], curvature[j]);
                precision[i][j] = (i == j ? 1 : 0) - rho * curvature[i][j] + rho * rho * square / 2;
                precision[j][i] = precision[i][j];
            }
        }
        double[][] lower = DenseMatrix.cholesky(precision);
        if (lower == null) {
            return null;
        }
        double[][] root = DenseMatrix.cholesky(LowerTriangle.inverseOfSquare(lower));
        if (root == null) {
            return null;
        }
        double[] moved = LowerTriangle.times(factor, LowerTriangle.solve(lower, slope));
        for (int d = 0; d < n; d++) {
            moved[d] = normal.mean()[d] + rho * moved[d];
        }
        MixtureComponent there = new MixtureComponent(logWeight, moved, LowerTriangle.product(factor, root));
        return there.normal.isFinite() ? there : null;
    }
}
