package io.github.elbo4j.cli.data;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which columns are what.
 *
 * @param ignore columns to leave out
 * @param categorical columns that become a 0/1 column for each value but one, or, without an intercept, the
 *     first of them for each value
 * @param dropMissing whether a row with a missing cell is left out, not refused
 * @param predictors whether other columns predict; if not, they are left out
 */
public record RegressionColumns(
        String target,
        List<String> ignore,
        List<String> categorical,
        boolean dropMissing,
        Beside.Names asides,
        boolean predictors) {
    /** Whether a column that nothing leaves out has a part. */
    boolean mayUse(String column) {
        return predictors || column.equals(target) || asides.has(column);
    }

    /**
     * The names that an option was given: each is that of a column, or of several with commas between them.
     *
     * @param isColumn tells the one from the other
     */
    public static List<String> named(List<String> given, Predicate<String> isColumn) {
        return given.stream()
                .flatMap(name -> isColumn.test(name)
                        ? Stream.of(name)
                        : Stream.of(name.split(",", -1)).map(String::strip))
                .toList();
    }

    /** All other columns predict. */
    public RegressionColumns(String target, List<String> ignore, List<String> categorical, boolean dropMissing) {
        this(target, ignore, categorical, dropMissing, new Beside.Names(null, false, null, null), true);
    }
}
