package io.github.elbo4j.expr;

import java.util.Objects;

/**
 * Which level each row has: the index of {@link Expr#at}.
 *
 * @param name in messages
 * @param of [rows], each from 0 to {@code count − 1}
 * @param count how many levels there are
 * @param ofRows whether its rows are the rows of a model's table, from which minibatches are taken
 */
public record Levels(String name, int[] of, int count, boolean ofRows) {
    public Levels {
        Objects.requireNonNull(name, "name is null");
        for (int row = 0; row < of.length; row++) {
            if (of[row] < 0 || of[row] >= count) {
                throw new IllegalArgumentException(name + " is " + of[row] + " in row " + (row + 1) + " of " + of.length
                        + ", but must be from 0 to " + (count - 1) + ", the levels that there are");
            }
        }
    }

    /** Of an array that is no column of a table. */
    public static Levels of(String name, int[] of, int count) {
        return new Levels(name, of.clone(), count, false);
    }

    @Override
    public String toString() {
        return name + "[" + of.length + "] of " + count + " levels";
    }
}
