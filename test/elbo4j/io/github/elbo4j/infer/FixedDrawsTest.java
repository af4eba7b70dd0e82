package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Regressions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Fixed draws: exact where the posterior is a Gaussian, with errors that are right where it is not. */
class FixedDrawsTest {
    private static final Device HOST = TestDevices.scalar();

    /** log N(mean, S) in float64, S⁻¹ = precision. */
    static HostLogJoint gaussian(double[] mean, double[][] precision) {
        List<String> names = new ArrayList<>();
        for (int d = 0; d < mean.length; d++) {
            names.add("z" + d);
        }
        return HostLogJoint.ofDraw(names, (z, gradient) -> {
            double sum = 0;
            for (int i = 0; i < mean.length; i++) {
                gradient[i] = 0;
                for (int j = 0; j < mean.length; j++) {
                    gradient[i] -= precision[i][j] * (z[j] - mean[j]);
                }
                sum += gradient[i] * (z[i] - mean[i]) / 2;
            }
            return sum;
        });
    }

    /** Whatever the draws, and with correlations up to 0.99: {@code A} and the means do not depend on them. */
    @Test
    void aGaussianIsExact() {
        int d = 6;
        for (int seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] mean = new double[d];
            double[][] precision = new double[d][d];
            double[][] factor = new double[d][d];
            for (int i = 0; i < d; i++) {
                mean[i] = 10 * random.nextGaussian();
                for (int j = 0; j <= i; j++) {
                    factor[i][j] = i == j ? 0.2 + random.nextDouble() : random.nextGaussian();
                }
            }
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    for (int k = 0; k < d; k++) {
                        precision[i][j] += factor[i][k] * factor[j][k];
                    }
                }
            }
            double[][] covariance = LowerTriangle.inverseOfSquare(factor);
            FitResult fit = new FixedDraws().seed(seed).fit(HOST, gaussian(mean, precision));

            assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
            assertThat(fit.verdict()).isEqualTo(Verdict.GOOD);
            assertThat(fit.settings()).containsEntry("draws", 64L);
            Account response = fit.accounts().get(0);
            assertThat(response.posterior()).isEqualTo(fit.posterior());
            for (int i = 0; i < d; i++) {
                double sd = Math.sqrt(covariance[i][i]);
                // The means are where the last step left them, at 0.005 sd at most, and the step was Newton's.
                assertThat(fit.posterior().mean(i)).isCloseTo(mean[i], within(1e-6 * sd));
                assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(1e-6 * sd));
                assertThat(response.meanError(i)).isCloseTo(0, within(1e-6 * sd));
                assertThat(response.sdError(i)).isCloseTo(0, within(1e-6 * sd));
                // Independent normals are as narrow as the precision's diagonal says, in expectation over draws.
                assertThat(fit.accounts().get(1).posterior().standardDeviation(i))
                        .isLessThan(1.5 * sd);
                for (int j = 0; j < i; j++) {
                    assertThat(fit.gaussian().covariance(i, j))
                            .isCloseTo(covariance[i][j], within(1e-6 * sd * Math.sqrt(covariance[j][j])));
                }
            }
        }
    }

    /** The closed form, in the float32 of every device. */
    @EveryDevice
    void aRegressionWithKnownNoiseIsExact(Device device) {
        RegressionData data = Regressions.linear(4, 60, 3, 0.5);
        int k = data.columns().size();
        double[][] precision = new double[k][k];
        double[] score = new double[k];
        for (int i = 0; i < k; i++) {
            precision[i][i] = 1.0 / 4;
            for (int n = 0; n < data.rows(); n++) {
                score[i] += data.x()[n * k + i] * data.y()[n] / 0.25;
                for (int j = 0; j < k; j++) {
                    precision[i][j] += data.x()[n * k + i] * data.x()[n * k + j] / 0.25;
                }
            }
        }
        double[][] factor = new double[k][k];
        LowerTriangle.factor(precision, 0, 0, factor);
        double[] mean = LowerTriangle.solve(factor, score);
        double[][] covariance = LowerTriangle.inverseOfSquare(factor);
        try (LogJoint joint = BayesianLinearRegression.knownNoise(device, data, new NormalPrior(0, 2), 0.5)
                .logJoint()) {
            FitResult fit = new FixedDraws().fit(device, joint);
            for (int i = 0; i < k; i++) {
                double sd = Math.sqrt(covariance[i][i]);
                assertThat(fit.posterior().mean(i)).isCloseTo(mean[i], within(1e-3 * sd));
                assertThat(fit.posterior().standardDeviation(i)).isCloseTo(sd, within(1e-3 * sd));
            }
        }
    }

    /** Every number but the time, and of a model of expressions too. */
    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        MethodCases.devicesDoNotChangeABit(device, new FixedDraws().seed(5));
    }

    /** A posterior that is no Gaussian, with D numbers. */
    enum Skewed implements HostLogJoint.DrawFunction {
        /** The log of a Gamma(3, 2). */
        LOG_GAMMA(1) {
            @Override
            public double evaluate(double[] z, double[] gradient) {
                gradient[0] = 3 - 2 * Math.exp(z[0]);
                return 3 * z[0] - 2 * Math.exp(z[0]);
            }
        },
        /** Student's t with 9 degrees of freedom, two of them correlated. */
        TAILS(2) {
            @Override
            public double evaluate(double[] z, double[] gradient) {
                double form = z[0] * z[0] - 1.4 * z[0] * z[1] + z[1] * z[1];
                double factor = -11 / (9 + form) / 2;
                gradient[0] = factor * (2 * z[0] - 1.4 * z[1]);
                gradient[1] = factor * (2 * z[1] - 1.4 * z[0]);
                return -5.5 * Math.log1p(form / 9);
            }
        },
        /** A bent normal. */
        BENT(2) {
            @Override
            public double evaluate(double[] z, double[] gradient) {
                double bend = z[1] - 0.3 * z[0] * z[0];
                gradient[0] = -z[0] + 0.6 * z[0] * bend;
                gradient[1] = -bend;
                return -(z[0] * z[0] + bend * bend) / 2;
            }
        },
        /** Six outcomes of a logistic regression with an intercept. */
        LOGISTIC(2) {
            @Override
            public double evaluate(double[] z, double[] gradient) {
                double logP = -(z[0] * z[0] + z[1] * z[1]) / 8;
                gradient[0] = -z[0] / 4;
                gradient[1] = -z[1] / 4;
                for (int n = 0; n < 6; n++) {
                    double x = n - 2;
                    double score = z[0] + x * z[1];
                    int y = n == 1 || n > 2 ? 1 : 0;
                    logP += y * score - Math.log1p(Math.exp(score));
                    double residual = y - 1 / (1 + Math.exp(-score));
                    gradient[0] += residual;
                    gradient[1] += residual * x;
                }
                return logP;
            }
        };

        final int dimensions;

        Skewed(int dimensions) {
            this.dimensions = dimensions;
        }

        FitResult fit(FixedDraws method) {
            return method.fit(HOST, HostLogJoint.ofDraw(List.of("a", "b").subList(0, dimensions), this));
        }
    }

    /** Of 200 seeds, with 64 draws or as many as they ask for: how often a 90 % interval of the errors holds what all draws would find. */
    private static final int SEEDS = 200;

    /** 95 % of Student's t with seven degrees of freedom, since errors are from eight blocks. */
    private static final double T = 1.895;

    /**
     * Coverage of 90 % intervals is near that, and errors are as large as the spread over seeds. Numbers of one posterior count
     * together, at least 600 hits; of as many independent ones at 90 % the share is outside of 0.86 to 0.94 with probability
     * 0.001. That of LOG_GAMMA is 0.86: its errors are below a hundredth of a sd, and of fourth powers of normals, whose tails
     * eight blocks do not show. What all draws would find is taken from 2^15 pairs, whose error is a thirtieth of those here.
     */
    @Test
    void errorsAreRight() {
        for (Skewed posterior : Skewed.values()) {
            FitResult truth = posterior.fit(new FixedDraws().starts(1).seed(-1).pairs(1 << 15));
            int hits = 0;
            int all = 0;
            int numbers = 4 * posterior.dimensions;
            double[] squares = new double[numbers];
            double[] errors = new double[numbers];
            for (int seed = 0; seed < SEEDS; seed++) {
                FitResult fit = posterior.fit(new FixedDraws().starts(1).seed(seed));
                for (int i = 0; i < numbers; i++) {
                    String name = i % 2 == 0 ? "linear response" : "independent normals";
                    Account.Entry own = number(fit, name, i / 4);
                    Account.Entry wanted = number(truth, name, i / 4);
                    boolean isMean = i % 4 < 2;
                    double off =
                            isMean ? own.mean() - wanted.mean() : own.standardDeviation() - wanted.standardDeviation();
                    double error = isMean ? own.meanError() : own.sdError();
                    squares[i] += off * off / SEEDS;
                    errors[i] += error * error / SEEDS;
                    if (error > 1e-4) { // the mean of what is symmetric is exact
                        all++;
                        hits += Math.abs(off) <= T * error ? 1 : 0;
                    }
                }
            }
            assertThat((double) hits / all).as("%s", posterior).isBetween(0.85, 0.95);
            for (int i = 0; i < numbers; i++) {
                if (errors[i] > 1e-7) {
                    assertThat(Math.sqrt(errors[i] / squares[i]))
                            .as("%s, number %d", posterior, i)
                            .isBetween(0.65, 1.8);
                }
            }
        }
    }

    private static Account.Entry number(FitResult fit, String account, int parameter) {
        return fit.accounts().stream()
                .filter(each -> each.name().equals(account))
                .findFirst()
                .orElseThrow()
                .entries()
                .get(parameter);
    }

    /** Independent normals are too narrow where there are correlations; the table holds both. */
    @Test
    void moreDrawsWhereTheyAreTooFew() {
        FitResult fit = Skewed.BENT.fit(new FixedDraws().pairs(8));
        assertThat((long) fit.settings().get("draws")).isGreaterThan(16);
        assertThat(fit.message()).contains("another set of draws would move a mean or an sd by 0.0");
        Account first = fit.accounts().get(0);
        for (int i = 0; i < 2; i++) {
            double sd = first.posterior().standardDeviation(i);
            assertThat(first.meanError(i) / sd).isLessThan(FixedDraws.LARGEST_ERROR);
            assertThat(first.sdError(i) / sd).isLessThan(FixedDraws.LARGEST_ERROR);
        }
    }

    /** Neal's funnel: no normal is near it, and the verdict says so; of variance 1 linear response alone shows that sds are 1.48 times too small. */
    @Test
    void aFunnelIsNotTrusted() {
        for (double variance : new double[] {9, 1}) {
            FitResult fit = new FixedDraws().fit(HOST, HostLogJoint.ofDraw(List.of("v", "x", "y"), (z, gradient) -> {
                double precision = Math.exp(-z[0]);
                double squares = z[1] * z[1] + z[2] * z[2];
                gradient[0] = -z[0] / variance - 1 + precision * squares / 2;
                gradient[1] = -z[1] * precision;
                gradient[2] = -z[2] * precision;
                return -z[0] * z[0] / (2 * variance) - z[0] - precision * squares / 2;
            }));
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
        }
    }

    /** A flat direction has no optimum: sds grow for ever. */
    @Test
    void withoutAnOptimumItIsNotTrusted() {
        Model flat = Model.define(m -> {
            Expr slope = m.parameter("slope", Flat.real());
            m.observe(new double[] {0.1, 0.2}, Normal.of(slope.minus(slope), 1));
        });
        try (LogJoint joint = flat.logJoint(HOST)) {
            FitResult fit = new FixedDraws().fit(HOST, joint);
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.converged()).isFalse();
        }
    }

    @Test
    void withoutAStartItSaysSo() {
        FitResult fit = new FixedDraws()
                .fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> Double.NEGATIVE_INFINITY));
        assertThat(fit.status()).isEqualTo(Status.DIVERGED);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(fit.accounts()).isEmpty();
    }

    /** A gradient of another function. */
    @Test
    void aWrongGradientIsFound() {
        FitResult fit = new FixedDraws().fit(HOST, HostLogJoint.ofDraw(List.of("z"), (z, gradient) -> {
            gradient[0] = -2 * z[0];
            return -z[0] * z[0] / 2;
        }));
        assertThat(fit.assessment().concerns()).anyMatch(each -> each.kind() == Concern.Kind.WRONG_GRADIENT);
        assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    @Test
    void itStopsWhenAsked() {
        for (int after : new int[] {0, 3, 30, 60}) {
            AtomicInteger asked = new AtomicInteger();
            FitResult fit = Skewed.BENT.fit(new FixedDraws().cancelled(() -> asked.incrementAndGet() > after));
            assertThat(fit.status()).as("%d: %s", after, fit.message()).isEqualTo(Status.INTERRUPTED);
            assertThat(fit.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.posterior().mean(0)).isFinite();
        }
    }

    /** Of more dimensions than the curvature is measured in, independent normals are reported, with their errors. */
    @Test
    void manyDimensionsAreIndependent() {
        int d = FixedDraws.MOST_RESPONSES + 8;
        double[] mean = new double[d];
        double[][] precision = new double[d][d];
        for (int i = 0; i < d; i++) {
            mean[i] = i % 7;
            precision[i][i] = 1 + i % 3;
        }
        FitResult fit = new FixedDraws().pairs(256).starts(1).fit(HOST, gaussian(mean, precision));
        assertThat(fit.accounts()).filteredOn(account -> !account.isWeighted()).hasSize(1);
        for (int i = 0; i < d; i++) {
            double sd = 1 / Math.sqrt(precision[i][i]);
            Account.Entry number = fit.accounts().get(0).entries().get(i);
            assertThat(number.mean()).isCloseTo(mean[i], within(0.01 * sd));
            // A chi-square of 256 over 256: half its sd, √(2/256)/2 = 0.044; five of them.
            assertThat(number.standardDeviation()).isCloseTo(sd, within(0.22 * sd));
            assertThat(number.sdError() / sd).isBetween(0.005, 0.12);
        }
    }

    @Test
    void badSettings() {
        assertThatThrownBy(() -> new FixedDraws().pairs(12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pairs is 12, but must be a multiple of 8");
        assertThatThrownBy(() -> new FixedDraws().starts(0)).hasMessageContaining("starts is 0");
        assertThatThrownBy(() -> new FixedDraws().problem(-1)).hasMessageContaining("problem is -1");
        assertThatThrownBy(() -> new FixedDraws().problem(Integer.MAX_VALUE)).hasMessageContaining("0 to 2147483646");
    }

    /** Fits of the same seed and other numbers have other draws, of q as of the verdict. */
    @Test
    void aProblemHasDrawsOfItsOwn() {
        for (Family family : List.of(Family.meanField(), Family.fullRank())) {
            FixedDraws method = new FixedDraws().family(family);
            FitResult none = Skewed.BENT.fit(method);
            FitResult first = Skewed.BENT.fit(method.problem(0));
            FitResult other = Skewed.BENT.fit(method.problem(7));
            assertThat(first.posterior()).isEqualTo(none.posterior());
            assertThat(first.elbo()).isEqualTo(none.elbo());
            assertThat(first.settings()).doesNotContainKey("problem");
            assertThat(other.settings()).containsEntry("problem", 7L);
            assertThat(other.posterior()).isNotEqualTo(first.posterior());
            assertThat(other.elbo().value()).isNotEqualTo(first.elbo().value());
            assertThat(other.kHat()).isNotEqualTo(first.kHat());
        }
    }
}
