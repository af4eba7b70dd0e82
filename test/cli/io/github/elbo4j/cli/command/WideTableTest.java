package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionColumns;
import io.github.elbo4j.cli.data.RegressionInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of many columns: what the command does with them is in proportion to the columns. */
class WideTableTest {
    @TempDir
    Path folder;

    private static String wide(int columns, int rows) {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder("y");
        for (int c = 0; c < columns; c++) {
            text.append(",c").append(c);
        }
        for (int row = 0; row < rows; row++) {
            text.append('\n').append(row % 2);
            for (int c = 0; c < columns; c++) {
                text.append(',').append(random.nextInt(1000));
            }
        }
        return text.append('\n').toString();
    }

    private Cli.Outcome fit(String out, int columns, Object... more) {
        Path file = Cli.file(folder, columns + ".csv", wide(columns, 20));
        List<Object> args = new java.util.ArrayList<>(List.of("fit", "logistic", "--data", file, "--target", "y"));
        args.addAll(List.of("--out", folder.resolve(out), "--steps", 3, "--evaluation-draws", 100));
        args.addAll(List.of(more));
        return Cli.run(args.toArray());
    }

    /** A search of the header for each column would take 10^10 comparisons, minutes; a pass over it takes seconds. */
    @Test
    void aHundredThousandColumnsAreReadInOnePass() {
        int columns = 100_000;
        Path file = Cli.file(folder, "wide.csv", wide(columns, 3));
        RegressionInput input = Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> RegressionInput.of(
                        CsvTable.read(file, '.'),
                        new RegressionColumns("y", List.of("c7"), List.of(), true),
                        Cli.model("logistic")::target,
                        true,
                        true));
        assertThat(input.predictors()).hasSizeGreaterThan(columns - 10).doesNotContain("c7");
    }

    @Test
    void theCovarianceOfManyParametersIsWrittenWhereItIsAskedFor() throws IOException {
        fit("few", 199);
        assertThat(covariances("few")).isEqualTo(200);
        fit("many", 200);
        assertThat(covariances("many")).isZero();
        assertThat(folder.resolve("many/fit.json")).content().contains("\"covariance\": null");
        fit("asked", 200, "--covariance");
        assertThat(covariances("asked")).isEqualTo(201);
        assertThat(fit("json", 200, "--json").out()).contains("\"covariance\":null");
    }

    private long covariances(String out) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(out).resolve("fit.json"));
        int start = lines.indexOf("  \"covariance\": [");
        return start < 0
                ? 0
                : lines.stream()
                        .skip(start + 1)
                        .takeWhile(line -> line.startsWith("    ["))
                        .count();
    }

    @Test
    void fullRankSaysBeforehandWhatItTakes() {
        String words = "note: a full-rank Gaussian of ";
        assertThat(fit("a", 499, "--family", "full-rank").words())
                .contains(words + "500 parameters has 125 k covariances")
                .contains("--family mean-field takes neither");
        assertThat(fit("b", 498, "--family", "full-rank").err()).doesNotContain(words);
        assertThat(fit("c", 499).words())
                .doesNotContain(words)
                .contains("note: 500 parameters: a mean-field Gaussian is fitted, which knows no correlations");
        assertThat(fit("d", 499, "--family", "full-rank", "--quiet").err()).isEmpty();
        assertThat(FullRankCost.words(20_000, 32, 4L << 30))
                .contains("20,000 parameters has 200 M covariances", "GiB, and Java may take 4.0 GiB", "-Xmx");
        assertThat(FullRankCost.words(600, 32, 4L << 30))
                .contains("MiB and on one processor")
                .doesNotContain("-Xmx");
    }

    @Test
    void aWideRowIsRefusedWithItsPlaceAsAnyOther() {
        assertThatThrownBy(() -> CsvTable.read(Cli.file(folder, "r.csv", wide(20_000, 1) + "1,2\n"), '.'))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("row 2 (line 3) has 2 cells, but the header names 20,001 columns");
    }
}
