package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Predictor;
import io.github.elbo4j.cli.subject.Predictors;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.cli.view.PredictionView;
import io.github.elbo4j.cli.view.ReadingView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.report.PredictionPage;
import io.github.elbo4j.report.PredictionScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code elbo4j predict}. */
@Command(
        name = "predict",
        description = {
            "Predicts new rows by a fit: mean, sd and quantiles of each value, or the probability of each class, over the"
                    + " posterior; and how good the predictions are, where the values are known.",
            "Of a mixture: how probable each row is, its most probable component and the probability of that.",
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

    @Option(
            names = "--fit",
            required = true,
            paramLabel = "DIR",
            description = "The folder that a fit was written to, or its fit.json.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path fit;

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

    @Mixin
    private final TableOptions cells = new TableOptions();

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
        Saved saved = Saved.open("--fit", fit);
        Path folder = OutputFolder.open(out == null ? Path.of("elbo4j-predict-" + OptionChecks.stem(data)) : out);
        if (saved.fit().fit().verdict() == Verdict.DO_NOT_TRUST) {
            console.note("the verdict on the fit is \"do not trust\", so its predictions are not to be trusted either");
        }
        MixtureDensity density = saved.fit().density();
        return density == null ? values(saved, folder, console) : rows(saved, density, folder, console);
    }

    /** Of rows as a whole. */
    private int rows(Saved saved, MixtureDensity density, Path folder, Console console) {
        Predictors.noModel(saved, model);
        try (NumberRows rows = read(density, folder)) {
            rows.notes().forEach(note -> console.note(rows.file() + ": " + note));
            return new MixturePrediction(saved, density, console).run(rows, folder, json);
        }
    }

    private NumberRows read(MixtureDensity density, Path folder) {
        CommandLine command = spec.commandLine();
        try (ReadingView view = TableOptions.progress(command, data)) {
            return cells.rows(command, data, view, () -> folder).columns(density.columns());
        }
    }

    /** Of values in rows, given the others. */
    private int values(Saved saved, Path folder, Console console) {
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
        if (json) {
            console.out().print(score.line());
        } else {
            new PredictionView(predictor.target(), predictor::label, first, score, Terminal.width())
                    .print(console.out(), written);
        }
        console.out().flush();
        return Exit.GOOD;
    }
}
