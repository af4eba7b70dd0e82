package io.github.elbo4j.cli.model;

import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.Gamma;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.distribution.StudentT;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.NormalPrior;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code fit robust}. */
final class Robust extends Continuous {
    private static final String SCALE = "scale";
    private static final String LOG_SCALE = "log scale";
    private static final String FREEDOM = "degrees of freedom";
    private static final String LOG_FREEDOM = "log degrees of freedom";

    /** Juárez and Steel (2010), Model-based clustering of non-Gaussian panel data: shape and rate of a gamma. */
    private static final double FREEDOM_SHAPE = 2;

    private static final double FREEDOM_RATE = 0.1;

    @Option(
            names = "--df",
            paramLabel = "NU",
            description =
                    "Degrees of freedom of the noise, as known: the fewer, the less an outlier counts. Without it they"
                            + " are a parameter.")
    private @Nullable Double freedom;

    @Override
    public String name() {
        return "robust";
    }

    @Override
    public String title() {
        return "robust linear";
    }

    @Override
    public String summary() {
        return "Bayesian robust linear regression: the target is linear in the other columns, plus noise with heavy tails"
                + " (Student's t), which outliers do not pull.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/stackloss.csv --target stack_loss",
                "--data test/data/stackloss.csv --target stack_loss --df 4");
    }

    @Override
    public void validate(CommandLine command) {
        if (freedom != null && !(freedom > 0 && Float.isFinite((float) (double) freedom))) {
            throw new ParameterException(command, "--df is " + freedom + ", but must be a positive number");
        }
    }

    @Override
    public List<OwnParameter> ownParameters(Problem problem) {
        List<OwnParameter> own = new ArrayList<>(List.of(new OwnParameter(LOG_SCALE, true)));
        if (freedom == null) {
            own.add(new OwnParameter(LOG_FREEDOM, false));
        }
        return own;
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        NormalPrior prior = logScalePrior(problem);
        Expr scale = m.parameter(SCALE, LogNormal.of(prior.mean(), prior.sd()));
        return StudentT.of(
                freedom == null ? m.parameter(FREEDOM, Gamma.of(FREEDOM_SHAPE, FREEDOM_RATE)) : Expr.of(freedom),
                predictor,
                scale);
    }

    /** The curvature is at most about {@code rows/scale²}, times the largest eigenvalue of the correlations. */
    @Override
    public double robbinsMonroRate(Problem problem) {
        return 5.0 / problem.data().rows();
    }

    @Override
    public Map<String, Object> options(Problem problem) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("logScalePriorMean", logScalePrior(problem).mean());
        options.put("logScalePriorSd", logScalePrior(problem).sd());
        if (freedom != null) {
            options.put("degreesOfFreedom", freedom);
        } else {
            options.put("degreesOfFreedomPriorShape", FREEDOM_SHAPE);
            options.put("degreesOfFreedomPriorRate", FREEDOM_RATE);
        }
        return options;
    }

    @Override
    public Map<String, String> logarithms() {
        return freedom == null ? Map.of(LOG_SCALE, SCALE, LOG_FREEDOM, FREEDOM) : Map.of(LOG_SCALE, SCALE);
    }
}
