package io.github.elbo4j.bench.verdicts;

import static java.lang.Math.PI;
import static java.lang.Math.exp;
import static java.lang.Math.log;
import static java.lang.Math.sqrt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.model.HostLogJoint;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each log-joint against the formula of its model, written down row by row, and its gradient against differences. */
class ModelsTest {
    private static final int N = 40;

    /** log p at a point, from the data: the plain formula. */
    private interface Formula {
        double at(Data data, double[] z);
    }

    private interface Predictor {
        double at(int n, double[] b);
    }

    private static final Map<String, Formula> FORMULAS = new LinkedHashMap<>();

    static {
        FORMULAS.put("eight_schools_centered", (data, z) -> eightSchools(data, z, Arrays.copyOf(z, N)));
        FORMULAS.put("eight_schools_noncentered", (data, z) -> {
            double tau = exp(z[N + 1]);
            double[] theta =
                    IntStream.range(0, N).mapToDouble(j -> z[N] + tau * z[j]).toArray();
            // the density of t is that of theta times d theta/d t
            return eightSchools(data, z, theta) + N * log(tau);
        });
        FORMULAS.put("kidscore_interaction", (data, z) -> {
            double[] hs = data.vector("mom_hs");
            double[] iq = data.vector("mom_iq");
            return regression(
                            data.vector("kid_score"),
                            z,
                            4,
                            (n, b) -> b[0] + b[1] * hs[n] + b[2] * iq[n] + b[3] * hs[n] * iq[n])
                    + halfCauchy(exp(z[4]), 2.5);
        });
        FORMULAS.put("kidscore_momhs", (data, z) -> {
            double[] hs = data.vector("mom_hs");
            return regression(data.vector("kid_score"), z, 2, (n, b) -> b[0] + b[1] * hs[n])
                    + halfCauchy(exp(z[2]), 2.5);
        });
        FORMULAS.put("kidscore_mom_work", (data, z) -> {
            double[] work = data.vector("mom_work");
            return regression(
                    data.vector("kid_score"), z, 4, (n, b) -> b[0] + (work[n] == 1 ? 0 : b[(int) work[n] - 1]));
        });
        FORMULAS.put("logearn_interaction_z", (data, z) -> {
            double[] height = data.vector("height");
            double[] male = data.vector("male");
            double mean = DoubleStream.of(height).average().orElseThrow();
            double sd = sqrt(
                    DoubleStream.of(height).map(h -> (h - mean) * (h - mean)).sum() / (N - 1));
            double[] y = DoubleStream.of(data.vector("earn")).map(Math::log).toArray();
            return regression(
                    y,
                    z,
                    4,
                    (n, b) -> b[0]
                            + b[1] * (height[n] - mean) / sd
                            + b[2] * male[n]
                            + b[3] * male[n] * (height[n] - mean) / sd);
        });
        FORMULAS.put("earn_height", (data, z) -> {
            double[] height = data.vector("height");
            return regression(data.vector("earn"), z, 2, (n, b) -> b[0] + b[1] * height[n]);
        });
        FORMULAS.put("log10earn_height", (data, z) -> {
            double[] height = data.vector("height");
            double[] y = DoubleStream.of(data.vector("earn")).map(Math::log10).toArray();
            return regression(y, z, 2, (n, b) -> b[0] + b[1] * height[n]);
        });
        FORMULAS.put("mesquite", (data, z) -> {
            double[][] x = vectors(data, "diam1", "diam2", "canopy_height", "total_height", "density", "group");
            return regression(
                    data.vector("weight"),
                    z,
                    7,
                    (n, b) -> b[0]
                            + b[1] * x[0][n]
                            + b[2] * x[1][n]
                            + b[3] * x[2][n]
                            + b[4] * x[3][n]
                            + b[5] * x[4][n]
                            + b[6] * x[5][n]);
        });
        FORMULAS.put("logmesquite_logvolume", (data, z) -> {
            double[][] x = vectors(data, "diam1", "diam2", "canopy_height");
            double[] y = DoubleStream.of(data.vector("weight")).map(Math::log).toArray();
            return regression(y, z, 2, (n, b) -> b[0] + b[1] * log(x[0][n] * x[1][n] * x[2][n]));
        });
        FORMULAS.put("nes", (data, z) -> {
            double[][] x = vectors(data, "real_ideo", "race_adj", "age_discrete", "educ1", "gender", "income");
            return regression(
                    data.vector("partyid7"),
                    z,
                    9,
                    (n, b) -> b[0]
                            + b[1] * x[0][n]
                            + b[2] * x[1][n]
                            + (x[2][n] == 2 ? b[3] : 0)
                            + (x[2][n] == 3 ? b[4] : 0)
                            + (x[2][n] == 4 ? b[5] : 0)
                            + b[6] * x[3][n]
                            + b[7] * x[4][n]
                            + b[8] * x[5][n]);
        });
        FORMULAS.put("diamonds", (data, z) -> {
            double[][] x = data.columns("X");
            double[] mean = Arrays.stream(x)
                    .mapToDouble(column -> DoubleStream.of(column).average().orElseThrow())
                    .toArray();
            double sum = regression(data.vector("Y"), z, x.length, (n, b) -> {
                double fit = b[x.length - 1];
                for (int k = 1; k < x.length; k++) {
                    fit += (x[k][n] - mean[k]) * b[k - 1];
                }
                return fit;
            });
            for (int k = 0; k < x.length - 1; k++) {
                sum += normal(z[k], 0, 1);
            }
            return sum + studentT3(z[x.length - 1], 8, 10) + log(2) + studentT3(exp(z[x.length]), 0, 10);
        });
        FORMULAS.put("arK", (data, z) -> {
            double[] y = data.vector("y");
            int lags = (int) data.number("K");
            double sum = regression(Arrays.copyOfRange(y, lags, N), z, lags + 1, (n, b) -> {
                double fit = b[0];
                for (int k = 1; k <= lags; k++) {
                    fit += b[k] * y[n + lags - k];
                }
                return fit;
            });
            for (int k = 0; k <= lags; k++) {
                sum += normal(z[k], 0, 10);
            }
            return sum + halfCauchy(exp(z[lags + 1]), 2.5);
        });
        FORMULAS.put("low_dim_gauss_mix", (data, z) -> {
            double mu1 = z[0];
            double mu2 = z[0] + exp(z[1]);
            double sigma1 = exp(z[2]);
            double sigma2 = exp(z[3]);
            double theta = 1 / (1 + exp(-z[4]));
            double sum = log(2) + normal(mu1, 0, 2) + normal(mu2, 0, 2);
            sum += log(4) + normal(sigma1, 0, 2) + normal(sigma2, 0, 2);
            sum += log(630 * Math.pow(theta, 4) * Math.pow(1 - theta, 4));
            for (double y : data.vector("y")) {
                sum += log(theta * exp(normal(y, mu1, sigma1)) + (1 - theta) * exp(normal(y, mu2, sigma2)));
            }
            return sum + z[1] + z[2] + z[3] + log(theta * (1 - theta));
        });
        FORMULAS.put("blr", (data, z) -> {
            double[][] x = data.columns("X");
            double sum = regression(data.vector("y"), z, x.length, (n, b) -> {
                double fit = 0;
                for (int k = 0; k < x.length; k++) {
                    fit += x[k][n] * b[k];
                }
                return fit;
            });
            for (int k = 0; k < x.length; k++) {
                sum += normal(z[k], 0, 10);
            }
            return sum + log(2) + normal(exp(z[x.length]), 0, 10);
        });
    }

    /** Both sum some hundred terms, so they agree within that many roundings of the sum of their sizes; it is near 1e4. */
    @Test
    void logJointsAreTheirFormulas() {
        FORMULAS.forEach((model, formula) -> {
            Data data = data(model);
            Target target = Models.of(model, data);
            HostLogJoint.DrawFunction function = target.function();
            for (int seed = 0; seed < 5; seed++) {
                double[] z = point(target, seed);
                double want = formula.at(data, z);
                assertThat(function.evaluate(z, new double[z.length]))
                        .as(model)
                        .isEqualTo(want, within(1e-12 * (1e3 + Math.abs(want))));
            }
        });
    }

    /** Five-point differences: their own error is h⁴ times a derivative, and some 1e-16·|log p|/h. */
    @Test
    void gradientsAreDifferences() {
        FORMULAS.forEach((model, formula) -> {
            Data data = data(model);
            Target target = Models.of(model, data);
            HostLogJoint.DrawFunction function = target.function();
            for (int seed = 0; seed < 5; seed++) {
                double[] z = point(target, seed);
                double[] gradient = new double[z.length];
                double size = Math.abs(function.evaluate(z, gradient));
                for (int d = 0; d < z.length; d++) {
                    double h = 1e-3;
                    double difference = (8 * (moved(formula, data, z, d, h) - moved(formula, data, z, d, -h))
                                    - (moved(formula, data, z, d, 2 * h) - moved(formula, data, z, d, -2 * h)))
                            / (12 * h);
                    assertThat(gradient[d])
                            .as(model + ", " + target.coordinates().get(d))
                            .isEqualTo(difference, within(1e-9 * (1 + size) + 1e-9 * Math.abs(difference)));
                }
            }
        });
    }

    /** Coordinates and parameters: what has no logarithm is itself. */
    @Test
    void parametersAreOnTheScaleOfTheReference() {
        Target mixture = Models.of("low_dim_gauss_mix", data("low_dim_gauss_mix"));
        double[] out = new double[5];
        mixture.parametersAt(new double[] {-1, log(3), log(0.5), log(0.25), 0}, out);
        close(out, -1, 2, 0.5, 0.25, 0.5);
        assertThat(mixture.parameters()).containsExactly("mu[1]", "mu[2]", "sigma[1]", "sigma[2]", "theta");

        double[] schools = new double[N + 2];
        double[] z = new double[N + 2];
        z[0] = 1.5;
        z[N] = 4;
        z[N + 1] = log(2);
        Models.of("eight_schools_noncentered", data("eight_schools_noncentered"))
                .parametersAt(z, schools);
        assertThat(new double[] {schools[0], schools[1], schools[N], schools[N + 1]})
                .containsExactly(new double[] {7, 4, 4, 2}, within(1e-14));
        Models.of("eight_schools_centered", data("eight_schools_centered")).parametersAt(z, schools);
        assertThat(new double[] {schools[0], schools[1], schools[N], schools[N + 1]})
                .containsExactly(new double[] {1.5, 0, 4, 2}, within(1e-14));

        Target regression = Models.of("arK", data("arK"));
        assertThat(regression.parameters()).containsExactly("alpha", "beta[1]", "beta[2]", "beta[3]", "sigma");
        assertThat(regression.coordinates()).endsWith("log sigma");
        regression.parametersAt(new double[] {1, 2, 3, 4, log(5)}, out);
        close(out, 1, 2, 3, 4, 5);
    }

    /** Raw units far from 0: 1e8 ± 1 against the sums of rows in the neighbourhood of the fit. */
    @Test
    void farDataLoseNoDigits() {
        Random random = new Random(5);
        double[] x = random.doubles(N, 1e8 - 1, 1e8 + 1).toArray();
        double[] y = IntStream.range(0, N)
                .mapToDouble(n -> x[n] - 1e8 + random.nextGaussian())
                .toArray();
        Data data = new Data(Map.of("earn", boxed(y), "height", boxed(x)));
        double[] z = {-1e8, 1, 0};
        double got = Models.of("earn_height", data).function().evaluate(z, new double[3]);
        // residuals are rounded to 1e8 · 2^-53 · a few in either way
        assertThat(got).isEqualTo(FORMULAS.get("earn_height").at(data, z), within(1e-5));
    }

    /** Halfway between equal components each row has a factor of 2: 2^3000 is beyond float64. */
    @Test
    void manyRowsOfTheMixtureDoNotOverflow() {
        Data data = new Data(Map.of("y", boxed(new double[3000])));
        double[] z = {-1, log(2), 0.1, 0.1, 0};
        double got = Models.of("low_dim_gauss_mix", data).function().evaluate(z, new double[5]);
        assertThat(got).isEqualTo(FORMULAS.get("low_dim_gauss_mix").at(data, z), within(1e-8));
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Models.of("radon", new Data(Map.of()))).hasMessageContaining("'radon'");
        assertThatThrownBy(() -> Models.of("kidscore_momhs", new Data(Map.of())))
                .hasMessageContaining("kid_score is not a list of numbers");
    }

    private static double moved(Formula formula, Data data, double[] z, int d, double h) {
        double[] moved = z.clone();
        moved[d] += h;
        return formula.at(data, moved);
    }

    private static void close(double[] got, double... want) {
        assertThat(got).containsExactly(want, within(1e-14));
    }

    static double[] point(Target target, int seed) {
        Random random = new Random(seed);
        return target.coordinates().stream()
                .mapToDouble(name -> 0.5 * random.nextGaussian())
                .toArray();
    }

    /** Columns that suit all models: positive numbers, 0 and 1, or 1 to 4, as their names have it. */
    static Data data(String model) {
        Random random = new Random(model.hashCode());
        Map<String, Object> data = new LinkedHashMap<>();
        for (String name : List.of("y", "Y", "sigma", "kid_score", "mom_iq", "earn", "height", "weight", "partyid7")) {
            data.put(name, boxed(random.doubles(N, 0.5, 4).toArray()));
        }
        for (String name :
                List.of("diam1", "diam2", "canopy_height", "total_height", "density", "real_ideo", "race_adj")) {
            data.put(name, boxed(random.doubles(N, 0.5, 4).toArray()));
        }
        for (String name : List.of("mom_hs", "male", "group", "educ1", "gender", "income")) {
            data.put(name, boxed(random.ints(N, 0, 2).asDoubleStream().toArray()));
        }
        for (String name : List.of("mom_work", "age_discrete")) {
            data.put(name, boxed(random.ints(N, 1, 5).asDoubleStream().toArray()));
        }
        data.put("K", 3);
        data.put(
                "X",
                IntStream.range(0, N)
                        .mapToObj(n -> boxed(DoubleStream.concat(DoubleStream.of(1), random.doubles(4, -2, 2))
                                .toArray()))
                        .toList());
        return new Data(data);
    }

    private static List<Double> boxed(double[] values) {
        return DoubleStream.of(values).boxed().toList();
    }

    private static double[][] vectors(Data data, String... names) {
        return Arrays.stream(names).map(data::vector).toArray(double[][]::new);
    }

    /** The likelihood and the Jacobian of log sigma, z[terms]. */
    private static double regression(double[] y, double[] z, int terms, Predictor predictor) {
        double sum = z[terms];
        for (int n = 0; n < y.length; n++) {
            sum += normal(y[n], predictor.at(n, z), exp(z[terms]));
        }
        return sum;
    }

    private static double eightSchools(Data data, double[] z, double[] theta) {
        double tau = exp(z[N + 1]);
        double sum = normal(z[N], 0, 5) + halfCauchy(tau, 5) + z[N + 1];
        for (int j = 0; j < N; j++) {
            sum += normal(theta[j], z[N], tau);
            sum += normal(data.vector("y")[j], theta[j], data.vector("sigma")[j]);
        }
        return sum;
    }

    private static double normal(double x, double mean, double sd) {
        return -(x - mean) * (x - mean) / (2 * sd * sd) - log(sd * sqrt(2 * PI));
    }

    private static double halfCauchy(double x, double scale) {
        return log(2 / (PI * scale * (1 + x * x / (scale * scale))));
    }

    private static double studentT3(double x, double location, double scale) {
        double t = (x - location) / scale;
        // Γ(2) = 1, Γ(3/2) = √π/2
        return log(1 / (sqrt(PI) / 2 * sqrt(3 * PI) * scale) * Math.pow(1 + t * t / 3, -2));
    }
}
