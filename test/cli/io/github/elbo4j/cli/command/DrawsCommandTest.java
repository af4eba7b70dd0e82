package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawsCommandTest {
    @TempDir
    Path folder;

    private FitResult fit(Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of("fit"));
        all.addAll(List.of(args));
        all.addAll(List.of("--quiet", "--evaluation-draws", 2000, "--seed", 4, "--out", folder.resolve("f")));
        Cli.Outcome outcome = Cli.run(all.toArray());
        assertThat(outcome.exit()).as(outcome.err()).isLessThan(2);
        return FitJson.read(folder.resolve("f/fit.json"));
    }

    private Cli.Outcome draws(Object... more) {
        List<Object> args = new ArrayList<>(List.of("draws", "--fit", folder.resolve("f"), "--draws", 1000));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    /** Without comments, head and mean. */
    private double[][] rows() throws IOException {
        return Files.readAllLines(folder.resolve("f/draws.csv")).stream()
                .filter(line -> line.startsWith("0,"))
                .skip(1)
                .map(line -> Arrays.stream(line.split(","))
                        .mapToDouble(cell -> cell.equals("nan") ? Double.NaN : Double.parseDouble(cell))
                        .toArray())
                .toArray(double[][]::new);
    }

    /**
     * On the scale of the data, the mean of log_p__ − log_g__ is the ELBO of the file, both with errors of sd/√n: the difference is
     * within five of their own, 6e-7 of false alarms.
     */
    private void differencesAreTheElbo(FitResult fit) throws IOException {
        double[][] rows = rows();
        assertThat(rows).hasNumberOfRows(1000);
        double[] apart = Arrays.stream(rows).mapToDouble(row -> row[1] - row[2]).toArray();
        double mean = Arrays.stream(apart).average().orElseThrow();
        double sd = Math.sqrt(
                Arrays.stream(apart).map(d -> (d - mean) * (d - mean)).average().orElseThrow());
        double error = Math.hypot(sd / Math.sqrt(1000), fit.elbo().standardError());
        assertThat(mean).isCloseTo(fit.elbo().value(), within(5 * error));
        assertThat(error).isLessThan(0.1);
    }

    @Test
    void ofARegressionInTheUnitsOfTheData() throws IOException {
        FitResult fit = fit("linear", "--data", Cli.data("air.csv"), "--target", "ozone");
        assertThat(draws("--data", Cli.data("air.csv")).out()).startsWith("wrote 1,000 draws of 5 columns to ");
        double[][] rows = rows();
        double[][] z = fit.posterior().draws(new Key(4).fork("draws"), 1000);
        for (int s = 0; s < 1000; s++) {
            assertThat(Arrays.copyOfRange(rows[s], 3, 8)).containsExactly(z[s]);
        }
        differencesAreTheElbo(fit);
    }

    @Test
    void ofClassesAndGroups() throws IOException {
        differencesAreTheElboOf("categorical", "--data", Cli.data("iris.csv"), "--target", "species");
        differencesAreTheElboOf("linear", "--data", Cli.data("dyestuff.csv"), "--target", "yield", "--group", "batch");
    }

    private void differencesAreTheElboOf(Object... args) throws IOException {
        FitResult fit = fit(args);
        assertThat(draws("--data", args[2]).exit()).isZero();
        differencesAreTheElbo(fit);
    }

    @Test
    void ofAModelOfOnesOwn() throws IOException {
        FitResult fit = fit(Cli.data("Schools.java"), "--data", Cli.data("schools.csv"));
        Cli.Outcome outcome = draws("--data", Cli.data("schools.csv"), "--model", Cli.data("Schools.java"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(Files.readString(folder.resolve("f/draws.csv")))
                .contains("log_g__,mu,tau,theta.1,", "# column theta.8 is theta[H]");
        differencesAreTheElbo(fit);
        assertThat(draws().exit()).isZero(); // without the data, what was fitted
        assertThat(Files.readString(folder.resolve("f/draws.csv"))).contains("log_g__,mu,log_tau,");
        assertThat(rows()[0][1]).isNaN();
        assertThat(draws("--model", Cli.data("Schools.java")).words()).contains("--model needs --data");
        assertThat(draws("--data", Cli.data("air.csv")).words()).contains("is not the file that the fit");
        assertThat(draws("--draws", 0).exit()).isEqualTo(2);
    }
}
