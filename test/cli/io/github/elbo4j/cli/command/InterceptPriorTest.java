package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --intercept-prior-sd}, against the conjugate posterior. */
class InterceptPriorTest {
    /** The column sums to zero, so that the posterior is a product, whatever the priors. */
    private static final double[] X = {-2, -1, 0, 1, 2, -2, -1, 0, 1, 2};

    private static final double[] Y = {3, 5, 4, 7, 9, 2, 4, 6, 6, 10};
    private static final double NOISE = 1.5;

    @TempDir
    Path folder;

    private String fit(String... more) throws IOException {
        StringBuilder text = new StringBuilder("x,y\n");
        for (int n = 0; n < X.length; n++) {
            text.append(X[n]).append(',').append(Y[n]).append('\n');
        }
        Path out = folder.resolve("o");
        Object[] args = new Object[13 + more.length];
        Object[] first = {
            "fit",
            "linear",
            "--data",
            Cli.file(folder, "d.csv", text.toString()),
            "--target",
            "y",
            "--noise-sd",
            NOISE,
            "--out",
            out,
            "--quiet",
            "--evaluation-draws",
            4096
        };
        System.arraycopy(first, 0, args, 0, first.length);
        System.arraycopy(more, 0, args, first.length, more.length);
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        return Files.readString(out.resolve("fit.json"));
    }

    private static double number(String json, String parameter, String field) {
        Matcher matcher = Pattern.compile("\"name\": \"" + parameter + "\".*?\"" + field + "\": ([-0-9.E]+)")
                .matcher(json);
        assertThat(matcher.find()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    /** Of {@code y = b·v + noise} with the prior N(0, sd²): mean and standard deviation. */
    private static double[] conjugate(double[] v, double[] y, double noise, double sd) {
        double precision = 1 / (sd * sd);
        double weighted = 0;
        for (int n = 0; n < y.length; n++) {
            precision += v[n] * v[n] / (noise * noise);
            weighted += v[n] * y[n] / (noise * noise);
        }
        return new double[] {weighted / precision, 1 / Math.sqrt(precision)};
    }

    /** A fit comes within a twentieth of an sd; the two priors are an sd and more apart. */
    private static void close(String json, String parameter, double[] want) {
        assertThat(number(json, parameter, "mean")).isCloseTo(want[0], within(0.05 * want[1]));
        assertThat(number(json, parameter, "sd")).isCloseTo(want[1], within(0.05 * want[1]));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 3", "20, 0.2", "0.05, 0.05"})
    void theInterceptHasItsOwnPrior(double interceptSd, double slopeSd) throws IOException {
        String json = fit(
                "--no-standardize",
                "--intercept-prior-sd",
                "" + interceptSd,
                "--prior-sd",
                "" + slopeSd,
                "--seed",
                "2");
        double[] ones = new double[X.length];
        java.util.Arrays.fill(ones, 1);
        close(json, "intercept", conjugate(ones, Y, NOISE, interceptSd));
        close(json, "x", conjugate(X, Y, NOISE, slopeSd));
        assertThat(json).contains("\"interceptPriorSd\": " + interceptSd);
    }

    /** On the scale that is fitted: there the intercept is the target's mean, 0, in units of its sd. */
    @Test
    void standardizedItIsThePriorOfTheMeanTarget() throws IOException {
        double mean = java.util.Arrays.stream(Y).average().orElseThrow();
        double squares = 0;
        for (double y : Y) {
            squares += (y - mean) * (y - mean);
        }
        double sd = Math.sqrt(squares / Y.length);
        double[] ones = new double[Y.length];
        java.util.Arrays.fill(ones, 1);
        double[] scaled = conjugate(ones, new double[Y.length], NOISE / sd, 0.1);
        close(fit("--intercept-prior-sd", "0.1"), "intercept", new double[] {mean, sd * scaled[1]});
    }

    @Test
    void withoutAnInterceptItIsRefused() {
        Path file = Cli.file(folder, "d.csv", "x,y\n1,2\n2,3\n3,5\n");
        Cli.Outcome outcome =
                Cli.run("fit", "linear", "--data", file, "--target", "y", "--no-intercept", "--intercept-prior-sd", 1);
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("--intercept-prior-sd is for an intercept");
    }
}
