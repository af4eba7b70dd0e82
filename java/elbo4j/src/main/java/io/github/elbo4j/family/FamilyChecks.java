package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.Resources;

/** Checks of arguments, and a helper, that the families share. */
final class FamilyChecks {
    private FamilyChecks() {}

    static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
        }
    }

    static void rank(int rank) {
        positive("rank", rank);
        if (rank > LowRankOps.MOST_RANK) {
            throw new IllegalArgumentException(
                    "rank is " + rank + ", but must be " + LowRankOps.MOST_RANK + " or less");
        }
    }

    static void vector(String name, double[] values, int dimensions, boolean mustBePositive) {
        if (values.length != dimensions) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " elements, but the family has " + dimensions + " dimensions");
        }
        for (int d = 0; d < dimensions; d++) {
            if (!Double.isFinite(values[d]) || (mustBePositive && values[d] <= 0)) {
                throw new IllegalArgumentException(name + "[" + d + "] is " + values[d] + ", but must be finite"
                        + (mustBePositive ? " and positive" : ""));
            }
        }
    }

    static void length(float[] parameters, int expected) {
        if (parameters.length != expected) {
            throw new IllegalArgumentException(
                    "there are " + parameters.length + " parameters, but a problem has " + expected);
        }
    }

    static void numbers(int first, int problems) {
        if (first < 0 || first > Integer.MAX_VALUE - problems) {
            throw new IllegalArgumentException("the first problem's number is " + first + ", but must be from 0 to "
                    + (Integer.MAX_VALUE - problems));
        }
    }

    static void problem(int problem, int problems) {
        if (problem < 0 || problem >= problems) {
            throw new IllegalArgumentException("problem is " + problem + ", but there are " + problems);
        }
    }

    static Buffer ints(Resources own, int[] values) {
        Buffer buffer = own.allocate(ElementType.INT32, values.length);
        buffer.write(0, values, 0, values.length);
        return buffer;
    }
}
