package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bayesian networks from the command line; fits are short, since what is shown does not depend on how good they are. */
class NetworkTest {
    @TempDir
    Path folder;

    private Path wave() {
        StringBuilder csv = new StringBuilder("t,height\n");
        SplittableRandom random = new SplittableRandom(1);
        for (int n = 0; n < 40; n++) {
            double t = 10 + n;
            csv.append(t)
                    .append(',')
                    .append(100 + 20 * Math.sin(t / 5) + random.nextGaussian())
                    .append('\n');
        }
        return Cli.file(folder, "wave.csv", csv.toString());
    }

    private Cli.Outcome fit(String out, Path data, Object... more) {
        List<Object> args = new ArrayList<>(List.of(
                "fit",
                "network",
                "--data",
                data,
                "--steps",
                60,
                "--draws",
                8,
                "--evaluation-draws",
                200,
                "--out",
                folder.resolve(out)));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    private List<String[]> predict(String fit, Path data) throws IOException {
        Cli.Outcome outcome = Cli.run(
                "predict", "--fit", folder.resolve(fit), "--data", data, "--out", folder.resolve("p"), "--quiet");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        return Files.readAllLines(folder.resolve("p/predictions.csv")).stream()
                .map(line -> line.split(",", -1))
                .toList();
    }

    /** Its ELBO is of the same data as that of the other method, from which it differs by the noise of both and the optima they stop near. */
    @Test
    void noiseMayBeDrawnAtTheUnits() throws IOException {
        Path data = wave();
        Object[] local = {
            "fit",
            "network",
            "--data",
            data,
            "--target",
            "height",
            "--hidden",
            "1",
            "--quiet",
            "--method",
            "local-reparameterization",
            "--draws",
            2,
            "--batch",
            20,
            "--learning-rate",
            0.03,
            "--out",
            folder.resolve("u")
        };
        Cli.Outcome outcome = Cli.run(
                Stream.concat(Arrays.stream(local), Stream.of("--steps", 3000)).toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        FitResult fit = FitJson.open(folder.resolve("u/fit.json")).fit();
        assertThat(fit.method()).isEqualTo("local-reparameterization");
        assertThat(outcome.out()).contains("Use --method sgvi --family full-rank");
        assertThat(fit.settings())
                .containsEntry("steps", 3000L)
                .containsEntry("batch", 20L)
                .containsEntry("draws", 2L)
                .containsEntry("learningRate", 0.03);
        Cli.run(
                "fit",
                "network",
                "--data",
                data,
                "--target",
                "height",
                "--hidden",
                "1",
                "--quiet",
                "--out",
                folder.resolve("s"));
        double other = FitJson.open(folder.resolve("s/fit.json")).fit().elbo().value();
        assertThat(fit.elbo().value()).isCloseTo(other, within(1.0));
        assertThat(predict("u", data)).hasSize(41);

        Cli.Outcome refused = Cli.run(Stream.concat(Arrays.stream(local), Stream.of("--tolerance", 0.1))
                .toArray());
        assertThat(refused.err()).contains("--tolerance is for --method sgvi");
        Path two = Cli.file(folder, "two.csv", "x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n");
        Cli.Outcome none = Cli.run(
                "fit",
                "logistic",
                "--data",
                two,
                "--target",
                "y",
                "--method",
                "local-reparameterization",
                "--out",
                folder.resolve("l"));
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).contains("units of a neural network, which this model is not");
    }

    /**
     * Against the network of fit.json, written out here, by 20,000 draws of its own: of 2,000 draws a mean is within 4.9·sd/√2000 of it, an
     * sd within 4.9·sd/√1000 (the function's distribution is near normal, of which an sd has the standard error sd/√(2·2000); twice that
     * for its tails): by chance once in a million each.
     */
    @Test
    void predictionsAreThoseOfTheFittedNetwork() throws IOException {
        Cli.Outcome outcome = fit("w", wave(), "--target", "height", "--hidden", "3", "--quiet");
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        List<String[]> rows = predict("w", Cli.file(folder, "new.csv", "t\n20.5\n55\n"));
        assertThat(rows.get(0))
                .containsExactly(
                        "row", "mean", "meanError", "sd", "q05", "q25", "q50", "q75", "q95", "sdWeights", "sdNoise");

        SavedFit saved = FitJson.open(folder.resolve("w/fit.json"));
        DataSource.Scale t = Objects.requireNonNull(saved.data()).scales().get("t");
        DataSource.Scale height = saved.data().scales().get("height");
        assertThat(t.mean()).isCloseTo(29.5, within(1e-12));
        double[][] z = saved.fit().posterior().draws(new Key(77), 20_000);
        for (int row = 1; row <= 2; row++) {
            double x = ((row == 1 ? 20.5 : 55) - t.mean()) / t.sd();
            double sum = 0;
            double squares = 0;
            double noise = 0;
            for (double[] w : z) {
                double f = 2 * w[9]; // prior sd 2, in which weights are
                for (int j = 0; j < 3; j++) {
                    f += 2 / Math.sqrt(3) * w[6 + j] * Math.tanh(2 * w[j] * x + 2 * w[3 + j]);
                }
                sum += f;
                squares += f * f;
                noise += Math.exp(2 * w[10]);
            }
            double mean = sum / z.length;
            double ofWeights = height.sd() * Math.sqrt(squares / z.length - mean * mean);
            double ofNoise = height.sd() * Math.sqrt(noise / z.length);
            double sd = Math.hypot(ofWeights, ofNoise);
            String[] cells = rows.get(row);
            assertThat(Double.parseDouble(cells[1]))
                    .isCloseTo(height.mean() + height.sd() * mean, within(4.9 * sd / Math.sqrt(2000)));
            assertThat(Double.parseDouble(cells[3])).isCloseTo(sd, within(4.9 * sd / Math.sqrt(1000)));
            assertThat(Double.parseDouble(cells[9])).isCloseTo(ofWeights, within(4.9 * ofWeights / Math.sqrt(1000)));
            assertThat(Double.parseDouble(cells[10])).isCloseTo(ofNoise, within(4.9 * ofNoise / Math.sqrt(1000)));
        }
    }

    @Test
    void wordsAndTwoNumbersAreClasses() throws IOException {
        assertThat(fit("i", Cli.data("iris.csv"), "--target", "species", "--hidden", "4")
                        .exit())
                .isLessThan(2);
        List<String[]> iris = predict("i", Cli.data("iris.csv"));
        assertThat(iris.get(0))
                .containsExactly(
                        "row",
                        "p(setosa)",
                        "p(versicolor)",
                        "p(virginica)",
                        "observed",
                        "logDensity",
                        "logDensityError");
        double sum = 0;
        for (int k = 1; k <= 3; k++) {
            sum += Double.parseDouble(iris.get(150)[k]);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(iris.get(150)[4]).isEqualTo("virginica");

        assertThat(fit("p", Cli.data("pima.csv"), "--target", "type", "--activation", "relu")
                        .exit())
                .isLessThan(2);
        assertThat(predict("p", Cli.data("pima.csv")).get(0)).contains("p(0)", "p(1)");
        // Numbers of three values are numbers, unless they are to be classes.
        Path three = Cli.file(folder, "three.csv", "x,y\n1,0\n2,1\n3,2\n4,0\n5,1\n6,2\n");
        fit("n", three, "--target", "y");
        fit("c", three, "--target", "y", "--classes");
        assertThat(FitJson.open(folder.resolve("n/fit.json")).options()).containsEntry("classes", 0L);
        assertThat(FitJson.open(folder.resolve("c/fit.json")).options()).containsEntry("classes", 3L);
    }

    @Test
    void theReportShowsPredictionsAndLayersNotEachWeight() throws IOException {
        Cli.Outcome outcome = fit("r", wave(), "--target", "height", "--hidden", "15,15");
        String page = Files.readString(folder.resolve("r/report.html"));
        assertThat(page)
                .contains(
                        "Predicted height against t", "<polygon class=\"band", "layer 2, 15 to 15", "too many to draw")
                .doesNotContain("weights 2[7,7]");
        assertThat(outcome.out()).contains("noise sd", "size of weights 3").doesNotContain("weights 2[7,7]");
        assertThat(Files.readString(folder.resolve("r/fit.json"))).contains("weights 2[7,7]");
        // Several inputs are shown against the truth.
        fit("a", Cli.data("air.csv"), "--target", "ozone", "--hidden", "2");
        assertThat(Files.readString(folder.resolve("a/report.html"))).contains("Predicted against observed ozone");
    }

    @Test
    void rowsThatAreHeldOutAreNotFittedAndJudgeTheFit() throws IOException {
        Cli.Outcome outcome = fit("h", wave(), "--target", "height", "--holdout", "0.25", "--prior-mixture", "0.5,0.1");
        assertThat(outcome.words())
                .contains("10 rows held out: log predictive density a row", "without hidden layers", "difference");
        SavedFit saved = FitJson.open(folder.resolve("h/fit.json"));
        assertThat(Objects.requireNonNull(saved.data()).rows()).isEqualTo(30);
        assertThat(saved.options()).containsEntry("heldOut", 10L).containsEntry("priorShare", 0.5);
        assertThat(Files.readString(folder.resolve("h/report.html"))).contains("Held-out rows, compared");
    }

    @Test
    void aFitGoesOnOnlyAsTheSameNetwork() {
        fit("c", wave(), "--target", "height", "--hidden", "3");
        Path first = folder.resolve("c/fit.json");
        assertThat(fit("d", wave(), "--target", "height", "--hidden", "3", "--continue", first)
                        .exit())
                .isLessThan(2);
        Cli.Outcome other = fit("d", wave(), "--target", "height", "--hidden", "4", "--continue", first);
        assertThat(other.exit()).isEqualTo(2);
        assertThat(other.words()).contains("has hidden 3, but this fit has 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--hidden 0 | --hidden is \"0\", but must be the units of each hidden layer, 1 or more, such as 50,50",
                "--hidden 5,x | --hidden is \"5,x\"",
                "--hidden 5, | --hidden is \"5,\"",
                "--hidden 5000,5000 | weights, but 1,000,000 is the most",
                "--activation sine | --activation is \"sine\", but must be one of tanh, relu, softplus",
                "--prior-sd 0 | --prior-sd is 0.0, but must be a positive number",
                "--prior-mixture 0.5 | --prior-mixture is \"0.5\", but must be a share",
                "--prior-mixture 0.5,9 | must be at most as wide",
                "--holdout 1 | --holdout is 1.0, but must be a share of the rows",
                "--batch 41 | --batch is 41, but 40 rows are fitted",
                "--ignore t | there is no column beside the target",
                "--compare exact | --method exact needs closed-form updates",
            })
    void mistakesAreTold(String options, String message) {
        List<Object> more = new ArrayList<>(List.of("--target", "height"));
        more.addAll(List.of(options.split(" ")));
        Cli.Outcome outcome = fit("m", wave(), more.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.words()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x,y;1,2;2,4;3,NaN | row 3",
                "x,y;1,2;2,4;oops,3 | row 3",
                "x,y;1,a;2,a;3,a | is constant (\"a\" in every row)",
                "x,y;1,2;2,2;3,2 | is constant (2 in every row)",
                "x,y;1,2;2,4;1e39,3 | beyond single precision",
            })
    void dataThatNoNetworkCanBeFittedToAreTold(String csv, String message) {
        Path data = Cli.file(folder, "bad.csv", csv.replace(';', '\n') + "\n");
        Cli.Outcome outcome = fit("b", data, "--target", "y", "--no-standardize");
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.words()).contains(message);
    }
}
