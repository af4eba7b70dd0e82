package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.mixture.Covariances;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.words.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all commands take that fit mixtures: the rows, and how these are fitted. */
final class MixtureOptions {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:(?:\\.\\.|-)(\\d{1,6}))?");

    private long lastLine = System.nanoTime();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The rows: a header row that names the columns, then numbers. Comma, semicolon, tab or bar; gzip too. Or a"
                            + " NumPy array in a .npy file; its columns are x1, x2, … Neither need fit into memory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(
            names = "--components",
            paramLabel = "K|K..L",
            description = "How many components: a number, or every number of a range. Default: 1..9.")
    private String components = "1..9";

    @Option(
            names = "--covariance",
            paramLabel = "NAME",
            description =
                    "full: any covariance, each component its own. diagonal: a variance for each column. Default: full.")
    private String covariance = "full";

    @Option(names = "--restarts", paramLabel = "N", description = "Starts for each number of components. Default: 8.")
    private int restarts = 8;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description = "Columns to leave out. Without it every column counts.")
    List<String> ignore = new ArrayList<>();

    @Mixin
    final TableOptions cells = new TableOptions();

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            description = "A start has settled when it has less than so many nats to gain. Default: 0.001.")
    private double tolerance = 0.001;

    @Option(names = "--steps", paramLabel = "N", description = "At most so many sweeps. Default: 1,000.")
    private int steps = 1000;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description =
                    "What rows and responsibilities may take on the device, in MiB; more rows come in waves. Default: 512.")
    int memory = 512;

    void validate(CommandLine command) {
        OptionChecks.atLeastOne(command, "--restarts", restarts);
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.atLeastOne(command, "--memory", memory);
        OptionChecks.positive(command, "--tolerance", tolerance);
        cells.decimal(command);
        cells.dropMissing(command);
    }

    /** With these settings, but for what stops the fit and what is told of it. */
    GaussianMixtures.Builder settings(CommandLine command, GaussianMixtures.Builder method, long seed) {
        Matcher range = RANGE.matcher(components);
        if (!range.matches()) {
            throw new ParameterException(
                    command, "--components is " + components + ", but must be a number or a range such as 1..9");
        }
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
        if (from < 1 || to < from) {
            throw new ParameterException(
                    command, "--components is " + components + ", but must be 1 or more, and a range must increase");
        }
        Map<String, Covariances> covariances = new LinkedHashMap<>();
        covariances.put("full", Covariances.FULL);
        covariances.put("diagonal", Covariances.DIAGONAL);
        return method.components(from, to)
                .covariances(OptionChecks.oneOf(command, "--covariance", covariance, covariances))
                .restarts(restarts)
                .tolerance(tolerance)
                .maxSweeps(steps)
                .memory((long) memory << 20)
                .seed(seed);
    }

    /** The rows; the caller closes them. */
    NumberRows read(CommandLine command, Supplier<Path> folder) {
        return cells.allBut(ignore, command, data, folder);
    }

    static MixtureData data(NumberRows table) {
        try {
            return new MixtureData(table.columns(), table.rows(), table);
        } catch (IllegalArgumentException e) {
            throw new InputException(table.file() + ": " + e.getMessage() + " (--ignore leaves a column out)", e);
        }
    }

    /** Fits, and tells how far it is unless that is not wanted. */
    List<MixtureFit> fits(
            GaussianMixtures.Builder settings,
            Device device,
            MixtureData rows,
            Console console,
            Interruption interruption) {
        try {
            return settings.cancelled(interruption)
                    .listener(progress -> {
                        if (!console.isSilent() && System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
                            lastLine = System.nanoTime();
                            console.err()
                                    .println("sweep " + Numbers.grouped(progress.step()) + " of at most "
                                            + Numbers.grouped(progress.maxSteps()) + "  objective "
                                            + Numbers.significant(progress.elbo(), 8));
                        }
                    })
                    .build()
                    .fits(device, rows);
        } catch (IllegalArgumentException e) {
            throw new InputException(data.getFileName() + ": " + e.getMessage(), e);
        } catch (CancellationException e) {
            throw new InputException("stopped before the first sweep ended; nothing was written", e);
        }
    }
}
