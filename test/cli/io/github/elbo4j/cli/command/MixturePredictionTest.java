package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import io.github.elbo4j.cli.data.NpyFileTest;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixturePredictionTest {
    @TempDir
    private Path folder;

    private Path fit(String name, Path data, String... options) {
        Path out = folder.resolve(name);
        List<Object> args = new ArrayList<>(List.of("fit", "mixture", "--data", data, "--out", out, "--quiet"));
        args.addAll(List.of((Object[]) options));
        assertThat(Cli.run(args.toArray()).exit()).isEqualTo(Exit.GOOD);
        return out;
    }

    private Outcome predict(Path fit, Path data, String... options) {
        List<Object> args =
                new ArrayList<>(List.of("predict", "--fit", fit, "--data", data, "--out", folder.resolve("p")));
        args.addAll(List.of((Object[]) options));
        return Cli.run(args.toArray());
    }

    private static double field(String json, String name) {
        Matcher number = Pattern.compile("\"" + name + "\": ?(-?[0-9.eE+-]+)").matcher(json);
        assertThat(number.find()).as(name).isTrue();
        return Double.parseDouble(number.group(1));
    }

    /**
     * New rows have the fit's weights, means and covariances, in the columns' units. Each of the 5·2 + 1 comparisons is wrong by chance beyond 5
     * standard errors with a probability of 6e-7.
     */
    @Test
    void newRowsAreDrawnFromTheMixture() throws IOException {
        Path fit = fit("fit", Cli.data("faithful.csv"), "--components", "2");
        Path csv = folder.resolve("new").resolve("rows.csv");
        int n = 20_000;
        Outcome outcome = Cli.run("draws", "--fit", fit, "--draws", n, "--seed", 4, "--out", csv);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("wrote 20,000 rows of 2 columns to");
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("component,eruptions,waiting");
        assertThat(lines).hasSize(n + 1);
        GaussianMixture mixture =
                (GaussianMixture) FitJson.open(fit.resolve("fit.json")).density();
        for (int k = 0; k < 2; k++) {
            List<double[]> rows = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(",");
                if (Integer.parseInt(cells[0]) == k + 1) {
                    rows.add(new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])});
                }
            }
            double weight = mixture.weight(k);
            double count = rows.size();
            assertThat(count / n).isCloseTo(weight, within(5 * Math.sqrt(weight * (1 - weight) / n)));
            double[] centre = mixture.mean(k);
            double[][] covariance = mixture.covariance(k);
            for (int i = 0; i < 2; i++) {
                int d = i;
                double mean = rows.stream().mapToDouble(x -> x[d]).sum() / count;
                assertThat(mean).isCloseTo(centre[i], within(5 * Math.sqrt(covariance[i][i] / count)));
                double square = rows.stream()
                                .mapToDouble(x -> Math.pow(x[d] - centre[d], 2))
                                .sum()
                        / count;
                // The variance of a square is 2·variance².
                assertThat(square).isCloseTo(covariance[i][i], within(5 * covariance[i][i] * Math.sqrt(2 / count)));
            }
            double product = rows.stream()
                            .mapToDouble(x -> (x[0] - centre[0]) * (x[1] - centre[1]))
                            .sum()
                    / count;
            double of = covariance[0][0] * covariance[1][1] + Math.pow(covariance[0][1], 2);
            assertThat(product).isCloseTo(covariance[0][1], within(5 * Math.sqrt(of / count)));
        }
        assertThat(Cli.run("draws", "--fit", fit, "--data", Cli.data("faithful.csv"))
                        .words())
                .contains("is of a mixture, of which new rows are drawn: that needs no --data");
    }

    /**
     * The sum over the rows that were fitted is the likelihood, which the fit has from float32: 2^-24 of terms of some ten, times
     * the root of 272 rows, at some multiple. Components are those of {@code --assign}.
     */
    @Test
    void theRowsThatWereFittedHaveTheirLikelihoodAndTheirComponents() throws IOException {
        Path data = Cli.data("faithful.csv");
        Path fit = fit("fit", data, "--components", "2", "--assign");
        Outcome outcome = predict(fit, data);
        assertThat(outcome.exit()).isEqualTo(Exit.GOOD);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("272 rows by a mixture of 2 components")
                .contains("score   log predictive density -1131 ± 17, a row -4.156 ± 0.063 nats")
                .contains("predictions.csv");
        double sum = 0;
        List<String> rows = Files.readAllLines(folder.resolve("p/predictions.csv"));
        List<String> assigned = Files.readAllLines(fit.resolve("assignments.csv"));
        assertThat(rows).hasSize(273).startsWith("row,component,probability,logDensity");
        for (int n = 1; n < rows.size(); n++) {
            String[] cells = rows.get(n).split(",");
            String[] of = assigned.get(n).split(",");
            assertThat(cells[0] + cells[1]).isEqualTo(of[0] + of[1]);
            assertThat(Double.parseDouble(cells[2])).isCloseTo(Double.parseDouble(of[2]), within(1e-5));
            sum += Double.parseDouble(cells[3]);
        }
        assertThat(sum).isCloseTo(field(Files.readString(fit.resolve("fit.json")), "logLikelihood"), within(1e-3));
        assertThat(Files.readString(folder.resolve("p/predictions.html")))
                .contains("Rows by a mixture of 2 components")
                .contains("aria-label=\"Histogram of ranks\"");
    }

    @Test
    void aPosteriorPredictsToo() {
        Path data = Cli.data("faithful.csv");
        Outcome outcome = predict(fit("fit", data, "--components", "2", "--method", "cavi"), data, "--json");
        assertThat(outcome.out()).hasLineCount(1);
        assertThat(Cli.fields(outcome.out()))
                .containsExactly(
                        "rows",
                        "logDensity",
                        "logDensitySpread",
                        "meanLogDensity",
                        "meanLogDensityError",
                        "components");
        assertThat(field(outcome.out(), "meanLogDensity")).isBetween(-4.2, -4.1);
    }

    /** Columns are found by their names, others are left alone, rows with holes keep the numbers of the others. */
    @Test
    void columnsAreFoundByNameAndHolesLeftOut() throws IOException {
        Path fit = fit("fit", Cli.data("faithful.csv"), "--components", "2");
        Path rows = Cli.file(folder, "new.csv", "who,waiting,eruptions\nA,80,4.3\nB,NA,2\nC,54,2\n");
        Outcome refused = predict(fit, rows);
        assertThat(refused.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(refused.words()).contains("new.csv, row 2 (line 3), column \"waiting\": \"NA\" is not a number");
        assertThat(predict(fit, rows, "--missing", "drop", "--quiet").exit()).isEqualTo(Exit.GOOD);
        List<String> lines = Files.readAllLines(folder.resolve("p/predictions.csv"));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).startsWith("1,1,");
        assertThat(lines.get(2)).startsWith("3,2,");
    }

    @Test
    void otherDataAreRefusedInWords() {
        Path fit = fit("fit", Cli.data("faithful.csv"), "--components", "2");
        Outcome other = predict(fit, Cli.data("iris.csv"));
        assertThat(other.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(other.words()).contains("--data: iris.csv has no column \"eruptions\"");
        Path text = Cli.file(folder, "t.csv", "eruptions,waiting\nlong,80\nshort,50\n");
        assertThat(predict(fit, text).words())
                .contains(
                        "t.csv, column \"eruptions\" holds text (\"long\", \"short\"), but every column must hold numbers");
        Path none = Cli.file(folder, "e.csv", "eruptions,waiting\n");
        assertThat(predict(fit, none).words()).contains("e.csv has a header but no rows");
        assertThat(predict(fit, Cli.data("faithful.csv"), "--model", "Model.java")
                        .words())
                .contains("fit.json is of the model mixture, which needs no --model");
        assertThat(folder.resolve("p/predictions.csv")).doesNotExist();
    }

    /** An array has names for its columns, too. */
    @Test
    void anArrayIsPredictedByAFitOfOne() throws IOException {
        double[] values = new double[400];
        for (int n = 0; n < values.length; n++) {
            values[n] = (n % 4 < 2 ? 30 : 0) + n * 7919L % 101 / 8.0;
        }
        Path array = Files.write(
                folder.resolve("a.npy"), NpyFileTest.npy(1, "'<f4'", true, "(200, 2)", NpyFileTest.floats(values)));
        assertThat(predict(fit("fit", array, "--components", "1"), array).out()).contains("200 rows by a mixture of 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"em", "cavi"})
    void theDivergenceOfAMixtureFromItselfIsNothingAndFromAnotherNot(String method) {
        Path data = Cli.data("faithful.csv");
        Path two = fit("two", data, "--components", "2", "--method", method);
        Path one = fit("one", data, "--components", "1", "--method", method);
        assertThat(Cli.run("kl", two, two).out()).contains("KL(A || B)    not known      0.000 ± 0.000");
        String json = Cli.run("kl", two, one, "--json").out();
        // What one component loses of the log-likelihood a row: the means of BIC's parts, (1289.57 - 1130.26)/272
        // (mclust).
        assertThat(field(json, "monteCarlo")).isCloseTo(0.586, within(0.05));
    }

    @Test
    void aMixtureIsNotComparedWithAnotherModel() {
        Path mixture = fit("mixture", Cli.data("faithful.csv"), "--components", "1");
        Path other = folder.resolve("normal");
        Cli.run("fit", "normal", "--data", Cli.data("faithful.csv"), "--target", "waiting", "--out", other, "--quiet");
        assertThat(Cli.run("kl", mixture, other).words())
                .contains(mixture + " is a fit of a mixture, but " + other + " is not");
        Path iris = fit("iris", Cli.data("iris.csv"), "--ignore", "species", "--components", "1");
        assertThat(Cli.run("kl", mixture, iris).words())
                .contains("has the column \"eruptions\", which " + iris + " does not have");
        Path fit = mixture.resolve("fit.json");
        Outcome outcome = Cli.run(
                "fit",
                "normal",
                "--data",
                Cli.data("faithful.csv"),
                "--target",
                "waiting",
                "--continue",
                fit,
                "--out",
                other);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words()).contains("--continue: fit.json has the model mixture, but this fit has normal");
    }
}
