package io.github.elbo4j.cli.model;

import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.LogNormal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.NormalPrior;
import java.util.List;
import java.util.Map;

/** {@code fit negative-binomial}. */
final class NegativeBinomial extends Counts {
    private static final String DISPERSION = "dispersion";
    private static final String LOG_DISPERSION = "log dispersion";

    /** Of the log of the dispersion: the variance's excess over a Poisson's is from tiny to overwhelming. */
    private static final NormalPrior PRIOR = new NormalPrior(1, 2);

    @Override
    public String name() {
        return "negative-binomial";
    }

    @Override
    public String title() {
        return "negative binomial";
    }

    @Override
    public String summary() {
        return "Bayesian negative binomial regression: the target is a count, the log of its mean is linear in the other"
                + " columns, its variance is mean + mean²/dispersion.";
    }

    @Override
    public List<String> examples() {
        return List.of("--data test/data/warpbreaks.csv --target breaks --categorical wool,tension");
    }

    @Override
    public List<OwnParameter> ownParameters(Problem problem) {
        return List.of(new OwnParameter(LOG_DISPERSION, false));
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        return io.github.elbo4j.distribution.NegativeBinomial.ofLogMean(
                predictor, m.parameter(DISPERSION, LogNormal.of(PRIOR.mean(), PRIOR.sd())));
    }

    /** Pearson's chi-squared by row, of which differences between groups are a part. */
    @Override
    double overdispersion(double[] y, double[] mean) {
        double sum = 0;
        for (int n = 0; n < y.length; n++) {
            sum += (y[n] - mean[n]) * (y[n] - mean[n]) / mean[n] / y.length;
        }
        return Math.max(1, sum);
    }

    @Override
    public Map<String, Object> options(Problem problem) {
        return Map.of("logDispersionPriorMean", PRIOR.mean(), "logDispersionPriorSd", PRIOR.sd());
    }

    @Override
    public Map<String, String> logarithms() {
        return Map.of(LOG_DISPERSION, DISPERSION);
    }
}
