package io.github.elbo4j.cli.model;

import io.github.elbo4j.model.StanModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How the unconstrained parameters of a Stan model are shown. Stan gives them the names of the parameters of the program, also
 * where they have other values; that must not be read past. So one that is the logarithm of its parameter is {@code log
 * sigma}, one that is another function of it {@code unconstrained theta}. Which they are is found at two places.
 *
 * @param names of the unconstrained parameters, in their order
 * @param logarithms which of them are logarithms, and of what
 */
public record StanScale(List<String> names, Map<String, String> logarithms) {
    /** Two places without a special value. */
    private static final double[] PLACES = {0.37, -0.58};

    /** How far from the exponential a value may be that is one. */
    private static final double ROUNDING = 1e-12;

    /** Of a model. */
    public static StanScale of(StanModel model) {
        List<String> fitted = model.logJoint().parameterNames();
        double[][] at = Arrays.stream(PLACES)
                .mapToObj(place -> {
                    double[] z = new double[fitted.size()];
                    Arrays.setAll(z, i -> place * (1 + 0.01 * (i % 7)));
                    return z;
                })
                .toArray(double[][]::new);
        double[][] values;
        try {
            values = Stream.of(at).map(model::constrain).toArray(double[][]::new);
        } catch (IllegalArgumentException e) {
            return new StanScale(fitted.stream().map(StanScale::unconstrained).toList(), Map.of());
        }
        List<String> names = new ArrayList<>();
        Map<String, String> logarithms = new LinkedHashMap<>();
        for (int i = 0; i < fitted.size(); i++) {
            String name = fitted.get(i);
            int there = model.constrainedNames().indexOf(name);
            boolean same = there >= 0;
            boolean logarithm = there >= 0;
            for (int p = 0; p < at.length && there >= 0; p++) {
                double exp = StrictMath.exp(at[p][i]);
                same &= values[p][there] == at[p][i];
                logarithm &= Math.abs(values[p][there] - exp) <= ROUNDING * exp;
            }
            if (logarithm) {
                logarithms.put("log " + name, name);
            }
            names.add(same ? name : logarithm ? "log " + name : unconstrained(name));
        }
        return new StanScale(List.copyOf(names), logarithms);
    }

    private static String unconstrained(String name) {
        return "unconstrained " + name;
    }

    /** What the names mean, in a sentence; empty if they are those of the program. */
    public String note() {
        return names.stream().anyMatch(name -> name.indexOf(' ') >= 0)
                ? "Parameters with limits are shown as Stan's unconstrained ones, which are what is fitted: the logarithm of a"
                        + " positive one, and what Stan's reference manual says (\"Constraint Transforms\") of the others."
                : "";
    }
}
