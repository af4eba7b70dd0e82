package io.github.elbo4j.bench;

import com.sun.management.OperatingSystemMXBean;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.works.Machine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Megabytes a second at which a CSV file becomes a table, for numbers of several notations; {@code bench/reading} runs it. The files
 * are in the memory of the system by then.
 */
public final class Reading {
    private static final int ROUNDS = 9;
    private static final int COLUMNS = 20;
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    private Reading() {}

    /** How the numbers of a file are written. */
    private enum Notation {
        FIVE_DECIMALS("5 decimals"),
        ALL_DIGITS("17 digits"),
        EXPONENTS("exponents"),
        WHOLE_NUMBERS("whole numbers");

        private final String words;

        Notation(String words) {
            this.words = words;
        }

        String cell(Random random) {
            double value = random.nextGaussian();
            return switch (this) {
                case FIVE_DECIMALS -> String.valueOf(Math.rint(value * 1e5) / 1e5);
                case ALL_DIGITS -> String.valueOf(value);
                case EXPONENTS -> String.format(Locale.ROOT, "%.6e", value * Math.pow(10, random.nextInt(16) - 8));
                case WHOLE_NUMBERS -> String.valueOf((int) (1000 * value));
            };
        }

        /** The file, written if it is not there. */
        Path file(Path folder, int rows) throws IOException {
            Path file = folder.resolve("reading-" + name().toLowerCase(Locale.ROOT) + "-" + rows + ".csv");
            if (Files.exists(file)) {
                return file;
            }
            Files.createDirectories(folder);
            Random random = new Random(1);
            try (BufferedWriter to = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
                to.write(
                        IntStream.rangeClosed(1, COLUMNS).mapToObj(c -> "x" + c).collect(Collectors.joining(",")));
                for (int row = 0; row < rows; row++) {
                    for (int c = 0; c < COLUMNS; c++) {
                        to.write(c == 0 ? '\n' : ',');
                        to.write(cell(random));
                    }
                }
                to.write('\n');
            }
            return file;
        }
    }

    /** Seconds of a round, and those that all threads computed. */
    private record Round(double seconds, double computed) {
        static Round of(Path file) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long computed = system.getProcessCpuTime();
            long begun = System.nanoTime();
            CsvTable.read(file, '.');
            return new Round((System.nanoTime() - begun) / GIGA, (system.getProcessCpuTime() - computed) / GIGA);
        }
    }

    /** Arguments: {@code --home FOLDER [--rows N]}. */
    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[1]);
        int rows = args.length > 3 ? Integer.parseInt(args[3]) : 1_000_000;
        System.out.println(Machine.here().cpu() + ", " + Runtime.getRuntime().availableProcessors() + " cores, JDK "
                + Runtime.version() + ", " + rows + " rows x " + COLUMNS);
        for (Notation notation : Notation.values()) {
            Path file = notation.file(home.resolve("target"), rows);
            double megabytes = Files.size(file) / MEGA;
            double first = Round.of(file).seconds;
            Round[] rounds =
                    IntStream.range(0, ROUNDS).mapToObj(r -> Round.of(file)).toArray(Round[]::new);
            double[] seconds =
                    Arrays.stream(rounds).mapToDouble(Round::seconds).sorted().toArray();
            double[] computed =
                    Arrays.stream(rounds).mapToDouble(Round::computed).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %4.0f MB  first %4.0f MB/s, then %4.0f (%4.0f to %4.0f); %.2f s of all cores%n",
                    notation.words,
                    megabytes,
                    megabytes / first,
                    megabytes / seconds[ROUNDS / 2],
                    megabytes / seconds[ROUNDS - 1],
                    megabytes / seconds[0],
                    computed[ROUNDS / 2]);
        }
    }
}
