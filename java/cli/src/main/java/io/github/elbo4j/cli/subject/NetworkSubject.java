package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Standardization;
import io.github.elbo4j.network.BayesianNetwork;
import io.github.elbo4j.network.NetworkModel;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.ModelDescription;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Words;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A Bayesian network of the rows of a table. The fit stays on the scale that is fitted; predictions are on that of the data. */
final class NetworkSubject implements Subject {
    /** What {@code fit.json} calls such models. */
    static final String KIND = "network";

    private final CommandLine command;
    private final NetworkProblem problem;
    private final @Nullable RegressionInput held;
    private final NetworkModel network;
    private final Model model;
    private String heldOut = ""; // how they were predicted

    /** @param held rows that are not fitted; null if there are none */
    NetworkSubject(CommandLine command, NetworkProblem problem, @Nullable RegressionInput held) {
        this.command = command;
        this.problem = problem;
        this.held = held;
        try {
            this.network = problem.network();
            this.model = network.model();
        } catch (IllegalArgumentException e) { // a value beyond float32, by its row
            throw new InputException(problem.input().file() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> parameters() {
        return model.coordinateNames();
    }

    @Override
    public int rows() {
        return problem.input().rows();
    }

    @Override
    public LogJoint joint(Device device) {
        return model.logJoint(device);
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public NetworkModel network() {
        return network;
    }

    @Override
    public void checkBatch(int batch) {
        if (batch > rows()) {
            throw new ParameterException(
                    command, "--batch is " + batch + ", but " + Words.count(rows(), "row") + " are fitted");
        }
    }

    /** The curvature of one weight is at most about that of a coefficient, {@code rows/noise²}. */
    @Override
    public double robbinsMonroRate() {
        return 2.0 / rows();
    }

    /** From its own start: paths of L-BFGS would end in a mode of the density, far from where a mean-field q is best. */
    @Override
    public Sgvi.Builder settings(Sgvi.Builder settings) {
        return settings.starts(0).initialSd(BayesianNetwork.INITIAL_SD);
    }

    @Override
    public boolean prefersMeanField() {
        return true;
    }

    @Override
    public double elbo(double fitted) {
        return problem.elbo(fitted);
    }

    /** The rows may be other ones, but not their scale, in which the weights are. */
    @Override
    public FitResult saved(Saved saved) {
        DataSource data = saved.fit().data();
        if (data == null) {
            throw saved.refusal("does not say what it was fitted to");
        }
        RegressionInput input = problem.input();
        saved.same("the model", saved.fit().model(), KIND);
        saved.same("the target", data.target(), input.target());
        saved.same("the predictors", data.predictors(), input.predictors());
        saved.same("the codings", data.codings(), input.codings());
        problem.shape().options().forEach((name, value) -> {
            Object there = saved.fit().options().get(name);
            saved.same(
                    name,
                    there instanceof Number a ? (Object) a.doubleValue() : there, // JSON tells no 0 from 0.0
                    value instanceof Number b ? (Object) b.doubleValue() : value);
        });
        saved.same("the scales", data.scales(), problem.scales());
        saved.same("the weights", saved.fit().fit().parameterNames(), parameters());
        return saved.fit().fit();
    }

    @Override
    public Report report(FitResult fitted) {
        RegressionInput input = problem.input();
        Map<String, Object> used = new LinkedHashMap<>(problem.shape().options());
        if (held != null) {
            used.put("heldOut", held.rows());
        }
        ModelDescription description = new ModelDescription(
                KIND,
                "Bayesian network of " + input.target() + ", "
                        + problem.shape().hidden().stream().map(String::valueOf).collect(Collectors.joining(" and "))
                        + " hidden units ("
                        + problem.shape().activation().name().toLowerCase(Locale.ROOT) + ")",
                "",
                "The size of a layer's weights is the root of their mean square, in units of their prior sd.",
                Map.of(),
                used);
        DataSource source = new DataSource(
                input.file(),
                input.sha256(),
                input.rows(),
                input.target(),
                input.predictors(),
                input.droppedRows(),
                input.codings(),
                input.notes(),
                Map.of(),
                List.of(),
                problem.scales());
        return Report.of(onScaleOfData(fitted)).model(description).about(source);
    }

    /** With an ELBO of the data in the file; the weights stay as they are. */
    private FitResult onScaleOfData(FitResult fitted) {
        int d = model.dimensions();
        double[] ones = new double[d];
        Arrays.fill(ones, 1);
        return problem.target().sd() == 1
                ? fitted
                : fitted.mapped(new Standardization.Affine(new double[d], ones, new double[d]), this::elbo);
    }

    @Override
    public Report quantities(Device device, Report report) {
        try {
            NetworkExhibits exhibits = new NetworkExhibits(problem, report.fit());
            if (held != null) {
                heldOut = exhibits.judge(device, problem.of(held));
            }
            return report.quantities(exhibits.sizes()).exhibits(exhibits.page());
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            return report;
        }
    }

    /** Of the layers' sizes and what is observed: weights one by one are as their prior says. */
    @Override
    public List<Marginal> prior(int draws, long seed) {
        return PriorMarginals.of(
                        model, draws, seed, z -> z, (row, y) -> problem.target().original(y))
                .stream()
                .filter(marginal -> marginal.name().endsWith(PriorMarginals.OBSERVED))
                .toList();
    }

    @Override
    public String afterwards(FitResult fitted) {
        return heldOut;
    }
}
