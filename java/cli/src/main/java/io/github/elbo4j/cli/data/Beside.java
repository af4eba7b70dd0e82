package io.github.elbo4j.cli.data;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns that neither are the target nor predict; each null if there is none. */
public record Beside(
        @Nullable PerRow offset,
        @Nullable PerRow weights,
        @Nullable Group group) {
    /** No such columns. */
    public static final Beside NONE = new Beside(null, null, null);

    /** Of some of the rows. */
    Beside rows(int from, int to) {
        return new Beside(
                offset == null ? null : offset.rows(from, to),
                weights == null ? null : weights.rows(from, to),
                group == null ? null : new Group(group.column, group.levels, Arrays.copyOfRange(group.of, from, to)));
    }

    /**
     * What was asked for; null where there is none.
     *
     * @param exposure whether the offset is of a count, which is proportional to it, so that it must be positive
     */
    public record Names(
            @Nullable String offset,
            boolean exposure,
            @Nullable String weights,
            @Nullable String group) {
        /** Whether it is one of them. */
        public boolean has(String column) {
            return column.equals(offset) || column.equals(weights) || column.equals(group);
        }
    }

    /**
     * A number for each row.
     *
     * @param values [rows]
     */
    public record PerRow(String column, double[] values) {
        PerRow rows(int from, int to) {
            return new PerRow(column, Arrays.copyOfRange(values, from, to));
        }
    }

    /**
     * What the rows are grouped by.
     *
     * @param of [rows], indexes of levels
     */
    public record Group(String column, List<String> levels, int[] of) {}
}
