package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code elbo4j loo} against densities in closed form. */
class LooTest {
    private static final int N = 20;
    private static final double NOISE = 1.5;
    private static final double PRIOR = 2.5;

    @TempDir
    Path folder;

    private final double[] x = new double[N];
    private final double[] y = new double[N];
    private final double[] weight = new double[N];

    private Path data() {
        SplittableRandom random = new SplittableRandom(4);
        StringBuilder text = new StringBuilder("x,y,w\n");
        for (int i = 0; i < N; i++) {
            x[i] = Math.rint(100 * random.nextDouble(-2, 4)) / 100;
            y[i] = Math.rint(100 * (1 + 2 * x[i] + NOISE * random.nextGaussian())) / 100;
            weight[i] = (1 + i % 3) / 2.0;
            text.append(x[i])
                    .append(',')
                    .append(y[i])
                    .append(',')
                    .append(weight[i])
                    .append('\n');
        }
        return Cli.file(folder, "line.csv", text.toString());
    }

    private void fit(String out, Object... args) {
        List<Object> all = new ArrayList<>(List.of("fit"));
        all.addAll(List.of(args));
        all.addAll(List.of("--quiet", "--out", folder.resolve(out)));
        Cli.Outcome outcome = Cli.run(all.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
    }

    private Cli.Outcome loo(String fit, Object... more) {
        List<Object> args = new ArrayList<>(List.of("loo", "--fit", folder.resolve(fit), "--out", folder.resolve("p")));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private static double number(String json, String field) {
        String rest = json.substring(json.indexOf("\"" + field + "\":") + field.length() + 3)
                .replaceFirst("^\\s*\\{\"value\":\\s*", "");
        return Double.parseDouble(rest.replaceFirst("(?s)[,}\\]].*", ""));
    }

    /** Moved and scaled to mean 0 and sd 1. */
    private static double[] standardized(double[] values, double sd) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(v -> (v - mean) / sd).toArray();
    }

    private static double sd(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length);
    }

    /**
     * Of w equal rows of noise s, left out together: {@code N(y | eta, s²)^w = (2·pi·s²)^(−(w − 1)/2)·w^(−1/2)·N(y | eta, s²/w)}, of which
     * the mean over eta ~ N(m, v) is known.
     */
    private double exact(boolean standardize, boolean weighted) {
        double unit = standardize ? sd(y) : 1;
        double[] u = standardize ? standardized(x, sd(x)) : x;
        double[] t = standardize ? standardized(y, unit) : y;
        double s2 = NOISE * NOISE / unit / unit;
        double sum = 0;
        for (int left = 0; left < N; left++) {
            double p00 = 1 / (PRIOR * PRIOR);
            double p01 = 0;
            double p11 = p00;
            double h0 = 0;
            double h1 = 0;
            for (int i = 0; i < N; i++) {
                double w = i == left ? 0 : (weighted ? weight[i] : 1) / s2;
                p00 += w;
                p01 += w * u[i];
                p11 += w * u[i] * u[i];
                h0 += w * t[i];
                h1 += w * u[i] * t[i];
            }
            double det = p00 * p11 - p01 * p01;
            double mean = (p11 * h0 - p01 * h1 + u[left] * (p00 * h1 - p01 * h0)) / det;
            double spread = (p11 - 2 * u[left] * p01 + u[left] * u[left] * p00) / det;
            double w = weighted ? weight[left] : 1;
            double variance = s2 / w + spread;
            sum += -0.5 * (t[left] - mean) * (t[left] - mean) / variance - 0.5 * Math.log(2 * Math.PI * variance);
            sum += -0.5 * (w - 1) * Math.log(2 * Math.PI * s2) - 0.5 * Math.log(w) - w * Math.log(unit);
        }
        return sum;
    }

    /** Within five of the errors that it states, 6e-7 of false alarms each; and these are small. */
    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void linearRegressionIsKnown(boolean standardize, boolean weighted) {
        Path data = data();
        List<Object> args = new ArrayList<>(
                List.of("linear", "--data", data, "--target", "y", "--noise-sd", NOISE, "--evaluation-draws", 500));
        args.add(standardize ? "--standardize" : "--no-standardize");
        args.addAll(weighted ? List.of("--weights", "w") : List.of("--ignore", "w"));
        fit("f", args.toArray());
        Cli.Outcome outcome = loo("f", "--data", data, "--json", "--draws", 2000);
        assertThat(outcome.exit()).as(outcome.out()).isZero();
        double error = number(outcome.out(), "monteCarloError");
        assertThat(error).isLessThan(0.1);
        assertThat(number(outcome.out(), "elpd")).isCloseTo(exact(standardize, weighted), within(5 * error));
    }

    @Test
    void filesHoldEveryObservation() throws IOException {
        Path data = data();
        fit("f", "linear", "--data", data, "--target", "y", "--ignore", "w", "--evaluation-draws", 500);
        fit("flat", "linear", "--data", data, "--target", "y", "--ignore", "w,x", "--evaluation-draws", 500);
        Cli.Outcome outcome =
                loo("f", "--against", folder.resolve("flat"), "--draws", 500); // line.csv is beside the fit
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        assertThat(outcome.out())
                .contains("elpd, leave-one-out", "p_waic", "elpd of flat", "This fit predicts better by");
        List<String> lines = Files.readAllLines(folder.resolve("p/loo.csv"));
        assertThat(lines).hasSize(N + 1);
        assertThat(lines.get(0)).isEqualTo("observation,elpd,elpdError,kHat,efficiency,lpd,pLoo,pWaic,elpdAgainst");
        double[] sums = new double[2];
        for (String line : lines.subList(1, N + 1)) {
            String[] cells = line.split(",");
            sums[0] += Double.parseDouble(cells[1]);
            sums[1] += Double.parseDouble(cells[8]);
        }
        String json = Files.readString(folder.resolve("p/loo.json"));
        assertThat(number(json, "elpd")).isCloseTo(sums[0], within(1e-9));
        assertThat(number(json, "difference")).isCloseTo(sums[0] - sums[1], within(1e-9));
        String page = Files.readString(folder.resolve("p/loo.html"));
        assertThat(page)
                .contains("Pareto k-hat", "Compared with flat", "PSIS-LOO")
                .doesNotContain("http://", "<script");
    }

    /** An outlier of ten sds is named, with its row of the file; exit code 1. */
    @Test
    void whatCannotBeLeftOutIsNamed() throws IOException {
        Path data = data();
        String text = Files.readString(data).replaceFirst("(?s)\\n([^,\\n]*),[^,\\n]*,", "\n$1,60,");
        Path outlier = Cli.file(folder, "outlier.csv", text);
        fit(
                "f",
                "linear",
                "--data",
                outlier,
                "--target",
                "y",
                "--ignore",
                "w",
                "--noise-sd",
                5,
                "--evaluation-draws",
                500);
        Cli.Outcome outcome = loo("f");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains("Do not trust elpd: at 1 observation k-hat is 0.70 or more", ": 1 (");
    }

    @Test
    void aModelOfOnesOwnIsNamedByItsFile() {
        fit("f", Cli.data("Schools.java"), "--data", Cli.data("schools.csv"), "--evaluation-draws", 500);
        Object[] data = {"--data", Cli.data("schools.csv"), "--draws", 500, "--json"};
        Cli.Outcome without = loo("f", data);
        assertThat(without.exit()).isEqualTo(2);
        assertThat(without.words()).contains("is of the model in Schools.java: name that file with --model");
        Object[] with = Arrays.copyOf(data, data.length + 2);
        with[data.length] = "--model";
        with[data.length + 1] = Cli.data("Schools.java");
        Cli.Outcome outcome = loo("f", with);
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        // Vehtari, Gelman and Gabry (2017), section 4.2: elpd_loo −30.7 of the hierarchical model with uniform priors,
        // about
        assertThat(number(outcome.out(), "elpd")).isCloseTo(-30.7, within(0.3));
    }

    private void refused(String words, String fit, Object... more) {
        Cli.Outcome outcome = loo(fit, more);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains(words);
    }

    @Test
    void mistakesAreToldWithTheirRemedy() {
        Path data = data();
        fit("f", "linear", "--data", data, "--target", "y", "--ignore", "w", "--evaluation-draws", 500);
        Path other = Cli.file(folder, "other.csv", "x,y\n1,2\n2,3\n3,5\n");
        refused("other.csv is not the file that the fit in fit.json (--fit) is of", "f", "--data", other);
        refused("--draws is 5, but must be 32 or more", "f", "--data", data, "--draws", 5);
        refused("--against-model is of --against", "f", "--data", data, "--against-model", "x.java");
        refused("which needs no --model", "f", "--data", data, "--model", "x.java");
        fit("x", "linear", "--data", data, "--target", "x", "--ignore", "w", "--evaluation-draws", 500);
        refused("20 of x, not 20 of y", "f", "--data", data, "--against", folder.resolve("x"));
        fit("point", "linear", "--data", data, "--target", "y", "--ignore", "w", "--method", "mle");
        refused("which finds a point and no posterior", "point", "--data", data);
        fit("exact", "linear", "--data", data, "--target", "y", "--ignore", "w", "--method", "exact");
        refused("in which the noise has another prior", "exact", "--data", data);
        fit("mixture", "mixture", "--data", data, "--components", 1);
        refused("whose parameters are not drawn", "mixture", "--data", data);
        Path one = Cli.file(folder, "One.java", """
                import io.github.elbo4j.distribution.*;
                import io.github.elbo4j.expr.*;
                import io.github.elbo4j.model.Model;
                public class One {
                    static Model model(Table data) {
                        return Model.define(m -> m.observe(new double[] {1}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)));
                    }
                }
                """);
        fit("one", one, "--data", data, "--evaluation-draws", 500);
        refused("the model has a single observation", "one", "--data", data, "--model", one);
    }

    @Test
    void dataThatAreNotThereAreAskedFor() throws IOException {
        Path data = data();
        fit("f", "linear", "--data", data, "--target", "y", "--ignore", "w", "--evaluation-draws", 500);
        Files.delete(data);
        refused("the fit is of line.csv, but there is no such file here, nor beside the fit: name it with --data", "f");
    }
}
