package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.ModelTable;
import io.github.elbo4j.cli.data.NewRows;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.CoefficientPriors;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.JavaModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Table;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.LeaveOneOut;
import io.github.elbo4j.infer.NormalMixture;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.RowsLogJoint;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.SavedFit;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A fit that was written before, with its model and the very data that it is of. */
public final class ObservedFit {
    /** Methods that find a point. */
    private static final Set<String> POINTS = Set.of("map", "mle");

    private final Saved saved;
    private final Model model;
    private final Posterior posterior;
    private final List<String> labels; // of what is observed
    private final @Nullable Problem problem; // null where what is fitted is on the scale of the data

    private ObservedFit(Saved saved, Model model, Posterior posterior, List<String> labels, @Nullable Problem problem) {
        this.saved = saved;
        this.model = model;
        this.posterior = posterior;
        this.labels = labels;
        this.problem = problem;
    }

    /** Refuses a fit from which no observation can be left out, before any data are read. */
    public static void check(Saved saved) {
        SavedFit fit = saved.fit();
        if (Predictors.model(fit.model()) == null && !fit.model().equals(JavaSubject.KIND)) {
            throw saved.refusal("is of the model " + fit.model() + ", "
                    + (fit.model().equals(NetworkSubject.KIND)
                            ? "whose posterior is too far from any Gaussian to leave rows out of it: judge it by rows that it"
                                    + " has not seen (fit network --holdout)"
                            : fit.model().equals(StanSubject.KIND)
                                    ? "of which elbo4j does not know the likelihood of each row by itself: compare fits of it"
                                            + " by their ELBO, or write the model in Java (elbo4j fit Model.java)"
                                    : "whose parameters are not drawn, so that no row can be left out of them: elbo4j predict"
                                            + " says how probable rows are that it has not seen"));
        }
        if (POINTS.contains(fit.fit().method())) {
            throw saved.refusal("is of the method " + fit.fit().method()
                    + ", which finds a point and no posterior to leave observations out of; fit without --method");
        }
        if (!(fit.fit().posterior() instanceof GaussianPosterior || fit.fit().posterior() instanceof NormalMixture)) {
            throw saved.refusal("is of the method " + fit.fit().method()
                    + ", in which the noise has another prior than in the model itself; fit without --method");
        }
    }

    /**
     * Of a fit that {@link #check} lets pass, and the table that was fitted.
     *
     * @param source the Java file of a user's own model; null if none was given
     * @param dropMissing whether rows with missing cells are left out though the fit has left out none
     */
    public static ObservedFit of(Saved saved, @Nullable Path source, CsvTable table, boolean dropMissing) {
        SavedFit fit = saved.fit();
        FitModel kind = Predictors.model(fit.model());
        DataSource data = fit.data();
        if (data == null) {
            throw saved.refusal("does not say what data it was fitted to");
        }
        if (!data.sha256().equals(table.sha256())) {
            throw new InputException(
                    "--data: " + table.file() + " is not the file that the fit in " + saved.file() + " ("
                            + saved.option() + ") is of: its content differs from that of " + data.file()
                            + ". Name the data of the fit");
        }
        if (kind != null) {
            Predictors.noModel(saved, source);
        }
        boolean drop = dropMissing || data.droppedRows() > 0;
        return kind == null
                ? ofJava(saved, source, data, ModelTable.of(table, drop))
                : ofRegression(saved, data, kind, table, drop);
    }

    private static ObservedFit ofRegression(
            Saved saved, DataSource data, FitModel kind, CsvTable table, boolean dropMissing) {
        SavedFit fit = saved.fit();
        RegressionPredictor.restore(kind, fit);
        NewRows.Read read = NewRows.read(table, data, RegressionPredictor.beside(kind, fit, true), dropMissing);
        RegressionInput input = read.input();
        rows(saved, data, input.rows());
        double priorMean = number(saved, "priorMean", null);
        double priorSd = number(saved, "priorSd", null);
        Problem problem = new Problem(
                kind,
                input,
                !Boolean.FALSE.equals(fit.options().get("intercept")),
                !Boolean.FALSE.equals(fit.options().get("standardize")),
                new CoefficientPriors(
                        new NormalPrior(priorMean, priorSd),
                        new NormalPrior(priorMean, number(saved, "interceptPriorSd", priorSd)),
                        number(saved, "groupPriorSd", priorSd)));
        saved.same("the parameters", fit.fit().parameterNames(), problem.parameters());
        List<String> labels =
                Arrays.stream(read.rows()).mapToObj(String::valueOf).toList();
        return new ObservedFit(saved, problem.model(), problem.toModel(fit.fit().posterior()), labels, problem);
    }

    private static ObservedFit ofJava(Saved saved, @Nullable Path path, DataSource data, ModelTable of) {
        JavaModel source = JavaPredictor.source(saved, path);
        rows(saved, data, of.rows());
        Table table = JavaPredictor.withLevels(of.table(), data);
        Model model = source.define(table);
        saved.same("the parameters", saved.fit().fit().parameterNames(), model.coordinateNames());
        if (model.hasWeights()) {
            throw saved.refusal(
                    "is of a model with weights, which are points and have no posterior to leave observations out of");
        }
        try {
            return new ObservedFit(
                    saved,
                    model,
                    saved.fit().fit().posterior(),
                    model.pointwise().names(),
                    null);
        } catch (IllegalArgumentException e) {
            throw source.refusal(e);
        }
    }

    private static void rows(Saved saved, DataSource data, int rows) {
        if (rows != data.rows()) {
            throw saved.refusal("is of " + data.rows() + " rows of " + data.file() + ", not of its " + rows
                    + "; of some rows of a file, fit a file of these");
        }
    }

    private static double number(Saved saved, String option, @Nullable Double otherwise) {
        Object value = saved.fit().options().get(option);
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (otherwise == null) {
            throw saved.refusal("does not say what " + option + " it was fitted with; fit again");
        }
        return otherwise;
    }

    /** What observations are called: rows of the file, or elements of what a model observes. */
    public List<String> labels() {
        return labels;
    }

    /** Numbers that an evaluation at so many draws makes. */
    public long size(int draws) {
        return (long) draws * (labels.size() + model.dimensions());
    }

    /** Leaves each observation out. Densities are of the data in the file. */
    public LeaveOneOut leaveOneOut(Device device, int draws) {
        try {
            Key key = new Key(saved.fit().fit().seed()).fork("leave one out");
            LeaveOneOut fitted = LeaveOneOut.of(device, model, posterior, key, draws);
            return (problem == null ? fitted : fitted.plus(problem::unitOfRow)).named(labels);
        } catch (IllegalArgumentException e) {
            throw new InputException(saved.option() + ": " + e.getMessage(), e);
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            throw saved.refusal("cannot be drawn from: " + e.getMessage());
        }
    }

    /** Of a user's own model; null of others, whose parameters are those of the fit. */
    public @Nullable Model ownModel() {
        return problem == null ? model : null;
    }

    /**
     * log p(y, z) of the data in the file, as a density of the coordinates of the file of the fit.
     *
     * @param z draws of these, [S][D]
     */
    public double[] logJoint(Device device, double[][] z) {
        double shift = problem == null ? 0 : problem.elbo(0) - problem.logScale();
        double[] flat = Arrays.stream(z)
                .flatMapToDouble(draw -> Arrays.stream(problem == null ? draw : problem.toModel(draw)))
                .toArray();
        try (RowsLogJoint joint = model.logJoint(device);
                PointDensity density = new PointDensity(device, joint)) {
            double[] values = new double[z.length];
            density.evaluate(z.length, flat, values, null);
            return Arrays.stream(values).map(value -> value + shift).toArray();
        }
    }
}
