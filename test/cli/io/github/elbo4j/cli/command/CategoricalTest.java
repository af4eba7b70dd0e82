package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fit categorical}, against the same model written out in float64. */
class CategoricalTest {
    private static final int DRAWS = 20_000;

    @TempDir
    Path folder;

    private Cli.Outcome fit(String out, Object... more) {
        List<Object> args = new ArrayList<>(List.of("fit", "categorical", "--out", folder.resolve(out)));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private static double[][] iris() throws IOException {
        List<String> species = List.of("setosa", "versicolor", "virginica");
        List<String> lines = Files.readAllLines(Cli.data("iris.csv"));
        double[][] rows = new double[lines.size() - 1][];
        for (int n = 0; n < rows.length; n++) {
            String[] cells = lines.get(n + 1).split(",", -1);
            rows[n] = new double[] {
                Double.parseDouble(cells[0]),
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                Double.parseDouble(cells[3]),
                species.indexOf(cells[4])
            };
        }
        return rows;
    }

    /** The model on the scale of the data; its priors are on the standardized scale. */
    private record Model(
            double[][] rows, double[] mean, double[] sd, boolean intercept, double m, double s, double s0) {
        static Model of(double[][] rows, boolean standardize, boolean intercept, double m, double s, double s0) {
            int k = rows[0].length - 1;
            double[] mean = new double[k];
            double[] sd = new double[k];
            for (int j = 0; j < k; j++) {
                for (double[] row : rows) {
                    mean[j] += standardize && intercept ? row[j] / rows.length : 0;
                }
                double average = 0;
                for (double[] row : rows) {
                    average += row[j] / rows.length;
                }
                for (double[] row : rows) {
                    sd[j] += (row[j] - average) * (row[j] - average) / rows.length;
                }
                sd[j] = standardize ? Math.sqrt(sd[j]) : 1;
            }
            return new Model(rows, mean, sd, intercept, m, s, s0);
        }

        double logJoint(double[] z) {
            int k = mean.length + (intercept ? 1 : 0);
            int first = intercept ? 1 : 0;
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                double b0 = intercept ? z[c * k] : 0;
                for (int j = 0; j < mean.length; j++) {
                    double beta = z[c * k + first + j];
                    sum += logNormal(beta * sd[j], m, s) + Math.log(sd[j]); // the Jacobian of the scale
                    b0 += beta * mean[j];
                }
                sum += intercept ? logNormal(b0, m, s0) : 0;
            }
            double[] score = new double[3];
            for (double[] row : rows) {
                for (int c = 0; c < 3; c++) {
                    score[c] = intercept ? z[c * k] : 0;
                    for (int j = 0; j < mean.length; j++) {
                        score[c] += z[c * k + first + j] * row[j];
                    }
                }
                double most = Math.max(score[0], Math.max(score[1], score[2]));
                double total = Math.exp(score[0] - most) + Math.exp(score[1] - most) + Math.exp(score[2] - most);
                sum += score[(int) row[mean.length]] - most - Math.log(total);
            }
            return sum;
        }

        private static double logNormal(double x, double m, double s) {
            return -0.5 * (x - m) * (x - m) / (s * s) - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
        }
    }

    /**
     * Importance sampling from the fitted q, all in float64: draws of the posterior in {@code fit.json}, weighted by the model
     * written out above. The evidence must agree within the errors of both (4.5 of them: by chance once in 150,000), means
     * within what a verdict promises (0.1 sd if good, 0.3 if usable) and 4.5 errors of the weighted mean, 1/√(effective size).
     */
    @ParameterizedTest
    @CsvSource({
        "--seed=1, true, true, 0, 2.5, 2.5",
        "--prior-mean=1 --prior-sd=1.5 --intercept-prior-sd=6, true, true, 1, 1.5, 6",
        "--prior-sd=0.5 --intercept-prior-sd=0.2 --no-standardize, false, true, 0, 0.5, 0.2",
        "--no-intercept --prior-sd=1, true, false, 0, 1, 1",
    })
    void thePosteriorIsThatOfTheModelInFloat64(
            String options, boolean standardize, boolean intercept, double m, double s, double s0) throws IOException {
        List<Object> args = new ArrayList<>(List.of("--data", Cli.data("iris.csv"), "--target", "species", "--quiet"));
        args.addAll(List.of(options.split(" ")));
        Cli.Outcome outcome = fit("o", args.toArray());
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isLessThan(2);
        FitResult fit = FitJson.read(folder.resolve("o/fit.json"));
        Model model = Model.of(iris(), standardize, intercept, m, s, s0);
        double[][] draws = fit.posterior().draws(new Key(99), DRAWS);
        double[] logWeights = new double[DRAWS];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < DRAWS; i++) {
            logWeights[i] = model.logJoint(draws[i]) - fit.posterior().logDensity(draws[i]);
            most = Math.max(most, logWeights[i]);
        }
        double sum = 0;
        double squares = 0;
        double[] means = new double[draws[0].length];
        for (int i = 0; i < DRAWS; i++) {
            double weight = Math.exp(logWeights[i] - most);
            sum += weight;
            squares += weight * weight;
            for (int d = 0; d < means.length; d++) {
                means[d] += weight * draws[i][d];
            }
        }
        double effective = sum * sum / squares;
        double evidence = most + Math.log(sum / DRAWS);
        double error = Math.hypot(
                Math.sqrt(1 / effective - 1.0 / DRAWS), fit.logEvidence().standardError());
        assertThat(fit.logEvidence().value()).as(fit.toString()).isCloseTo(evidence, within(4.5 * error + 1e-4));
        double promised = switch (fit.verdict()) {
            case GOOD -> 0.1;
            case USABLE -> 0.3;
            case DO_NOT_TRUST -> Double.NaN; // and the comparison fails
        };
        for (int d = 0; d < means.length; d++) {
            double sd = fit.posterior().standardDeviation(d);
            assertThat(Math.abs(means[d] / sum - fit.posterior().mean(d)) / sd)
                    .as(fit.parameterNames().get(d))
                    .isLessThan(promised + 4.5 / Math.sqrt(effective));
        }
    }

    @Test
    void irisIsToldInFull() throws IOException {
        Cli.Outcome outcome = fit("o", "--data", Cli.data("iris.csv"), "--target", "species");
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.err()).contains("note: species: the classes are setosa, versicolor, virginica");
        assertThat(outcome.out())
                .containsPattern(
                        "Bayesian categorical regression of species, 150 rows of iris.csv, mixture of \\d Gaussians")
                .containsPattern("(?m)^intercept \\(setosa\\) ")
                .containsPattern("(?m)^petal_length \\(virginica\\) ");
        SavedFit saved = FitJson.open(folder.resolve("o/fit.json"));
        assertThat(saved.model()).isEqualTo("categorical");
        assertThat(saved.fit().parameterNames())
                .hasSize(15)
                .startsWith("intercept (setosa)", "sepal_length (setosa)")
                .endsWith("petal_length (virginica)", "petal_width (virginica)");
        assertThat(saved.data().codings())
                .singleElement()
                .hasToString("Coding[column=species, values=[setosa, versicolor, virginica], kind=CLASSES]");
        assertThat(saved.data().units()).hasSize(12).doesNotContainKey("intercept (setosa)");
        String html = Files.readString(folder.resolve("o/report.html"));
        assertThat(html)
                .contains("Bayesian categorical regression of species", "The scores of two classes differ by the log")
                .contains("effect on the class&#39;s score of one sd of the column", "petal_width (versicolor)");
    }

    @ParameterizedTest
    @CsvSource({
        "--batch 30 --steps 600",
        "--family mean-field --steps 600",
        "--gradient score --steps 200",
        "--optimizer robbins-monro --steps 200"
    })
    void everyOptionOfAFitIsHeeded(String options) {
        List<Object> args = new ArrayList<>(List.of("--data", Cli.data("iris.csv"), "--target", "species", "--json"));
        args.addAll(List.of(options.split(" ")));
        Cli.Outcome outcome = fit("o", args.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        assertThat(outcome.out()).startsWith("{\"model\":\"categorical\",\"method\":\"sgvi\",");
    }

    @Test
    void numbersAreClassesInTheirOrder() throws IOException {
        Path file = Cli.file(folder, "n.csv", "x,y\n" + "1,10\n2,9\n4,-1\n2,10\n1,9\n3,-1\n".repeat(5));
        Cli.Outcome outcome = fit("o", "--data", file, "--target", "y", "--steps", 50);
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        assertThat(outcome.err()).contains("y: the classes are -1, 9, 10");
        assertThat(outcome.out()).containsPattern("(?m)^x \\(-1\\) ");
    }

    private void refused(String content, String... words) {
        Path file = Cli.file(folder, "bad.csv", content);
        Cli.Outcome outcome = fit("o", "--data", file, "--target", "y");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains(words);
    }

    @Test
    void whatHasNoThreeClassesIsRefused() {
        refused("x,y\n1,a\n2,b\n3,a\n", "target column \"y\" has two values (a and b)", "use: elbo4j fit logistic");
        refused("x,y\n1,a\n2,a\n3,a\n", "is constant (a in every row)");
        refused("x,y\n1,0\n2,1\n3,\n", "missing");
        StringBuilder many = new StringBuilder("x,y\n");
        for (int n = 0; n < 51; n++) {
            many.append(n * n).append(',').append(n / 2.0).append('\n');
        }
        refused(many.toString(), "51 different values", "at most 50 classes", "use: elbo4j fit linear");
        refused("a,a (b),y\n1,2,b) (c\n2,1,c\n3,5,d\n4,2,b) (c\n", "two parameters would be named");
    }

    @Test
    void theOtherModelsPointHere() {
        Path file = Cli.file(folder, "c.csv", "x,y\n1,a\n2,b\n3,c\n");
        for (String model : List.of("logistic", "linear")) {
            Cli.Outcome outcome = Cli.run("fit", model, "--data", file, "--target", "y");
            assertThat(outcome.exit()).isEqualTo(2);
            assertThat(outcome.err()).as(model).contains("elbo4j fit categorical");
        }
        Path numbers = Cli.file(folder, "n.csv", "x,y\n1,0\n2,1\n3,2\n");
        assertThat(Cli.run("fit", "logistic", "--data", numbers, "--target", "y")
                        .err())
                .contains("For more classes use: elbo4j fit categorical", "For a quantity use: elbo4j fit linear");
    }
}
