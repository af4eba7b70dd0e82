package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Families of which a fit knows no more than their interface, and the low-rank one among them. All seeds are fixed. */
class OpenFamiliesTest {
    private static final Device DEVICE = TestDevices.scalar();

    /** N(mean, F·Fᵀ + diag sd²): log p and its gradient through the dense inverse. */
    private record Target(double[] mean, double[][] covariance) {
        static Target of(int dimensions, int rank, double share, double scale) {
            Random random = new Random(3);
            double[] mean = new double[dimensions];
            double[][] covariance = new double[dimensions][dimensions];
            double[][] f = new double[dimensions][rank];
            for (int i = 0; i < dimensions; i++) {
                double sd = Math.pow(scale, 2 * random.nextDouble() - 1);
                mean[i] = sd * random.nextGaussian();
                for (int r = 0; r < rank; r++) {
                    f[i][r] = sd * Math.sqrt(share / rank) * (random.nextBoolean() ? 1 : -1);
                }
                covariance[i][i] = sd * sd * (1 - share);
            }
            for (int i = 0; i < dimensions; i++) {
                for (int j = 0; j < dimensions; j++) {
                    for (int r = 0; r < rank; r++) {
                        covariance[i][j] += f[i][r] * f[j][r];
                    }
                }
            }
            return new Target(mean, covariance);
        }

        LogJoint joint() {
            int n = mean.length;
            double[][] lower = DenseMatrix.cholesky(covariance);
            double log = 0;
            List<String> names = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                log += Math.log(lower[i][i]) + 0.5 * Math.log(2 * Math.PI);
                names.add("x" + i);
            }
            double constant = log;
            return HostLogJoint.ofDraw(names, (z, g) -> {
                double[] x = new double[n];
                double squares = 0;
                for (int i = 0; i < n; i++) {
                    double rest = z[i] - mean[i];
                    for (int j = 0; j < i; j++) {
                        rest -= lower[i][j] * x[j];
                    }
                    x[i] = rest / lower[i][i];
                    squares += x[i] * x[i];
                }
                for (int i = n - 1; i >= 0; i--) {
                    double rest = -x[i];
                    for (int j = i + 1; j < n; j++) {
                        rest -= lower[j][i] * g[j];
                    }
                    g[i] = rest / lower[i][i];
                }
                return -0.5 * squares - constant;
            });
        }
    }

    /** The posterior is in the family, so that q becomes it: log evidence 0, and all moments but for Monte Carlo noise. */
    @Test
    void aLowRankPosteriorIsFound() {
        for (int rank : new int[] {1, 3}) {
            for (double share : new double[] {0.5, 0.95}) {
                Target target = Target.of(12, rank, share, 10);
                FitResult fit = Sgvi.builder()
                        .family(Family.lowRank(rank))
                        .seed(rank)
                        .build()
                        .fit(DEVICE, target.joint());
                String what = rank + " factors, " + share + ": " + fit;
                assertThat(fit.verdict()).as(what).isEqualTo(Verdict.GOOD);
                assertThat(fit.family()).isEqualTo("low-rank");
                assertThat(fit.settings()).containsEntry("rank", (long) rank);
                assertThat(fit.elbo().value()).as(what).isCloseTo(0, within(0.05));
                for (int i = 0; i < 12; i++) {
                    double sd = Math.sqrt(target.covariance[i][i]);
                    assertThat(fit.posterior().mean(i)).as(what).isCloseTo(target.mean[i], within(0.05 * sd));
                    assertThat(fit.posterior().standardDeviation(i)).as(what).isCloseTo(sd, within(0.05 * sd));
                    for (int j = 0; j < i; j++) {
                        double scale = sd * Math.sqrt(target.covariance[j][j]);
                        assertThat(fit.posterior().covariance(i, j))
                                .as(what)
                                .isCloseTo(target.covariance[i][j], within(0.1 * scale));
                    }
                }
            }
        }
    }

    /** Fewer factors than the posterior has: an ELBO between that of independent normals and the evidence, told as it is. */
    @Test
    void fewerFactorsAreBetterThanNone() {
        Target target = Target.of(10, 3, 0.9, 1);
        double[] elbo = new double[3];
        for (int i = 0; i < 3; i++) {
            Family family = i == 0 ? Family.meanField() : Family.lowRank(i);
            FitResult fit = Sgvi.builder().family(family).seed(5).build().fit(DEVICE, target.joint());
            elbo[i] = fit.elbo().value();
            assertThat(fit.verdict()).as(fit.toString()).isNotEqualTo(Verdict.GOOD);
        }
        assertThat(elbo[1]).isGreaterThan(elbo[0] + 1);
        assertThat(elbo[2]).isGreaterThan(elbo[1] + 1).isLessThan(0);
    }

    /** 4,000 parameters: a covariance of all pairs would be 128 MB. */
    @Test
    void manyParametersNeedNoCovarianceOfAllPairs() {
        int n = 4000;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            names.add("x" + i);
        }
        // One factor that all share, with its inverse by Sherman and Morrison: I − 1·1ᵀ/(1 + n).
        LogJoint joint = HostLogJoint.ofDraw(names, (z, g) -> {
            double sum = 0;
            double squares = 0;
            for (double v : z) {
                sum += v;
                squares += v * v;
            }
            for (int i = 0; i < n; i++) {
                g[i] = -z[i] + sum / (1 + n);
            }
            return -0.5 * (squares - sum * sum / (1 + n));
        });
        FitResult fit = Sgvi.builder()
                .family(Family.lowRank(2))
                .starts(1)
                .maxSteps(20)
                .evaluationDraws(64)
                .build()
                .fit(DEVICE, joint);
        assertThat(fit.posterior().dimensions()).isEqualTo(n);
        assertThat(fit.posterior().standardDeviation(n - 1)).isFinite();
        assertThat(fit.posterior().covariance(0, n - 1)).isFinite();
        Gaussian q = fit.gaussian();
        assertThat(q.logDensity(q.mean())).isFinite();
    }

    /** It goes on from what it was: also from a posterior of all pairs. */
    @Test
    void aLowRankFitIsContinued() {
        Target target = Target.of(8, 2, 0.8, 3);
        for (Family before : List.of(Family.lowRank(2), Family.fullRank())) {
            FitResult first = Sgvi.builder().family(before).seed(1).build().fit(DEVICE, target.joint());
            FitResult next = Sgvi.builder()
                    .family(Family.lowRank(2))
                    .seed(2)
                    .continueFrom(first)
                    .build()
                    .fit(DEVICE, target.joint());
            assertThat(next.verdict()).as(next.toString()).isEqualTo(Verdict.GOOD);
            assertThat(next.elbo().value()).isCloseTo(0, within(0.05));
        }
    }

    /** One step of next to no length: what comes out is what went in, to the seven digits of float32. */
    @Test
    void aLowRankFitContinuesFromWhatItWas() {
        Target target = Target.of(8, 2, 0.8, 3);
        Sgvi.Builder settings = Sgvi.builder().family(Family.lowRank(2)).evaluationDraws(64);
        FitResult first = settings.build().fit(DEVICE, target.joint());
        FitResult next = settings.optimizer(new RobbinsMonro(1e-30))
                .maxSteps(1)
                .continueFrom(first)
                .build()
                .fit(DEVICE, target.joint());
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j <= i; j++) {
                double scale = first.posterior().standardDeviation(i)
                        * first.posterior().standardDeviation(j);
                assertThat(next.posterior().covariance(i, j))
                        .isCloseTo(first.posterior().covariance(i, j), within(1e-6 * scale));
            }
        }
    }

    /** ½N(−10, 1) + ½N(10, 1): one of the modes, told to be one of two, whatever the family. */
    @Test
    void separateModesAreNamed() {
        LogJoint joint = HostLogJoint.ofDraw(List.of("x"), (z, g) -> {
            double left = -0.5 * (z[0] + 10) * (z[0] + 10);
            double right = -0.5 * (z[0] - 10) * (z[0] - 10);
            double most = Math.max(left, right);
            double a = Math.exp(left - most);
            double b = Math.exp(right - most);
            g[0] = (-(z[0] + 10) * a - (z[0] - 10) * b) / (a + b);
            return most + Math.log(0.5 * (a + b)) - 0.5 * Math.log(2 * Math.PI);
        });
        for (Family family : List.of(Family.lowRank(1), new OwnFamily())) {
            FitResult fit = Sgvi.builder().family(family).seed(2).build().fit(DEVICE, joint);
            assertThat(fit.start()).as(fit.toString()).startsWith("started from the best normal");
            assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.DO_NOT_TRUST);
            assertThat(fit.modes()).hasSize(2);
        }
    }

    /** A family of a user's own: independent normals, but of no class that a fit could know. */
    private record OwnFamily() implements Family {
        @Override
        public String label() {
            return "own";
        }

        @Override
        public VariationalFamily create(Device device, int problems, int dimensions) {
            return new Own(new MeanFieldGaussian(device, problems, dimensions));
        }
    }

    private record Own(MeanFieldGaussian q) implements VariationalFamily {
        @Override
        public String name() {
            return "own";
        }

        @Override
        public Device device() {
            return q.device();
        }

        @Override
        public int problems() {
            return q.problems();
        }

        @Override
        public int dimensions() {
            return q.dimensions();
        }

        @Override
        public int parameters() {
            return q.parameters();
        }

        @Override
        public String describe(int p, List<String> names) {
            return q.describe(p, names);
        }

        @Override
        public Buffer parameterBuffer() {
            return q.parameterBuffer();
        }

        @Override
        public void update(Runner to) {
            q.update(to);
        }

        @Override
        public void sample(Runner to, Key key, Index step, DrawBlock shape, Buffer z) {
            q.sample(to, key, step, shape, z);
        }

        @Override
        public void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logQ) {
            q.logDensity(to, shape, z, logQ);
        }

        @Override
        public void logDensityAtDraw(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logQ) {
            q.logDensityAtDraw(to, key, step, shape, z, logQ);
        }

        @Override
        public void entropy(Runner to, Buffer entropy, long slot) {
            q.entropy(to, entropy, slot);
        }

        @Override
        public void addEntropyGradient(Runner to, Buffer gradient) {
            q.addEntropyGradient(to, gradient);
        }

        @Override
        public void reparam(
                Recorder to, Key key, Index step, DrawBlock shape, boolean path, Buffer gradient, Buffer runs) {
            q.reparam(to, key, step, shape, path, gradient, runs);
        }

        @Override
        public void score(
                Recorder to,
                Key key,
                Index step,
                DrawBlock shape,
                Buffer weights,
                @Nullable Buffer sums,
                int draws,
                Buffer runs) {
            q.score(to, key, step, shape, weights, sums, draws, runs);
        }

        @Override
        public int squares() {
            return q.squares();
        }

        @Override
        public void scoreSquares(Recorder to, Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs) {
            q.scoreSquares(to, key, step, shape, weights, runs);
        }

        @Override
        public float[] parametersOf(double[] mean, double[] sd, double @Nullable [][] factor) {
            return q.parametersOf(mean, sd, factor);
        }

        @Override
        public Gaussian toGaussian(float[] values) {
            return q.toGaussian(values);
        }

        @Override
        public void close() {
            q.close();
        }
    }

    /** It is fitted by its interface alone, with steps in units of 1, and with the noise of its last steps. */
    @Test
    void aFamilyOfAUsersOwnIsFitted() {
        LogJoint joint = HostLogJoint.ofDraw(List.of("x", "y"), (z, g) -> {
            double a = z[0] - 1;
            double b = (z[1] + 2) / 3;
            g[0] = -a;
            g[1] = -b / 3;
            return -0.5 * (a * a + b * b);
        });
        FitResult fit = Sgvi.builder().family(new OwnFamily()).seed(1).build().fit(DEVICE, joint);
        assertThat(fit.family()).isEqualTo("own");
        assertThat(fit.verdict()).as(fit.toString()).isEqualTo(Verdict.GOOD);
        assertThat(fit.posterior().mean(0)).as(fit.toString()).isCloseTo(1, within(0.05));
        assertThat(fit.posterior().standardDeviation(0)).as(fit.toString()).isCloseTo(1, within(0.05));
        assertThat(fit.posterior().mean(1)).as(fit.toString()).isCloseTo(-2, within(0.15));
        assertThat(fit.posterior().standardDeviation(1)).as(fit.toString()).isCloseTo(3, within(0.15));
    }
}
