package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Densities.Prior;
import io.github.elbo4j.bench.verdicts.Tape.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * mu ~ N(0, 5), tau ~ half-Cauchy(5), theta_j ~ N(mu, tau), y_j ~ N(theta_j, sigma_j). The coordinates are theta, mu and
 * log tau; noncentred, t_j = (theta_j − mu)/tau in theta's place.
 */
final class EightSchools implements Target {
    private static final double MU_SD = 5;
    private static final Prior TAU = Prior.halfCauchy(5);

    private final boolean centred;
    private final double[] y;
    private final double[] sigma;

    EightSchools(boolean centred, double[] y, double[] sigma) {
        this.centred = centred;
        this.y = y;
        this.sigma = sigma;
    }

    @Override
    public List<String> coordinates() {
        return names(centred ? "theta" : "t", "log tau");
    }

    @Override
    public Variable logDensity(Tape tape, Variable[] z) {
        int schools = y.length;
        Variable mu = z[schools];
        Variable logTau = z[schools + 1];
        Variable tau = logTau.exp();
        Variable sum = Densities.normal(mu, MU_SD).plus(TAU.logDensity(tau)).plus(logTau);
        for (int j = 0; j < schools; j++) {
            Variable theta = centred ? z[j] : mu.plus(tau.times(z[j]));
            Variable prior = centred ? Densities.normal(theta, mu, logTau) : Densities.normal(z[j], 1);
            sum = sum.plus(prior).plus(Densities.normal(y[j], theta, sigma[j]));
        }
        return sum;
    }

    @Override
    public List<String> parameters() {
        return names("theta", "tau");
    }

    @Override
    public void parametersAt(double[] z, double[] out) {
        int schools = y.length;
        double mu = z[schools];
        double tau = StrictMath.exp(z[schools + 1]);
        for (int j = 0; j < schools; j++) {
            out[j] = centred ? z[j] : mu + tau * z[j];
        }
        out[schools] = mu;
        out[schools + 1] = tau;
    }

    private List<String> names(String effect, String spread) {
        List<String> names = new ArrayList<>();
        for (int j = 1; j <= y.length; j++) {
            names.add(effect + "[" + j + "]");
        }
        names.add("mu");
        names.add(spread);
        return names;
    }
}
