package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.conjugate.CaviRegression;
import io.github.elbo4j.conjugate.ExactRegression;
import io.github.elbo4j.conjugate.NoisePrecision;
import io.github.elbo4j.conjugate.NormalRegression;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.estimate.ExactEvidence;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code fit linear}. */
class Linear extends Continuous {
    @Option(
            names = "--noise-sd",
            paramLabel = "S",
            description =
                    "Take the noise as known, with this standard deviation in units of the target. Without it, its"
                            + " logarithm is a parameter.")
    private @Nullable Double noiseSd;

    @Option(
            names = "--relevance",
            description =
                    "Of --method cavi: automatic relevance determination, which gives each column a prior precision of its"
                            + " own and draws columns that predict nothing to zero.")
    private boolean relevance;

    /** The prior of a column's precision, which says as good as nothing. */
    private static final NoisePrecision RELEVANCE = new NoisePrecision(1e-2, 1e-4);

    @Override
    public String name() {
        return "linear";
    }

    @Override
    public String summary() {
        return "Bayesian linear regression: the target is linear in the other columns, plus normal noise.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/air.csv --target ozone",
                "--data test/data/air.csv --target ozone --compare exact,cavi");
    }

    @Override
    public void validate(CommandLine command) {
        if (noiseSd != null && !(noiseSd > 0 && Double.isFinite(noiseSd))) {
            throw new ParameterException(command, "--noise-sd is " + noiseSd + ", but must be a positive number");
        }
    }

    /** Whether the noise can be computed with on the scale that is fitted. */
    @Override
    public void check(Problem problem) {
        double least = BayesianLinearRegression.LEAST_NOISE_SD;
        double largest = BayesianLinearRegression.LARGEST_NOISE_SD;
        if (noiseSd != null && !(noiseSd / problem.targetSd() >= least && noiseSd / problem.targetSd() <= largest)) {
            String unit = problem.scale() == null
                    ? ""
                    : " times the target's standard deviation, which is " + problem.targetSd();
            throw new InputException(
                    "--noise-sd is " + noiseSd + ", but must be from " + least + " to " + largest + unit);
        }
    }

    @Override
    public List<OwnParameter> ownParameters(Problem problem) {
        return noiseSd == null ? List.of(new OwnParameter(BayesianLinearRegression.LOG_NOISE, true)) : List.of();
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        NormalPrior prior = logScalePrior(problem);
        return Normal.of(
                predictor,
                noiseSd == null
                        ? m.parameter("noise sd", LogNormal.of(prior.mean(), prior.sd()))
                        : Expr.of(noiseSd / problem.targetSd()));
    }

    /** The hand-written likelihood where it serves: it is faster. */
    @Override
    public RowsLogJoint joint(Device device, Problem problem) {
        if (!problem.isPlain()) {
            return super.joint(device, problem);
        }
        return (noiseSd == null
                        ? BayesianLinearRegression.unknownNoise(
                                device, problem.data(), problem.coefficientPriors(), logScalePrior(problem))
                        : BayesianLinearRegression.knownNoise(
                                device, problem.data(), problem.coefficientPriors(), noiseSd / problem.targetSd()))
                .logJoint();
    }

    /** Of known noise, with normal priors on all that is inferred. */
    @Override
    public @Nullable Double logEvidence(Problem problem) {
        Beside beside = problem.input().beside();
        if (noiseSd == null || beside.group() != null) {
            return null;
        }
        return ExactEvidence.linear(
                problem.data(),
                problem.coefficientPriors(),
                noiseSd / problem.targetSd(),
                beside.weights() == null ? null : beside.weights().values());
    }

    @Override
    public Map<String, ClosedForm> closedForms(Problem problem) {
        if (!problem.isPlain(true)) {
            return Map.of();
        }
        Map<String, ClosedForm> forms = new LinkedHashMap<>();
        List<NormalPrior> priors = problem.coefficientPriors();
        if (noiseSd != null) {
            NormalRegression known = NormalRegression.knownNoise(problem.data(), priors, noiseSd / problem.targetSd());
            forms.put(ExactRegression.NAME, (device, seed, cancelled) -> new ExactRegression().fit(device, known));
            return forms;
        }
        NoisePrecision noise = NoisePrecision.ofLogSd(
                logScalePrior(problem).mean(), logScalePrior(problem).sd());
        NormalRegression conjugate = NormalRegression.inUnitsOfNoise(problem.data(), priors, noise);
        NormalRegression factors = relevance
                ? NormalRegression.relevance(problem.data(), priors.get(0), RELEVANCE, noise)
                : NormalRegression.independent(problem.data(), priors, noise);
        forms.put(ExactRegression.NAME, (device, seed, cancelled) -> new ExactRegression().fit(device, conjugate));
        forms.put(
                CaviRegression.NAME,
                (device, seed, cancelled) ->
                        new CaviRegression(ClosedForm.settings(seed, cancelled)).fit(device, factors));
        return forms;
    }

    @Override
    public String afterwards(FitResult fitted) {
        return noiseSd == null && fitted.method().equals(ExactRegression.NAME)
                ? "exact takes the conjugate prior, in which the prior sd of a coefficient is in units of the noise: its evidence"
                        + " is that of another prior than the other methods'"
                : "";
    }

    /** The curvature is about {@code rows/noise²}, times the largest eigenvalue of the correlations. */
    @Override
    public double robbinsMonroRate(Problem problem) {
        double fitted = noiseSd == null ? 0 : noiseSd / problem.targetSd();
        return (noiseSd == null ? 5 : 2 * fitted * fitted) / problem.data().rows();
    }

    @Override
    public Map<String, Object> options(Problem problem) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (noiseSd != null) {
            options.put("noiseSd", noiseSd);
        } else {
            if (relevance) {
                options.put("relevance", true);
            }
            options.put("logNoisePriorMean", logScalePrior(problem).mean());
            options.put("logNoisePriorSd", logScalePrior(problem).sd());
        }
        return options;
    }

    @Override
    public Map<String, String> logarithms() {
        return Map.of(BayesianLinearRegression.LOG_NOISE, "noise sd");
    }
}
