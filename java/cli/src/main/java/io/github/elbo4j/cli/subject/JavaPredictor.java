package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.Digest;
import io.github.elbo4j.cli.data.ModelTable;
import io.github.elbo4j.cli.model.JavaModel;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Grouping;
import io.github.elbo4j.report.SavedFit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a model of a Java file observes in a new table, all of it at once: which part of it is of which row only the model knows. */
final class JavaPredictor implements Predictor {
    private final JavaModel source;
    private final List<Prediction> predictions;

    /** @param note takes that the file is not the one that was fitted */
    JavaPredictor(Path path, Saved file, CsvTable csv, boolean dropMissing, Consumer<String> note) {
        SavedFit saved = file.fit();
        source = source(file, path);
        if (!Digest.sha256(path).equals(saved.options().get("sourceSha256"))) {
            note.accept(source.file() + " has changed since the fit");
        }
        DataSource data = saved.data();
        if (data == null) {
            throw file.refusal("is of a model without data, which has nothing to predict from a table");
        }
        Table table = withLevels(ModelTable.of(csv, dropMissing).table(), data);
        Model model = source.define(table);
        file.same("the parameters", saved.fit().parameterNames(), model.coordinateNames());
        double[][] draws = Prediction.draws(saved.fit().posterior(), saved.fit().seed());
        predictions = new ArrayList<>();
        try {
            Prediction.of(model, draws, saved.fit().seed()).values().forEach(predictions::addAll);
        } catch (IllegalArgumentException e) {
            throw source.refusal(e);
        }
        if (predictions.isEmpty()) {
            throw file.refusal("is of a model that observes nothing");
        }
    }

    /** The program that was fitted, compiled from its file; refuses that there is none, and another one. */
    static JavaModel source(Saved file, @Nullable Path path) {
        if (path == null) {
            throw file.refusal(
                    "is of the model in " + file.fit().options().get("source") + ": name that file with --model");
        }
        JavaModel source = JavaModel.compile(path);
        file.same("the program", file.fit().options().get(Saved.PROGRAM), source.name());
        return source;
    }

    /** The levels of columns are those of the fit. */
    static Table withLevels(Table of, DataSource fitted) {
        Table table = of;
        for (Grouping grouping : fitted.groupings()) {
            if (table.names().contains(grouping.column())) {
                table = table.withLevels(grouping.column(), grouping.levels());
            }
        }
        return table;
    }

    @Override
    public String target() {
        return "what " + source.file() + " observes";
    }

    @Override
    public List<String> classes() {
        return List.of();
    }

    @Override
    public String label(int i) {
        return predictions.get(i).value().name();
    }

    @Override
    public int size() {
        return predictions.size();
    }

    /** A model is of what it observes. */
    @Override
    public boolean isKnown() {
        return true;
    }

    @Override
    public List<Prediction> predict(int from, int to) {
        return predictions.subList(from, to);
    }
}
