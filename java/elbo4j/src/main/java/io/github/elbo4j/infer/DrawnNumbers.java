package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.Quantities;
import java.util.List;

/**
 * What is read of draws of q: its coordinates, and its quantities.
 *
 * @param names of the coordinates
 * @param columns [D][S]
 * @param called the quantities
 * @param values of these, [K][S]
 */
@SuppressWarnings("ArrayRecordComponent") // of the caller's own
record DrawnNumbers(List<String> names, double[][] columns, List<String> called, double[][] values) {
    /** Numbers at most: of more draws the first ones are taken. */
    private static final int MOST_NUMBERS = 1 << 21;

    /**
     * Of the first draws.
     *
     * @param draws S, or fewer where these are too many numbers
     */
    static DrawnNumbers of(DrawSource source, Key key, int draws) {
        Quantities quantities = source.quantities();
        int count = quantities.names().size();
        int dimensions = source.names().size();
        int taken = Math.max(1, Math.min(draws, MOST_NUMBERS / (count + dimensions)));
        double[][] columns = source.columns(key, taken);
        double[][] values = new double[count][taken];
        double[] draw = new double[dimensions];
        for (int s = 0; s < taken && count > 0; s++) {
            for (int d = 0; d < dimensions; d++) {
                draw[d] = columns[d][s];
            }
            double[] at = quantities.values().apply(draw);
            for (int k = 0; k < count; k++) {
                values[k][s] = at[k];
            }
        }
        return new DrawnNumbers(source.names(), columns, quantities.names(), values);
    }

    /** S. */
    int draws() {
        return columns[0].length;
    }

    /** Of all numbers, the coordinates' first. */
    int size() {
        return columns.length + values.length;
    }

    boolean isCoordinate(int i) {
        return i < columns.length;
    }

    String name(int i) {
        return i < columns.length ? names.get(i) : called.get(i - columns.length);
    }

    /** [S]. */
    double[] column(int i) {
        return i < columns.length ? columns[i] : values[i - columns.length];
    }
}
