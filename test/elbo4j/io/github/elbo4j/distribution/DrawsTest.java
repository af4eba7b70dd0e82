package io.github.elbo4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Draws against distribution functions: the empirical one of N draws is off by more than 3/√N anywhere with a probability of at most
 * 2·exp(−18) = 3e-8 (Dvoretzky, Kiefer and Wolfowitz; Massart 1990), for distributions with steps too.
 */
class DrawsTest {
    private static final int N = 4000;

    static Stream<Case> all() {
        return Stream.concat(Case.continuous(), Case.discrete());
    }

    private static void check(String what, double[] draws, DoubleUnaryOperator cdf) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        double bound = 3 / Math.sqrt(sorted.length);
        for (int i = 0; i < sorted.length; i++) {
            double below = (double) first(sorted, sorted[i]) / sorted.length;
            double upTo = (double) last(sorted, sorted[i]) / sorted.length;
            // At the draw, and just below it.
            assertThat(upTo - cdf.applyAsDouble(sorted[i]))
                    .as("%s: draws up to %s", what, sorted[i])
                    .isBetween(-bound, bound);
            assertThat(below - cdf.applyAsDouble(Math.nextDown(sorted[i])))
                    .as("%s: draws below %s", what, sorted[i])
                    .isBetween(-bound, bound);
        }
    }

    private static int first(double[] sorted, double value) {
        int i = Arrays.binarySearch(sorted, value);
        while (i > 0 && sorted[i - 1] == value) {
            i--;
        }
        return i;
    }

    private static int last(double[] sorted, double value) {
        int i = Arrays.binarySearch(sorted, value) + 1;
        while (i < sorted.length && sorted[i] == value) {
            i++;
        }
        return i;
    }

    /** The distribution function by the density's own integral, which DensitiesTest compares with others. */
    @ParameterizedTest
    @MethodSource("all")
    void drawsHaveTheDensity(Case of) {
        Distribution distribution = of.distribution(new Parameters());

        double[] draws = distribution.draw(new int[] {N}, new SplittableRandom(7), of.z());

        assertThat(draws).hasSize(N);
        check(of.name(), draws, cdf(distribution, of));
    }

    private static DoubleUnaryOperator cdf(Distribution distribution, Case of) {
        boolean discrete = distribution.support().isDiscrete();
        Grid grid = discrete ? Grid.counts(distribution.support()) : Grid.of(distribution.support());
        double[] x = grid.x();
        double[] sums = grid.cumulative(distribution, of.z());
        return at -> {
            int i = Arrays.binarySearch(x, at);
            int below = i >= 0 ? i : -i - 2;
            if (below < 0 || below == x.length - 1) {
                return below < 0 ? 0 : 1;
            }
            double part = discrete ? 0 : (at - x[below]) / (x[below + 1] - x[below]);
            return sums[below] + part * (sums[below + 1] - sums[below]);
        };
    }

    /** The expressions by which a device draws, and which distributions have one. */
    @Test
    void normalsBecomeTheDistribution() {
        List<String> found = new ArrayList<>();
        Case.continuous().forEach(of -> {
            Parameters parameters = new Parameters();
            Distribution distribution = of.distribution(parameters);
            Expr normal = parameters.add("normal", N);
            Expr more = parameters.add("more", N);
            Expr u = distribution.ofNormals(normal, () -> more);
            if (u == null) {
                return;
            }
            Variates random = new Variates(new SplittableRandom(7));
            double[] z = Arrays.copyOf(of.z(), parameters.dimensions());
            for (int i = of.z().length; i < z.length; i++) {
                z[i] = random.normal();
            }
            found.add(of.name());
            check(of.name(), distribution.support().constrain(u).value().value(z), cdf(distribution, of));
        });
        assertThat(found)
                .containsExactly(
                        "Normal",
                        "HalfNormal",
                        "LogNormal",
                        "Cauchy",
                        "HalfCauchy",
                        "Exponential",
                        "Uniform",
                        "Uniform on the unit interval",
                        "Laplace",
                        "Logistic");
    }

    @Test
    void theCentreOfAPriorIsInTheMiddle() {
        Case.continuous().forEach(of -> {
            Distribution distribution = of.distribution(new Parameters());
            double[] draws = distribution.draw(new int[] {N}, new SplittableRandom(3), of.z());
            double centre = distribution.centre(new int[] {1}, of.z())[0];
            long below = Arrays.stream(draws).filter(x -> x < centre).count();

            // Not a far quantile: what a fit needs of a start.
            assertThat((double) below / N).as(of.name()).isBetween(0.2, 0.85);
        });
    }

    /** Where counts are made by halving or cutting, and where by the normal limit. */
    @Test
    void largeCountsHaveTheirDistributions() {
        Variates random = new Variates(new SplittableRandom(5));
        for (double p : new double[] {0.03, 0.6}) {
            BinomialDistribution binomial = BinomialDistribution.of(5000, p);
            check(
                    "binomial",
                    DoubleStream.generate(() -> random.binomial(5000, p))
                            .limit(N)
                            .toArray(),
                    x -> binomial.cumulativeProbability((int) Math.floor(x)));
        }
        PoissonDistribution poisson = PoissonDistribution.of(3000);
        check(
                "poisson",
                DoubleStream.generate(() -> random.poisson(3000)).limit(N).toArray(),
                x -> poisson.cumulativeProbability((int) Math.floor(x)));
        check(
                "many",
                DoubleStream.generate(() -> (random.poisson(1e16) - 1e16) / 1e8)
                        .limit(N)
                        .toArray(),
                NormalDistribution.of(0, 1)::cumulativeProbability);
        assertThat(random.poisson(Double.NaN)).isNaN();
        assertThat(random.binomial(5, Double.NaN)).isNaN();
        assertThat(random.logGamma(Double.NaN)).isNaN();
        assertThat(random.poisson(0)).isZero();
        assertThat(random.binomial(7, 1)).isEqualTo(7);
    }

    /** A shape at which x itself underflows. */
    @Test
    void smallShapesAreDrawnOnTheLogScale() {
        Variates random = new Variates(new SplittableRandom(5));
        // −log x·shape is nearly exponential: Γ(shape + 1) is nearly 1.
        double[] draws = DoubleStream.generate(() -> -1e-6 * random.logGamma(1e-6))
                .limit(N)
                .toArray();
        check("small shape", draws, x -> x < 0 ? 0 : -Math.expm1(-x));
    }

    private static double[] element(double[] draws, int event, int i) {
        double[] own = new double[draws.length / event];
        for (int n = 0; n < own.length; n++) {
            own[n] = draws[n * event + i];
        }
        return own;
    }

    @Test
    void elementsOfADirichletAreBeta() {
        double[] alpha = {0.4, 2, 3.1};
        double[] draws = Dirichlet.of(alpha).draw(new int[] {N, 3}, new SplittableRandom(11));
        for (int k = 0; k < 3; k++) {
            BetaDistribution beta = BetaDistribution.of(alpha[k], 5.5 - alpha[k]);
            check("element " + k, element(draws, 3, k), beta::cumulativeProbability);
        }
    }

    @Test
    void anyDirectionOfAMultivariateNormalIsNormal() {
        double[][] l = {{0.8, 0, 0}, {-0.5, 1.2, 0}, {0.3, 0.4, 0.6}};
        double[] mu = {1, -2, 0.5};
        double[] draws = MultivariateNormal.ofCholesky(Expr.data("mu", mu), Expr.data("L", l))
                .draw(new int[] {N, 3}, new SplittableRandom(12));
        double[] along = {1, -0.7, 2};
        double mean = 0;
        double variance = 0;
        for (int j = 0; j < 3; j++) {
            double scale = 0;
            for (int i = 0; i < 3; i++) {
                scale += along[i] * l[i][j];
            }
            variance += scale * scale;
            mean += along[j] * mu[j];
        }
        double[] projected = new double[N];
        for (int n = 0; n < N; n++) {
            for (int j = 0; j < 3; j++) {
                projected[n] += along[j] * draws[3 * n + j];
            }
        }
        check("projection", projected, NormalDistribution.of(mean, Math.sqrt(variance))::cumulativeProbability);
    }

    /** Each correlation is 2·Beta(b, b) − 1 with b = eta + (K − 2)/2 (Lewandowski, Kurowicka and Joe 2009). */
    @Test
    void correlationsOfLkjAreBeta() {
        double eta = 1.6;
        double[] draws = LkjCholesky.of(4, eta).draw(new int[] {N, 4, 4}, new SplittableRandom(13));
        BetaDistribution beta = BetaDistribution.of(eta + 1, eta + 1);
        for (int i = 1; i < 4; i++) {
            for (int j = 0; j < i; j++) {
                double[] r = new double[N];
                for (int n = 0; n < N; n++) {
                    for (int k = 0; k <= j; k++) {
                        r[n] += draws[16 * n + 4 * i + k] * draws[16 * n + 4 * j + k];
                    }
                }
                check("correlation " + i + " " + j, r, x -> beta.cumulativeProbability(0.5 * (x + 1)));
            }
        }
        assertThat(LkjCholesky.of(3, 1).centre(new int[] {2, 3, 3}))
                .containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1);
    }

    @Test
    void orderedDrawsAreOrderStatistics() {
        Distribution ordered = Normal.of(0.5, 2).ordered();
        double[] draws = ordered.draw(new int[] {N, 3}, new SplittableRandom(14));
        NormalDistribution normal = NormalDistribution.of(0.5, 2);
        check("least", element(draws, 3, 0), x -> 1 - Math.pow(1 - normal.cumulativeProbability(x), 3));
        check("greatest", element(draws, 3, 2), x -> Math.pow(normal.cumulativeProbability(x), 3));
        assertThat(ordered.centre(new int[] {2, 3})).satisfies(centre -> {
            assertThat(ordered.support().contains(Arrays.copyOf(centre, 3))).isTrue();
            assertThat(ordered.support().contains(Arrays.copyOfRange(centre, 3, 6)))
                    .isTrue();
        });
    }
}
