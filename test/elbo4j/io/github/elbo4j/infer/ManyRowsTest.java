package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.model.BayesianCategoricalRegression;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Fits of so many rows that a sample of them comes first: the same answer, the same verdicts, from few passes. */
class ManyRowsTest {
    private static final int ROWS = 3000;
    private static final int COLUMNS = 4;
    private static final NormalPrior PRIOR = new NormalPrior(0, 2);
    private static final RowSample.Rule MANY = new RowSample.Rule(256, ROWS);
    private static final RowSample.Rule NEVER = new RowSample.Rule(256, Long.MAX_VALUE);

    private static FitResult fit(Function<Device, ? extends LogJoint> model, Family family, RowSample.Rule rule) {
        Device device = TestDevices.all().get(TestDevices.all().size() - 1);
        try (LogJoint joint = model.apply(device)) {
            Sgvi.Builder settings = Sgvi.builder().family(family).seed(3);
            settings.sampling(rule);
            return settings.build().fit(device, joint);
        }
    }

    private static RowsLogJoint logistic(Device device) {
        return new BayesianLogisticRegression(device, Regressions.logistic(1, ROWS, COLUMNS), PRIOR).logJoint();
    }

    /** With known noise the posterior is a normal: {@code (XᵀX/sd² + I/prior²)⁻¹}, here in float64. */
    @Test
    void aNormalPosteriorIsFoundExactly() {
        double noise = 0.5;
        RegressionData data = Regressions.linear(5, ROWS, COLUMNS, noise);
        double[][] precision = new double[COLUMNS][COLUMNS];
        double[] right = new double[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            precision[i][i] = 1 / (PRIOR.sd() * PRIOR.sd());
            for (int n = 0; n < ROWS; n++) {
                right[i] += data.x()[n * COLUMNS + i] * data.y()[n] / (noise * noise);
                for (int j = 0; j < COLUMNS; j++) {
                    precision[i][j] += data.x()[n * COLUMNS + i] * data.x()[n * COLUMNS + j] / (noise * noise);
                }
            }
        }
        double[][] covariance = inverse(precision);
        for (Family family : new Family[] {Family.fullRank(), Family.meanField()}) {
            FitResult fit = fit(
                    device -> BayesianLinearRegression.knownNoise(device, data, PRIOR, noise)
                            .logJoint(),
                    family,
                    MANY);
            Gaussian q = fit.gaussian();
            assertThat(fit.converged()).as(fit.toString()).isTrue();
            for (int i = 0; i < COLUMNS; i++) {
                double mean = 0;
                for (int j = 0; j < COLUMNS; j++) {
                    mean += covariance[i][j] * right[j];
                }
                boolean full = !q.isIndependent();
                double sd = full ? Math.sqrt(covariance[i][i]) : 1 / Math.sqrt(precision[i][i]);
                // Converged is a Monte Carlo error of 0.005 posterior sds; float32's sums over 3,000 rows take a like
                // part.
                assertThat(q.mean(i)).isCloseTo(mean, within(0.02 * Math.sqrt(covariance[i][i])));
                assertThat(q.standardDeviation(i)).isCloseTo(sd, within(0.02 * sd));
            }
        }
    }

    /** Both answers carry a Monte Carlo error of at most 0.005 sd (see {@link SettlingWindow}): the bound is four of the two. */
    @Test
    void theAnswerIsThatWithoutASample() {
        for (Family family : new Family[] {Family.fullRank(), Family.meanField()}) {
            FitResult usual = fit(ManyRowsTest::logistic, family, NEVER);
            FitResult many = fit(ManyRowsTest::logistic, family, MANY);
            assertThat(many.verdict()).as(many.toString()).isEqualTo(usual.verdict());
            assertThat(many.start()).contains("curvature at the mode").contains("over 256 of the many rows");
            assertThat(usual.start()).doesNotContain("mode");
            assertThat(many.draws()).isLessThan(usual.draws() / 4);
            double error = Math.hypot(many.elbo().standardError(), usual.elbo().standardError());
            assertThat(many.elbo().value()).isCloseTo(usual.elbo().value(), within(4 * error + 0.01));
            for (int i = 0; i < COLUMNS; i++) {
                double sd = usual.gaussian().standardDeviation(i);
                assertThat(many.gaussian().mean(i)).isCloseTo(usual.gaussian().mean(i), within(0.03 * sd));
                assertThat(many.gaussian().standardDeviation(i)).isCloseTo(sd, within(0.03 * sd));
            }
        }
    }

    /** Concave along every chord, so that one path finds the one mode; the noise of a line is not, nor need a model of one's own be. */
    @Test
    void onePathWhereThereIsOneMode() {
        Device device = TestDevices.scalar();
        RegressionData line = Regressions.linear(5, ROWS, COLUMNS, 1);
        RegressionData classes = Regressions.logistic(1, ROWS, COLUMNS);
        try (RowsLogJoint logistic = logistic(device);
                RowsLogJoint known = BayesianLinearRegression.knownNoise(device, line, PRIOR, 1)
                        .logJoint();
                RowsLogJoint unknown = BayesianLinearRegression.unknownNoise(device, line, PRIOR, PRIOR)
                        .logJoint();
                RowsLogJoint categorical =
                        new BayesianCategoricalRegression(device, classes, List.of("a", "b"), PRIOR).logJoint()) {
            assertThat(unknown.isLogConcave()).isFalse();
            for (RowsLogJoint joint : List.of(logistic, known, categorical)) {
                assertThat(joint.isLogConcave()).isTrue();
                assertConcave(device, joint);
                Sgvi.Builder settings = Sgvi.builder();
                settings.sampling(MANY);
                assertThat(settings.build().fit(device, joint).start()).contains(": 1 L-BFGS path over 256 of");
            }
        }
    }

    /** Halfway between two points log p is above the mean of both, by more than float32's sums may lose. */
    private static void assertConcave(Device device, LogJoint joint) {
        Random random = new Random(7);
        try (PointDensity density = new PointDensity(device, joint)) {
            int d = joint.dimensions();
            for (int chord = 0; chord < 20; chord++) {
                double[] points = random.doubles(3 * d, -2, 2).toArray();
                for (int i = 0; i < d; i++) {
                    points[2 * d + i] = (points[i] + points[d + i]) / 2;
                }
                double[] logP = new double[3];
                density.evaluate(3, points, logP, null);
                assertThat(logP[2]).isGreaterThan((logP[0] + logP[1]) / 2);
            }
        }
    }

    @Test
    void drawsThatAreAskedForAreTaken() {
        Device device = TestDevices.scalar();
        try (LogJoint joint = logistic(device)) {
            for (Integer asked : new Integer[] {null, 512, 4096}) {
                Sgvi.Builder settings = Sgvi.builder();
                settings.sampling(MANY);
                if (asked != null) {
                    settings.evaluationDraws(asked);
                }
                FitResult fit = settings.build().fit(device, joint);
                long want = asked == null ? 256 : asked;
                assertThat(fit.elbo().draws()).isEqualTo(want);
                assertThat((long) fit.assessment().draws()).isEqualTo(want);
            }
        }
    }

    private static Table rows(Random random, double mean) {
        double[] y = new double[ROWS];
        Arrays.setAll(y, n -> mean + random.nextGaussian());
        return Table.empty().with("y", y);
    }

    /** The rows say all of mu, and nothing of a hierarchy beside it, whose posterior is a funnel. */
    @Test
    void aPosteriorThatIsNoNormalIsNotCalledGood() {
        Model funnel = Model.define(m -> {
            Table table = m.rows(rows(new Random(4), 1));
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(1));
            m.report("effects", m.parameter("theta", Normal.of(0, tau), 5));
            m.observe(table.column("y"), Normal.of(mu, 1));
        });
        FitResult fit = fit(funnel::logJoint, Family.fullRank(), MANY);
        assertThat(fit.verdict()).as(fit.toString()).isNotEqualTo(Verdict.GOOD);
        assertThat(fit.verdict())
                .isEqualTo(fit(funnel::logJoint, Family.fullRank(), NEVER).verdict());
    }

    /** The rows know the square alone: two modes of equal evidence. */
    @Test
    void twoModesAreSeen() {
        Model square = Model.define(m -> {
            Table table = m.rows(rows(new Random(4), 4));
            Expr root = m.parameter("root", Normal.of(0, 5));
            m.observe(table.column("y"), Normal.of(root.times(root), 1));
        });
        FitResult fit = fit(square::logJoint, Family.fullRank(), MANY);
        assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.start()).contains("8 L-BFGS paths over 256 of");
        assertThat(fit.modes()).hasSize(2);
        for (Mode mode : fit.modes()) {
            // √4, the mean's own error being 1/√3000, and that of its root a quarter
            assertThat(Math.abs(mode.at()[0])).isCloseTo(2, within(5 / Math.sqrt(ROWS) / 4));
        }
    }

    private static Offset<Double> within(double tolerance) {
        return Offset.offset(tolerance);
    }

    /** By Gauss and Jordan. */
    private static double[][] inverse(double[][] matrix) {
        int n = matrix.length;
        double[][] a = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix[i], 0, a[i], 0, n);
            a[i][n + i] = 1;
        }
        for (int i = 0; i < n; i++) {
            double pivot = a[i][i];
            for (int j = 0; j < 2 * n; j++) {
                a[i][j] /= pivot;
            }
            for (int k = 0; k < n; k++) {
                double factor = k == i ? 0 : a[k][i];
                for (int j = 0; j < 2 * n; j++) {
                    a[k][j] -= factor * a[i][j];
                }
            }
        }
        double[][] inverse = new double[n][];
        Arrays.setAll(inverse, i -> Arrays.copyOfRange(a[i], n, 2 * n));
        return inverse;
    }
}
