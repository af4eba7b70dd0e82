package io.github.elbo4j.bench.verdicts;

import static io.github.elbo4j.bench.verdicts.Data.centred;
import static io.github.elbo4j.bench.verdicts.Data.indicator;
import static io.github.elbo4j.bench.verdicts.Data.map;
import static io.github.elbo4j.bench.verdicts.Data.ones;
import static io.github.elbo4j.bench.verdicts.Data.product;
import static io.github.elbo4j.bench.verdicts.Data.standardized;

import io.github.elbo4j.distribution.Beta;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.HalfCauchy;
import io.github.elbo4j.distribution.HalfNormal;
import io.github.elbo4j.distribution.HalfStudentT;
import io.github.elbo4j.distribution.Mixture;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.distribution.StudentT;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.ModelBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The models of posteriordb as {@link Model}s, with the priors of the Stan programs.
 *
 * @param model its parameters have the names that the reference has
 * @param values the parameters on the user's scale, as {@link Model#names} has them
 * @param columns what the coefficients of a regression are multiplied with, [K][N]; none for other models
 * @param y what is observed, [N]
 */
record WrittenModels(Model model, List<Expr> values, double[][] columns, double[] y) {
    /** The statements of a model, which keep its parameters. */
    private static final class Statements {
        private final ModelBuilder m;
        private final List<Expr> values = new ArrayList<>();

        Statements(ModelBuilder m) {
            this.m = m;
        }

        Expr parameter(String name, Distribution prior, int... extents) {
            Expr value = m.parameter(name, prior, extents);
            values.add(value);
            return value;
        }
    }

    static WrittenModels of(String model, Data data) {
        return switch (model) {
            case "eight_schools_centered" -> eightSchools(data, Normal::of);
            case "eight_schools_noncentered" ->
                eightSchools(data, (mu, tau) -> Normal.of(mu, tau).nonCentered());
            case "low_dim_gauss_mix" -> mixture(data.vector("y"));
            case "kidscore_interaction" -> {
                double[] school = data.vector("mom_hs");
                double[] iq = data.vector("mom_iq");
                yield line(HalfCauchy.of(2.5), data.vector("kid_score"), school, iq, product(school, iq));
            }
            case "kidscore_momhs" -> line(HalfCauchy.of(2.5), data.vector("kid_score"), data.vector("mom_hs"));
            case "kidscore_mom_work" -> {
                double[] work = data.vector("mom_work");
                yield flat(data.vector("kid_score"), indicator(work, 2), indicator(work, 3), indicator(work, 4));
            }
            case "logearn_interaction_z" -> {
                double[] height = standardized(data.vector("height"));
                double[] male = data.vector("male");
                yield flat(map(data.vector("earn"), StrictMath::log), height, male, product(height, male));
            }
            case "earn_height" -> flat(data.vector("earn"), data.vector("height"));
            case "log10earn_height" -> flat(map(data.vector("earn"), StrictMath::log10), data.vector("height"));
            case "mesquite" ->
                flat(
                        data.vector("weight"),
                        vectors(data, "diam1", "diam2", "canopy_height", "total_height", "density", "group"));
            case "logmesquite_logvolume" -> {
                double[] area = product(data.vector("diam1"), data.vector("diam2"));
                double[] volume = product(area, data.vector("canopy_height"));
                yield flat(map(data.vector("weight"), StrictMath::log), map(volume, StrictMath::log));
            }
            case "nes" -> {
                double[] age = data.vector("age_discrete");
                yield flat(
                        data.vector("partyid7"),
                        data.vector("real_ideo"),
                        data.vector("race_adj"),
                        indicator(age, 2),
                        indicator(age, 3),
                        indicator(age, 4),
                        data.vector("educ1"),
                        data.vector("gender"),
                        data.vector("income"));
            }
            case "diamonds" -> diamonds(data.vector("Y"), data.columns("X"));
            case "arK" -> autoregression(data.vector("y"), (int) data.number("K"));
            case "blr" -> regression(Normal.of(0, 10), HalfNormal.of(10), data.columns("X"), data.vector("y"));
            default -> throw new IllegalArgumentException("there is no model '" + model + "' here");
        };
    }

    private static WrittenModels eightSchools(Data data, BiFunction<Expr, Expr, Distribution> effects) {
        double[] y = data.vector("y");
        double[] sigma = data.vector("sigma");
        return define(new double[0][], y, m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Expr theta = m.parameter("theta", effects.apply(mu, tau), y.length);
            m.m.observe(y, Normal.of(theta, Expr.data("sigma", sigma)));
        });
    }

    private static WrittenModels mixture(double[] y) {
        return define(new double[0][], y, m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 2).ordered(), 2);
            Expr sigma = m.parameter("sigma", HalfNormal.of(2), 2);
            Expr theta = m.parameter("theta", Beta.of(5, 5));
            Expr weights = Expr.vector(theta, Expr.of(1).minus(theta));
            m.m.observe(y, Mixture.of(weights, Normal.of(mu.get(0), sigma.get(0)), Normal.of(mu.get(1), sigma.get(1))));
        });
    }

    /** beta[1] is the intercept. */
    private static WrittenModels flat(double[] y, double[]... columns) {
        return line(Flat.positive(), y, columns);
    }

    private static WrittenModels line(Distribution sigmaPrior, double[] y, double[]... columns) {
        double[][] all = new double[columns.length + 1][];
        all[0] = ones(y.length);
        System.arraycopy(columns, 0, all, 1, columns.length);
        return regression(Flat.real(), sigmaPrior, all, y);
    }

    /** A few terms are written out; many are a product of a matrix and a vector. */
    private static WrittenModels regression(
            Distribution prior, Distribution sigmaPrior, double[][] columns, double[] y) {
        return define(columns, y, m -> {
            Expr beta = m.parameter("beta", prior, columns.length);
            Expr sigma = m.parameter("sigma", sigmaPrior);
            Expr mean;
            if (columns.length <= 4) {
                mean = Expr.of(0);
                for (int k = 0; k < columns.length; k++) {
                    mean = mean.plus(beta.get(k).times(Expr.data("x" + k, columns[k])));
                }
            } else {
                mean = matrix(columns, y.length).matmul(beta);
            }
            m.m.observe(y, Normal.of(mean, sigma));
        });
    }

    /** The first column of X is constant, and not used. */
    private static WrittenModels diamonds(double[] y, double[][] x) {
        int terms = x.length - 1;
        double[][] columns = new double[terms + 1][];
        for (int k = 0; k < terms; k++) {
            columns[k] = centred(x[k + 1]);
        }
        columns[terms] = ones(y.length);
        return define(columns, y, m -> {
            Expr b = m.parameter("b", Normal.of(0, 1), terms);
            Expr intercept = m.parameter("Intercept", StudentT.of(3, 8, 10));
            Expr sigma = m.parameter("sigma", HalfStudentT.of(3, 10));
            Expr mean =
                    matrix(Arrays.copyOf(columns, terms), y.length).matmul(b).plus(intercept);
            m.m.observe(y, Normal.of(mean, sigma));
        });
    }

    private static WrittenModels autoregression(double[] series, int lags) {
        double[] y = Arrays.copyOfRange(series, lags, series.length);
        double[][] columns = new double[lags + 1][];
        columns[0] = ones(y.length);
        for (int k = 1; k <= lags; k++) {
            columns[k] = Arrays.copyOfRange(series, lags - k, series.length - k);
        }
        return define(columns, y, m -> {
            Expr alpha = m.parameter("alpha", Normal.of(0, 10));
            Expr beta = m.parameter("beta", Normal.of(0, 10), lags);
            Expr sigma = m.parameter("sigma", HalfCauchy.of(2.5));
            Expr past = matrix(Arrays.copyOfRange(columns, 1, lags + 1), y.length);
            m.m.observe(y, Normal.of(past.matmul(beta).plus(alpha), sigma));
        });
    }

    private static Expr matrix(double[][] columns, int rows) {
        double[][] x = new double[rows][columns.length];
        for (int n = 0; n < rows; n++) {
            for (int k = 0; k < columns.length; k++) {
                x[n][k] = columns[k][n];
            }
        }
        return Expr.data("X", x);
    }

    private static double[][] vectors(Data data, String... names) {
        return Arrays.stream(names).map(data::vector).toArray(double[][]::new);
    }

    private static WrittenModels define(double[][] columns, double[] y, Consumer<Statements> statements) {
        List<Expr> values = new ArrayList<>();
        Model model = Model.define(m -> {
            Statements all = new Statements(m);
            statements.accept(all);
            values.addAll(all.values);
        });
        return new WrittenModels(model, values, columns, y);
    }
}
