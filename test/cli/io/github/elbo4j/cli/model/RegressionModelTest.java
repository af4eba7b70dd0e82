package io.github.elbo4j.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every regression, with and without offset, weights and groups, against the likelihood on the scale of the data and the priors
 * on the fitted scale, written out in float64.
 */
class RegressionModelTest {
    private static final int ROWS = 37;
    private static final int GROUPS = 5;
    private static final int DRAWS = 6;
    private static final NormalPrior PRIOR = new NormalPrior(0.3, 1.7);
    private static final NormalPrior INTERCEPT = new NormalPrior(-0.2, 2.4);
    private static final double GROUP_SD = 0.9;
    private static final List<String> LEVELS = List.of("p", "q", "r", "s", "t");

    /** What is fitted. */
    private record Case(
            String model, boolean intercept, boolean standardize, boolean offset, boolean weights, boolean group) {
        boolean isCount() {
            return model.equals("poisson") || model.equals("negative-binomial");
        }

        RegressionInput input() {
            SplittableRandom random = new SplittableRandom(8);
            double[][] x = new double[2][ROWS];
            double[] y = new double[ROWS];
            double[] exposure = new double[ROWS];
            double[] weight = new double[ROWS];
            int[] of = new int[ROWS];
            for (int n = 0; n < ROWS; n++) {
                x[0][n] = 3 + random.nextDouble();
                x[1][n] = -20 * random.nextDouble();
                exposure[n] = 0.5 + 3 * random.nextDouble();
                weight[n] = n % 4 == 3 ? 0 : 0.5 * (n % 4 + 1);
                of[n] = n % GROUPS;
                double u = random.nextDouble();
                int own = of[n]; // the groups differ, so that their coordinates are partly centred
                y[n] = isCount() ? Math.floor((own + 1) * 5 * u * u * exposure[n]) : 12 + 4 * u + x[0][n] + 2 * own;
                if (model.equals("logistic")) {
                    y[n] = u < 0.2 * own + 0.1 ? 1 : 0;
                } else if (model.equals("categorical")) {
                    y[n] = u < 0.25 * own ? 0 : 1 + (int) (2 * random.nextDouble());
                }
            }
            return new RegressionInput(
                    "d.csv",
                    "",
                    "y",
                    List.of("a", "b"),
                    x,
                    y,
                    model.equals("categorical") ? List.of("no", "so", "yes") : List.of(),
                    0,
                    List.of(),
                    List.of(),
                    offset || weights || group
                            ? new Beside(
                                    offset ? new Beside.PerRow("o", exposure) : null,
                                    weights ? new Beside.PerRow("w", weight) : null,
                                    group ? new Beside.Group("g", LEVELS, of) : null)
                            : Beside.NONE);
        }

        Problem problem() {
            return new Problem(
                    Cli.model(model),
                    input(),
                    intercept,
                    standardize,
                    new CoefficientPriors(PRIOR, INTERCEPT, GROUP_SD));
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (FitModel model : Models.TABLE.stream().map(made -> made.get()).toList()) {
            String name = model.name();
            boolean offset = !name.equals("categorical");
            cases.add(new Case(name, true, true, false, false, false));
            cases.add(new Case(name, false, true, false, true, false));
            cases.add(new Case(name, true, true, offset, false, false));
            cases.add(new Case(name, true, false, offset, true, true));
            cases.add(new Case(name, false, true, offset, true, true));
            cases.add(new Case(name, true, true, offset, true, true));
        }
        return cases;
    }

    // ---- float64 ----

    private static double normal(double x, double mean, double sd) {
        double e = (x - mean) / sd;
        return -0.5 * e * e - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    }

    /** Lanczos (1964), with the coefficients of g = 7 and nine terms: about 15 digits. */
    private static double logGamma(double x) {
        double[] c = {
            0.99999999999980993,
            676.5203681218851,
            -1259.1392167224028,
            771.32342877765313,
            -176.61502916214059,
            12.507343278686905,
            -0.13857109526572012,
            9.9843695780195716e-6,
            1.5056327351493116e-7
        };
        double sum = c[0];
        for (int i = 1; i < c.length; i++) {
            sum += c[i] / (x - 1 + i);
        }
        double t = x + 6.5;
        return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** Of y given the linear predictors and the likelihood's own coordinates, which end z. */
    private static double logLikelihood(String model, double y, double[] eta, double[] z) {
        int d = z.length;
        return switch (model) {
            case "logistic" -> y * eta[0] - Math.log1p(Math.exp(eta[0]));
            case "linear", "normal" -> normal(y, eta[0], Math.exp(z[d - 1]));
            case "poisson" -> y * eta[0] - Math.exp(eta[0]) - logGamma(y + 1);
            case "negative-binomial" -> {
                double size = Math.exp(z[d - 1]);
                double mean = Math.exp(eta[0]);
                yield logGamma(y + size)
                        - logGamma(size)
                        - logGamma(y + 1)
                        + y * Math.log(mean / (mean + size))
                        + size * Math.log(size / (mean + size));
            }
            case "robust" -> {
                double scale = Math.exp(z[d - 2]);
                double nu = Math.exp(z[d - 1]);
                double e = (y - eta[0]) / scale;
                yield logGamma((nu + 1) / 2)
                        - logGamma(nu / 2)
                        - 0.5 * Math.log(nu * Math.PI)
                        - Math.log(scale)
                        - (nu + 1) / 2 * Math.log1p(e * e / nu);
            }
            case "categorical" -> {
                double sum = Arrays.stream(eta).map(Math::exp).sum();
                yield eta[(int) y] - Math.log(sum);
            }
            default -> throw new AssertionError(model);
        };
    }

    /** log p of the fitted data and the fitted coordinates z. */
    private static double logJoint(Case c, Problem problem, RegressionInput input, double[] z) {
        double[] there = problem.toOriginal(z);
        boolean target = c.model.equals("linear") || c.model.equals("normal") || c.model.equals("robust");
        int k = 2 + (c.intercept ? 1 : 0);
        int classes = c.model.equals("categorical") ? 3 : 1;
        int block = k + (c.group ? 1 + GROUPS : 0);
        double sum = 0;
        for (int n = 0; n < ROWS; n++) {
            double[] eta = new double[classes];
            double offset = c.offset ? input.beside().offset().values()[n] : 0;
            for (int j = 0; j < classes; j++) {
                int at = j * block;
                eta[j] = c.offset ? (c.isCount() ? Math.log(offset) : offset) : 0;
                eta[j] += c.intercept ? there[at] : 0;
                eta[j] += there[at + k - 2] * input.x()[0][n] + there[at + k - 1] * input.x()[1][n];
                if (c.group) { // with centering d, u = tau^(1 − d)·e
                    double rest = 1 - problem.centering(j)[n % GROUPS];
                    eta[j] += Math.exp(rest * there[at + k]) * there[at + k + 1 + n % GROUPS];
                }
            }
            double weight = c.weights ? input.beside().weights().values()[n] : 1;
            sum += weight * logLikelihood(c.model, input.y()[n], eta, there);
            sum += weight * (target ? Math.log(problem.targetSd()) : 0); // of the data that are fitted
        }
        for (int j = 0; j < classes; j++) {
            for (int i = 0; i < k; i++) {
                NormalPrior prior = c.intercept && i == 0 ? INTERCEPT : PRIOR;
                sum += normal(z[j * block + i], prior.mean(), prior.sd());
            }
            if (c.group) {
                double logTau = z[j * block + k];
                sum += Math.log(2) + normal(Math.exp(logTau), 0, GROUP_SD) + logTau;
                for (int g = 0; g < GROUPS; g++) { // e ~ N(0, tau^(2d))
                    sum += normal(z[j * block + k + 1 + g], 0, Math.exp(problem.centering(j)[g] * logTau));
                }
            }
        }
        double last = z[z.length - 1];
        return sum
                + switch (c.model) {
                    case "linear", "normal" -> normal(last, 0, c.standardize ? 2 : 10);
                    case "negative-binomial" -> normal(last, 1, 2);
                    // Of a gamma with shape 2 and rate 0.1, with the Jacobian of its log.
                    case "robust" ->
                        normal(z[z.length - 2], 0, c.standardize ? 2 : 10)
                                + 2 * Math.log(0.1)
                                + last
                                - 0.1 * Math.exp(last)
                                + last;
                    default -> 0;
                };
    }

    // ---- tests ----

    /**
     * Sums of a few hundred float32 terms of some hundreds at most: 1e-5 of the sum of their magnitudes. The gradient is
     * compared with central differences of the float64 formula, whose own error is far below.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void theJointIsThatOfTheFormula(Case c) {
        Problem problem = c.problem();
        RegressionInput input = c.input();
        int d = problem.parameters().size();
        double[][] z = points(c, problem, d);
        try (Device device = Devices.open("scalar", 1);
                RowsLogJoint joint = Cli.model(c.model).joint(device, problem)) {
            assertThat(joint.parameterNames()).isEqualTo(problem.parameters());
            double[] values = new double[DRAWS];
            float[] slopes = new float[DRAWS * d];
            evaluate(device, joint, z, values, slopes);
            assertThat(joint.observations()).isEqualTo(ROWS);
            for (int s = 0; s < DRAWS; s++) {
                double expected = logJoint(c, problem, input, z[s]);
                if (c.model.equals("categorical")
                        && problem.isPlain()) { // its intercepts are fitted in another unit; CategoricalTest
                    continue;
                }
                assertThat(values[s])
                        .as(c + " at draw " + s)
                        .isCloseTo(expected, within(1e-5 * (300 + Math.abs(expected))));
                double largest = 1;
                double[] slope = new double[d];
                for (int i = 0; i < d; i++) {
                    double h = 1e-5;
                    double[] up = z[s].clone();
                    double[] down = z[s].clone();
                    up[i] += h;
                    down[i] -= h;
                    slope[i] = (logJoint(c, problem, input, up) - logJoint(c, problem, input, down)) / (2 * h);
                    largest = Math.max(largest, Math.abs(slope[i]));
                }
                for (int i = 0; i < d; i++) {
                    assertThat((double) slopes[s * d + i])
                            .as(c + ", d/d " + problem.parameters().get(i))
                            .isCloseTo(slope[i], within(3e-5 * (100 + largest)));
                }
            }
        }
    }

    private static double[][] points(Case c, Problem problem, int d) {
        SplittableRandom random = new SplittableRandom(3);
        double[][] z = new double[DRAWS][d];
        double unit = c.standardize ? 1 : 0.05; // raw columns are some 20 times as large
        for (double[] draw : z) {
            for (int i = 0; i < d; i++) {
                draw[i] = (float) (unit * (2 * random.nextDouble() - 1));
            }
        }
        assertThat(problem.parameters()).hasSize(d);
        return z;
    }

    private static void evaluate(Device device, LogJoint joint, double[][] z, double[] values, float[] slopes) {
        int d = z[0].length;
        float[] flat = new float[z.length * d];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) z[i / d][i % d];
        }
        try (Buffer at = device.copyOf(flat);
                Buffer logP = device.allocate(ElementType.FLOAT64, z.length);
                Buffer gradient = device.allocate(flat.length)) {
            Recorder.run(device, to -> joint.record(to, DrawBlock.of(1, z.length, d), at, logP, gradient));
            System.arraycopy(logP.toDoubles(), 0, values, 0, values.length);
            System.arraycopy(gradient.toFloats(), 0, slopes, 0, slopes.length);
        }
    }

    /** The model that the hand-written likelihoods stand for is the same: what they serve gives what it gives. */
    @ParameterizedTest
    @MethodSource("cases")
    void theNamesAreThoseOfTheModel(Case c) {
        Problem problem = c.problem();
        assertThat(problem.model().coordinateNames()).isEqualTo(problem.parameters());
        assertThat(problem.model().rows()).isEqualTo(ROWS);
        for (double centering : c.group ? problem.centering(0) : new double[] {0.5}) {
            assertThat(centering).isStrictlyBetween(0.0, 1.0);
        }
    }

    /** Two groups of 2 and 4 rows: DerSimonian and Laird's numbers by hand, with the noise within groups as the variance. */
    @Test
    void centeringIsTheShareOfTheVarianceBetweenGroups() {
        double[] y = {4, 6, -3, -1, -1, 1};
        Beside.Group group = new Beside.Group("g", List.of("p", "q"), new int[] {0, 0, 1, 1, 1, 1});
        // Within: (1 + 1 + 4 + 0 + 0 + 4)/4 = 2.5. Mean 1; of the groups 5 and −1, so I = 0.8 and 1.6, and
        // Q = 0.8·16 + 1.6·4 = 19.2, tau² = (19.2 − 1)/(2.4 − 3.2/2.4) = 17.0625.
        double[] c = GroupCentering.of(GroupCentering.ofQuantities(y, group), null, group);
        assertThat(c[0]).isCloseTo(0.8 * 17.0625 / (1 + 0.8 * 17.0625), within(1e-12));
        assertThat(c[1]).isCloseTo(1.6 * 17.0625 / (1 + 1.6 * 17.0625), within(1e-12));
        double[] equal = {1, 3, 1, 3, 2, 2}; // equal means: no variance between
        assertThat(GroupCentering.of(GroupCentering.ofQuantities(equal, group), null, group))
                .containsOnly(0);
        double[] exact = {1, 1, 2, 2, 2, 2}; // no noise within: all is 0 or 1, and finite
        for (double each : GroupCentering.of(GroupCentering.ofQuantities(exact, group), null, group)) {
            assertThat(each).isBetween(0.0, 1.0);
        }
    }

    /** A batch's joint is unbiased: over the steps of whole epochs it averages to that of all rows. */
    @Test
    void minibatchesOfWeightedGroupedCountsAverageToTheWhole() {
        Case c = new Case("poisson", true, true, true, true, true);
        Problem problem = c.problem();
        int d = problem.parameters().size();
        double[][] z = points(c, problem, d);
        try (Device device = Devices.open("scalar", 1);
                RowsLogJoint joint = Cli.model("poisson").joint(device, problem);
                LogJoint batches = joint.minibatches(5, new Key(4))) {
            double[] whole = new double[DRAWS];
            float[] slopes = new float[DRAWS * d];
            evaluate(device, joint, z, whole, slopes);
            double[] mean = new double[DRAWS];
            for (int step = 0; step < ROWS; step++) { // five epochs of 37 rows
                double[] values = new double[DRAWS];
                batches.atStep(step);
                evaluate(device, batches, z, values, new float[DRAWS * d]);
                IntStream.range(0, DRAWS).forEach(s -> mean[s] += values[s] / ROWS);
            }
            for (int s = 0; s < DRAWS; s++) {
                assertThat(mean[s]).isCloseTo(whole[s], within(1e-5 * (300 + Math.abs(whole[s]))));
            }
        }
    }
}
