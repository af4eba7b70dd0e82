package io.github.elbo4j.factors;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the weights of a model and of its encoder lie among all of them.
 *
 * @param factors D
 * @param columns P
 * @param hidden H units of the encoder; 0 if it is linear
 */
record WeightLayout(int factors, int columns, int hidden) {
    static final String PRIOR = "prior";
    static final String BASE = "base";
    static final String LOADINGS = "loadings";
    static final String BIAS = "bias";
    static final String INPUT = "input";
    static final String HIDDEN_INPUT = "hidden input";
    static final String HIDDEN_BIAS = "hidden bias";
    static final String OUTPUT = "output";

    /** The extents of each, in order. */
    Map<String, int[]> extents() {
        Map<String, int[]> extents = new LinkedHashMap<>();
        extents.put(PRIOR, new int[] {factors});
        extents.put(BASE, new int[] {columns});
        extents.put(LOADINGS, new int[] {factors, columns});
        extents.put(BIAS, new int[] {factors});
        extents.put(INPUT, new int[] {columns, factors});
        if (hidden > 0) {
            extents.put(HIDDEN_INPUT, new int[] {columns, hidden});
            extents.put(HIDDEN_BIAS, new int[] {hidden});
            extents.put(OUTPUT, new int[] {hidden, factors});
        }
        return extents;
    }

    /** Those of one of them, out of all. */
    double[] part(double[] all, String name) {
        int from = 0;
        for (Map.Entry<String, int[]> each : extents().entrySet()) {
            int size = size(each.getValue());
            if (each.getKey().equals(name)) {
                return Arrays.copyOfRange(all, from, from + size);
            }
            from += size;
        }
        throw new IllegalArgumentException("no weights are called " + name);
    }

    /** How many there are. */
    int size() {
        return extents().values().stream().mapToInt(WeightLayout::size).sum();
    }

    private static int size(int[] extents) {
        return Arrays.stream(extents).reduce(1, Math::multiplyExact);
    }
}
