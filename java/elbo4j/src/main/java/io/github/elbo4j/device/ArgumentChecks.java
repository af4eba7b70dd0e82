package io.github.elbo4j.device;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Checks of arguments, and lengths of buffers that do not overflow. A message names the argument, what it was and what it must be. */
final class ArgumentChecks {
    private ArgumentChecks() {}

    /** The length of {@code mu[B][D]}. */
    static long parameters(int problems, int dimensions) {
        return product(problems, "problems", dimensions, "dimensions");
    }

    /** The length of {@code factor[B][D][D]}. */
    static long factor(String name, int problems, int dimensions) {
        return times(name, parameters(problems, dimensions), dimensions);
    }

    /** The length of {@code [B][parts][D + D²]}: so many full-rank gradients of every problem. */
    static long gradient(String name, DrawBlock shape, int parts) {
        return times(name, parts, shape.parameters() + factor(name, shape.problems(), shape.dimensions()));
    }

    /** The runs up to the end of these draws. */
    static long runs(int firstDraw, int draws) {
        if (firstDraw % ElboOps.DRAWS_PER_RUN != 0) {
            throw new IllegalArgumentException("firstDraw is " + firstDraw + ", but must be a multiple of "
                    + ElboOps.DRAWS_PER_RUN + ", where a run begins");
        }
        return firstDraw / ElboOps.DRAWS_PER_RUN + (long) ElboOps.runs(draws);
    }

    /** D + D², the sums of a full-rank gradient. */
    static long gradientWidth(DrawBlock shape) {
        return shape.dimensions() + (long) shape.dimensions() * shape.dimensions();
    }

    /** The factors of a low-rank Gaussian. */
    static void rank(int rank) {
        positive("rank", rank);
        atMost("rank", rank, LowRankOps.MOST_RANK);
    }

    static void scale(float scale) {
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale + ", but must be positive and finite");
        }
    }

    static void column(String name, Matrix matrix, int rows) {
        present(name, matrix);
        if (matrix.rows() != rows || matrix.columns() != 1) {
            throw new IllegalArgumentException(name + " is " + extents(matrix) + ", but must be " + rows + " x 1");
        }
    }

    static void triangle(Matrix l, Matrix b) {
        present("l", l);
        present("b", b);
        if (l.rows() != l.columns() || l.rows() != b.rows()) {
            throw new IllegalArgumentException(
                    "l is " + extents(l) + ", but must be square with the rows of b, which is " + extents(b));
        }
    }

    static void triangle(Matrices l, Matrices b) {
        present("l", l);
        present("b", b);
        triangle(l.first(), b.first());
        if (l.count() != b.count()) {
            throw new IllegalArgumentException("l has " + l.count() + " matrices, but b has " + b.count());
        }
    }

    /** Two elements of the views must not be one of the buffer: threads would write it in any order. */
    static void written(String name, Matrices matrices) {
        Matrix matrix = matrices.first();
        long[][] axes = { // what is taken in steps of the smaller strides must fit between two steps of a greater one
            {matrix.rowStride(), matrix.rows()},
            {matrix.columnStride(), matrix.columns()},
            {matrices.stride(), matrices.count()}
        };
        Arrays.sort(axes, Comparator.comparingLong(axis -> axis[0]));
        long reach = 0;
        boolean apart = true;
        for (long[] axis : axes) {
            if (axis[1] > 1) {
                apart &= axis[0] > reach;
                reach += (axis[1] - 1) * axis[0];
            }
        }
        if (matrices.end() > 0 && !apart) {
            String strides = matrix.rowStride() + ", " + matrix.columnStride();
            throw new IllegalArgumentException(name + " is " + matrices + " with strides " + strides
                    + (matrices.count() == 1 ? "" : ", " + matrices.stride())
                    + ", but its elements must not share places: it is written");
        }
    }

    static void apart(String name, Matrices read, Matrices written) {
        Matrix first = read.first();
        Matrix target = written.first();
        boolean same = first.buffer() == target.buffer();
        if (same && first.offset() < written.end() && target.offset() < read.end()) {
            throw new IllegalArgumentException(
                    name + " shares elements with the matrix that is written; they must not overlap");
        }
    }

    static String extents(Matrix matrix) {
        return matrix.rows() + " x " + matrix.columns();
    }

    /** The length of {@code [slot+1][problems][width]}; of a slot that is counted, of one record. */
    static long records(Index slot, int problems, int width) {
        slot.notNegative("slot");
        notNegative("problems", problems);
        return times("slot", slot.isFixed() ? sum(slot.base(), 1, "slot") : 1, (long) problems * width);
    }

    static long times(String name, long a, long b) {
        if (b > 0 && a > Long.MAX_VALUE / b) {
            throw new IllegalArgumentException(
                    name + ": " + a + " times " + b + " elements are more than any memory has");
        }
        return a * b;
    }

    static long sum(long a, long b, String name) {
        if (a > Long.MAX_VALUE - b) {
            throw new IllegalArgumentException(name + " is " + a + ", beyond any memory");
        }
        return a + b;
    }

    static long product(int a, String nameA, int b, String nameB) {
        notNegative(nameA, a);
        notNegative(nameB, b);
        return (long) a * b;
    }

    static <T> T present(String name, @Nullable T argument) {
        if (argument == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return argument;
    }

    static void address(Key key, DrawBlock shape) {
        present("key", key);
        present("shape", shape);
        int end = shape.firstDimension() + shape.dimensions();
        if (key.points() == PointSet.SOBOL && end > PointSet.MOST_DIMENSIONS) {
            throw new IllegalArgumentException("the draws have " + end + " dimensions, but Sobol points have "
                    + PointSet.MOST_DIMENSIONS + " at most; take antithetic or independent draws");
        }
    }

    /** For what makes independent draws only, whatever the key says of points. */
    static void independent(Key key, String operation) {
        if (present("key", key).points() != PointSet.INDEPENDENT) {
            throw new IllegalArgumentException("the points of the key are " + key.points() + ", but " + operation
                    + " takes " + PointSet.INDEPENDENT + " ones only");
        }
    }

    static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 0 or more");
        }
    }

    static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be 1 or more");
        }
    }

    static void atMost(String name, long value, long most) {
        if (value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be " + most + " or less");
        }
    }

    static void notNaN(String name, double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException(name + " is NaN");
        }
    }

    static void fraction(String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be in [0, 1)");
        }
    }
}
