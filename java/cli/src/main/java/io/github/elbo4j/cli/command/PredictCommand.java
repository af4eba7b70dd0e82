package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.IdxFile;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.data.NumberedRows;
import io.github.elbo4j.cli.subject.AutoencoderPredictor;
import io.github.elbo4j.cli.subject.FactorsPredictor;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Predictor;
import io.github.elbo4j.cli.subject.Predictors;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.PredictionView;
import io.github.elbo4j.cli.view.ReadingView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.report.PredictionPage;
import io.github.elbo4j.report.PredictionScore;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j predict}. */
@Command(
        name = "predict",
        description = {
            "Predicts new rows by a fit: mean, sd and quantiles of each value, or the probability of each class, over the"
                    + " posterior; and how good the predictions are, where the values are known.",
            "Of a mixture: how probable each row is, its most probable component and the probability of that.",
            "Of vae: mean and sd of each latent dimension, and log p(row) by importance sampling with its error; of factors the"
                    + " probability of each factor, and the same.",
            "A group that the fit does not know gets an intercept of its own, drawn from the distribution between groups."
        },
        footer = "elbo4j predict --fit elbo4j-fit-pima --data test/data/pima.csv",
        sortOptions = false)
public final class PredictCommand implements Callable<Integer> {
    /** Values that are predicted at once, so that memory does not grow with the rows. */
    private static final int BLOCK = 1024;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final FitFolder fit = new FitFolder();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The rows to predict: the columns that the fit used, by the same names; or a .npy file, whose columns are x1, x2, … If the target is among them,"
                            + " the predictions are judged by it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path data;

    @Option(
            names = "--model",
            paramLabel = "Model.java",
            description =
                    "Of a fit of a model of your own: its file. What it observes is predicted, so its columns must all be"
                            + " there; where a value is not known, any one that is possible will do.")
    private @Nullable Path model;

    @Option(
            names = "--draws",
            paramLabel = "N",
            description =
                    "Of vae and factors: draws of the latent variables by which log p of a row is estimated. Default: as many"
                            + " as the fit took.")
    private @Nullable Integer draws;

    @Option(
            names = "--reconstruct",
            description = "Of vae: write reconstructions.csv, too, E(row | z) at the mean of z.")
    private boolean reconstruct;

    @Mixin
    private final TableOptions cells = new TableOptions();

    @Mixin
    private final ComputeOptions run = new ComputeOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for predictions.csv and predictions.html, made if need be. Default: elbo4j-predict-NAME"
                            + " after the data.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print the score as one line of JSON and nothing else.")
    private boolean json;

    @Option(names = "--quiet", description = "No notes: the result only.")
    private boolean quiet;

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        Console console = new Console(command, quiet || json);
        cells.decimal(command);
        cells.dropMissing(command);
        run.validate(command);
        Saved saved = fit.open();
        checkOptions(command, saved.fit());
        Path folder = OutputFolder.open(out == null ? Path.of("elbo4j-predict-" + OptionChecks.stem(data)) : out);
        if (saved.fit().fit().verdict() == Verdict.DO_NOT_TRUST) {
            console.note("the verdict on the fit is \"do not trust\", so its predictions are not to be trusted either");
        }
        MixtureDensity density = saved.fit().density();
        if (density != null) {
            return rows(saved, density, folder, console);
        }
        return saved.fit().autoencoder() != null || saved.fit().factors() != null
                ? evidence(saved, folder, console)
                : values(saved, folder, console);
    }

    private void checkOptions(CommandLine command, SavedFit of) {
        boolean isAutoencoder = of.autoencoder() != null;
        if (reconstruct && !isAutoencoder) {
            throw new InputException("--reconstruct is of the model vae, but --fit is of the model " + of.model());
        }
        if (draws == null) {
            return;
        }
        if (!isAutoencoder && of.factors() == null) {
            throw new InputException(
                    "--draws is of the models vae and factors, but --fit is of the model " + of.model());
        }
        int least = isAutoencoder ? 32 : 2;
        if (draws < least) {
            throw new ParameterException(command, "--draws is " + draws + ", but must be " + least + " or more");
        }
    }

    /** Of rows as a whole, by trained networks. */
    private int evidence(Saved saved, Path folder, Console console) {
        Predictors.noModel(saved, model);
        SavedFit of = saved.fit();
        boolean isAutoencoder = of.autoencoder() != null;
        Object taken = of.fit().settings().get(isAutoencoder ? "draws" : "judgingDraws");
        int count = draws != null ? draws : Math.toIntExact((Long) Objects.requireNonNull(taken));
        List<String> columns = Objects.requireNonNull(of.data()).predictors();
        try (NumberedRows rows = numbered(of, columns, folder)) {
            rows.source().notes().forEach(note -> console.note(rows.source().file() + ": " + note));
            long step = (long) Math.min(rows.rows(), TrainedAutoencoder.BLOCK) * count * columns.size();
            try (Device device = run.open(spec.commandLine(), step).device()) {
                if (!isAutoencoder) {
                    return new EvidencePrediction(of, new FactorsPredictor(of, device, count), null, console)
                            .run(rows, folder, json);
                }
                AutoencoderPredictor predictor = new AutoencoderPredictor(of, device, count);
                return new EvidencePrediction(of, predictor, reconstruct ? predictor : null, console)
                        .run(rows, folder, json);
            }
        }
    }

    /** Columns by their names, or images of the size that the fit is of. */
    private NumberedRows numbered(SavedFit of, List<String> columns, Path folder) {
        IdxFile idx = IdxFile.read(data);
        if (idx == null) {
            return read(columns, folder);
        }
        Object width = of.options().get(SavedFit.IMAGE_WIDTH);
        Object height = of.options().get(SavedFit.IMAGE_HEIGHT);
        String images = "--data: " + idx.file() + " holds images of " + idx.width() + " × " + idx.height() + " pixels";
        if (!idx.columns().equals(columns)) {
            throw new InputException(images + ", but the fit is of "
                    + (width == null ? columns.size() + " columns" : "images of " + width + " × " + height + " pixels")
                    + (idx.columns().size() == columns.size() ? " from a table, whose columns have names" : ""));
        }
        if (width != null && !width.equals((long) idx.width())) {
            throw new InputException(images + ", but the fit is of images of " + width + " × " + height + " pixels");
        }
        return idx;
    }

    /** Of rows as a whole, by a density. */
    private int rows(Saved saved, MixtureDensity density, Path folder, Console console) {
        Predictors.noModel(saved, model);
        try (NumberRows rows = read(density.columns(), folder)) {
            rows.notes().forEach(note -> console.note(rows.file() + ": " + note));
            return new MixturePrediction(saved, density, console).run(rows, folder, json);
        }
    }

    private NumberRows read(List<String> columns, Path folder) {
        CommandLine command = spec.commandLine();
        try (ReadingView view = TableOptions.progress(command, data)) {
            return cells.rows(command, data, view, () -> folder).columns(columns);
        }
    }

    /** Of values in rows, given the others. */
    private int values(Saved saved, Path folder, Console console) {
        Predictors.check(saved);
        boolean dropMissing = cells.dropMissing(spec.commandLine());
        CsvTable table = cells.read(spec.commandLine(), data);
        Predictor predictor = Predictors.of(saved, model, table, dropMissing, console::note);
        List<Prediction> first = new ArrayList<>();
        PredictionScore score = new PredictionScore(predictor.classes(), predictor.isKnown());
        List<Path> written;
        try (PredictionFile file = new PredictionFile(folder, predictor)) {
            for (int from = 0; from < predictor.size(); from += BLOCK) {
                int to = Math.min(from + BLOCK, predictor.size());
                List<Prediction> block = predictor.predict(from, to);
                double[][] parts = predictor.parts(from, to);
                for (int i = 0; i < block.size(); i++) {
                    file.add(predictor.label(from + i), block.get(i), parts[i]);
                    score.add(block.get(i));
                }
                if (first.isEmpty()) {
                    first.addAll(block.subList(0, Math.min(PredictionView.SHOWN, block.size())));
                }
            }
            written = List.of(file.finish(), new PredictionPage(saved.fit(), predictor.target(), score).write(folder));
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
        console.result(
                json,
                score::line,
                out -> new PredictionView(predictor.target(), predictor::label, first, score, Terminal.width())
                        .print(out, written));
        return Exit.GOOD;
    }
}
