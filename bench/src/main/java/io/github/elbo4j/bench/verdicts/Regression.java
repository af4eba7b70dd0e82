package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Densities.Prior;
import io.github.elbo4j.bench.verdicts.Tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** y ~ N(X·b, sigma) with independent priors; the coordinates are b and log sigma. */
final class Regression implements Target {
    private final List<String> parameters;
    private final NormalLikelihood likelihood;
    private final List<Prior> priors;
    private final Prior sigmaPrior;

    /**
     * A model and its data.
     *
     * @param names of the coefficients, [K]
     * @param priors of the coefficients, [K]
     * @param sigmaPrior of sigma itself, on sigma > 0
     * @param columns [K][N]
     * @param y [N]
     */
    Regression(List<String> names, List<Prior> priors, Prior sigmaPrior, double[][] columns, double[] y) {
        this.parameters = new ArrayList<>(names);
        this.parameters.add("sigma");
        this.likelihood = new NormalLikelihood(columns, y);
        this.priors = List.copyOf(priors);
        this.sigmaPrior = sigmaPrior;
    }

    @Override
    public List<String> coordinates() {
        List<String> coordinates = new ArrayList<>(parameters);
        coordinates.set(priors.size(), "log sigma");
        return coordinates;
    }

    @Override
    public Variable logDensity(Tape tape, Variable[] z) {
        int terms = priors.size();
        Variable logSigma = z[terms];
        Variable sum = likelihood.logDensity(Arrays.copyOf(z, terms), logSigma);
        for (int k = 0; k < terms; k++) {
            sum = sum.plus(priors.get(k).logDensity(z[k]));
        }
        return sum.plus(sigmaPrior.logDensity(logSigma.exp())).plus(logSigma);
    }

    @Override
    public List<String> parameters() {
        return parameters;
    }

    @Override
    public void parametersAt(double[] z, double[] out) {
        int terms = priors.size();
        System.arraycopy(z, 0, out, 0, terms);
        out[terms] = StrictMath.exp(z[terms]);
    }
}
