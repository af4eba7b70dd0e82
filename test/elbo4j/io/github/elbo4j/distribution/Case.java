package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.CauchyDistribution;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.DiscreteDistribution;
import org.apache.commons.statistics.distribution.ExponentialDistribution;
import org.apache.commons.statistics.distribution.GammaDistribution;
import org.apache.commons.statistics.distribution.LaplaceDistribution;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.apache.commons.statistics.distribution.LogisticDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A distribution of numbers, and an independent log-density.
 *
 * @param z coordinates of the parameters
 * @param make the distribution, of parameters that vary with z: each on the whole real line
 * @param expected log p(x) at these parameters, in float64
 * @param error of the log-density beside rounding: where a series is cut at what float32 can tell
 */
record Case(String name, double[] z, Function<Expr[], Distribution> make, DoubleUnaryOperator expected, double error) {

    private static Case of(
            String name, Function<Expr[], Distribution> make, DoubleUnaryOperator expected, double... z) {
        return new Case(name, z, make, expected, 0);
    }

    private static Case of(
            String name, Function<Expr[], Distribution> make, ContinuousDistribution expected, double... z) {
        return new Case(name, z, make, expected::logDensity, 0);
    }

    private static Case of(
            String name, Function<Expr[], Distribution> make, DiscreteDistribution expected, double... z) {
        return new Case(name, z, make, y -> expected.logProbability((int) y), 0);
    }

    /** A series that is exact to 1/1680x⁷ at x &gt; 4. */
    private Case cut() {
        return new Case(name, z, make, expected, 4e-8);
    }

    Distribution distribution(Parameters parameters) {
        Expr[] own = new Expr[z.length];
        for (int k = 0; k < own.length; k++) {
            own[k] = parameters.add("parameter " + k);
        }
        return make.apply(own);
    }

    @Override
    public String toString() {
        return name;
    }

    static double lg(double x) {
        return LogGamma.value(x);
    }

    static double log(double x) {
        return Math.log(x);
    }

    static final double E = Math.E;

    static Stream<Case> continuous() {
        return Stream.of(normals(), longTails(), gammas(), others(), mixtures()).flatMap(cases -> cases);
    }

    private static Stream<Case> normals() {
        return Stream.of(
                of("Normal", p -> Normal.of(p[0], p[1].exp()), NormalDistribution.of(0.7, Math.sqrt(E)), 0.7, 0.5),
                of(
                        "HalfNormal",
                        p -> HalfNormal.of(p[0].exp()),
                        x -> log(2) + NormalDistribution.of(0, Math.sqrt(E)).logDensity(x),
                        0.5),
                of(
                        "LogNormal",
                        p -> LogNormal.of(p[0], p[1].exp()),
                        LogNormalDistribution.of(0.7, Math.exp(-0.4)),
                        0.7,
                        -0.4));
    }

    private static Stream<Case> longTails() {
        return Stream.of(
                of(
                                "StudentT",
                                p -> StudentT.of(p[0].exp(), p[1], p[2].exp()),
                                x -> TDistribution.of(Math.exp(0.9)).logDensity((x - 0.7) / Math.exp(0.3)) - 0.3,
                                0.9,
                                0.7,
                                0.3)
                        .cut(),
                of(
                                "StudentT of few",
                                p -> StudentT.of(p[0].exp(), p[1], p[2].exp()),
                                x -> TDistribution.of(Math.exp(-0.5)).logDensity((x - 0.7) / Math.exp(0.3)) - 0.3,
                                -0.5,
                                0.7,
                                0.3)
                        .cut(),
                of(
                                "StudentT of many",
                                p -> StudentT.of(p[0].exp(), p[1], p[2].exp()),
                                x -> TDistribution.of(Math.exp(7)).logDensity((x - 0.7) / Math.exp(0.3)) - 0.3,
                                7,
                                0.7,
                                0.3)
                        .cut(),
                of(
                                "HalfStudentT",
                                p -> HalfStudentT.of(p[0].exp(), p[1].exp()),
                                x -> log(2) + TDistribution.of(Math.exp(0.9)).logDensity(x / Math.exp(0.3)) - 0.3,
                                0.9,
                                0.3)
                        .cut(),
                of("Cauchy", p -> Cauchy.of(p[0], p[1].exp()), CauchyDistribution.of(0.7, E), 0.7, 1),
                of(
                        "HalfCauchy",
                        p -> HalfCauchy.of(p[0].exp()),
                        x -> log(2) + CauchyDistribution.of(0, E).logDensity(x),
                        1));
    }

    private static Stream<Case> gammas() {
        return Stream.of(
                of("Exponential", p -> Exponential.of(p[0].exp()), ExponentialDistribution.of(Math.exp(-0.8)), 0.8),
                of(
                        "Gamma",
                        p -> Gamma.of(p[0].exp(), p[1].exp()),
                        GammaDistribution.of(Math.exp(0.8), Math.exp(0.6)),
                        0.8,
                        -0.6),
                of(
                        "Gamma of small shape",
                        p -> Gamma.of(p[0].exp(), p[1].exp()),
                        GammaDistribution.of(Math.exp(-0.8), Math.exp(0.6)),
                        -0.8,
                        -0.6),
                of(
                        "InverseGamma",
                        p -> InverseGamma.of(p[0].exp(), p[1].exp()),
                        x -> Math.exp(0.8) * -0.6
                                - lg(Math.exp(0.8))
                                - (Math.exp(0.8) + 1) * log(x)
                                - Math.exp(-0.6) / x,
                        0.8,
                        -0.6),
                of("Beta", p -> Beta.of(p[0].exp(), p[1].exp()), BetaDistribution.of(Math.exp(0.8), E), 0.8, 1));
    }

    private static Stream<Case> others() {
        return Stream.of(
                of("Uniform", p -> Uniform.of(-1.5, 4), x -> -log(5.5)),
                of("Uniform on the unit interval", p -> Uniform.of(0, 1), x -> 0),
                of(
                        "Laplace",
                        p -> Laplace.of(p[0], p[1].exp()),
                        LaplaceDistribution.of(0.3, Math.exp(-0.4)),
                        0.3,
                        -0.4),
                of(
                        "Logistic",
                        p -> Logistic.of(p[0], p[1].exp()),
                        LogisticDistribution.of(0.7, Math.exp(-0.4)),
                        0.7,
                        -0.4));
    }

    private static Stream<Case> mixtures() {
        return Stream.of(
                of(
                        "Mixture",
                        p -> Mixture.ofLogits(
                                Expr.vector(p[0], p[1], p[2]),
                                Normal.of(p[3], 1),
                                Cauchy.of(0, p[4].exp()),
                                Normal.of(p[3].plus(3), 0.5)),
                        x -> log((Math.exp(0.2 + NormalDistribution.of(-1, 1).logDensity(x))
                                        + Math.exp(-0.4
                                                + CauchyDistribution.of(0, E).logDensity(x))
                                        + Math.exp(0.9
                                                + NormalDistribution.of(2, 0.5).logDensity(x)))
                                / (Math.exp(0.2) + Math.exp(-0.4) + Math.exp(0.9))),
                        0.2,
                        -0.4,
                        0.9,
                        -1,
                        1),
                of(
                        "Mixture of positive ones",
                        p -> Mixture.of(new double[] {0.3, 0.7}, Exponential.of(p[0].exp()), HalfNormal.of(p[1].exp())),
                        x -> log(0.3
                                        * ExponentialDistribution.of(Math.exp(-0.8))
                                                .density(x)
                                + 1.4 * NormalDistribution.of(0, Math.exp(1.2)).density(x)),
                        0.8,
                        1.2));
    }

    static Stream<Case> discrete() {
        return Stream.of(
                of("Bernoulli by logit", p -> Bernoulli.ofLogit(p[0]), y -> y * 0.8 - log(1 + Math.exp(0.8)), 0.8),
                of("Bernoulli by p", p -> Bernoulli.of(p[0].sigmoid()), y -> y * 0.8 - log(1 + Math.exp(0.8)), 0.8),
                of(
                        "Binomial",
                        p -> Binomial.ofLogit(9, p[0]),
                        BinomialDistribution.of(9, 1 / (1 + Math.exp(-0.8))),
                        0.8),
                of(
                        "Categorical",
                        p -> Categorical.ofLogits(Expr.vector(p[0], p[1], p[2])),
                        y -> List.of(0.8, -0.3, 1.1).get((int) y) - log(Math.exp(0.8) + Math.exp(-0.3) + Math.exp(1.1)),
                        0.8,
                        -0.3,
                        1.1),
                of("Poisson by log rate", p -> Poisson.ofLogRate(p[0]), PoissonDistribution.of(Math.exp(1.3)), 1.3),
                of("Poisson by rate", p -> Poisson.of(p[0].exp()), PoissonDistribution.of(Math.exp(1.3)), 1.3),
                negativeBinomial("NegativeBinomial", 1.3, 0.4),
                negativeBinomial("NegativeBinomial, almost Poisson", 1.3, 9),
                negativeBinomial("NegativeBinomial, wide", 1.3, -1.5),
                of(
                        "Mixture of counts",
                        p -> Mixture.of(
                                Expr.vector(p[0].sigmoid(), p[0].negated().sigmoid()),
                                Poisson.ofLogRate(p[1]),
                                Poisson.of(9)),
                        y -> log(PoissonDistribution.of(Math.exp(0.4)).probability((int) y) / (1 + Math.exp(-0.6))
                                + PoissonDistribution.of(9).probability((int) y) / (1 + Math.exp(0.6))),
                        0.6,
                        0.4));
    }

    private static Case negativeBinomial(String name, double logMean, double logDispersion) {
        double d = Math.exp(logDispersion);
        double mu = Math.exp(logMean);
        return of(
                        name,
                        p -> NegativeBinomial.ofLogMean(p[0], p[1].exp()),
                        y -> lg(y + d) - lg(d) - lg(y + 1) + y * log(mu / (mu + d)) + d * Math.log1p(-mu / (mu + d)),
                        logMean,
                        logDispersion)
                .cut();
    }
}
