package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.estimate.Estimate;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Assessment;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.Model;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StanCsvTest {
    private static final Key KEY = new Key(3);
    private static final int S = 50;

    @TempDir
    Path folder;

    private static FitResult fit(String... names) {
        double[] mean =
                IntStream.range(0, names.length).mapToDouble(i -> i - 1.5).toArray();
        double[][] covariance = new double[names.length][names.length];
        for (int i = 0; i < names.length; i++) {
            Arrays.fill(covariance[i], 0.1);
            covariance[i][i] = 1 + i;
        }
        Estimate none = new Estimate(Double.NaN, Double.NaN, 0);
        return new FitResult(
                "sgvi",
                "full-rank",
                Map.of(),
                "scalar",
                Arithmetic.EXACT,
                Rng.PHILOX,
                7,
                10,
                Status.CONVERGED,
                "",
                "it is a test",
                none,
                none,
                new Assessment(Verdict.GOOD, Double.NaN, Double.NaN, 0, List.of()),
                List.of(),
                new GaussianPosterior(List.of(names), new Gaussian(mean, covariance)),
                List.of(),
                1,
                0,
                List.of());
    }

    private static double[][] numbers(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.startsWith("#") && !line.startsWith("lp__"))
                .map(line -> Arrays.stream(line.split(","))
                        .mapToDouble(cell -> cell.equals("nan") ? Double.NaN : Double.parseDouble(cell))
                        .toArray())
                .toArray(double[][]::new);
    }

    /** To the last bit: the digits are those that tell a double from others. */
    @Test
    void valuesAreTheDrawsOfTheKey() throws IOException {
        FitResult fit = fit("a", "log noise sd", "u[x=1]", "u[y]", "3.5", "log noise_sd");
        StanCsv csv = StanCsv.of(fit, KEY, S);
        List<String> lines = Files.readAllLines(csv.write(folder.resolve("new/draws.csv")));
        assertThat(lines)
                .contains(
                        "# method = variational",
                        "#     algorithm = fullrank",
                        "#     output_samples = 50",
                        "#     seed = 7",
                        "# column u.1 is u[x:1]",
                        "lp__,log_p__,log_g__,a,log_noise_sd,u.1,u.2,x3_5,log_noise_sd_2");
        double[][] rows = numbers(lines);
        assertThat(rows).hasDimensions(S + 1, 9);
        assertThat(Arrays.copyOfRange(rows[0], 3, 9))
                .containsExactly(fit.posterior().mean());
        double[][] draws = fit.posterior().draws(KEY, S);
        for (int s = 0; s < S; s++) {
            assertThat(Arrays.copyOfRange(rows[s + 1], 3, 9)).containsExactly(draws[s]);
            assertThat(rows[s + 1]).startsWith(0, Double.NaN, fit.posterior().logDensity(draws[s]));
        }
        double[] logP = new double[S];
        Arrays.setAll(logP, s -> s == 3 ? Double.NEGATIVE_INFINITY : -s);
        lines = Files.readAllLines(csv.logJoint(logP).write(folder.resolve("draws.csv")));
        assertThat(lines.stream().filter(line -> line.startsWith("0,-inf,"))).hasSize(1);
        assertThat(csv.draws()).isDeepEqualTo(draws);
        assertThatThrownBy(() -> csv.logJoint(1, 2)).hasMessageContaining("2 values of the log-joint for 50 draws");
        assertThatThrownBy(() -> StanCsv.of(fit, KEY, 0)).hasMessageContaining("draws is 0");
    }

    private static Model model() {
        return Model.define(m -> {
            Expr scale = m.parameter("scale", LogNormal.of(0, 1));
            Expr x = m.parameter("x", Normal.of(Expr.of(0), scale), 2, 3);
            m.report("x squared", x.square());
            m.observe(new double[] {1}, Normal.of(x.sum(), 1));
        });
    }

    /** Of a matrix the first index changes fastest, as Stan has it. */
    @Test
    void parametersAndReportsAreOnTheirOwnScale() throws IOException {
        Model model = model();
        FitResult fit = fit(model.coordinateNames().toArray(String[]::new));
        StanCsv csv = StanCsv.of(fit, model, KEY, S);
        assertThat(csv.columns().subList(0, 8))
                .containsExactly("scale", "x.1.1", "x.2.1", "x.1.2", "x.2.2", "x.1.3", "x.2.3", "x_squared.1.1");
        double[][] rows = numbers(Files.readAllLines(csv.write(folder.resolve("draws.csv"))));
        double[][] z = fit.posterior().draws(KEY, S);
        for (int s = 0; s < S; s++) {
            assertThat(rows[s + 1][3]).isEqualTo(StrictMath.exp(z[s][0]));
            assertThat(Arrays.copyOfRange(rows[s + 1], 4, 10))
                    .containsExactly(z[s][1], z[s][4], z[s][2], z[s][5], z[s][3], z[s][6]);
            assertThat(rows[s + 1][11]).isEqualTo(z[s][4] * z[s][4]);
        }
        assertThatThrownBy(() -> StanCsv.of(fit("a"), model, KEY, S))
                .hasMessageContaining("1 coordinates, but the model has 7");
    }

    /** ArviZ's own reader finds the draws, without the mean, and the matrix with its extents. */
    @Test
    void arvizReadsIt() throws IOException, InterruptedException {
        String python = System.getProperty("elbo4j.python", "python3");
        String answer;
        try {
            answer = run(python, "-W", "ignore", "-c", "import arviz");
        } catch (IOException e) {
            answer = e.getMessage();
        }
        if (!answer.isEmpty()) {
            String[] lines = answer.split("\\R");
            System.out.println("StanCsvTest: ArviZ not run, " + lines[lines.length - 1]
                    + " (-Delbo4j.python=… names a Python that has it)");
        }
        Assumptions.assumeTrue(answer.isEmpty(), "no ArviZ");
        Model model = model();
        FitResult fit = fit(model.coordinateNames().toArray(String[]::new));
        Path file = StanCsv.of(fit, model, KEY, S).write(folder.resolve("draws.csv"));
        String program = "import arviz, sys; d = arviz.from_cmdstan(sys.argv[1]).posterior; x = d['x'].values;"
                + " print(x.shape, float(d['scale'].values[0, 0]).hex(), float(x[0, -1, 1, 2]).hex(), 'x_squared' in d)";
        double[][] z = fit.posterior().draws(KEY, S);
        String[] words = run(python, "-W", "ignore", "-c", program, file.toString())
                .trim()
                .split("\\) | ");
        assertThat(String.join(" ", words)).startsWith("(1, 50, 2, 3").endsWith("True");
        assertThat(Double.parseDouble(words[4])).isEqualTo(StrictMath.exp(z[0][0]));
        assertThat(Double.parseDouble(words[5])).isEqualTo(z[S - 1][6]);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream in = process.getInputStream()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return text;
        }
    }
}
