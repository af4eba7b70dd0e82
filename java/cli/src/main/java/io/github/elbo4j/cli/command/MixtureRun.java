package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.view.MixtureView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.MixtureReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** A mixture from the command line: reads the table, fits, assigns, writes and prints. */
final class MixtureRun {
    /** Rows in the picture: more would only hide each other. */
    private static final int MOST_DRAWN = 2000;

    private final CommandLine command;
    private final MixtureCommand options;
    private final GaussianMixtures.Builder settings;
    private final PrintWriter err;

    MixtureRun(CommandLine command, MixtureCommand options, GaussianMixtures.Builder settings) {
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
        int[] drawn = drawn(table);
        MixtureData data = MixtureOptions.data(table);
        Devices.Choice choice =
                options.run.open(command, (long) table.rows() * table.columns().size());
        try (Device device = choice.device();
                Interruption interruption = new Interruption(err::println)) {
            Path folder = folder();
            Console console = new Console(command, options.run.isSilent());
            List<MixtureFit> fits = options.rows.fits(settings, device, data, console, interruption);
            interruption.fitEnded();
            MixtureFit best = GaussianMixtures.best(fits);
            MixtureReport report = MixtureReport.of(fits, best)
                    .about(table.source())
                    .device(choice.device().description(), choice.reason())
                    .command(console.commandLine());
            List<Path> written = Ending.written(console, () -> write(folder, device, table, data, report, drawn));
            console.result(
                    options.run.json,
                    report::line,
                    out -> new MixtureView(report, Terminal.width()).print(out, written));
            return Ending.exit(written, interruption, best.result().verdict());
        }
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
            report.best().assign(device, data, (long) options.rows.memory << 20, (row, component, probability) -> {
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
