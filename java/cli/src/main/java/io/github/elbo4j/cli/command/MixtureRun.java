package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.MixtureView;
import io.github.elbo4j.cli.view.ReadingView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.MixtureReport;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    private final PrintWriter err;
    private long lastLine = System.nanoTime();

    MixtureRun(CommandLine command, MixtureCommand options, GaussianMixtures.Builder settings) {
        this.command = command;
        this.options = options;
        this.settings = settings;
        this.err = command.getErr();
    }

    /** Fits; returns the exit code. */
    int call() {
        try (NumberRows table = read()) {
            return call(table);
        }
    }

    private NumberRows read() {
        try (ReadingView view = TableOptions.progress(command, options.data)) {
            return options.cells.rows(command, options.data, view, this::folder).allBut(options.ignore);
        }
    }

    private Path folder() {
        return options.run.folder("fit-" + OptionChecks.stem(options.data));
    }

    private int call(NumberRows table) {
        int[] drawn = drawn(table);
        MixtureData data = data(table);
        Devices.Choice choice =
                options.run.open(command, (long) table.rows() * table.columns().size());
        try (Device device = choice.device();
                Interruption interruption = new Interruption(err::println)) {
            Path folder = folder();
            List<MixtureFit> fits = fits(device, data, interruption);
            interruption.fitEnded();
            MixtureFit best = GaussianMixtures.best(fits);
            MixtureReport report = MixtureReport.of(fits, best)
                    .about(table.source())
                    .device(choice.device().description(), choice.reason())
                    .command(new Console(command, options.run.isSilent()).commandLine());
            Console console = new Console(command, options.run.isSilent());
            List<Path> written = Ending.written(console, () -> write(folder, device, table, data, report, drawn));
            console.result(
                    options.run.json,
                    report::line,
                    out -> new MixtureView(report, Terminal.width()).print(out, written));
            return Ending.exit(written, interruption, best.result().verdict());
        }
    }

    private static MixtureData data(NumberRows table) {
        try {
            return new MixtureData(table.columns(), table.rows(), table);
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

    private static InputException refusal(NumberRows table, IllegalArgumentException e) {
        return new InputException(table.file() + ": " + e.getMessage() + " (--ignore leaves a column out)", e);
    }

    /** The columns of the picture that were asked for; empty if none were. */
    private int[] drawn(NumberRows table) {
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

    /** Writes what was asked for. */
    private List<Path> write(
            Path folder, Device device, NumberRows table, MixtureData data, MixtureReport report, int[] drawn)
            throws IOException {
        int[] columns = drawn.length == 2 ? drawn : apart(report.best().mixture(), data);
        int every = (table.rows() - 1) / MOST_DRAWN + 1;
        double[] one = new double[table.columns().size()];
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        List<Integer> components = new ArrayList<>();
        List<Path> written = new ArrayList<>();
        try (WholeCsv csv = options.assign ? new WholeCsv(folder, "assignments.csv") : null) {
            if (csv != null) {
                csv.row(List.of("row", "component", "probability"));
            }
            report.best().assign(device, data, (long) options.memory << 20, (row, component, probability) -> {
                int n = (int) row;
                if (n % every == 0) {
                    table.read(n, 1, one);
                    x.add(one[columns[0]]);
                    y.add(one[columns[1]]);
                    components.add(component);
                }
                if (csv != null) {
                    csv.row(List.of(
                            String.valueOf(table.numberInFile(n)),
                            String.valueOf(component + 1),
                            String.format(Locale.ROOT, "%.6f", probability)));
                }
            });
            written.addAll(report.picture(new MixtureReport.Picture(columns[0], columns[1], x, y, components))
                    .write(folder));
            if (csv != null) {
                written.add(csv.finish());
            }
        }
        return written;
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
