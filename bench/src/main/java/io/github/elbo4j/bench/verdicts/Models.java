package io.github.elbo4j.bench.verdicts;

import static io.github.elbo4j.bench.verdicts.Data.centred;
import static io.github.elbo4j.bench.verdicts.Data.indicator;
import static io.github.elbo4j.bench.verdicts.Data.map;
import static io.github.elbo4j.bench.verdicts.Data.ones;
import static io.github.elbo4j.bench.verdicts.Data.product;
import static io.github.elbo4j.bench.verdicts.Data.standardized;

import io.github.elbo4j.bench.verdicts.Densities.Prior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The models by the names that they have in posteriordb. */
final class Models {
    private static final Prior SIGMA = Prior.halfCauchy(2.5);

    private Models() {}

    /** A model with its data. */
    static Target of(String model, Data data) {
        return switch (model) {
            case "eight_schools_centered" -> new EightSchools(true, data.vector("y"), data.vector("sigma"));
            case "eight_schools_noncentered" -> new EightSchools(false, data.vector("y"), data.vector("sigma"));
            case "low_dim_gauss_mix" -> new GaussianMixture(data.vector("y"));
            case "kidscore_interaction" -> {
                double[] school = data.vector("mom_hs");
                double[] iq = data.vector("mom_iq");
                yield regression(Prior.FLAT, SIGMA, data.vector("kid_score"), school, iq, product(school, iq));
            }
            case "kidscore_momhs" -> regression(Prior.FLAT, SIGMA, data.vector("kid_score"), data.vector("mom_hs"));
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
                        data.vector("diam1"),
                        data.vector("diam2"),
                        data.vector("canopy_height"),
                        data.vector("total_height"),
                        data.vector("density"),
                        data.vector("group"));
            case "logmesquite_logvolume" -> {
                double[] volume =
                        product(product(data.vector("diam1"), data.vector("diam2")), data.vector("canopy_height"));
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
            case "blr" -> {
                double[][] columns = data.columns("X");
                yield new Regression(
                        numbered("beta", columns.length),
                        Collections.nCopies(columns.length, Prior.normal(10)),
                        Prior.halfNormal(10),
                        columns,
                        data.vector("y"));
            }
            default -> throw new IllegalArgumentException("there is no model '" + model + "' here");
        };
    }

    private static Target flat(double[] y, double[]... columns) {
        return regression(Prior.FLAT, Prior.FLAT, y, columns);
    }

    /** beta[1] is the intercept. */
    private static Target regression(Prior prior, Prior sigmaPrior, double[] y, double[]... columns) {
        double[][] all = new double[columns.length + 1][];
        all[0] = ones(y.length);
        System.arraycopy(columns, 0, all, 1, columns.length);
        return new Regression(numbered("beta", all.length), Collections.nCopies(all.length, prior), sigmaPrior, all, y);
    }

    /** The first column of X is constant, and not used. */
    private static Target diamonds(double[] y, double[][] x) {
        int terms = x.length - 1;
        double[][] columns = new double[terms + 1][];
        for (int k = 0; k < terms; k++) {
            columns[k] = centred(x[k + 1]);
        }
        columns[terms] = ones(y.length);
        List<String> names = numbered("b", terms);
        names.add("Intercept");
        List<Prior> priors = new ArrayList<>(Collections.nCopies(terms, Prior.normal(1)));
        priors.add(Prior.studentT3(8, 10));
        return new Regression(names, priors, Prior.halfStudentT3(10), columns, y);
    }

    private static Target autoregression(double[] series, int lags) {
        double[] y = Arrays.copyOfRange(series, lags, series.length);
        double[][] columns = new double[lags + 1][];
        columns[0] = ones(y.length);
        for (int k = 1; k <= lags; k++) {
            columns[k] = Arrays.copyOfRange(series, lags - k, series.length - k);
        }
        List<String> names = numbered("beta", lags);
        names.add(0, "alpha");
        return new Regression(names, Collections.nCopies(lags + 1, Prior.normal(10)), SIGMA, columns, y);
    }

    private static List<String> numbered(String name, int count) {
        List<String> names = new ArrayList<>();
        for (int k = 1; k <= count; k++) {
            names.add(name + "[" + k + "]");
        }
        return names;
    }
}
