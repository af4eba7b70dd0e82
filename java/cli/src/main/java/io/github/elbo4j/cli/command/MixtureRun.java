package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberTable;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.view.MixtureView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.MixtureReport;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;

/** A mixture from the command line: reads the table, fits, assigns, writes and prints. */
final class MixtureRun {
    /** Rows in the picture: more would only hide each other. */
    private static final int MOST_DRAWN = 2000;

    private static final long LINE_EVERY_NANOS = 5_000_000_000L;

    private final CommandLine command;
    private final MixtureCommand options;
    private final GaussianMixtures.Builder settings;
    private final PrintWriter out;
    private final PrintWriter err;
    private long lastLine = System.nanoTime();

    MixtureRun(CommandLine command, MixtureCommand options, GaussianMixtures.Builder settings) {
        this.command = command;
        this.options = options;
        this.settings = settings;
        this.out = command.getOut();
        this.err = command.getErr();
    }

    /** Fits; returns the exit code. */
    int call(char decimal, boolean dropMissing) {
        NumberTable table =
                NumberTable.of(CsvTable.read(options.data, decimal), options.ignore, dropMissing, "a mixture is");
        int[] drawn = drawn(table);
        MixtureData data = data(table);
        Devices.Choice choice = options.run.open(
                command, (long) table.rows().length * table.columns().size());
        try (Device device = choice.device();
                Interruption interruption = new Interruption(err::println)) {
            Path folder = OutputFolder.open(
                    options.run.out == null
                            ? Path.of("elbo4j-fit-" + OptionChecks.stem(options.data))
                            : options.run.out);
            List<MixtureFit> fits = fits(device, data, interruption);
            interruption.fitEnded();
            MixtureFit best = GaussianMixtures.best(fits);
            MixtureReport report = MixtureReport.of(fits, best)
                    .about(new DataSource(
                            table.file(),
                            table.sha256(),
                            table.rows().length,
                            "",
                            table.columns(),
                            table.droppedRows(),
                            List.of(),
                            table.notes(),
                            Map.of()))
                    .device(choice.device().description(), choice.reason())
                    .command(new Console(command, options.run.isSilent()).commandLine());
            List<Path> written = write(folder, device, table, data, report, drawn);
            if (options.run.json) {
                out.print(report.line());
            } else {
                new MixtureView(report, Terminal.width()).print(out, written);
            }
            out.flush();
            if (written.isEmpty()) {
                return Exit.BROKEN;
            }
            return interruption.exitCode() != 0
                    ? interruption.exitCode()
                    : best.result().verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
        }
    }

    private MixtureData data(NumberTable table) {
        try {
            return MixtureData.of(table.columns(), table.values());
        } catch (IllegalArgumentException e) {
            throw refusal(table, e);
        }
    }

    private List<MixtureFit> fits(Device device, MixtureData data, Interruption interruption) {
        try {
            return MixtureCommand.observed(settings, interruption, progress -> {
                        if (!options.run.isSilent() && System.nanoTime() - lastLine >= LINE_EVERY_NANOS) {
                            lastLine = System.nanoTime();
                            err.println("sweep " + Numbers.grouped(progress.step()) + " of at most "
                                    + Numbers.grouped(progress.maxSteps()) + "  objective "
                                    + Numbers.significant(progress.elbo(), 8));
                        }
                    })
                    .fits(device, data);
        } catch (IllegalArgumentException e) {
            throw new InputException(options.data.getFileName() + ": " + e.getMessage(), e);
        } catch (CancellationException e) {
            throw new InputException("stopped before the first sweep ended; nothing was written", e);
        }
    }

    private static InputException refusal(NumberTable table, IllegalArgumentException e) {
        return new InputException(table.file() + ": " + e.getMessage() + " (--ignore leaves a column out)", e);
    }

    /** The columns of the picture that were asked for; empty if none were. */
    private int[] drawn(NumberTable table) {
        return options.picture.stream()
                .mapToInt(name -> {
                    int at = table.columns().indexOf(name);
                    if (at < 0) {
                        throw new InputException("--picture: " + Text.quote(name) + " is not among the columns that are"
                                + " fitted: " + String.join(", ", table.columns()));
                    }
                    return at;
                })
                .toArray();
    }

    /** Writes what was asked for; returns where it is: nowhere if it could not be written. */
    private List<Path> write(
            Path folder, Device device, NumberTable table, MixtureData data, MixtureReport report, int[] drawn) {
        int rows = table.rows().length;
        int[] columns = drawn.length == 2 ? drawn : apart(report.best().mixture(), data);
        int every = (rows + MOST_DRAWN - 1) / MOST_DRAWN;
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        List<Integer> components = new ArrayList<>();
        Path assignments = folder.resolve("assignments.csv");
        try {
            BufferedWriter csv = options.assign ? Files.newBufferedWriter(assignments) : null;
            try (csv) {
                if (csv != null) {
                    csv.write("row,component,probability\n");
                }
                report.best().assign(device, data, (long) options.memory << 20, (row, component, probability) -> {
                    int n = (int) row;
                    if (n % every == 0) {
                        int o = n * table.columns().size();
                        x.add(table.values()[o + columns[0]]);
                        y.add(table.values()[o + columns[1]]);
                        components.add(component);
                    }
                    if (csv != null) {
                        line(csv, table.rows()[n], component, probability);
                    }
                });
            }
            List<Path> written =
                    new ArrayList<>(report.picture(new MixtureReport.Picture(columns[0], columns[1], x, y, components))
                            .write(folder));
            if (options.assign) {
                written.add(assignments);
            }
            return written;
        } catch (IOException | UncheckedIOException e) {
            String reason = e instanceof IOException io ? CsvTable.reason(io) : String.valueOf(e.getMessage());
            // The fit is done: its result still goes to the terminal.
            err.println("elbo4j: " + Words.plain("cannot write the results: " + reason));
            return List.of();
        }
    }

    private static void line(BufferedWriter csv, int row, int component, double probability) {
        try {
            csv.write(row + "," + (component + 1) + "," + String.format(Locale.ROOT, "%.6f", probability) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The two columns in which the means lie farthest apart, in standard deviations of all rows; one twice if there is one. */
    private static int[] apart(GaussianMixture mixture, MixtureData data) {
        int dims = mixture.dimensions();
        double[] apart = new double[dims];
        for (int i = 0; i < dims; i++) {
            for (int k = 0; k < mixture.components(); k++) {
                double far = (mixture.mean(k)[i] - data.centre()[i]) / data.scale()[i];
                apart[i] += mixture.weight(k) * far * far;
            }
        }
        int first = 0;
        for (int i = 1; i < dims; i++) {
            first = apart[i] > apart[first] ? i : first;
        }
        int second = first == 0 ? Math.min(1, dims - 1) : 0;
        for (int i = 0; i < dims; i++) {
            second = i != first && apart[i] > apart[second] ? i : second;
        }
        return new int[] {Math.min(first, second), Math.max(first, second)};
    }
}
