package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Densities.Prior;
import io.github.elbo4j.bench.verdicts.Tape.Variable;
import java.util.List;

/**
 * mu_1 < mu_2, each N(0, 2); sigma_1, sigma_2 ~ half-N(0, 2); theta ~ Beta(5, 5);
 * y ~ theta·N(mu_1, sigma_1) + (1 − theta)·N(mu_2, sigma_2). The coordinates are mu_1, log(mu_2 − mu_1), both log sigma and
 * logit theta.
 */
final class GaussianMixture implements Target {
    private static final double MU_SD = 2;
    private static final Prior SIGMA = Prior.halfNormal(2);
    /** 1/B(5, 5) = 9!/(4!·4!). */
    private static final double LOG_INVERSE_BETA = StrictMath.log(630);

    private final double[] y;

    GaussianMixture(double[] y) {
        this.y = y;
    }

    @Override
    public List<String> coordinates() {
        return List.of("mu[1]", "log(mu[2] - mu[1])", "log sigma[1]", "log sigma[2]", "logit theta");
    }

    @Override
    public Variable logDensity(Tape tape, Variable[] z) {
        Variable mu2 = z[0].plus(z[1].exp());
        Variable logTheta = z[4].logSigmoid();
        Variable logRest = z[4].times(-1).logSigmoid();
        // The density of ordered pairs is twice that of pairs. The Jacobian of theta is theta·(1 − theta): 4 becomes 5.
        return Densities.normal(z[0], MU_SD)
                .plus(Densities.normal(mu2, MU_SD))
                .plus(StrictMath.log(2))
                .plus(z[1])
                .plus(SIGMA.logDensity(z[2].exp()))
                .plus(z[2])
                .plus(SIGMA.logDensity(z[3].exp()))
                .plus(z[3])
                .plus(logTheta.plus(logRest).times(5))
                .plus(LOG_INVERSE_BETA)
                .plus(likelihood(tape, logTheta, z[0], z[2], logRest, mu2, z[3]));
    }

    /** {@code Σ_n log(exp(w1)·N(y_n | mu1, exp(s1)) + exp(w2)·N(y_n | mu2, exp(s2)))} as one node. */
    private Variable likelihood(
            Tape tape, Variable w1, Variable mu1, Variable s1, Variable w2, Variable mu2, Variable s2) {
        double inverse1 = StrictMath.exp(-s1.value());
        double inverse2 = StrictMath.exp(-s2.value());
        double constant1 = w1.value() - s1.value() - Densities.HALF_LOG_2PI;
        double constant2 = w2.value() - s2.value() - Densities.HALF_LOG_2PI;
        double sum = 0;
        double product = 1; // one logarithm for many rows: of the product of their 1 + smaller
        double[] partials = new double[6];
        for (double datum : y) {
            double z1 = (datum - mu1.value()) * inverse1;
            double z2 = (datum - mu2.value()) * inverse2;
            double log1 = constant1 - z1 * z1 / 2;
            double log2 = constant2 - z2 * z2 / 2;
            double smaller = StrictMath.exp(-Math.abs(log1 - log2));
            sum += Math.max(log1, log2);
            product *= 1 + smaller;
            if (product > 1e300) {
                sum += StrictMath.log(product);
                product = 1;
            }
            double share1 = (log1 > log2 ? 1 : smaller) / (1 + smaller);
            double share2 = (log1 > log2 ? smaller : 1) / (1 + smaller);
            partials[0] += share1;
            partials[1] += share1 * z1 * inverse1;
            partials[2] += share1 * (z1 * z1 - 1);
            partials[3] += share2;
            partials[4] += share2 * z2 * inverse2;
            partials[5] += share2 * (z2 * z2 - 1);
        }
        return tape.node(sum + StrictMath.log(product), new Variable[] {w1, mu1, s1, w2, mu2, s2}, partials);
    }

    @Override
    public List<String> parameters() {
        return List.of("mu[1]", "mu[2]", "sigma[1]", "sigma[2]", "theta");
    }

    @Override
    public void parametersAt(double[] z, double[] out) {
        out[0] = z[0];
        out[1] = z[0] + StrictMath.exp(z[1]);
        out[2] = StrictMath.exp(z[2]);
        out[3] = StrictMath.exp(z[3]);
        out[4] = 1 / (1 + StrictMath.exp(-z[4]));
    }
}
