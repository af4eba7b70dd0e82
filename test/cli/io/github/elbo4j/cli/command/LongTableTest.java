package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Main;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of many rows: how often the command holds them. */
class LongTableTest {
    private static final int ROWS = 150_000;
    private static final int COLUMNS = 40;
    /** Java itself, the blocks in which a file is read, and the predictors of 32 draws in float32. */
    private static final int BASE_MEGABYTES = 48;

    @TempDir
    Path folder;

    private Path table() throws IOException {
        Path file = folder.resolve("long.csv");
        SplittableRandom random = new SplittableRandom(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("y");
            for (int c = 0; c < COLUMNS; c++) {
                out.write(",c" + c);
            }
            StringBuilder row = new StringBuilder();
            for (int n = 0; n < ROWS; n++) {
                row.setLength(0);
                row.append('\n').append(n % 2);
                for (int c = 0; c < COLUMNS; c++) {
                    row.append(',').append(random.nextInt(1000));
                }
                out.append(row);
            }
        }
        return file;
    }

    /**
     * The heap holds three times the matrix in float64: the columns as they are read, the rows that are fitted, and the same on the
     * device in float32. The serial collector, since others leave parts of their regions empty behind large arrays.
     */
    @Test
    void aFitTakesNoMoreThanThreeTimesTheMatrix() throws IOException, InterruptedException {
        int megabytes = 3 * (ROWS * COLUMNS * Double.BYTES / 1_000_000) + BASE_MEGABYTES;
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + megabytes + "m",
                        "-Xmn24m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "fit",
                        "logistic",
                        "--data",
                        table().toString(),
                        "--target",
                        "y",
                        "--optimizer",
                        "robbins-monro",
                        "--steps",
                        "2",
                        "--evaluation-draws",
                        "32",
                        "--device",
                        "scalar",
                        "--quiet",
                        "--out",
                        folder.resolve("f").toString()))
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isEqualTo(1); // two steps are too few
        assertThat(Files.readString(folder.resolve("f/fit.json"))).contains("\"status\": \"step limit\"");
    }
}
