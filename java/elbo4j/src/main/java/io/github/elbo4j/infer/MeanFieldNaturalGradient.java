package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Of independent normals the Fisher information of a mean is 1/sd², and that of a logarithm of sd is 2.
 *
 * <p>Up to {@link Walks#DENSE} dimensions the means are moved by {@code delta = P⁻¹·∇ELBO} with P the measured
 * precision of the posterior, since q's own variances do not show how correlated means must move together. The noise
 * that a Gaussian of precision P contributes is known, {@code −s∘mean(epsilon)} in delta, and is subtracted: none is
 * left where the posterior is Gaussian, however correlated. (The path derivative does that only where it is not
 * correlated.)
 */
final class MeanFieldNaturalGradient extends NaturalGradient {
    private final LogJoint joint;
    private final Device device;
    private final int dimensions;
    private final int draws;
    private final int pairs; // of points where the curvature is measured
    private final DrawBlock ofGroup;
    private final Key groups; // of the groups' draws
    private final Key points; // where the curvature is measured
    private final boolean isDense;
    private final float[] epsilon; // [S][D]
    private final Buffer normals; // [S][D]
    private final double[] mean;
    private final double[] sd; // of q, [D]
    private @Nullable Curvature curvature; // null where it cannot be had: then by q's own variances

    /** The posterior's precision under q and its inverse. */
    record Curvature(double[][] precision, double[][] covariance) {}

    /**
     * Takes its memory.
     *
     * @param points the key of draws under which the curvature is measured
     */
    MeanFieldNaturalGradient(SgviSettings settings, LogJoint joint, VariationalFamily q, Key groups, Key points) {
        super(settings, joint, q, groups);
        this.joint = joint;
        this.device = q.device();
        this.dimensions = q.dimensions();
        this.draws = settings.effort.group();
        pairs = settings.effort.pairs();
        this.ofGroup = q.block(draws, 0);
        this.groups = groups;
        this.points = points;
        isDense = dimensions <= Walks.DENSE;
        mean = new double[dimensions];
        sd = new double[dimensions];
        normals = opened.allocate(isDense ? (long) draws * dimensions : 0);
        epsilon = new float[(int) normals.length()];
    }

    @Override
    void moved(float[] parameters) {
        for (int d = 0; d < dimensions; d++) {
            mean[d] = parameters[d];
            sd[d] = StrictMath.exp(parameters[dimensions + d]);
        }
    }

    @Override
    void renew() {
        if (!isDense) {
            return;
        }
        StartNormal q = StartNormal.independent(mean.clone(), sd.clone());
        try (PointDensity density = new PointDensity(device, joint)) {
            curvature = Precision.under(q, density, device, points, pairs, ofGroup.firstProblem());
        }
    }

    /** The covariance is the inverse of the precision. */
    @Override
    void hash(StateHash to) {
        super.hash(to);
        if (curvature != null) {
            for (double[] row : curvature.precision) {
                to.add(row);
            }
        }
    }

    @Override
    boolean path() {
        return curvature == null;
    }

    @Override
    double[] units() {
        double[] unit = new double[2 * dimensions];
        Arrays.fill(unit, 1);
        for (int d = 0; d < dimensions; d++) {
            unit[d] = curvature == null ? sd[d] : Math.sqrt(curvature.covariance[d][d]);
        }
        return unit;
    }

    @Override
    double @Nullable [] linearResponse() {
        Curvature under = curvature;
        if (under == null) {
            return null;
        }
        double[] implied = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            implied[d] = Math.sqrt(under.covariance[d][d]);
        }
        return implied;
    }

    @Override
    double[] natural(float[] gradient, int group) {
        double[] delta = new double[gradient.length];
        for (int d = 0; d < dimensions; d++) {
            delta[d] = sd[d] * sd[d] * gradient[d];
            delta[dimensions + d] = 0.5 * gradient[dimensions + d];
        }
        if (curvature != null) {
            moveByCurvature(curvature, gradient, group, delta);
        }
        return delta;
    }

    /** Moves the means by the curvature, and subtracts the noise that a Gaussian of this precision makes. */
    private void moveByCurvature(Curvature curvature, float[] gradient, int group, double[] delta) {
        device.run(new NormalOps.Normal(groups, Index.of(group), ofGroup, normals));
        normals.read(0, epsilon, 0, epsilon.length);
        double[] sum = new double[dimensions];
        double[] square = new double[dimensions]; // of epsilon_i·Σ_j s_i·P_ij·s_j·epsilon_j
        double[][] scaled = new double[dimensions][dimensions];
        for (int i = 0; i < dimensions; i++) {
            for (int j = 0; j < dimensions; j++) {
                scaled[i][j] = sd[i] * curvature.precision[i][j] * sd[j];
            }
        }
        double[] e = new double[dimensions];
        for (int s = 0; s < draws; s++) {
            for (int d = 0; d < dimensions; d++) {
                e[d] = epsilon[s * dimensions + d];
                sum[d] += e[d];
            }
            for (int i = 0; i < dimensions; i++) {
                square[i] += e[i] * InverseHessian.dot(scaled[i], e);
            }
        }
        for (int i = 0; i < dimensions; i++) {
            double moved = 0;
            for (int j = 0; j < dimensions; j++) {
                moved += curvature.covariance[i][j] * gradient[j];
            }
            delta[i] = moved + sd[i] * sum[i] / draws;
            delta[dimensions + i] += 0.5 * (square[i] / draws - scaled[i][i]);
        }
    }
}
