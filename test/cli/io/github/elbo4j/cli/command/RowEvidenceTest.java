package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code elbo4j evidence mixture} and {@code evidence factors}: against sums worked out here from the fits that they are of. */
class RowEvidenceTest {
    @TempDir
    private Path folder;

    private static double number(String json, String pattern) {
        Matcher found = Pattern.compile(pattern + "\":([-0-9.eE]+)").matcher(json);
        assertThat(found.find()).as("%s in %s", pattern, json).isTrue();
        return Double.parseDouble(found.group(1));
    }

    private static double number(String json, String estimator, String field) {
        return number(json, "\"estimator\":\"" + Pattern.quote(estimator) + "\",[^}]*\"" + field);
    }

    private Outcome run(String command, Path data, String... options) {
        List<Object> args = new ArrayList<>(List.of(command.split(" ")));
        args.addAll(List.of("--data", data, "--quiet", "--out", folder.resolve("out")));
        args.addAll(List.of((Object[]) options));
        return Cli.run(args.toArray());
    }

    private static void covers(String json, String estimator, double known) {
        double error = number(json, estimator, "standardError");
        // A fifth error is passed with the probability 6e-7; the logarithm of a mean of 2,000 is too low by less than
        // one.
        assertThat(number(json, estimator, "value")).as(estimator).isCloseTo(known, within(5 * error + 1e-3));
    }

    private static void rises(String json, String last, String... names) {
        double before = Double.NEGATIVE_INFINITY;
        for (String name : names) {
            double value = number(json, name, "value");
            assertThat(value).as(name).isGreaterThan(before);
            before = value;
        }
        assertThat(before).isLessThan(number(json, last, "value") + 1e-9);
    }

    /** The density of two normals of two columns, by the inverse and determinant of 2 × 2 matrices, at the rows of the file. */
    @Test
    void aMixtureHasTheSumOverItsComponents() throws IOException {
        Path data = Cli.data("faithful.csv");
        assertThat(run("fit mixture", data, "--components", "2").exit()).isEqualTo(Exit.GOOD);
        GaussianMixture mixture = (GaussianMixture) Objects.requireNonNull(
                FitJson.open(folder.resolve("out/fit.json")).density(), "a fit of a mixture has one");
        double known = 0;
        List<String> lines = Files.readAllLines(data);
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            double p = 0;
            for (int k = 0; k < 2; k++) {
                double[][] c = mixture.covariance(k);
                double a = Double.parseDouble(cells[0]) - mixture.mean(k)[0];
                double b = Double.parseDouble(cells[1]) - mixture.mean(k)[1];
                double det = c[0][0] * c[1][1] - c[0][1] * c[0][1];
                double square = (c[1][1] * a * a - 2 * c[0][1] * a * b + c[0][0] * b * b) / det;
                p += mixture.weight(k) * Math.exp(-square / 2) / (2 * Math.PI * Math.sqrt(det));
            }
            known += Math.log(p);
        }
        String json = run("evidence mixture", data, "--json").out(); // by BIC, of 1 to 9, two
        assertThat(number(json, "\"exact")).isCloseTo(known, within(1e-8 * Math.abs(known)));
        covers(json, "naive Monte Carlo", known);
        covers(json, "prior Monte Carlo", known);
        assertThat(number(json, "importance sampling", "value")).isCloseTo(known, within(1e-6));
        assertThat(number(json, "importance sampling", "standardError")).isLessThan(1e-9);
        assertThat(number(json, "ELBO", "value")).isCloseTo(known, within(1e-6));
        rises(
                json,
                "naive Monte Carlo",
                "ELBO, uniform draws",
                "k = 10, uniform draws",
                "k = 100, uniform draws",
                "k = 1,000, uniform draws");
        assertThat(number(json, "\"ELBO with priors")).isLessThan(known - 10);
        Outcome words = run("evidence mixture", data, "--components", "2");
        assertThat(words.exit()).isEqualTo(Exit.GOOD);
        assertThat(words.out().replaceAll("\\s+", " "))
                .startsWith("Mixture of 2 Gaussians, 272 rows of faithful.csv")
                .contains("a sum over the 2 components of each row")
                .contains("at EM's weights, means and covariances, which are points without priors")
                .contains("log p(x) of at least its ELBO")
                .doesNotContain("Do not trust");
        assertThat(Files.readString(folder.resolve("out/evidence.html")))
                .contains("Evidence: Mixture of 2 Gaussians")
                .contains("<svg class=\"chart\"")
                .contains("elbo4j evidence mixture --data")
                .doesNotContain("<script");
    }

    /** 300 rows of six columns, of which three factors make two each. */
    private Path things() {
        SplittableRandom random = new SplittableRandom(5);
        StringBuilder csv = new StringBuilder("a,b,c,d,e,f\n");
        for (int n = 0; n < 300; n++) {
            boolean[] on = {random.nextInt(3) == 0, random.nextInt(4) == 0, random.nextInt(2) == 0};
            for (int p = 0; p < 6; p++) {
                csv.append(random.nextInt(8) == 0 ^ on[p / 2] ? 1 : 0).append(p < 5 ? "," : "\n");
            }
        }
        return Cli.file(folder, "things.csv", csv.toString());
    }

    /** The same fit is written by {@code fit factors}, none of whose rows are held out; its weights are those of the sum here, in float64. */
    @ParameterizedTest
    @CsvSource({"sigmoid, Sigmoid belief network", "noisy-or, Noisy-or"})
    void factorsHaveTheSumOverTheirStates(String model, String heading) throws IOException {
        Path data = things();
        String[] options = {"--factors", "3", "--model", model, "--steps", "400"};
        List<String> more = new ArrayList<>(List.of(options));
        more.addAll(List.of("--holdout", "0"));
        assertThat(run("fit factors", data, more.toArray(String[]::new)).exit()).isLessThan(2);
        BinaryFactors factors = Objects.requireNonNull(
                FitJson.open(folder.resolve("out/fit.json")).factors(), "a fit of factors has some");
        double known = 0;
        List<String> lines = Files.readAllLines(data);
        for (String line : lines.subList(1, lines.size())) {
            double[] x = Pattern.compile(",")
                    .splitAsStream(line)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            double p = 0;
            for (int code = 0; code < 8; code++) {
                p += Math.exp(factors.logJoint(x, new double[] {code & 1, code >> 1 & 1, code >> 2}));
            }
            known += Math.log(p);
        }
        more = new ArrayList<>(List.of(options));
        more.add("--json");
        String json = run("evidence factors", data, more.toArray(String[]::new)).out();
        assertThat(number(json, "\"exact")).isCloseTo(known, within(300 * 1e-5)); // float32's rounding of each term
        covers(json, "naive Monte Carlo", known);
        covers(json, "prior Monte Carlo", known);
        covers(json, "importance sampling, widened q", known);
        covers(json, "importance sampling", known);
        rises(
                json,
                "importance sampling",
                "ELBO",
                "importance-weighted, k = 10",
                "importance-weighted, k = 100",
                "importance-weighted, k = 1,000");
        assertThat(number(json, "\"independent columns")).isLessThan(known);
        Outcome words = run("evidence factors", data, options);
        assertThat(words.out().replaceAll("\\s+", " "))
                .startsWith(heading + " of 3 binary factors, 300 rows of things.csv")
                .contains("a sum over all 8 states of the factors of each row")
                .contains("at the fitted weights, which are points without priors")
                .contains("the divergence of q from the posterior is");
        assertThat(Files.readString(folder.resolve("out/evidence.html")))
                .contains("Evidence: " + heading + " of 3 binary factors")
                .contains("<svg class=\"chart\"");
    }

    /** The same line on every device, but for the device's name, which it does not have. */
    @Test
    void theSameOnEveryDevice() {
        List<String> lines = new ArrayList<>();
        for (String device : List.of("scalar", "simd", "cuda")) {
            if (Cli.opens(device)) {
                lines.add(run(
                                "evidence factors",
                                things(),
                                "--factors",
                                "2",
                                "--steps",
                                "40",
                                "--json",
                                "--device",
                                device)
                        .out());
                lines.add(run(
                                "evidence mixture",
                                Cli.data("faithful.csv"),
                                "--components",
                                "2",
                                "--json",
                                "--device",
                                device)
                        .out());
            }
        }
        assertThat(lines.get(0)).hasLineCount(1).contains("\"model\":\"factors\"");
        assertThat(lines.get(1)).hasLineCount(1).contains("\"model\":\"mixture\"");
        for (int i = 2; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(lines.get(i % 2));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mixture | --components 300 | faithful.csv: there are 272 rows for 300 components; take as many components at most
            mixture | --components 0 | --components is 0, but must be 1 or more
            mixture | --draws 100 | --draws is 100, but must be from 1000, the largest group of the bounds
            mixture | --ignore erupt | --ignore: faithful.csv has no column "erupt"
            mixture | --assign | Unknown option
            factors | --factors 2 | faithful.csv: column eruptions is 3.6 in row 1, but must be 0 or 1; a threshold makes it so
            factors | --factors 21 | --factors is 21, but must be 20 at most: log p(x) of each row is a sum over all 2^D states
            factors | --factors 3 --threshold 3 | there are 3 factors for 2 columns; take as many factors as columns at most
            factors | --factors 2 --draws 10 | --draws is 10, but must be from 1000, the largest group of the bounds
            factors | --factors 0 | --factors is 0, but must be 1 or more
            """)
    void whatDoesNotFitIsRefused(String model, String options, String message) {
        Outcome outcome = run("evidence " + model, Cli.data("faithful.csv"), options.split(" "));
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words()).containsIgnoringCase(message);
        assertThat(outcome.out()).isEmpty();
    }
}
