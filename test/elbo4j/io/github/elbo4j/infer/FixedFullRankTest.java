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
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Fixed draws of full-rank normals. */
class FixedFullRankTest {
    private static final Device HOST = TestDevices.scalar();

    private static final int SEEDS = 200;

    private static FixedDraws fullRank() {
        return new FixedDraws().family(Family.fullRank());
    }

    /** Of correlations of 0.99 between all coordinates, and of random ones; of 20 dimensions there are 4·20 draws. */
    @Test
    void aGaussianIsExact() {
        for (int d : new int[] {1, 6, 20}) {
            for (int seed = 0; seed < 5; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                double[] mean = new double[d];
                double[][] factor = new double[d][d];
                double[][] covariance = new double[d][d];
                for (int i = 0; i < d; i++) {
                    mean[i] = 10 * random.nextGaussian();
                    for (int j = 0; j <= i; j++) {
                        factor[i][j] = i == j ? 0.2 + random.nextDouble() : random.nextGaussian() / Math.sqrt(d);
                    }
                }
                double[] scale = random.doubles(d, 0.01, 100).toArray();
                for (int i = 0; i < d; i++) {
                    for (int j = 0; j < d; j++) {
                        if (seed == 0) {
                            covariance[i][j] = scale[i] * scale[j] * (i == j ? 1 : 0.99);
                        } else {
                            for (int k = 0; k < d; k++) {
                                covariance[i][j] += factor[i][k] * factor[j][k];
                            }
                        }
                    }
                }
                double[][] root = new double[d][d];
                LowerTriangle.factor(covariance, 0, 0, root);
                FitResult fit = fullRank()
                        .seed(seed)
                        .fit(HOST, FixedDrawsTest.gaussian(mean, LowerTriangle.inverseOfSquare(root)));

                assertThat(fit.status()).as(fit.message()).isEqualTo(Status.CONVERGED);
                assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
                assertThat(fit.family()).isEqualTo("full-rank");
                assertThat(fit.settings()).containsEntry("draws", d == 20 ? 80L : 64L);
                Account own = fit.accounts().get(0);
                assertThat(own.posterior()).isEqualTo(fit.posterior());
                for (int i = 0; i < d; i++) {
                    double sd = Math.sqrt(covariance[i][i]);
                    assertThat(fit.posterior().mean(i)).isCloseTo(mean[i], within(1e-6 * sd));
                    assertThat(own.meanError(i)).isCloseTo(0, within(1e-5 * sd));
                    assertThat(own.sdError(i)).isCloseTo(0, within(1e-5 * sd));
                    for (int j = 0; j <= i; j++) {
                        assertThat(fit.gaussian().covariance(i, j))
                                .isCloseTo(covariance[i][j], within(1e-5 * sd * Math.sqrt(covariance[j][j])));
                    }
                }
            }
        }
    }

    /** Every number but the time, and of a model of expressions too. */
    @EveryDevice
    void devicesDoNotChangeABit(Device device) {
        MethodCases.devicesDoNotChangeABit(device, fullRank().seed(5));
    }

    /** The regression of pima.csv on its standardized columns. */
    private static RegressionData pima() throws IOException {
        List<String[]> rows = new ArrayList<>();
        try (InputStream in = FixedFullRankTest.class.getResourceAsStream("/data/pima.csv");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.readLine();
            lines.lines().map(line -> line.split(",")).forEach(rows::add);
        }
        int k = 8;
        double[] x = new double[rows.size() * k];
        double[] y = new double[rows.size()];
        for (int j = 0; j < k; j++) {
            int column = j - 1;
            double[] values = rows.stream()
                    .mapToDouble(row -> column < 0 ? 0 : Double.parseDouble(row[column]))
                    .toArray();
            double mean = Arrays.stream(values).average().orElseThrow();
            double sd = Math.sqrt(Arrays.stream(values)
                    .map(each -> (each - mean) * (each - mean))
                    .average()
                    .orElseThrow());
            for (int n = 0; n < y.length; n++) {
                x[n * k + j] = column < 0 ? 1 : (values[n] - mean) / sd;
                y[n] = Double.parseDouble(rows.get(n)[k - 1]);
            }
        }
        return new RegressionData(List.of("intercept", "npreg", "glu", "bp", "skin", "bmi", "ped", "age"), x, y);
    }

    /**
     * The normal with the largest ELBO of a logistic regression with the prior N(0, sd²), without draws: there the mean of the gradient is 0 and that of the curvature
     * is the precision, and both are integrals over each row's predictor, a normal; by the trapezoidal rule, whose error is below rounding.
     */
    private static StartNormal best(RegressionData data, double priorSd) {
        int k = data.columns().size();
        double[] mean = new double[k];
        double[][] covariance = new double[k][k];
        for (int round = 0; round < 100; round++) {
            double[][] precision = new double[k][k];
            double[] slope = new double[k];
            for (int i = 0; i < k; i++) {
                precision[i][i] = 1 / (priorSd * priorSd);
                slope[i] = -mean[i] / (priorSd * priorSd);
            }
            for (int n = 0; n < data.rows(); n++) {
                double[] x = Arrays.copyOfRange(data.x(), n * k, (n + 1) * k);
                double sd = Math.sqrt(InverseHessian.dot(x, DenseMatrix.times(covariance, x)));
                double first = 0;
                double second = 0;
                for (int t = -64; t <= 64; t++) {
                    double weight = Math.exp(-t * t / 128.0) / 8 / Math.sqrt(2 * Math.PI);
                    double p = 1 / (1 + Math.exp(-InverseHessian.dot(x, mean) - sd * t / 8));
                    first += weight * (data.y()[n] - p);
                    second += weight * p * (1 - p);
                }
                for (int i = 0; i < k; i++) {
                    slope[i] += first * x[i];
                    for (int j = 0; j < k; j++) {
                        precision[i][j] += second * x[i] * x[j];
                    }
                }
            }
            double[][] factor = DenseMatrix.cholesky(precision);
            covariance = LowerTriangle.inverseOfSquare(factor);
            double[] step = LowerTriangle.solve(factor, slope);
            for (int i = 0; i < k; i++) {
                mean[i] += step[i];
            }
        }
        return StartNormal.correlated(mean, DenseMatrix.cholesky(covariance));
    }

    /**
     * Means and sds against those of the best normal, with 4 draws a parameter and with 8. Errors by the jackknife are, of so few draws, larger than the
     * spread, by a half at 8 and twofold at 4: 90 % intervals hold 98 % of the 960 numbers. The numbers of a fit are correlated; if
     * they counted as one, 60 fits of that share would be below 0.9 with a probability of 0.002. Seeds are fixed.
     */
    @Test
    void aRegressionIsTheBestGaussian() throws IOException {
        RegressionData data = pima();
        StartNormal best = best(data, 2.5);
        Coverage coverage = new Coverage();
        try (LogJoint joint = new BayesianLogisticRegression(HOST, data, new NormalPrior(0, 2.5)).logJoint()) {
            for (int seed = 0; seed < 60; seed++) {
                FixedDraws usual = fullRank().starts(1).seed(seed);
                FitResult fit = (seed % 2 == 0 ? usual : usual.pairs(16)).fit(HOST, joint);
                assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
                assertThat(fit.settings()).containsEntry("draws", seed % 2 == 0 ? 64L : 32L);
                for (int i = 0; i < 8; i++) {
                    Account.Entry own = fit.accounts().get(0).entries().get(i);
                    double sd = best.sd()[i];
                    // Twice of what the largest of 960 was.
                    assertThat(own.mean()).isCloseTo(best.mean()[i], within(0.02 * sd));
                    assertThat(own.standardDeviation()).isCloseTo(sd, within(0.02 * sd));
                    assertThat(Math.min(own.meanError(), own.sdError()) / sd).isGreaterThan(1e-4);
                    assertThat(Math.max(own.meanError(), own.sdError()) / sd).isLessThan(FixedDraws.LARGEST_ERROR);
                    coverage.add(own, best.mean()[i], sd);
                }
            }
        }
        assertThat(coverage.share()).isBetween(0.9, 1.0);
    }

    /**
     * Sixteen logs of Gamma(3, 2), mixed by a lower triangle M, with the 4 draws for each that are the default. The best normal of each has the mean log 3/2 − 1/6 and the
     * variance 1/3, where the gradients of 3·m − 2·exp(m + s²/2) + log s vanish, and that of all is mixed like them. Errors are 1.36 times the spread over seeds, and
     * 92 % of 1,280 intervals of 90 % hold that. If each of the 40 fits counted as one, their share would be below 0.8 with a probability of 0.01; seeds are fixed. Of
     * 27 of the fits the errors are small enough with the 64 draws.
     */
    @Test
    void errorsAreRightWithFourDrawsADimension() {
        int d = 16;
        SplittableRandom random = new SplittableRandom(3);
        double[][] mixing = new double[d][d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                mixing[i][j] = i == j ? 1 : random.nextGaussian() / 2;
            }
        }
        double[][] inverse = LowerTriangle.inverse(mixing);
        double[] middle = new double[d];
        Arrays.fill(middle, Math.log(1.5) - 1.0 / 6);
        double[] mean = LowerTriangle.times(mixing, middle);
        List<String> names = IntStream.range(0, d).mapToObj(i -> "z" + i).toList();
        HostLogJoint joint = HostLogJoint.ofDraw(names, (z, gradient) -> {
            double[] w = LowerTriangle.times(inverse, z);
            double logP = 0;
            Arrays.fill(gradient, 0);
            for (int i = 0; i < d; i++) {
                logP += 3 * w[i] - 2 * Math.exp(w[i]);
                for (int j = 0; j <= i; j++) {
                    gradient[j] += inverse[i][j] * (3 - 2 * Math.exp(w[i]));
                }
            }
            return logP;
        });
        Coverage coverage = new Coverage();
        double squares = 0;
        double errors = 0;
        Map<Long, Integer> fits = new TreeMap<>(); // by their draws
        for (int seed = 0; seed < 40; seed++) {
            FitResult fit = fullRank().starts(1).seed(seed).fit(HOST, joint);
            fits.merge((Long) fit.settings().get("draws"), 1, Integer::sum);
            for (int i = 0; i < d; i++) {
                double sd = Math.sqrt(InverseHessian.dot(mixing[i], mixing[i]) / 3);
                Account.Entry own = fit.accounts().get(0).entries().get(i);
                coverage.add(own, mean[i], sd);
                squares += Math.pow((own.mean() - mean[i]) / sd, 2) + Math.pow(own.standardDeviation() / sd - 1, 2);
                errors += Math.pow(own.meanError() / sd, 2) + Math.pow(own.sdError() / sd, 2);
            }
        }
        assertThat(fits.get(64L)).isGreaterThan(20);
        assertThat(fits.keySet()).hasSizeGreaterThan(1);
        assertThat(coverage.share()).isBetween(0.8, 1.0);
        assertThat(Math.sqrt(errors / squares)).isBetween(1.0, 2.0);
    }

    /**
     * As {@link FixedDrawsTest#errorsAreRight}: near 90 %, and as large as the spread over seeds. Of the log of a gamma they are of high powers of normals, whose tails eight
     * blocks do not show, below a hundredth of a sd: it is 0.82 there. If the two or four numbers of a fit counted as one, a share of that would be below 0.74 with a probability of 0.002. Seeds
     * are fixed.
     */
    @Test
    void errorsAreRight() {
        for (FixedDrawsTest.Skewed posterior : FixedDrawsTest.Skewed.values()) {
            FitResult truth = posterior.fit(fullRank().starts(1).seed(-1).pairs(1 << 15));
            Coverage coverage = new Coverage();
            int d = posterior.dimensions;
            double[] squares = new double[2 * d];
            double[] errors = new double[2 * d];
            for (int seed = 0; seed < SEEDS; seed++) {
                FitResult fit = posterior.fit(fullRank().starts(1).seed(seed));
                for (int i = 0; i < d; i++) {
                    Account.Entry own = fit.accounts().get(0).entries().get(i);
                    double mean = truth.posterior().mean(i);
                    double sd = truth.posterior().standardDeviation(i);
                    coverage.add(own, mean, sd);
                    squares[i] += Math.pow(own.mean() - mean, 2) / SEEDS;
                    squares[d + i] += Math.pow(own.standardDeviation() - sd, 2) / SEEDS;
                    errors[i] += Math.pow(own.meanError(), 2) / SEEDS;
                    errors[d + i] += Math.pow(own.sdError(), 2) / SEEDS;
                }
            }
            assertThat(coverage.share()).as("%s", posterior).isBetween(0.74, 0.95);
            for (int i = 0; i < 2 * d; i++) {
                if (errors[i] > 1e-7) {
                    assertThat(Math.sqrt(errors[i] / squares[i]))
                            .as("%s, number %d", posterior, i)
                            .isBetween(0.65, 1.8);
                }
            }
        }
    }

    /** Neal's funnel: no normal is near it. */
    @Test
    void aFunnelIsNotTrusted() {
        FitResult fit = fullRank().fit(HOST, HostLogJoint.ofDraw(List.of("v", "x", "y"), (z, gradient) -> {
            double precision = Math.exp(-z[0]);
            double squares = z[1] * z[1] + z[2] * z[2];
            gradient[0] = -z[0] / 9 - 1 + precision * squares / 2;
            gradient[1] = -z[1] * precision;
            gradient[2] = -z[2] * precision;
            return -z[0] * z[0] / 18 - z[0] - precision * squares / 2;
        }));
        assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
    }

    /** A flat direction has no optimum: sds grow for ever. */
    @Test
    void withoutAnOptimumItIsNotTrusted() {
        Model flat = Model.define(m -> {
            Expr slope = m.parameter("slope", Flat.real());
            m.observe(new double[] {0.1, 0.2}, Normal.of(slope.minus(slope), 1));
        });
        try (LogJoint joint = flat.logJoint(HOST)) {
            FitResult fit = fullRank().fit(HOST, joint);
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.converged()).isFalse();
        }
    }

    @Test
    void withoutAStartItSaysSo() {
        MethodCases.withoutAStartItSaysSo(fullRank());
    }

    @Test
    void aWrongGradientIsFound() {
        MethodCases.aWrongGradientIsFound(fullRank());
    }

    @Test
    void itStopsWhenAsked() {
        for (int after : new int[] {0, 3, 30, 60}) {
            MethodCases.itStopsWhenAsked(
                    after,
                    HostLogJoint.ofDraw(List.of("a", "b"), FixedDrawsTest.Skewed.BENT),
                    cancelled -> fullRank().cancelled(cancelled));
        }
    }

    /** Where they are too few, as they are here for half of the seeds, the fit goes on with more. */
    @Test
    void moreDrawsWhereTheyAreTooFew() {
        int more = 0;
        for (int seed = 0; seed < 10; seed++) {
            FitResult fit = FixedDrawsTest.Skewed.TAILS.fit(
                    fullRank().seed(seed).starts(1).pairs(8));
            more += (Long) fit.settings().get("draws") > 16 ? 1 : 0;
            assertThat(fit.accounts().get(0).largestError()).as(fit.message()).isLessThan(FixedDraws.LARGEST_ERROR);
        }
        assertThat(more).isBetween(2, 8);
    }

    @Test
    void badSettings() {
        double[][] unit =
                StartNormal.independent(new double[20], StartNormal.ones(20)).dense();
        assertThatThrownBy(() -> fullRank().pairs(32).fit(HOST, FixedDrawsTest.gaussian(new double[20], unit)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "pairs is 32, 64 draws, but must be 40 or more for a full-rank Gaussian of 20 dimensions, 4·D draws or"
                                + " more: of fewer");
        assertThatThrownBy(() -> fullRank().pairs(1 << 20).fit(HOST, FixedDrawsTest.gaussian(new double[20], unit)))
                .hasMessageStartingWith("pairs is 1048576, but must be 159776 or less");
        double[][] large = new double[FixedDraws.MOST_FULL_RANK + 1][FixedDraws.MOST_FULL_RANK + 1];
        assertThatThrownBy(() -> fullRank().fit(HOST, FixedDrawsTest.gaussian(new double[large.length], large)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "the joint has 257 dimensions, but a full-rank Gaussian by fixed draws is for 256 at most: it takes"
                                + " 4·D draws");

        assertThatThrownBy(() -> fullRank().family(Family.lowRank(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("family is low-rank, but fixed draws fit mean-field or full-rank");
    }
}
