package io.github.elbo4j.mixture;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GaussianMixturesTest {
    private static final long MEMORY = GaussianMixtures.MEMORY;

    /**
     * Every step of every start is compared with the one before it inside the fit; here the trace of the best is, by what float32
     * roundings of N rows explain at most. The likelihood at the end is that of float64.
     */
    @Test
    void thePenalizedLikelihoodNeverFallsOnAHundredProblems() {
        SplittableRandom random = new SplittableRandom(11);
        int steps = 0;
        for (int problem = 0; problem < 100; problem++) {
            int dims = 1 + random.nextInt(4);
            int components = 1 + random.nextInt(5);
            int count = 60 + random.nextInt(340);
            GaussianMixture truth = Problems.mixture(problem, 1 + random.nextInt(4), dims);
            double[] rows = Problems.rows(truth, problem, count);
            MixtureFit fit = GaussianMixtures.em()
                    .components(components)
                    .covariances(problem % 2 == 0 ? Covariances.FULL : Covariances.DIAGONAL)
                    .restarts(3)
                    .seed(problem)
                    .build()
                    .best(TestDevices.scalar(), MixtureData.of(truth.columns(), rows));
            List<TracePoint> trace = fit.result().trace();
            double rounding = count * 1e-6;
            for (int i = 1; i < trace.size(); i++) {
                assertThat(trace.get(i).elbo()).isGreaterThan(trace.get(i - 1).elbo() - rounding);
            }
            steps += trace.size();
            double logLikelihood = Problems.logLikelihood(fit.mixture(), rows);
            close("log-likelihood of problem " + problem, fit.scores().logLikelihood(), logLikelihood, rounding);
            assertThat(fit.result().status()).isEqualTo(Status.CONVERGED);
        }
        assertThat(steps).isGreaterThan(2000);
    }

    /** One component, no penalty: the means and covariances of the rows, and BIC from the closed form. */
    @EveryDevice
    void oneComponentIsTheMeanAndTheCovarianceOfTheRows(Device device) {
        GaussianMixture truth = Problems.mixture(1, 2, 3);
        int count = 1500;
        double[] rows = Problems.rows(truth, 1, count);
        MixtureFit fit =
                GaussianMixtures.em().penalty(false).build().best(device, MixtureData.of(truth.columns(), rows));
        double[] mean = new double[3];
        for (int at = 0; at < rows.length; at++) {
            mean[at % 3] += rows[at] / count;
        }
        double[][] covariance = new double[3][3];
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    covariance[i][j] += (rows[3 * n + i] - mean[i]) * (rows[3 * n + j] - mean[j]) / count;
                }
            }
        }
        // Sums of float32 products in chains of 32 to 48, and factors in float32.
        double bound = 1e-5;
        double determinant = 0;
        for (int i = 0; i < 3; i++) {
            close("mean", fit.mixture().mean(0)[i], mean[i], bound * Math.sqrt(covariance[i][i]));
            for (int j = 0; j < 3; j++) {
                double scale = Math.sqrt(covariance[i][i] * covariance[j][j]);
                close("covariance", fit.mixture().covariance(0)[i][j], covariance[i][j], bound * scale);
            }
            int a = (i + 1) % 3;
            int b = (i + 2) % 3;
            determinant +=
                    covariance[0][i] * (covariance[1][a] * covariance[2][b] - covariance[1][b] * covariance[2][a]);
        }
        double best = -0.5 * count * (3 * Math.log(2 * Math.PI) + Math.log(determinant) + 3);
        close("log-likelihood", fit.scores().logLikelihood(), best, 1e-3);
        close("BIC", fit.scores().bic(), -2 * best + 9 * Math.log(count), 2e-3);
        close("ICL", fit.scores().icl(), fit.scores().bic(), 0);
    }

    /** Fits of both kinds of covariances, whatever the device. */
    @EveryDevice
    void wholeFitsHaveTheBitsOfScalar(Device device) {
        for (Covariances covariances : Covariances.values()) {
            GaussianMixture truth = Problems.mixture(2, 3, 2);
            MixtureData data = Problems.data(truth, 2, 1100);
            GaussianMixtures em = GaussianMixtures.em()
                    .components(2, 3)
                    .covariances(covariances)
                    .restarts(2)
                    .maxSweeps(12)
                    .build();
            List<MixtureFit> got = em.fits(device, data);
            List<MixtureFit> want = em.fits(TestDevices.scalar(), data);
            for (int i = 0; i < want.size(); i++) {
                assertThat(got.get(i).mixture()).isEqualTo(want.get(i).mixture());
                assertThat(got.get(i).scores()).isEqualTo(want.get(i).scores());
                assertThat(got.get(i).restarts()).isEqualTo(want.get(i).restarts());
                assertThat(got.get(i).result().trace())
                        .isEqualTo(want.get(i).result().trace());
            }
        }
    }

    /** Waves of 32768 rows that are read anew in each sweep, against all rows at once. */
    @Test
    void wavesWithinALittleMemoryGiveTheSameBits() {
        GaussianMixture truth = Problems.mixture(4, 2, 2);
        double[] rows = Problems.rows(truth, 4, 100_000);
        AtomicInteger reads = new AtomicInteger();
        MixtureData streamed = new MixtureData(truth.columns(), 100_000, (first, count, into) -> {
            reads.incrementAndGet();
            System.arraycopy(rows, (int) first * 2, into, 0, 2 * count);
        });
        GaussianMixtures.Builder em =
                GaussianMixtures.em().components(2).restarts(2).maxSweeps(5);
        long little = Waves.LEAST * 4L * (2 * 2 + 2);
        MixtureFit waves = em.memory(little).build().best(TestDevices.scalar(), streamed);
        assertThat(reads.get()).isGreaterThan(5 * 6);
        MixtureFit whole = em.memory(MEMORY).build().best(TestDevices.scalar(), MixtureData.of(truth.columns(), rows));
        assertThat(waves.mixture()).isEqualTo(whole.mixture());
        assertThat(waves.scores()).isEqualTo(whole.scores());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.memory(little - 1).build().best(TestDevices.scalar(), streamed))
                .withMessageContaining("are too little: waves of 32768 rows with 4 components take 0.8 MiB");
    }

    /**
     * A million rows and more of two components that hardly overlap: their numbers to within five standard errors, those of complete data, which here are
     * 1 % too small at most. A false alarm in some 100,000 runs.
     */
    @Test
    void aMillionRowsGiveTheMixtureBackWithinStandardErrors() {
        GaussianMixture truth = new GaussianMixture(
                List.of("a", "b"), new double[] {0.6, 0.4}, new double[][] {{10, -3}, {16, 2}}, new double[][][] {
                    {{1, 0.5}, {0.5, 2}}, {{0.5, -0.3}, {-0.3, 1}}
                });
        int count = 1_100_000; // more than the 2^20 of which one call holds the sums
        MixtureData data = Problems.data(truth, 9, count);
        MixtureFit fit = GaussianMixtures.em().components(2).restarts(2).build().best(fastest(), data);
        assertThat(fit.result().verdict()).isEqualTo(Verdict.GOOD);
        for (int k = 0; k < 2; k++) {
            double weight = truth.weight(k);
            close("weight", fit.mixture().weight(k), weight, 5.05 * Math.sqrt(weight * (1 - weight) / count));
            double n = count * weight;
            double[][] covariance = truth.covariance(k);
            for (int i = 0; i < 2; i++) {
                close("mean", fit.mixture().mean(k)[i], truth.mean(k)[i], 5.05 * Math.sqrt(covariance[i][i] / n));
                for (int j = 0; j <= i; j++) {
                    double error =
                            Math.sqrt((covariance[i][i] * covariance[j][j] + covariance[i][j] * covariance[i][j]) / n);
                    close("covariance", fit.mixture().covariance(k)[i][j], covariance[i][j], 5.05 * error);
                }
            }
        }
    }

    private static Device fastest() {
        return TestDevices.all().stream()
                .filter(device -> device.name().equals("simd"))
                .findFirst()
                .orElse(TestDevices.scalar());
    }

    /** The number of components, and every row's component but for a few between two of them. */
    @Test
    void bicFindsTheNumberAndRowsGoWhereTheyCameFrom() {
        GaussianMixture truth = new GaussianMixture(
                List.of("a", "b"),
                new double[] {0.5, 0.3, 0.2},
                new double[][] {{0, 0}, {6, 0}, {0, 7}},
                new double[][][] {{{1, 0}, {0, 1}}, {{1, 0.6}, {0.6, 1}}, {{2, 0}, {0, 0.5}}});
        int count = 1500;
        MixtureData data = Problems.data(truth, 5, count);
        List<MixtureFit> fits = GaussianMixtures.em().components(1, 5).build().fits(TestDevices.scalar(), data);
        MixtureFit best = GaussianMixtures.best(fits);
        assertThat(best.mixture().components()).isEqualTo(3);
        assertThat(best.result().verdict()).isEqualTo(Verdict.GOOD);
        assertThat(fits.stream().map(fit -> fit.scores().icl()).min(Double::compare))
                .contains(best.scores().icl());
        int[] right = {0};
        double[] doubt = {0};
        List<GaussianMixture.Draw> draws = truth.sample(new Key(5), count);
        best.assign(TestDevices.scalar(), data, MEMORY, (row, component, probability) -> {
            GaussianMixture.Draw draw = draws.get((int) row);
            right[0] += component == draw.component() ? 1 : 0;
            doubt[0] -= Math.log(probability);
            double want = best.mixture().responsibilities(draw.x())[component];
            close("probability", probability, want, 1e-4);
        });
        assertThat(right[0]).isGreaterThan(count - 15);
        close("ICL", best.scores().icl(), best.scores().bic() + 2 * doubt[0], 1e-3);
    }

    /** More rows than the host has at once: what it uploads and reads back piece by piece is in the right places. */
    @Test
    void rowsOfSeveralPiecesGetTheirOwnResponsibilities() {
        GaussianMixture truth = Problems.mixture(9, 2, 3);
        int count = 2 * MixtureData.BLOCK + 777;
        double[] rows = Problems.rows(truth, 9, count);
        MixtureData data = MixtureData.of(truth.columns(), rows);
        MixtureFit fit = GaussianMixtures.em()
                .components(2)
                .restarts(1)
                .maxSweeps(3)
                .build()
                .best(TestDevices.scalar(), data);
        double[] at = new double[3];
        fit.assign(TestDevices.scalar(), data, MEMORY, (row, component, probability) -> {
            System.arraycopy(rows, (int) row * 3, at, 0, 3);
            close("probability", probability, fit.mixture().responsibilities(at)[component], 1e-4);
        });
        double want = Problems.logLikelihood(fit.mixture(), rows);
        close("log-likelihood", fit.scores().logLikelihood(), want, 1e-6 * Math.abs(want));
    }

    // ---- the verdict ----

    @Test
    void aFitThatDidNotSettleIsNotToBeTrusted() {
        GaussianMixture truth = Problems.mixture(6, 3, 2);
        FitResult result = GaussianMixtures.em()
                .components(3)
                .maxSweeps(3)
                .build()
                .fit(TestDevices.scalar(), Problems.data(truth, 6, 500));
        assertThat(result.status()).isEqualTo(Status.STEP_LIMIT);
        assertThat(result.verdict()).isEqualTo(Verdict.DO_NOT_TRUST);
        assertThat(kinds(result)).contains(Concern.Kind.NOT_CONVERGED);
    }

    @Test
    void aFitThatIsStoppedGivesWhatThereIs() {
        GaussianMixture truth = Problems.mixture(6, 3, 2);
        AtomicInteger sweeps = new AtomicInteger();
        List<MixtureFit> fits = GaussianMixtures.em()
                .components(3, 5)
                .listener(progress -> sweeps.incrementAndGet())
                .cancelled(() -> sweeps.get() >= 2)
                .build()
                .fits(TestDevices.scalar(), Problems.data(truth, 6, 500));
        assertThat(fits).hasSize(1);
        assertThat(fits.get(0).result().status()).isEqualTo(Status.INTERRUPTED);
        assertThat(kinds(fits.get(0).result())).contains(Concern.Kind.INTERRUPTED);
        assertThat(fits.get(0).scores().logLikelihood()).isFinite();
    }

    @Test
    void tooManyComponentsAreToldOf() {
        GaussianMixture truth = Problems.mixture(7, 1, 2);
        FitResult result = GaussianMixtures.em()
                .components(12)
                .restarts(4)
                .build()
                .fit(TestDevices.scalar(), Problems.data(truth, 7, 60));
        assertThat(result.verdict()).isEqualTo(Verdict.USABLE);
        assertThat(kinds(result))
                .contains(Concern.Kind.RESTARTS_DISAGREE, Concern.Kind.PRIOR_DECIDES, Concern.Kind.FEW_ROWS);
    }

    private static List<Concern.Kind> kinds(FitResult result) {
        return result.assessment().concerns().stream().map(Concern::kind).toList();
    }

    // ---- what cannot be fitted ----

    @Test
    void withoutThePenaltyAComponentThatShrinksIsRefused() {
        double[] rows = Problems.rows(Problems.mixture(8, 1, 2), 8, 40);
        for (int n = 0; n < 6; n++) {
            rows[2 * n] = 130; // six equal rows, far away
            rows[2 * n + 1] = 90;
        }
        MixtureData data = MixtureData.of(List.of("a", "b"), rows);
        GaussianMixtures.Builder em = GaussianMixtures.em().components(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.penalty(false).build().fit(TestDevices.scalar(), data))
                .withMessageMatching(
                        "with 3 components no start settles: component \\d shrank onto a point or a plane: the 6.00 rows"
                                + " that are left to it are too near to each other.*There the likelihood has no bound\\. Keep the penalty.*");
        MixtureFit penalized = em.penalty(true).build().best(TestDevices.scalar(), data);
        assertThat(penalized.result().status()).isEqualTo(Status.CONVERGED);
        assertThat(penalized.scores().logLikelihood()).isFinite();
    }

    @Test
    void dependentColumnsAreRefusedUnlessCovariancesAreDiagonal() {
        double[] two = Problems.rows(Problems.mixture(8, 2, 2), 8, 100);
        double[] rows = new double[300];
        for (int n = 0; n < 100; n++) {
            rows[3 * n] = two[2 * n];
            rows[3 * n + 1] = two[2 * n + 1];
            rows[3 * n + 2] = 3 * two[2 * n] - two[2 * n + 1];
        }
        MixtureData data = MixtureData.of(List.of("a", "b", "c"), rows);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GaussianMixtures.em().components(2).build().fit(TestDevices.scalar(), data))
                .withMessageContaining("the column c is a linear combination of the columns before it")
                .withMessageContaining("leave it out, or take diagonal covariances");
        FitResult diagonal = GaussianMixtures.em()
                .components(2)
                .covariances(Covariances.DIAGONAL)
                .build()
                .fit(TestDevices.scalar(), data);
        assertThat(diagonal.converged()).isTrue();
    }

    @Test
    void rowsThatCannotBeToldApartAreRefused() {
        double[] rows = {1, 2, 1, 2, 1, 2, 3, 4, 3, 4};
        MixtureData data = MixtureData.of(List.of("a", "b"), rows);
        GaussianMixtures.Builder em = GaussianMixtures.em().covariances(Covariances.DIAGONAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.components(3).build().fit(TestDevices.scalar(), data))
                .withMessage(
                        "there are 2 different rows, so they cannot be told apart by 3 components; take 2 or fewer");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.components(6).build().fit(TestDevices.scalar(), data))
                .withMessage("there are 5 rows for 6 components; take as many components at most");
        assertThat(em.components(2).build().fit(TestDevices.scalar(), data).converged())
                .isTrue();
    }

    @Test
    void dataWithoutSpreadOrWithHolesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MixtureData.of(List.of("a", "b"), new double[] {0.1, 1, 0.1, 2, 0.1, 3}))
                .withMessage("a is 0.100000 in every row: a column without spread has no density; leave it out");
        double[] holes = new double[40];
        Arrays.setAll(holes, i -> i);
        holes[33] = Double.NaN;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MixtureData.of(List.of("a", "b"), holes))
                .withMessage("b is NaN in row 17, but must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MixtureData.of(List.of("a", "b"), new double[] {1, 2}))
                .withMessage("there are 1 rows, but a mixture needs 2 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MixtureData.of(List.of("a", "b"), new double[] {1, 2, 3}))
                .withMessage("3 values are no whole rows of 2 columns: [a, b]");
    }

    @Test
    void settingsThatMeanNothingAreRefused() {
        GaussianMixtures.Builder em = GaussianMixtures.em();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.components(3, 2))
                .withMessage("components are 3 to 2, but must be 1 or more, and increasing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.restarts(0))
                .withMessage("restarts is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> em.tolerance(Double.NaN))
                .withMessage("tolerance is NaN, but must be positive and finite");
    }
}
