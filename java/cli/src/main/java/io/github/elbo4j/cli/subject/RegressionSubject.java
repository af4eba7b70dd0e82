package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.ClosedForm;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.Grouping;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A ready regression of the rows of a table. */
final class RegressionSubject implements Subject {
    private final CommandLine command;
    private final RegressionOptions options;
    private final FitModel model;
    private final RegressionInput input;
    private final Problem problem;

    RegressionSubject(
            CommandLine command, RegressionOptions options, FitModel model, RegressionInput input, Problem problem) {
        this.command = command;
        this.options = options;
        this.model = model;
        this.input = input;
        this.problem = problem;
    }

    @Override
    public List<String> parameters() {
        return problem.parameters();
    }

    @Override
    public int rows() {
        return input.rows();
    }

    @Override
    public LogJoint joint(Device device) {
        return model.joint(device, problem);
    }

    @Override
    public Model model() {
        return problem.model();
    }

    @Override
    public boolean hasWeights() {
        return false; // without making the model, which copies the data
    }

    @Override
    public Map<String, ClosedForm> closedForms() {
        return model.closedForms(problem);
    }

    @Override
    public void checkBatch(int batch) {
        if (batch > input.rows()) {
            throw new ParameterException(
                    command,
                    "--batch is " + batch + ", but " + input.file() + " has only " + Words.count(input.rows(), "row"));
        }
    }

    @Override
    public double robbinsMonroRate() {
        return model.robbinsMonroRate(problem);
    }

    @Override
    public double elbo(double fitted) {
        return problem.elbo(fitted);
    }

    @Override
    public @Nullable Double logEvidence() {
        Double fitted = model.logEvidence(problem);
        return fitted == null ? null : elbo(fitted);
    }

    /** The rows may be other ones; what the parameters mean must be the same. */
    @Override
    public FitResult saved(Saved saved) {
        DataSource data = saved.fit().data();
        if (data == null) {
            throw saved.refusal("does not say what it was fitted to");
        }
        saved.same("the model", saved.fit().model(), model.name());
        saved.same("the target", data.target(), input.target());
        saved.same("the predictors", data.predictors(), input.predictors());
        saved.same("the codings", data.codings(), input.codings());
        saved.same("standardize", saved.fit().options().get("standardize"), options.scale.standardize());
        Beside.PerRow offset = input.beside().offset();
        Object there = saved.fit().options().get(model.offsetIsExposure() ? "exposure" : "offset");
        saved.same("the offset", there == null ? "none" : there, offset == null ? "none" : offset.column());
        saved.same("the parameters", saved.fit().fit().parameterNames(), problem.parameters());
        return problem.toFitted(saved.fit().fit());
    }

    @Override
    public Report report(FitResult fitted) {
        ModelDescription description = new ModelDescription(
                model.name(),
                Words.sentence((fitted.method().equals("mle") ? "" : "Bayesian ") + model.heading(input.target()))
                        .replaceFirst("\\.$", ""),
                model.effect(input.target()),
                model.note(),
                model.logarithms(),
                used());
        DataSource source = new DataSource(
                input.file(),
                input.sha256(),
                input.rows(),
                input.target(),
                input.predictors(),
                input.droppedRows(),
                input.codings(),
                input.notes(),
                problem.units(),
                groupings());
        return Report.of(problem.toOriginal(fitted)).model(description).about(source);
    }

    private List<Grouping> groupings() {
        Beside.Group group = input.beside().group();
        return group == null ? List.of() : List.of(new Grouping(group.column(), group.levels(), problem.centering()));
    }

    /** The coordinates are the parameters, but for those of groups. */
    @Override
    public Report quantities(Report report) {
        return input.beside().group() == null ? report : Quantities.shown(problem.model(), report);
    }

    @Override
    public List<Marginal> prior(int draws, long seed) {
        return PriorMarginals.of(problem.model(), draws, seed, problem::toOriginal, problem::observed);
    }

    @Override
    public String afterwards(FitResult fitted) {
        return model.afterwards(fitted);
    }

    /** What was used of the model, whether it was asked for or chosen. */
    private Map<String, Object> used() {
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("intercept", options.scale.intercept());
        used.put("standardize", options.scale.standardize());
        used.put("priorMean", options.scale.prior().mean());
        used.put("priorSd", options.scale.prior().sd());
        if (options.interceptPriorSd != null) {
            used.put("interceptPriorSd", options.interceptPriorSd);
        }
        Beside beside = input.beside();
        if (beside.offset() != null) {
            used.put(
                    model.offsetIsExposure() ? "exposure" : "offset",
                    beside.offset().column());
        }
        if (beside.weights() != null) {
            used.put("weights", beside.weights().column());
        }
        if (beside.group() != null) {
            used.put("group", beside.group().column());
            used.put("groupPriorSd", problem.priors().groupSd());
        }
        used.putAll(model.options(problem));
        return used;
    }
}
