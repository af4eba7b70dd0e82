package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.IdxFile;
import io.github.elbo4j.cli.data.ImageRows;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.AutoencoderPredictor;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.AutoencoderView;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.ReadingView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Completion;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.report.AutoencoderReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** An autoencoder from the command line: reads the rows, trains, writes and prints. */
final class VaeRun {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})[xX×](\\d{1,5})");
    private static final int COMPLETION_DRAWS = 2048;

    private final CommandLine command;
    private final VaeCommand options;
    private final Autoencoder model;
    private final Training training;
    private final Console console;

    VaeRun(CommandLine command, VaeCommand options, Autoencoder model, Training training) {
        this.command = command;
        this.options = options;
        this.model = model;
        this.training = training;
        this.console = new Console(command, options.run.isSilent());
    }

    /** Trains; returns the exit code. */
    int call() {
        ImageRows read = read();
        ImageRows rows = model.decoder() == Decoder.BERNOULLI
                ? read.over(options.scale == null ? 1 : options.scale)
                : read.standardized();
        boolean[] seen = seen(rows);
        Devices.Choice choice = options.run.open(
                command,
                (long) training.batch() * model.importance() * rows.columns().size());
        boolean silent = options.run.isSilent();
        try (Device device = choice.device();
                Interruption interruption = new Interruption(console.err()::println)) {
            Path folder = options.run.folder("fit-" + OptionChecks.stem(options.data));
            AutoencoderFit fit;
            int columns = silent ? 0 : Terminal.columns();
            try (ProgressView view = new ProgressView(console.err(), silent, columns, training.steps())) {
                fit = training.fit(device, model, rows.values(), interruption, view);
            } catch (IllegalArgumentException e) {
                throw new InputException(rows.source().file() + ": " + e.getMessage(), e);
            }
            interruption.fitEnded();
            VaePictures pictures = new VaePictures(device, rows, training, fit);
            Completion completion = seen.length == 0
                    ? null
                    : fit.networks()
                            .complete(
                                    device,
                                    pictures.originals(),
                                    seen,
                                    new Key(training.seed()).fork("complete"),
                                    COMPLETION_DRAWS);
            AutoencoderReport report = new AutoencoderReport(
                    fit,
                    rows.source(),
                    rows.areImages() ? pictures.pictures(seen, completion) : null,
                    pictures.plane(),
                    fit.result().device() + " (" + choice.device().description() + "): " + choice.reason(),
                    console.commandLine());
            List<Path> written = Ending.written(console, () -> {
                List<Path> files = new ArrayList<>(report.write(folder));
                files.addAll(tables(folder, device, rows, fit.networks()));
                if (completion != null) {
                    files.add(completions(folder, rows, pictures.shown(), seen, completion));
                }
                return files;
            });
            console.result(
                    options.run.json,
                    report::line,
                    out -> new AutoencoderView(report, Terminal.width()).print(out, written));
            return Ending.exit(written, interruption, fit.result().verdict());
        }
    }

    // ---- rows ----

    private ImageRows read() {
        IdxFile idx = IdxFile.read(options.data);
        if (idx != null && (options.label != null || !options.ignore.isEmpty())) {
            throw new InputException(idx.file() + " has no columns that --label or --ignore could name");
        }
        ImageRows rows = idx == null ? table() : ImageRows.of(idx);
        if (options.image == null) {
            return rows;
        }
        Matcher size = SIZE.matcher(options.image);
        if (!size.matches()) {
            throw new ParameterException(
                    command, "--image is " + options.image + ", but must be a width and a height such as 28x28");
        }
        return rows.sized(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
    }

    private ImageRows table() {
        try (ReadingView view = TableOptions.progress(command, options.data);
                NumberRows table = options.cells
                        .rows(
                                command,
                                options.data,
                                view,
                                () -> options.run.folder("fit-" + OptionChecks.stem(options.data)))
                        .label(options.label)
                        .allBut(options.ignore)) {
            return ImageRows.of(table);
        }
    }

    /** Which elements are seen where rows are to be completed; empty where they are not. */
    private boolean[] seen(ImageRows rows) {
        if (options.complete == null) {
            return new boolean[0];
        }
        int width = rows.columns().size();
        boolean[] seen = new boolean[width];
        String half = options.complete.toLowerCase(Locale.ROOT);
        boolean ofImages = List.of("top", "bottom", "left", "right").contains(half);
        if (!ofImages && !List.of("first", "second").contains(half)) {
            throw new ParameterException(
                    command,
                    "--complete is " + options.complete
                            + ", but must be top, bottom, left or right; or first or second");
        }
        if (ofImages && !rows.areImages()) {
            throw new ParameterException(
                    command,
                    "--complete " + half + " is of images; the rows are none (--image says what size they have)");
        }
        for (int i = 0; i < width; i++) {
            seen[i] = switch (half) {
                case "top" -> i / rows.width() < rows.height() / 2;
                case "bottom" -> i / rows.width() >= rows.height() / 2;
                case "left" -> i % rows.width() < rows.width() / 2;
                case "right" -> i % rows.width() >= rows.width() / 2;
                case "first" -> i < width / 2;
                default -> i >= width / 2;
            };
        }
        return seen;
    }

    // ---- files ----

    /** Those that were asked for. */
    private List<Path> tables(Path folder, Device device, ImageRows rows, TrainedAutoencoder networks)
            throws IOException {
        List<Path> written = new ArrayList<>();
        if (options.encode) {
            TrainedAutoencoder.Codes codes = networks.encode(device, rows.values());
            List<String> head = new ArrayList<>(List.of("row"));
            head.addAll(AutoencoderPredictor.heads(model));
            written.add(csv(folder, "codes.csv", head, codes.mean().length, (n, row) -> {
                row.add(String.valueOf(rows.numbers()[n]));
                for (double each : AutoencoderPredictor.code(codes, n)) {
                    row.add(WholeCsv.cell((float) each));
                }
            }));
        }
        if (options.generate > 0) {
            double[][] generated =
                    networks.generate(device, new Key(training.seed()).fork("generate"), options.generate);
            written.add(csv(folder, "generated.csv", rows.columns(), generated.length, (n, row) -> {
                for (int i = 0; i < generated[n].length; i++) {
                    row.add(WholeCsv.cell((float) rows.original(generated[n][i], i)));
                }
            }));
        }
        return written;
    }

    private static Path completions(
            Path folder, ImageRows rows, List<Integer> which, boolean[] seen, Completion completion)
            throws IOException {
        List<String> head = new ArrayList<>(rows.columns());
        head.add(0, "row");
        return csv(folder, "completions.csv", head, which.size(), (n, row) -> {
            row.add(String.valueOf(rows.numbers()[which.get(n)]));
            for (int i = 0; i < seen.length; i++) {
                double value =
                        seen[i] ? rows.values()[which.get(n)][i] : completion.mean()[n][i];
                row.add(WholeCsv.cell((float) rows.original(value, i)));
            }
        });
    }

    private interface Row {
        void fill(int n, List<String> row);
    }

    private static Path csv(Path folder, String name, List<String> head, int rows, Row of) throws IOException {
        try (WholeCsv csv = new WholeCsv(folder, name)) {
            csv.row(head);
            for (int n = 0; n < rows; n++) {
                List<String> row = new ArrayList<>();
                of.fill(n, row);
                csv.row(row);
            }
            return csv.finish();
        }
    }
}
