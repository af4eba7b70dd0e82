package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.view.FactorsView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.factors.BinaryData;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.report.FactorReport;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Binary factors from the command line: reads the table, fits, enumerates, writes and prints. */
final class FactorsRun {
    private static final long LINE_EVERY_NANOS = 5_000_000_000L;

    private final CommandLine command;
    private final FactorsCommand options;
    private final BinaryFactorAnalysis.Builder settings;
    private final PrintWriter err;

    FactorsRun(CommandLine command, FactorsCommand options, BinaryFactorAnalysis.Builder settings) {
        this.command = command;
        this.options = options;
        this.settings = settings;
        this.err = command.getErr();
    }

    /** Fits; returns the exit code. */
    int call() {
        try (NumberRows table = options.rows.read(command, this::folder)) {
            return call(table);
        }
    }

    private Path folder() {
        return options.run.folder("fit-" + OptionChecks.stem(options.rows.data));
    }

    private int call(NumberRows table) {
        BinaryData data = options.rows.binary(table);
        Devices.Choice choice =
                options.run.open(command, options.stepSize(table.columns().size()));
        try (Device device = choice.device();
                Interruption interruption = new Interruption(err::println)) {
            Console console = new Console(command, options.run.isSilent());
            Path folder = folder();
            FactorFit fit = options.rows.fit(settings, device, data, console, interruption);
            long began = System.nanoTime();
            Enumeration enumeration = enumeration(device, fit, interruption);
            double seconds = (System.nanoTime() - began) / 1e9;
            interruption.fitEnded();
            String where = device.name() + " (" + choice.device().description() + "): " + choice.reason();
            FactorReport report = new FactorReport(
                    fit, table.source(), options.rows.threshold, enumeration, seconds, where, console.commandLine());
            List<Path> written = Ending.written(console, () -> write(folder, table, data, report));
            console.result(
                    options.run.json,
                    report::line,
                    out -> new FactorsView(report, Terminal.width()).print(out, written));
            return Ending.exit(written, interruption, fit.result().verdict());
        }
    }

    /** Of the first rows that judge the fit; null if none were asked for, or it was interrupted: the fit is still worth writing. */
    private @Nullable Enumeration enumeration(Device device, FactorFit fit, Interruption interruption) {
        int rows = Math.min(options.enumerated(), fit.judged().rows());
        if (rows == 0 || interruption.getAsBoolean()) {
            return null;
        }
        BinaryData first = fit.judged().data().rows(IntStream.range(0, rows).toArray());
        long[] last = {System.nanoTime()};
        long states = 1L << fit.factors().factors();
        try {
            return Enumeration.of(device, fit.factors(), first, interruption, done -> {
                if (!options.run.isSilent() && System.nanoTime() - last[0] >= LINE_EVERY_NANOS) {
                    last[0] = System.nanoTime();
                    err.println(Numbers.grouped(done) + " of " + Numbers.grouped(states) + " states");
                }
            });
        } catch (CancellationException e) {
            return null;
        }
    }

    /** Writes what was asked for. */
    private List<Path> write(Path folder, NumberRows table, BinaryData data, FactorReport report) throws IOException {
        List<Path> written = new ArrayList<>(report.write(folder));
        if (options.encode) {
            written.add(encode(folder, table, data, report.fit().factors()));
        }
        return written;
    }

    private static Path encode(Path folder, NumberRows table, BinaryData data, BinaryFactors factors)
            throws IOException {
        try (WholeCsv csv = new WholeCsv(folder, "factors.csv")) {
            List<String> row = new ArrayList<>(List.of("row"));
            for (int d = 0; d < factors.factors(); d++) {
                row.add("factor" + (d + 1));
            }
            csv.row(row);
            for (int n = 0; n < data.rows(); n++) {
                row.clear();
                row.add(String.valueOf(table.numberInFile(n)));
                for (double q : factors.encode(data.row(n))) {
                    row.add(String.format(Locale.ROOT, "%.4f", q));
                }
                csv.row(row);
            }
            return csv.finish();
        }
    }
}
