package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/** The checks that {@link CheckedOps} makes. A message names the argument, what it was and what it must be. */
abstract class Arguments {
    private final Device device;

    /** Whose buffers are accepted. */
    Arguments(Device device) {
        this.device = device;
    }

    private void buffer(String name, Buffer buffer, ElementType type, long length) {
        present(name, buffer);
        if (buffer.device() != device) {
            throw new IllegalArgumentException(name + " is a " + buffer + ", but must belong to this " + device.name()
                    + " device (" + device.description() + ")");
        }
        if (buffer.isClosed()) {
            throw new IllegalStateException(name + " is a " + buffer);
        }
        if (buffer.type() != type) {
            throw new IllegalArgumentException(name + " holds " + buffer.type() + ", but must hold " + type);
        }
        if (length < 0) {
            throw new IllegalArgumentException("the length of " + name + " is " + length + ", but must be 0 or more");
        }
        if (buffer.length() < length) {
            throw new IllegalArgumentException(
                    name + " has " + buffer.length() + " elements, but must have " + length + " or more");
        }
    }

    void floats(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.FLOAT32, length);
    }

    void doubles(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.FLOAT64, length);
    }

    void ints(String name, Buffer buffer, long length) {
        buffer(name, buffer, ElementType.INT32, length);
    }

    void parameters(Shape shape, Buffer mu, Buffer omega) {
        pair(shape.parameters(), "mu", mu, "omega", omega);
    }

    void pair(long length, String nameMu, Buffer mu, String nameOmega, Buffer omega) {
        floats(nameMu, mu, length);
        floats(nameOmega, omega, length);
    }

    void factor(String name, Buffer factor, int problems, int dimensions) {
        long rows = product(problems, "problems", dimensions, "dimensions");
        floats(name, factor, times(name, rows, dimensions));
    }

    void full(int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP) {
        pair(product(problems, "problems", dimensions, "dimensions"), "muQ", muQ, "muP", muP);
        factor("factorQ", factorQ, problems, dimensions);
        factor("factorP", factorP, problems, dimensions);
    }

    void draws(int problems, int draws, Buffer logP, @Nullable Buffer logQ) {
        positive("draws", draws);
        long rows = product(problems, "problems", draws, "draws");
        doubles("logP", logP, rows);
        if (logQ != null) {
            doubles("logQ", logQ, rows);
        }
    }

    void runs(Buffer runs, Shape shape, long width) {
        runs("runs", runs, shape.firstDraw(), shape.draws(), times("runs", width, shape.problems()));
    }

    /** Runs of so many sums each, all problems together. */
    void runs(String name, Buffer runs, int firstDraw, int draws, long perRun) {
        if (firstDraw % ElboOps.RUN != 0) {
            throw new IllegalArgumentException("firstDraw is " + firstDraw + ", but must be a multiple of "
                    + ElboOps.RUN + ", where a run begins");
        }
        long count = firstDraw / ElboOps.RUN + (long) ElboOps.runs(draws);
        doubles(name, runs, times(name, perRun, count));
        if (perRun > 0 && runs.length() % perRun != 0) {
            throw new IllegalArgumentException(
                    name + " has " + runs.length() + " elements, but must have a multiple of " + perRun
                            + ": so many sums belong to a run of all problems");
        }
    }

    static long gradientWidth(Shape shape) {
        return shape.dimensions() + (long) shape.dimensions() * shape.dimensions();
    }

    void observations(int rows, int observations, Buffer y, float scale, Buffer eta, Buffer logP) {
        predictors(rows, "classes", 1, observations, scale, eta, logP);
        floats("y", y, observations);
    }

    /** @param classes predictors of an observation, so called in messages */
    void predictors(int rows, String name, int classes, int observations, float scale, Buffer eta, Buffer logP) {
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new IllegalArgumentException("scale is " + scale + ", but must be positive and finite");
        }
        positive(name, classes);
        notNegative("observations", observations);
        floats("eta", eta, times("eta", product(rows, "rows", classes, name), observations));
        doubles("logP", logP, rows);
    }

    /** Of a diagonal Gaussian, for all problems or for each. */
    void target(Shape shape, boolean shared, Buffer targetMu, Buffer targetOmega) {
        long length = shared ? shape.dimensions() : shape.parameters();
        pair(length, "targetMu", targetMu, "targetOmega", targetOmega);
    }

    static void adam(int t, float rate, float beta1, float beta2, float guard) {
        positive("t", t);
        notNaN("rate", rate);
        fraction("beta1", beta1);
        fraction("beta2", beta2);
        if (!(guard >= Float.MIN_NORMAL)) { // a smaller one has no reciprocal
            throw new IllegalArgumentException("guard is " + guard + ", but must be " + Float.MIN_NORMAL + " or more");
        }
    }

    void matrix(String name, Matrix matrix) {
        present(name, matrix);
        floats(name, matrix.buffer(), matrix.end());
    }

    void doubles(String name, Matrix matrix) {
        present(name, matrix);
        doubles(name, matrix.buffer(), matrix.end());
    }

    void column(String name, Matrix matrix, int rows) {
        matrix(name, matrix);
        if (matrix.rows() != rows || matrix.columns() != 1) {
            throw new IllegalArgumentException(name + " is " + extents(matrix) + ", but must be " + rows + " x 1");
        }
    }

    void triangle(Matrix l, Matrix b) {
        matrix("l", l);
        matrix("b", b);
        if (l.rows() != l.columns() || l.rows() != b.rows()) {
            throw new IllegalArgumentException(
                    "l is " + extents(l) + ", but must be square with the rows of b, which is " + extents(b));
        }
        written("b", b);
        apart("l", l, b);
    }

    /** Two elements of the view must not be one of the buffer: threads would write it in any order. */
    static void written(String name, Matrix matrix) {
        long rows = matrix.rows() < 2 ? Long.MAX_VALUE : matrix.rowStride();
        long columns = matrix.columns() < 2 ? Long.MAX_VALUE : matrix.columnStride();
        boolean apart = rows >= columns
                ? columns > 0 && (rows - 1) / columns >= matrix.columns() - 1
                : rows > 0 && (columns - 1) / rows >= matrix.rows() - 1;
        if (matrix.end() > 0 && !apart) {
            throw new IllegalArgumentException(name + " is " + extents(matrix) + " with strides " + matrix.rowStride()
                    + ", " + matrix.columnStride() + ", but its elements must not share places: it is written");
        }
    }

    static void apart(String name, Matrix read, Matrix written) {
        if (read.buffer() == written.buffer() && read.offset() < written.end() && written.offset() < read.end()) {
            throw new IllegalArgumentException(
                    name + " shares elements with the matrix that is written; they must not overlap");
        }
    }

    static String extents(Matrix matrix) {
        return matrix.rows() + " x " + matrix.columns();
    }

    /** The length of {@code [slot+1][problems][width]}. */
    static long records(long slot, int problems, int width) {
        notNegative("slot", slot);
        notNegative("problems", problems);
        return times("slot", sum(slot, 1, "slot"), (long) problems * width);
    }

    private static long times(String name, long a, long b) {
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

    static void address(Key key, Shape shape) {
        present("key", key);
        present("shape", shape);
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

    static void notNaN(String name, float value) {
        if (Float.isNaN(value)) {
            throw new IllegalArgumentException(name + " is NaN");
        }
    }

    static void fraction(String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must be in [0, 1)");
        }
    }
}
