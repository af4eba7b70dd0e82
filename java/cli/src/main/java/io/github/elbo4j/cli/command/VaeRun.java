package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.IdxFile;
import io.github.elbo4j.cli.data.ImageRows;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.view.AutoencoderView;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Completion;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.AutoencoderReport;
import io.github.elbo4j.report.AutoencoderReport.Pictures;
import io.github.elbo4j.report.AutoencoderReport.Plane;
import io.github.elbo4j.report.words.Words;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** An autoencoder from the command line: reads the rows, trains, writes and prints. */
final class VaeRun {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})[xX×](\\d{1,5})");
    /** Rows that the report shows. */
    private static final int SHOWN = 12;

    private static final int SAMPLES = 36;
    private static final int GRID = 15;
    /** The latent plane shows z from −2 to 2. */
    private static final double EDGE = 2;

    private static final int PLACES = 12;
    private static final int MOST_POINTS = 2000;
    private static final int COMPLETION_DRAWS = 2048;

    private final CommandLine command;
    private final VaeCommand options;
    private final Autoencoder model;
    private final Training training;
    private final PrintWriter out;
    private final PrintWriter err;
    /** Of columns that are standardized: what they have in common; null where values are as they are. */
    private double @Nullable [] centre;

    private double @Nullable [] sd;

    VaeRun(CommandLine command, VaeCommand options, Autoencoder model, Training training) {
        this.command = command;
        this.options = options;
        this.model = model;
        this.training = training;
        this.out = command.getOut();
        this.err = command.getErr();
    }

    /** Trains; returns the exit code. */
    int call() {
        ImageRows rows = scaled(read());
        boolean[] seen = seen(rows);
        Devices.Choice choice = options.run.open(
                command,
                (long) training.batch() * model.importance() * rows.columns().size());
        boolean silent = options.run.isSilent();
        try (Device device = choice.device();
                Interruption interruption = new Interruption(err::println)) {
            Path folder = OutputFolder.open(
                    options.run.out == null
                            ? Path.of("elbo4j-fit-" + OptionChecks.stem(options.data))
                            : options.run.out);
            AutoencoderFit fit;
            try (ProgressView view = new ProgressView(err, silent, silent ? 0 : Terminal.columns(), training.steps())) {
                fit = training.fit(device, model, rows.values(), interruption, view);
            } catch (IllegalArgumentException e) {
                throw new InputException(rows.source().file() + ": " + e.getMessage(), e);
            }
            interruption.fitEnded();
            Completion completion = seen.length == 0 ? null : complete(device, fit, pick(rows), seen);
            AutoencoderReport report = report(device, choice, rows, fit, seen, completion);
            List<Path> written = write(folder, device, rows, report, seen, completion);
            if (options.run.json) {
                out.print(report.line());
            } else {
                new AutoencoderView(report, Terminal.width()).print(out, written);
            }
            out.flush();
            if (written.isEmpty()) {
                return Exit.BROKEN;
            }
            return interruption.exitCode() != 0
                    ? interruption.exitCode()
                    : fit.result().verdict() == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
        }
    }

    // ---- rows ----

    private ImageRows read() {
        IdxFile idx = IdxFile.read(options.data);
        if (idx != null && (options.label != null || !options.ignore.isEmpty())) {
            throw new InputException(idx.file() + " has no columns that --label or --ignore could name");
        }
        ImageRows rows;
        if (idx != null) {
            rows = ImageRows.of(idx);
        } else {
            CsvTable table = options.cells.read(command, options.data);
            rows = ImageRows.of(table, options.label, options.ignore, options.cells.dropMissing(command));
        }
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

    /** Pixels from 0 to 1, or columns of mean 0 and sd 1. */
    private ImageRows scaled(ImageRows rows) {
        double[][] values = rows.values();
        if (model.decoder() == Decoder.BERNOULLI) {
            double scale = options.scale == null ? 1 : options.scale;
            double[][] scaled = new double[values.length][];
            for (int n = 0; n < values.length; n++) {
                scaled[n] = Arrays.stream(values[n]).map(v -> v / scale).toArray();
                for (int i = 0; i < scaled[n].length; i++) {
                    if (!(scaled[n][i] >= 0 && scaled[n][i] <= 1)) {
                        throw new InputException(rows.source().file() + ", row " + (n + 1) + ", column "
                                + rows.columns().get(i) + " is " + values[n][i]
                                + ", but pixels must be from 0 to 1: --scale divides by the value of a white one, and --decoder"
                                + " gaussian takes values of any size");
                    }
                }
            }
            return rows.withValues(scaled);
        }
        int width = rows.columns().size();
        double[] mean = new double[width];
        double[] spread = new double[width];
        double[][] scaled = new double[values.length][width];
        for (int i = 0; i < width; i++) {
            int at = i;
            double m =
                    Arrays.stream(values).mapToDouble(row -> row[at]).average().orElse(0);
            double s = Math.sqrt(Arrays.stream(values)
                    .mapToDouble(row -> (row[at] - m) * (row[at] - m))
                    .average()
                    .orElse(0));
            if (!(s > 0)) {
                throw new InputException(
                        rows.source().file() + ": column " + rows.columns().get(i)
                                + " has one value in all rows, which no normal has; leave it out with --ignore");
            }
            mean[i] = m;
            spread[i] = s;
            for (int n = 0; n < values.length; n++) {
                scaled[n][i] = (values[n][i] - m) / s;
            }
        }
        centre = mean;
        sd = spread;
        return rows.withValues(scaled);
    }

    /** A value as it was read. */
    private double original(double value, int column) {
        if (centre != null && sd != null) {
            return centre[column] + sd[column] * value;
        }
        return value * (options.scale == null ? 1 : options.scale);
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

    // ---- what becomes of them ----

    /** Rows that were held out if there are any; different labels first. */
    private List<Integer> shown(ImageRows rows) {
        int[] heldOut = training.heldOutRows(rows.values().length);
        int[] from = heldOut.length > 0
                ? heldOut
                : IntStream.range(0, rows.values().length).toArray();
        List<Integer> shown = new ArrayList<>();
        List<String> met = new ArrayList<>();
        for (int n : from) {
            if (shown.size() < SHOWN
                    && !rows.labels().isEmpty()
                    && !met.contains(rows.labels().get(n))) {
                met.add(rows.labels().get(n));
                shown.add(n);
            }
        }
        for (int n : from) {
            if (shown.size() < SHOWN && !shown.contains(n)) {
                shown.add(n);
            }
        }
        return shown;
    }

    private AutoencoderReport report(
            Device device,
            Devices.Choice choice,
            ImageRows rows,
            AutoencoderFit fit,
            boolean[] seen,
            @Nullable Completion completion) {
        String where = fit.result().device() + " (" + choice.device().description() + "): " + choice.reason();
        return new AutoencoderReport(
                fit,
                rows.source(),
                rows.areImages() ? pictures(device, rows, fit, seen, completion) : null,
                plane(device, rows, fit),
                where,
                new Console(command, options.run.isSilent()).commandLine());
    }

    private double[][] pick(ImageRows rows) {
        return shown(rows).stream().map(n -> rows.values()[n]).toArray(double[][]::new);
    }

    private Pictures pictures(
            Device device, ImageRows rows, AutoencoderFit fit, boolean[] seen, @Nullable Completion completion) {
        double[][] originals = pick(rows);
        List<double[]> half = new ArrayList<>();
        List<double[]> completed = new ArrayList<>();
        List<Double> effective = new ArrayList<>();
        if (completion != null) {
            for (int n = 0; n < originals.length; n++) {
                double[] part = new double[seen.length];
                double[] whole = new double[seen.length];
                for (int i = 0; i < seen.length; i++) {
                    part[i] = seen[i] ? originals[n][i] : Double.NaN;
                    whole[i] = seen[i] ? originals[n][i] : completion.mean()[n][i];
                }
                half.add(part);
                completed.add(whole);
                effective.add(completion.effective()[n]);
            }
        }
        List<List<double[]>> grid = new ArrayList<>();
        if (fit.networks().model().latent() == 2) {
            for (int r = 0; r < GRID; r++) {
                double[][] z = new double[GRID][];
                for (int c = 0; c < GRID; c++) {
                    z[c] = new double[] {EDGE * (2.0 * c / (GRID - 1) - 1), EDGE * (1 - 2.0 * r / (GRID - 1))};
                }
                grid.add(List.of(shades(fit.networks().decode(device, z))));
            }
        }
        double[][] between = originals.length < 2
                ? new double[0][]
                : fit.networks().interpolate(device, originals[0], originals[1], PLACES);
        return new Pictures(
                rows.width(),
                rows.height(),
                List.of(shades(originals)),
                List.of(shades(fit.networks().reconstruct(device, originals))),
                List.of(shades(fit.networks().generate(device, new Key(training.seed()).fork("report"), SAMPLES))),
                grid,
                List.of(shades(between)),
                List.of(shades(half.toArray(double[][]::new))),
                List.of(shades(completed.toArray(double[][]::new))),
                effective);
    }

    private Completion complete(Device device, AutoencoderFit fit, double[][] rows, boolean[] seen) {
        return fit.networks().complete(device, rows, seen, new Key(training.seed()).fork("complete"), COMPLETION_DRAWS);
    }

    /** Values as grey from 0 to 1; standardized ones from two sds below their mean to two above; what is not seen as a middle grey. */
    private double[][] shades(double[][] rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.stream(row)
                        .map(v -> Double.isNaN(v) ? 0.35 : centre == null ? v : 0.5 + 0.25 * v)
                        .toArray())
                .toArray(double[][]::new);
    }

    private Plane plane(Device device, ImageRows rows, AutoencoderFit fit) {
        double[] divergence = fit.diagnosis().divergence();
        int first = 0;
        for (int i = 1; i < divergence.length; i++) {
            first = divergence[i] > divergence[first] ? i : first;
        }
        int second = divergence.length == 1 ? first : first == 0 ? 1 : 0;
        for (int i = 0; i < divergence.length; i++) {
            second = i != first && divergence[i] > divergence[second] ? i : second;
        }
        int across = Math.min(first, second);
        int up = Math.max(first, second);
        int every = (rows.values().length + MOST_POINTS - 1) / MOST_POINTS;
        int[] which = IntStream.range(0, rows.values().length)
                .filter(n -> n % every == 0)
                .toArray();
        double[][] some = Arrays.stream(which).mapToObj(n -> rows.values()[n]).toArray(double[][]::new);
        double[][] mean = fit.networks().encode(device, some).mean();
        return new Plane(
                across,
                up,
                Arrays.stream(mean).map(z -> z[across]).toList(),
                Arrays.stream(mean).map(z -> z[up]).toList(),
                rows.labels().isEmpty()
                        ? List.of()
                        : Arrays.stream(which)
                                .mapToObj(n -> rows.labels().get(n))
                                .toList());
    }

    // ---- files ----

    /** Writes what was asked for; returns where it is: nowhere if it could not be written. */
    private List<Path> write(
            Path folder,
            Device device,
            ImageRows rows,
            AutoencoderReport report,
            boolean[] seen,
            @Nullable Completion completion) {
        AutoencoderFit fit = report.fit();
        try {
            List<Path> written = new ArrayList<>(report.write(folder));
            if (options.encode) {
                TrainedAutoencoder.Codes codes = fit.networks().encode(device, rows.values());
                List<String> head = new ArrayList<>(List.of("row"));
                IntStream.rangeClosed(1, model.latent()).forEach(i -> head.add("z" + i));
                IntStream.rangeClosed(1, model.latent()).forEach(i -> head.add("sd" + i));
                double[][] both = new double[rows.values().length][];
                for (int n = 0; n < both.length; n++) {
                    both[n] = IntStream.range(0, 1 + 2 * model.latent())
                            .mapToDouble(at(n, codes))
                            .toArray();
                }
                written.add(csv(folder.resolve("codes.csv"), head, both));
            }
            if (completion != null) {
                double[][] completed = completion.mean();
                List<String> head = new ArrayList<>(rows.columns());
                head.add(0, "row");
                List<Integer> which = shown(rows);
                double[][] numbered =
                        new double[completed.length][1 + rows.columns().size()];
                for (int n = 0; n < numbered.length; n++) {
                    numbered[n][0] = which.get(n) + 1;
                    for (int i = 0; i < seen.length; i++) {
                        double value = seen[i] ? rows.values()[which.get(n)][i] : completed[n][i];
                        numbered[n][1 + i] = original(value, i);
                    }
                }
                written.add(csv(folder.resolve("completions.csv"), head, numbered));
            }
            if (options.generate > 0) {
                double[][] generated =
                        fit.networks().generate(device, new Key(training.seed()).fork("generate"), options.generate);
                for (double[] row : generated) {
                    for (int i = 0; i < row.length; i++) {
                        row[i] = original(row[i], i);
                    }
                }
                written.add(csv(folder.resolve("generated.csv"), rows.columns(), generated));
            }
            return written;
        } catch (IOException e) {
            // The fit is done: its result still goes to the terminal.
            err.println("elbo4j: " + Words.plain("cannot write the results: " + CsvTable.reason(e)));
            return List.of();
        }
    }

    private IntToDoubleFunction at(int n, TrainedAutoencoder.Codes codes) {
        int latent = model.latent();
        return i -> i == 0 ? n + 1 : i <= latent ? codes.mean()[n][i - 1] : codes.sd()[n][i - 1 - latent];
    }

    /** Whole numbers as such, others to the precision that float32 has. */
    private static Path csv(Path file, List<String> head, double[][] rows) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write(String.join(",", head) + "\n");
            for (double[] row : rows) {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < row.length; i++) {
                    line.append(i == 0 ? "" : ",")
                            .append(
                                    row[i] == Math.rint(row[i]) && Math.abs(row[i]) < 1e9
                                            ? String.valueOf((long) row[i])
                                            : String.format(Locale.ROOT, "%.7g", row[i]));
                }
                writer.write(line.append("\n").toString());
            }
        }
        return file;
    }
}
