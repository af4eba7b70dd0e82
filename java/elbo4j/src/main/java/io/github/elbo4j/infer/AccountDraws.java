package io.github.elbo4j.infer;

import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The draws of an account that has no density. */
abstract class AccountDraws {
    /** What they say of each coordinate. */
    abstract List<Account.Entry> entries();

    /**
     * What they say of functions of the coordinates.
     *
     * @param called what the functions are called, [K]
     * @param values of them at a draw, [D] to [K]
     */
    abstract List<Account.Entry> entries(List<String> called, Function<double[], double[]> values);

    /** The same draws on another scale, see {@link Posterior#affine}. */
    abstract AccountDraws affine(Standardization.Affine map);

    /** What they say of every parameter and report of a model. */
    List<Account.Entry> entries(Model model) {
        List<Account.Entry> entries = new ArrayList<>();
        for (String name : model.names()) {
            entries.addAll(entries(model.elementNames(name), model.value(name)::value));
        }
        return entries;
    }

    /** @param columns of draws, [D][S] */
    static double[][] affine(double[][] columns, Standardization.Affine map) {
        int k = map.shift().length;
        double[][] moved = new double[columns.length][columns[0].length];
        for (int d = 0; d < moved.length; d++) {
            int i = d % k;
            for (int s = 0; s < moved[d].length; s++) {
                moved[d][s] += map.shift()[i] + map.scale()[i] * columns[d][s];
                moved[d - i][s] += map.weights()[i] * columns[d][s];
            }
        }
        return moved;
    }
}
