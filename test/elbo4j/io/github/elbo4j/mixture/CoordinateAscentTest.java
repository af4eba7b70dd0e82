package io.github.elbo4j.mixture;

import static io.github.elbo4j.Numbers.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.device.internal.Special;
import io.github.elbo4j.infer.Concern;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoordinateAscentTest {
    /** As for EM: every sweep is compared inside the fit, the best start's here, too, by what roundings of N rows explain. */
    @Test
    void theElboNeverFallsOnAHundredProblems() {
        SplittableRandom random = new SplittableRandom(12);
        int steps = 0;
        for (int problem = 0; problem < 100; problem++) {
            int dims = 1 + random.nextInt(4);
            int components = 1 + random.nextInt(5);
            int count = 60 + random.nextInt(340);
            GaussianMixture truth = Problems.mixture(problem, 1 + random.nextInt(4), dims);
            MixtureFit fit = GaussianMixtures.cavi()
                    .components(components)
                    .covariances(problem % 2 == 0 ? Covariances.FULL : Covariances.DIAGONAL)
                    .restarts(3)
                    .seed(problem)
                    .build()
                    .best(TestDevices.scalar(), Problems.data(truth, problem, count));
            List<TracePoint> trace = fit.result().trace();
            for (int i = 1; i < trace.size(); i++) {
                assertThat(trace.get(i).elbo()).isGreaterThan(trace.get(i - 1).elbo() - count * 1e-6);
            }
            steps += trace.size();
            assertThat(fit.result().status()).isEqualTo(Status.CONVERGED);
            assertThat(fit.result().elbo().value()).isEqualTo(fit.scores().objective());
        }
        assertThat(steps).isGreaterThan(2000);
    }

    /**
     * One component: the posterior is exact, so the ELBO is the evidence, here by the ratio of normalizing constants (Bishop 2006,
     * exercise 2.44; Murphy 2012, 5.3.2.4).
     */
    @EveryDevice
    void ofOneComponentTheElboIsTheEvidence(Device device) {
        GaussianMixture truth = Problems.mixture(21, 1, 3);
        int count = 200;
        double[] rows = Problems.rows(truth, 21, count);
        MixtureData data = MixtureData.of(truth.columns(), rows);
        for (Covariances covariances : Covariances.values()) {
            MixtureFit fit =
                    GaussianMixtures.cavi().covariances(covariances).build().best(device, data);
            MixturePosterior posterior = (MixturePosterior) fit.result().posterior();
            MixturePosterior prior = prior(data, rows, covariances, 1, 1);
            double[][] before = prior.scale(0);
            double[][] after = posterior.scale(0);
            double evidence = -0.5 * count * 3 * Math.log(Math.PI)
                    + 1.5 * Math.log(prior.rows(0) / posterior.rows(0))
                    + constant(covariances, before, prior.degrees(0))
                    - constant(covariances, after, posterior.degrees(0));
            // 200 densities of float32 numbers, and statistics of them.
            close("ELBO", fit.scores().objective(), evidence, 2e-3);
        }
    }

    /** ν/2·log |scale| − Σ log Γ, or of each variance by itself. */
    private static double constant(Covariances covariances, double[][] scale, double degrees) {
        double sum = 0;
        for (int i = 0; i < scale.length; i++) {
            boolean full = covariances == Covariances.FULL;
            sum -= Special.logGamma((degrees - (full ? i : 0)) / 2);
            sum += full ? 0 : 0.5 * degrees * Math.log(scale[i][i]);
        }
        return covariances == Covariances.FULL
                ? sum + degrees * LowerTriangle.logDeterminant(Triangle.cholesky(scale))
                : sum;
    }

    /** The prior that a fit has, on the scale of the rows. */
    private static MixturePosterior prior(
            MixtureData data, double[] rows, Covariances covariances, int components, double concentration) {
        int dims = data.dimensions();
        double[][] scale = new double[dims][dims];
        for (int n = 0; n < data.rows(); n++) {
            for (int i = 0; i < dims; i++) {
                for (int j = 0; j < dims; j++) {
                    double product = (rows[n * dims + i] - data.centre()[i]) * (rows[n * dims + j] - data.centre()[j]);
                    boolean used = covariances == Covariances.FULL || i == j;
                    scale[i][j] += used ? product / (data.rows() - 1) * Math.pow(components, -2.0 / dims) : 0;
                }
            }
        }
        double[] alpha = new double[components];
        Arrays.fill(alpha, concentration);
        List<NormalInverseWishart> all = new ArrayList<>();
        for (int k = 0; k < components; k++) {
            all.add(new NormalInverseWishart(covariances, data.centre(), 0.01, dims + 2, scale));
        }
        return new MixturePosterior(data.columns(), covariances, alpha, all);
    }

    /**
     * Draws of q: Σ_n log Σ_k exp E log(weight_k·N(x_n; …)) + E log p − E log q, all by averages over draws, in twenty batches whose scatter is the
     * error. The posterior's draws and density, and the prior's, are then right, too.
     */
    @Test
    void theElboIsThatOfDrawsOfThePosterior() {
        int count = 80;
        int components = 3;
        GaussianMixture truth = Problems.mixture(22, 2, 2);
        double[] rows = Problems.rows(truth, 22, count);
        MixtureData data = MixtureData.of(truth.columns(), rows);
        for (Covariances covariances : Covariances.values()) {
            MixtureFit fit = GaussianMixtures.cavi()
                    .components(components)
                    .covariances(covariances)
                    .concentration(0.7)
                    .build()
                    .best(TestDevices.scalar(), data);
            MixturePosterior posterior = (MixturePosterior) fit.result().posterior();
            MixturePosterior prior = prior(data, rows, covariances, components, 0.7);
            double[] batches = new double[20];
            double[][] draws = posterior.draws(new Key(1), 20 * 400);
            for (int b = 0; b < batches.length; b++) {
                batches[b] =
                        elbo(Arrays.copyOfRange(draws, 400 * b, 400 * (b + 1)), rows, components, prior, posterior);
            }
            double mean = Arrays.stream(batches).average().orElseThrow();
            double error = Math.sqrt(
                    Arrays.stream(batches).map(x -> (x - mean) * (x - mean)).sum() / 19 / 20);
            assertThat(error).isLessThan(0.1);
            close(
                    "ELBO, " + covariances,
                    fit.scores().objective(),
                    mean,
                    5 * error + 0.02); // + the bias of log Σ exp of means
        }
    }

    private static double elbo(
            double[][] draws, double[] rows, int components, MixturePosterior prior, MixturePosterior posterior) {
        int count = rows.length / 2;
        double[][] expected = new double[count][components];
        double rest = 0;
        for (double[] z : draws) {
            GaussianMixture mixture = mixture(z, components, prior);
            for (int k = 0; k < components; k++) {
                GaussianMixture one = new GaussianMixture(
                        mixture.columns(), new double[] {1}, new double[][] {mixture.mean(k)}, new double[][][] {
                            mixture.covariance(k)
                        });
                for (int n = 0; n < count; n++) {
                    expected[n][k] +=
                            (Math.log(mixture.weight(k)) + one.logDensity(rows[2 * n], rows[2 * n + 1])) / draws.length;
                }
            }
            rest += (prior.logDensity(z) - posterior.logDensity(z)) / draws.length;
        }
        double sum = rest;
        for (double[] each : expected) {
            double most = Arrays.stream(each).max().orElseThrow();
            sum += most
                    + Math.log(Arrays.stream(each).map(x -> Math.exp(x - most)).sum());
        }
        return sum;
    }

    private static GaussianMixture mixture(double[] z, int components, MixturePosterior prior) {
        boolean full = prior.names().size() == components * 6;
        double[][] means = new double[components][2];
        double[][][] covariances = new double[components][2][2];
        int at = components;
        for (int k = 0; k < components; k++) {
            means[k][0] = z[at++];
            means[k][1] = z[at++];
        }
        for (int k = 0; k < components; k++) {
            covariances[k][0][0] = z[at++];
            if (full) {
                covariances[k][0][1] = z[at];
                covariances[k][1][0] = z[at++];
            }
            covariances[k][1][1] = z[at++];
        }
        return new GaussianMixture(List.of("x0", "x1"), Arrays.copyOf(z, components), means, covariances);
    }

    @EveryDevice
    void wholeFitsHaveTheBitsOfScalar(Device device) {
        GaussianMixture truth = Problems.mixture(2, 3, 2);
        MixtureData data = Problems.data(truth, 2, 1100);
        for (Covariances covariances : Covariances.values()) {
            GaussianMixtures cavi = GaussianMixtures.cavi()
                    .components(3)
                    .covariances(covariances)
                    .restarts(2)
                    .maxSweeps(12)
                    .build();
            MixtureFit got = cavi.best(device, data);
            MixtureFit want = cavi.best(TestDevices.scalar(), data);
            assertThat(got.result().posterior()).isEqualTo(want.result().posterior());
            assertThat(got.mixture()).isEqualTo(want.mixture());
            assertThat(got.restarts()).isEqualTo(want.restarts());
            assertThat(got.result().trace()).isEqualTo(want.result().trace());
        }
    }

    /** As in Bishop 2006, figure 10.6: of six components three lose all rows; a third keeps the seven rows between the other two. */
    @Test
    void aSmallConcentrationEmptiesWhatOldFaithfulDoesNotNeed() throws IOException {
        MixtureFit fit = GaussianMixtures.cavi()
                .components(6)
                .concentration(1e-3)
                .tolerance(1e-6)
                .build()
                .best(TestDevices.scalar(), MixtureKnownTest.faithful());
        assertThat(fit.mixture().weight(0)).isBetween(0.6, 0.68);
        assertThat(fit.mixture().weight(1)).isBetween(0.32, 0.4);
        assertThat(fit.mixture().weight(2)).isBetween(0.02, 0.03);
        for (int k = 3; k < 6; k++) {
            assertThat(fit.mixture().weight(k)).isLessThan(1e-4);
        }
        assertThat(fit.result().assessment().concerns())
                .allMatch(concern ->
                        concern.parameter() == null || concern.parameter().equals("weight[3]"));
    }

    @Test
    void theGreatestElboChoosesTheNumber() throws IOException {
        List<MixtureFit> fits = GaussianMixtures.cavi()
                .components(1, 4)
                .build()
                .fits(TestDevices.scalar(), MixtureKnownTest.faithful());
        assertThat(GaussianMixtures.best(fits)).isSameAs(fits.get(1));
        assertThat(fits.get(1).scores().bic()).isNaN();
        assertThat(fits.get(1).result().verdict()).isEqualTo(Verdict.GOOD);
    }

    @Test
    void componentsThatOverlapAreToldOf() {
        GaussianMixture truth = new GaussianMixture(
                List.of("a"), new double[] {0.5, 0.5}, new double[][] {{0}, {2.5}}, new double[][][] {{{1}}, {{1}}});
        MixtureFit fit =
                GaussianMixtures.cavi().components(2).build().best(TestDevices.scalar(), Problems.data(truth, 1, 400));
        assertThat(fit.result().assessment().concerns().stream().map(Concern::kind))
                .contains(Concern.Kind.OVERLAP);
    }

    @Test
    void settingsOfTheOtherMethodAreRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> GaussianMixtures.cavi().penalty(false).build())
                .withMessage("coordinate ascent has a prior, so there is no penalty to leave out");
        assertThatIllegalStateException()
                .isThrownBy(() -> GaussianMixtures.em().concentration(1).build())
                .withMessage("EM has no prior of the weights, so there is no concentration to set");
    }

    // ---- the posterior ----

    /** Moments and quantiles against 20,000 draws, within five standard errors. */
    @Test
    void momentsAndQuantilesAreThoseOfDraws() {
        for (Covariances covariances : Covariances.values()) {
            double[][] scale = covariances == Covariances.FULL
                    ? new double[][] {{30, 8}, {8, 12}}
                    : new double[][] {{30, 0}, {0, 12}};
            MixturePosterior posterior = new MixturePosterior(
                    List.of("a", "b"),
                    covariances,
                    new double[] {9, 21},
                    List.of(
                            new NormalInverseWishart(covariances, new double[] {1, -2}, 9, 15, scale),
                            new NormalInverseWishart(covariances, new double[] {5, 7}, 21, 27, scale)));
            int count = 20_000;
            double[][] draws = posterior.draws(new Key(3), count);
            for (int i = 0; i < posterior.dimensions(); i++) {
                int at = i;
                double[] values = Arrays.stream(draws).mapToDouble(z -> z[at]).toArray();
                double sd = posterior.standardDeviation(i);
                double mean = Arrays.stream(values).average().orElseThrow();
                close("mean of " + posterior.names().get(i), mean, posterior.mean(i), 5 * sd / Math.sqrt(count));
                for (int j = 0; j < i; j++) {
                    int other = j;
                    double[] products = IntStream.range(0, count)
                            .mapToDouble(s ->
                                    (draws[s][at] - posterior.mean(at)) * (draws[s][other] - posterior.mean(other)))
                            .toArray();
                    double average = Arrays.stream(products).average().orElseThrow();
                    double spread = Math.sqrt(Arrays.stream(products)
                                    .map(x -> (x - average) * (x - average))
                                    .sum())
                            / count;
                    close("covariance " + i + " " + j, average, posterior.covariance(i, j), 5 * spread + 1e-12);
                }
                for (double p : new double[] {0.05, 0.5, 0.95}) {
                    double quantile = posterior.quantile(i, p);
                    double below =
                            Arrays.stream(values).filter(x -> x < quantile).count() / (double) count;
                    // Quantiles of covariances are themselves of 4096 draws.
                    double error = Math.sqrt(p * (1 - p) * (1.0 / count + 1.0 / MixturePosterior.DRAWS));
                    close("share below a quantile of " + posterior.names().get(i), below, p, 5 * error);
                }
            }
        }
    }

    /** R 4.2.2: qbeta, qgamma and qt. */
    @Test
    void quantilesAreThoseOfR() {
        close("beta", Tails.betaQuantile(2.5, 7, 0.05), 0.0715299926825301, 1e-13);
        close("beta", Tails.betaQuantile(0.01, 30, 0.95), 0.000113955972897487, 1e-16);
        close("beta", Tails.betaQuantile(300, 700, 0.5), 0.299866619391791, 1e-13);
        close("gamma", Tails.gammaQuantile(0.5, 0.05), 0.00196607000000976, 1e-15);
        close("gamma", Tails.gammaQuantile(40, 0.95), 50.9397369827179, 1e-11);
        close("gamma", Tails.gammaQuantile(1e5, 0.5), 99999.6666668642, 1e-5);
        close("t", Tails.studentQuantile(3, 0.95), 2.35336343480182, 1e-12);
        close("t", Tails.studentQuantile(1e4, 0.05), -1.64500601806924, 1e-10);
        close("t", Tails.studentQuantile(1.5, 0.975), 6.01666310442793, 1e-12);
    }
}
