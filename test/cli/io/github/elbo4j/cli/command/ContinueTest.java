package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --continue}: from the file to the scale that is fitted, and back. */
class ContinueTest {
    /** One step of next to no length: what comes out is what went in. */
    private static final String STILL = " --optimizer robbins-monro --learning-rate 1e-30 --steps 1";

    @TempDir
    Path folder;

    private Cli.Outcome fit(String command, String out) {
        List<Object> args = new ArrayList<>(List.of("fit"));
        for (String word : command.split(" ")) {
            args.add(word.endsWith(".csv") ? Cli.data(word) : word.endsWith(".json") ? folder.resolve(word) : word);
        }
        args.addAll(List.of("--quiet", "--evaluation-draws", 500, "--out", folder.resolve(out)));
        return Cli.run(args.toArray());
    }

    private FitResult read(String out) throws IOException {
        return FitJson.read(folder.resolve(out).resolve("fit.json"));
    }

    /** To the scale that is fitted, into float32, and back: means and covariances lose no more than float32 does. */
    @ParameterizedTest
    @CsvSource({
        "logistic --data pima.csv --target type",
        "logistic --data pima.csv --target type --no-standardize --steps 50",
        "linear --data air.csv --target ozone --no-intercept",
        "linear --data air.csv --target ozone --family mean-field",
        "categorical --data iris.csv --target species --prior-mean 1 --intercept-prior-sd 6 --steps 300",
        "'poisson --data warpbreaks.csv --target breaks --categorical wool,tension'",
        "linear --data dyestuff.csv --target yield --group batch --steps 300",
        "robust --data stackloss.csv --target stack_loss --steps 100",
    })
    void theFirstQIsThePosteriorOfTheFile(String command) throws IOException {
        assertThat(fit(command, "a").exit()).isLessThan(2);
        String still = command.replaceFirst(" --steps \\d+", "") + STILL + " --continue a/fit.json";
        Cli.Outcome outcome = fit(still, "b");
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        FitResult first = read("a");
        FitResult next = read("b");
        assertThat(next.start()).startsWith("continued from a fit of " + first.steps() + " step");
        for (int i = 0; i < first.posterior().dimensions(); i++) {
            double sd = first.posterior().standardDeviation(i);
            // A mean on the fitted scale may be some hundred sds from zero.
            assertThat(next.posterior().mean(i)).isCloseTo(first.posterior().mean(i), within(1e-4 * sd));
            for (int j = 0; j <= i; j++) {
                double scale = sd * first.posterior().standardDeviation(j);
                assertThat(next.posterior().covariance(i, j))
                        .as(command)
                        .isCloseTo(first.posterior().covariance(i, j), within(1e-4 * scale));
            }
        }
    }

    /** Other rows of the same columns: standardized by other numbers. */
    @Test
    void theRowsMayBeOtherOnes() throws IOException {
        fit("linear --data air.csv --target ozone", "a");
        List<String> lines = Files.readAllLines(Cli.data("air.csv"));
        Path fewer = Files.write(folder.resolve("fewer.csv"), lines.subList(0, 60));
        Cli.Outcome outcome = Cli.run(
                "fit",
                "linear",
                "--data",
                fewer,
                "--target",
                "ozone",
                "--continue",
                folder.resolve("a/fit.json"),
                "--quiet",
                "--out",
                folder.resolve("b"));
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "logistic --data pima.csv --target type   | has the model linear, but this fit has logistic",
                "linear --data air.csv --target wind      | has the target ozone, but this fit has wind",
                "linear --data air.csv --target ozone --ignore temp | has the predictors [solar, wind, temp], but this fit has [solar, wind]",
                "linear --data air.csv --target ozone --no-standardize | has standardize true, but this fit has false",
                "linear --data air.csv --target ozone --no-intercept | has the parameters [intercept, solar, wind, temp, log noise sd], but",
                "linear --data air.csv --target ozone --noise-sd 20 | has the parameters [intercept, solar, wind, temp, log noise sd], but",
                "linear --data air.csv --target ozone --family mean-field | has correlations, but a mean-field q has none",
            })
    void whatDoesNotMatchIsRefused(String command, String words) {
        fit("linear --data air.csv --target ozone", "a");
        Cli.Outcome outcome = fit(command + " --continue a/fit.json", "b");
        assertThat(outcome.exit()).as(outcome.out()).isEqualTo(2);
        assertThat(outcome.err()).contains("--continue: ").contains(words);
        assertThat(folder.resolve("b/fit.json")).doesNotExist();
    }

    @Test
    void whatIsNoFitIsRefused() {
        Cli.file(folder, "x.json", "{\"a\": 1}");
        Cli.Outcome outcome = fit("linear --data air.csv --target ozone --continue x.json", "b");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("--continue: x.json: it is JSON, but not a fit.json of elbo4j");
        outcome = fit("linear --data air.csv --target ozone --continue none.json", "b");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("--continue: there is no file ");
    }
}
