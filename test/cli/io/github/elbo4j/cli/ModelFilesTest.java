package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Dirichlet;
import io.github.elbo4j.distribution.Exponential;
import io.github.elbo4j.distribution.Gamma;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.Mixture;
import io.github.elbo4j.distribution.NegativeBinomial;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.Poisson;
import io.github.elbo4j.distribution.StudentT;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes of {@code fit.json} are a function of the model and the seed, on every device, but for the time that it took. */
class ModelFilesTest {
    private static final int ROWS = 75;
    private static final int GROUPS = 85;

    @TempDir
    Path folder;

    /** Data, and a model of them. */
    private enum Case {
        SCHOOLS_CENTERED,
        SCHOOLS_NON_CENTERED,
        GROUPS_85,
        GROUPS_85_BATCHES,
        POISSON,
        NEGATIVE_BINOMIAL,
        MIXTURE,
        STUDENT_T,
        ORDERED_AND_SIMPLEX,
        NETWORK;

        Model model() {
            double[][] x = matrix(2, ROWS, 3);
            return switch (this) {
                case SCHOOLS_CENTERED -> schools(true);
                case SCHOOLS_NON_CENTERED -> schools(false);
                case GROUPS_85, GROUPS_85_BATCHES -> groups();
                case POISSON ->
                    Model.define(m -> m.observe(
                            data(1, ROWS, random -> Math.floor(4 * random)), Poisson.ofLogRate(predictor(m, x))));
                case NEGATIVE_BINOMIAL ->
                    Model.define(m -> m.observe(
                            data(1, ROWS, random -> Math.floor(9 * random * random)),
                            NegativeBinomial.ofLogMean(predictor(m, x), m.parameter("dispersion", Gamma.of(2, 0.5)))));
                case MIXTURE ->
                    Model.define(m -> {
                        Expr mu = m.parameter("mu", Normal.of(0, 2).ordered(), 2);
                        Expr sigma = m.parameter("sigma", HalfNormal.of(2), 2);
                        Expr weights = m.parameter("weights", Dirichlet.of(5, 5));
                        m.observe(
                                data(1, ROWS, random -> random < 0.6 ? random - 2 : random + 2),
                                Mixture.of(
                                        weights,
                                        Normal.of(mu.get(0), sigma.get(0)),
                                        Normal.of(mu.get(1), sigma.get(1))));
                    });
                case STUDENT_T ->
                    Model.define(m -> {
                        Expr nu = m.parameter("nu", Gamma.of(2, 0.1));
                        Expr sigma = m.parameter("sigma", HalfCauchy.of(1));
                        m.observe(
                                data(1, ROWS, random -> 0.2 / (random - 0.5000001)),
                                StudentT.of(nu, predictor(m, x), sigma));
                    });
                case ORDERED_AND_SIMPLEX -> orderedAndSimplex();
                case NETWORK -> network(x);
            };
        }

        Sgvi.Builder settings() {
            Sgvi.Builder common = Sgvi.builder().seed(42).maxSteps(200).evaluationDraws(600);
            return this == GROUPS_85_BATCHES ? common.batch(100) : common;
        }

        String file(Device device, Path folder) throws IOException {
            Model model = model();
            try (LogJoint joint = model.logJoint(device)) {
                FitResult fit = settings().build().fit(device, joint);
                assertThat(fit.elbo().value()).as("%s: ELBO", this).isFinite();
                Report.of(fit)
                        .quantities(Marginal.of(model, fit.posterior(), fit.seed()))
                        .covariance(true)
                        .write(folder);
                return Files.readString(folder.resolve("fit.json"))
                        .replaceAll("\"(seconds|drawsPerSecond)\": [0-9.Ee+-]+|\"device\": \"\\w+\"", "");
            }
        }
    }

    private static Model schools(boolean centered) {
        double[] effects = {28, 8, -3, 7, -1, 1, 18, 12};
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Normal prior = Normal.of(mu, tau);
            Expr theta = m.parameter("theta", centered ? prior : prior.nonCentered(), 8);
            m.observe(effects, Normal.of(theta, Expr.data("sigma", 15, 10, 16, 11, 9, 11, 10, 18)));
        });
    }

    /** Rows in groups of unequal sizes, 1 to 11; an intercept for each, and a slope. */
    private static Model groups() {
        SplittableRandom random = new SplittableRandom(85);
        int rows = 510;
        String[] county = new String[rows];
        double[] floor = new double[rows];
        double[] level = new double[rows];
        for (int n = 0; n < rows; n++) {
            int group = n < GROUPS ? n : (int) (GROUPS * random.nextDouble() * random.nextDouble());
            county[n] = "county " + group;
            floor[n] = random.nextInt(2);
            level[n] = 1.5 + 0.3 * Math.sin(group) - 0.7 * floor[n] + 0.8 * (2 * random.nextDouble() - 1);
        }
        Table table = Table.of(Map.of("floor", floor, "level", level), Map.of("county", county));
        return Model.define(m -> {
            Table rowsOf = m.rows(table);
            Expr middle = m.parameter("middle", Normal.of(0, 10));
            Expr between = m.parameter("between", HalfNormal.of(1));
            Expr alpha = m.parameter("alpha", Normal.of(middle, between), rowsOf.levels("county"));
            Expr slope = m.parameter("slope", Normal.of(0, 10));
            Expr noise = m.parameter("noise", HalfCauchy.of(5));
            m.observe(
                    rowsOf.column("level"),
                    Normal.of(alpha.at(rowsOf.index("county")).plus(slope.times(rowsOf.column("floor"))), noise));
        });
    }

    /** Ordered places with Dirichlet weights: which of three is y near? */
    private static Model orderedAndSimplex() {
        return Model.define(m -> {
            Expr place = m.parameter("place", Normal.of(0, 5).ordered(), 3);
            Expr share = m.parameter("share", Dirichlet.of(2, 3, 4));
            Expr width = m.parameter("width", Exponential.of(1));
            m.observe(
                    data(1, ROWS, random -> Math.floor(3 * random) * 3 - 3 + random),
                    Mixture.of(
                            share,
                            Normal.of(place.get(0), width),
                            Normal.of(place.get(1), width),
                            Normal.of(place.get(2), width)));
        });
    }

    private static Model network(double[][] x) {
        return Model.define(m -> {
            Expr first = m.parameter("first", Normal.of(0, 1), 3, 5);
            Expr bias = m.parameter("bias", Normal.of(0, 1), 5);
            Expr second = m.parameter("second", Normal.of(0, 1), 5);
            Expr offset = m.parameter("offset", Normal.of(0, 1));
            Expr hidden = Expr.data("x", x).matmul(first).plus(bias).tanh();
            m.observe(
                    data(1, ROWS, random -> random < 0.4 ? 0 : 1),
                    Bernoulli.ofLogit(hidden.matmul(second).plus(offset)));
        });
    }

    private static Expr predictor(ModelBuilder m, double[][] x) {
        Expr beta = m.parameter("beta", Normal.of(0, 2), 3);
        return Expr.data("x", x).matmul(beta).plus(m.parameter("intercept", Normal.of(0, 2)));
    }

    private interface OfUniform {
        double of(double random);
    }

    private static double[] data(long seed, int rows, OfUniform f) {
        SplittableRandom random = new SplittableRandom(seed);
        IntToDoubleFunction next = n -> f.of(random.nextDouble());
        return IntStream.range(0, rows).mapToDouble(next).toArray();
    }

    private static double[][] matrix(long seed, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, rows)
                .mapToObj(n -> random.doubles(columns, -1.7, 1.7).toArray())
                .toArray(double[][]::new);
    }

    @ParameterizedTest
    @EnumSource
    void devicesDoNotChangeAByte(Case what) throws IOException {
        List<String> opened = new ArrayList<>();
        String want = "";
        for (Devices.Status status : Devices.list()) {
            if (!status.opens()) {
                System.out.println("device " + status.name() + " not run: " + status.words());
                continue;
            }
            opened.add(status.name());
            try (Device device = Devices.open(status.name())) {
                String file = what.file(device, folder.resolve(status.name()));
                assertThat(file).contains("\"covariance\"").contains("\"parameters\"");
                want = want.isEmpty() ? file : want;
                assertThat(file).as(status.name() + " beside " + opened.get(0)).isEqualTo(want);
            }
        }
        assertThat(opened).contains("scalar");
        if ("true".equals(System.getProperty("elbo4j.expect.vector"))
                && System.getProperty("elbo4j.require", "").contains("cuda")) {
            assertThat(opened).contains("cuda", "simd");
        }
    }
}
