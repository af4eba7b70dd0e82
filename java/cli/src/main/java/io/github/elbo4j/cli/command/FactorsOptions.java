package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.factors.BinaryData;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.factors.FactorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all commands take that fit binary factors: the rows, the model, and how it is trained. */
final class FactorsOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The rows: a header row that names the columns, then 0 or 1. Comma, semicolon, tab or bar; gzip too.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(names = "--factors", paramLabel = "D", description = "How many factors. Default: 10.")
    int factors = 10;

    @Option(names = "--model", paramLabel = "NAME", description = "sigmoid or noisy-or. Default: sigmoid.")
    private String model = "sigmoid";

    @Option(
            names = "--threshold",
            paramLabel = "T",
            description = "Makes columns binary: 1 above T, else 0. Without it every value must be 0 or 1.")
    @Nullable
    Double threshold;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            description = "Units of the encoder's hidden layer; 0 for a linear encoder. Default: 0.")
    private int hidden;

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a step. Default: 100.")
    int batch = 100;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of Adam. Default: 3,000.")
    private int steps = 3000;

    @Option(names = "--rate", paramLabel = "R", description = "The learning rate at the start. Default: 0.03.")
    private double rate = 0.03;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description = "Columns to leave out. Without it every column counts.")
    List<String> ignore = new ArrayList<>();

    @Mixin
    final TableOptions cells = new TableOptions();

    /**
     * The settings of a fit.
     *
     * @param more sets what the command has besides
     */
    BinaryFactorAnalysis.Builder settings(
            CommandLine command, long seed, UnaryOperator<BinaryFactorAnalysis.Builder> more) {
        OptionChecks.atLeastOne(command, "--factors", factors);
        OptionChecks.atLeastOne(command, "--batch", batch);
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.positive(command, "--rate", rate);
        cells.decimal(command);
        cells.dropMissing(command);
        BinaryFactorAnalysis.Builder settings = BinaryFactorAnalysis.of(
                OptionChecks.oneOf(command, "--model", model, OptionChecks.names(FactorModel.values())), factors);
        try {
            more.apply(settings.hidden(hidden)
                            .batch(batch)
                            .steps(steps)
                            .rate(rate)
                            .seed(seed))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--" + e.getMessage(), e);
        }
        return settings;
    }

    /** The table; the caller closes it. */
    NumberRows read(CommandLine command, Supplier<Path> folder) {
        return cells.allBut(ignore, command, data, folder);
    }

    /** Its rows, all of them zeros and ones. */
    BinaryData binary(NumberRows table) {
        double[] values =
                new double[Math.multiplyExact(table.rows(), table.columns().size())];
        table.read(0, table.rows(), values);
        try {
            Double above = threshold;
            return above == null
                    ? BinaryData.of(table.columns(), values)
                    : BinaryData.above(above, table.columns(), values);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    table.file() + ": " + e.getMessage()
                            + " (--threshold T: 1 above T, else 0; --ignore leaves a column out)",
                    e);
        }
    }

    /** Fits, and shows how far it is unless that is not wanted. */
    FactorFit fit(
            BinaryFactorAnalysis.Builder settings,
            Device device,
            BinaryData rows,
            Console console,
            Interruption interruption) {
        boolean silent = console.isSilent();
        try (ProgressView progress =
                new ProgressView(console.err(), silent, silent ? 0 : Terminal.columns(), settings.steps())) {
            return settings.cancelled(interruption).listener(progress).build().fit(device, rows);
        } catch (IllegalArgumentException e) {
            throw new InputException(data.getFileName() + ": " + e.getMessage(), e);
        } catch (CancellationException e) {
            throw new InputException("stopped in the middle of the fit; nothing was written", e);
        }
    }
}
