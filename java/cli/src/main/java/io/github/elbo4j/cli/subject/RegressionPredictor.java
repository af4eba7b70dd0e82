package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NewRows;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.CoefficientPriors;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Grouping;
import io.github.elbo4j.report.SavedFit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** New rows of a ready regression. They are predicted on the scale of the data, on which a fit is written. */
final class RegressionPredictor implements Predictor {
    private final FitModel model;
    private final SavedFit saved;
    private final NewRows.Read read;
    private final RegressionInput input;
    private final @Nullable Grouping grouping;
    private final double[][] draws; // of the coordinates, those of groups that the fit does not know among them

    /** Predictions do not depend on the priors, but a model has some. */
    private static final CoefficientPriors ANY = new CoefficientPriors(new NormalPrior(0, 1), new NormalPrior(0, 1), 1);

    RegressionPredictor(FitModel model, Saved file, CsvTable table, boolean dropMissing) {
        this.model = model;
        this.saved = file.fit();
        DataSource fitted = saved.data();
        if (fitted == null) {
            throw file.refusal("does not say what it was fitted to");
        }
        restore(model, saved);
        this.grouping = fitted.groupings().isEmpty() ? null : fitted.groupings().get(0);
        if (saved.options().containsKey("group") && grouping == null) {
            throw file.refusal("is of a version that did not write what groups it is of; fit again");
        }
        this.read = NewRows.read(table, fitted, beside(model, saved, false), dropMissing);
        this.input = read.input();
        this.draws = draws();
        file.same(
                "the parameters",
                saved.fit().parameterNames(),
                known(problem(0, 1).parameters()));
    }

    /**
     * The columns beside the others that a fit had.
     *
     * @param weights whether those of weights matter
     */
    static Beside.Names beside(FitModel model, SavedFit saved, boolean weights) {
        Object offset = saved.options().get(model.offsetIsExposure() ? "exposure" : "offset");
        Object weight = weights ? saved.options().get("weights") : null;
        return new Beside.Names(
                offset == null ? null : String.valueOf(offset),
                model.offsetIsExposure(),
                weight == null ? null : String.valueOf(weight),
                null);
    }

    /** Sets the model's own options to what they were. */
    static void restore(FitModel model, SavedFit saved) {
        CommandSpec spec = CommandSpec.forAnnotatedObjectLenient(model);
        List<String> args = new ArrayList<>();
        for (CommandLine.Model.OptionSpec option : spec.options()) {
            Object value = saved.options().get(camel(option.longestName()));
            if (value != null && option.arity().max() > 0) {
                args.add(option.longestName() + "=" + value);
            }
        }
        new CommandLine(spec).parseArgs(args.toArray(String[]::new));
    }

    /** {@code --noise-sd} is noiseSd among the options of a fit. */
    private static String camel(String option) {
        StringBuilder name = new StringBuilder();
        for (String word : option.replaceFirst("^--", "").split("-", -1)) {
            name.append(name.length() == 0 ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    @Override
    public String target() {
        return input.target();
    }

    @Override
    public List<String> classes() {
        return saved.data() == null
                ? List.of()
                : saved.data().codings().stream()
                        .filter(coding -> coding.column().equals(input.target()))
                        .findFirst()
                        .map(Coding::values)
                        .orElse(List.of());
    }

    @Override
    public String label(int i) {
        return String.valueOf(read.rows()[i]);
    }

    @Override
    public int size() {
        return input.rows();
    }

    @Override
    public boolean isKnown() {
        return read.isKnown();
    }

    @Override
    public List<Prediction> predict(int from, int to) {
        Problem problem = problem(from, to);
        List<Prediction> predictions;
        try {
            predictions = Prediction.of(problem.model(), draws, saved.fit().seed() + from)
                    .values()
                    .iterator()
                    .next();
        } catch (IllegalArgumentException e) { // a target outside the support
            throw new InputException(input.file() + ": " + e.getMessage(), e);
        }
        List<Prediction> moved = new ArrayList<>();
        for (int i = 0; i < predictions.size(); i++) {
            moved.add(predictions.get(i).plus(problem.observed(i, 0)));
        }
        return moved;
    }

    /** The regression of some rows, as they are. */
    private Problem problem(int from, int to) {
        boolean intercept = !Boolean.FALSE.equals(saved.options().get("intercept"));
        return Problem.ofNewRows(model, input.rows(from, to), intercept, ANY, centering());
    }

    /** Of a group of which nothing is known, not at all: its coordinate is a standard normal. */
    private double[][] centering() {
        Beside.Group group = input.beside().group();
        if (grouping == null || group == null) {
            return new double[0][];
        }
        return grouping.centering().stream()
                .map(of -> Arrays.copyOf(
                        of.stream().mapToDouble(each -> each).toArray(),
                        group.levels().size()))
                .toArray(double[][]::new);
    }

    /** The names without those of groups that the fit does not know. */
    private List<String> known(List<String> names) {
        boolean[] isNew = isNew(names.size());
        List<String> known = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!isNew[i]) {
                known.add(names.get(i));
            }
        }
        return known;
    }

    /** Which coordinates are of such groups: of each class they are the last. */
    private boolean[] isNew(int dimensions) {
        boolean[] isNew = new boolean[dimensions];
        Beside.Group group = input.beside().group();
        if (group == null || grouping == null) {
            return isNew;
        }
        int more = group.levels().size() - grouping.levels().size();
        int classes = Math.max(1, grouping.centering().size());
        int k = (input.predictors().size() + (saved.options().get("intercept") == Boolean.FALSE ? 0 : 1))
                + 1
                + group.levels().size();
        for (int c = 0; c < classes; c++) {
            Arrays.fill(isNew, (c + 1) * k - more, (c + 1) * k, true);
        }
        return isNew;
    }

    private double[][] draws() {
        double[][] fitted =
                Prediction.draws(saved.fit().posterior(), saved.fit().seed());
        int dimensions = problem(0, 1).parameters().size();
        boolean[] isNew = isNew(dimensions);
        SplittableRandom random = new SplittableRandom(saved.fit().seed());
        double[][] draws = new double[fitted.length][dimensions];
        for (int s = 0; s < draws.length; s++) {
            int from = 0;
            for (int d = 0; d < dimensions; d++) {
                draws[s][d] = isNew[d] ? random.nextGaussian() : from < fitted[s].length ? fitted[s][from++] : 0;
            }
        }
        return draws;
    }
}
