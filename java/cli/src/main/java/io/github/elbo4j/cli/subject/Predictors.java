package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What predicts by a fit that was written before. */
public final class Predictors {
    private Predictors() {}

    /** Refuses a Java file where the fit is of a model that needs none. */
    public static void noModel(Saved saved, @Nullable Path source) {
        if (source != null) {
            throw saved.refusal("is of the model " + saved.fit().model() + ", which needs no --model");
        }
    }

    /** Refuses a fit of which no values are predicted, before any data are read. */
    public static void check(Saved saved) {
        String kind = saved.fit().model();
        if (!kind.equals(JavaSubject.KIND) && !kind.equals(NetworkSubject.KIND) && model(kind) == null) {
            throw saved.refusal("is of the model " + kind + ", of which elbo4j cannot predict: "
                    + (StanFit.is(saved)
                            ? "a Stan program does it by itself, in its generated quantities"
                            : "it is none of its own"));
        }
    }

    /** The ready model of that name; null if there is none. */
    static @Nullable FitModel model(String kind) {
        return Models.TABLE.stream()
                .map(Supplier::get)
                .filter(model -> model.name().equals(kind))
                .findFirst()
                .orElse(null);
    }

    /**
     * Of a fit that {@link #check} lets pass.
     *
     * @param source the Java file of a user's own model; null if none was given
     * @param note takes what the user should know
     */
    public static Predictor of(
            Saved saved, @Nullable Path source, CsvTable table, boolean dropMissing, Consumer<String> note) {
        String kind = saved.fit().model();
        if (kind.equals(JavaSubject.KIND)) {
            if (source == null) {
                throw saved.refusal(
                        "is of the model in " + saved.fit().options().get("source") + ": name that file with --model");
            }
            return new JavaPredictor(source, saved, table, dropMissing, note);
        }
        noModel(saved, source);
        if (kind.equals(NetworkSubject.KIND)) {
            return new NetworkPredictor(saved, table, dropMissing);
        }
        return new RegressionPredictor(Objects.requireNonNull(model(kind)), saved, table, dropMissing);
    }
}
