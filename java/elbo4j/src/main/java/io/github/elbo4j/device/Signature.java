package io.github.elbo4j.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of an {@link Operation}: each one's name, element type and least length, and whether it is read, written
 * or updated. A message names the argument, what it was and what it must be.
 */
public final class Signature {
    private final String operation;
    private final List<Argument> arguments = new ArrayList<>(8);

    /** What an operation does with an argument. */
    public enum Access {
        READS,
        /** Every element is written; the old content is not read. */
        WRITES,
        /** The old content is read, and replaced or added to. */
        UPDATES
    }

    /**
     * A buffer, or the part of it that a view sees.
     *
     * @param length how many elements it must have at least
     * @param multiple of what its whole length must be: where a layout depends on it; else 1
     * @param view null for a buffer from its first element on; a single matrix is a batch of one
     */
    public record Argument(
            String name,
            Buffer buffer,
            ElementType type,
            long length,
            long multiple,
            Access access,
            @Nullable Matrices view) {}

    private Signature(String operation) {
        this.operation = operation;
    }

    /** No arguments yet. */
    static Signature of(String operation) {
        return new Signature(operation);
    }

    /** The address of draws, and no buffers yet but what the step is counted in. */
    static Signature ofDraws(String operation, Key key, Index step, DrawBlock shape) {
        ArgumentChecks.address(key, shape);
        return of(operation).index("step", step);
    }

    /** The operation's name, as messages have it. */
    public String operation() {
        return operation;
    }

    /** In the order of the record. */
    public List<Argument> arguments() {
        return Collections.unmodifiableList(arguments);
    }

    // ---- float32 ----

    Signature reads(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT32, buffer, length, Access.READS);
    }

    Signature writes(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT32, buffer, length, Access.WRITES);
    }

    Signature updates(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT32, buffer, length, Access.UPDATES);
    }

    // ---- float64 ----

    Signature readsDoubles(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT64, buffer, length, Access.READS);
    }

    Signature writesDoubles(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT64, buffer, length, Access.WRITES);
    }

    Signature updatesDoubles(String name, Buffer buffer, long length) {
        return add(name, ElementType.FLOAT64, buffer, length, Access.UPDATES);
    }

    // ---- others ----

    Signature add(String name, ElementType type, Buffer buffer, long length, Access access) {
        arguments.add(new Argument(name, ArgumentChecks.present(name, buffer), type, length, 1, access, null));
        return this;
    }

    /** A buffer that need not be there. */
    Signature optional(String name, ElementType type, @Nullable Buffer buffer, long length, Access access) {
        return buffer == null ? this : add(name, type, buffer, length, access);
    }

    /** A diagonal Gaussian that is read: mu and omega, n elements each; their names end as told. */
    Signature diagonal(String ending, Buffer mu, Buffer omega, long n) {
        return reads("mu" + ending, mu, n).reads("omega" + ending, omega, n);
    }

    /** A Gaussian that is read: mu and its factor. */
    Signature full(String ending, Buffer mu, Buffer factor, int problems, int dimensions) {
        return reads("mu" + ending, mu, ArgumentChecks.parameters(problems, dimensions))
                .factor("factor" + ending, factor, problems, dimensions);
    }

    /** {@code factor[B][D][D]}, read. */
    Signature factor(String name, Buffer factor, int problems, int dimensions) {
        return reads(name, factor, ArgumentChecks.factor(name, problems, dimensions));
    }

    /**
     * Run sums, FLOAT64.
     *
     * @param perRun the sums of a run, all problems together
     */
    Signature runs(String name, Buffer runs, int firstDraw, int draws, long perRun, Access access) {
        long length = ArgumentChecks.times(name, perRun, ArgumentChecks.runs(firstDraw, draws));
        arguments.add(new Argument(
                name,
                ArgumentChecks.present(name, runs),
                ElementType.FLOAT64,
                length,
                Math.max(1, perRun),
                access,
                null));
        return this;
    }

    /** The runs of a shape, so many sums for each problem, updated. */
    Signature runs(Buffer runs, DrawBlock shape, long width) {
        long perRun = ArgumentChecks.times("runs", width, shape.problems());
        return runs("runs", runs, shape.firstDraw(), shape.draws(), perRun, Access.UPDATES);
    }

    /** What an index is counted in, if it is. */
    Signature index(String name, Index index) {
        Buffer counter = ArgumentChecks.present(name, index).counter();
        return counter == null
                ? this
                : add(name, ElementType.INT32, counter, ArgumentChecks.sum(index.at(), 1, name), Access.READS);
    }

    /** What a scalar is looked up in, if it is. */
    Signature scalar(String name, Scalar scalar) {
        Buffer table = ArgumentChecks.present(name, scalar).table();
        return table == null
                ? this
                : add(name, ElementType.FLOAT64, table, 0, Access.READS).index(name, scalar.row());
    }

    Signature matrix(String name, ElementType type, Matrix matrix, Access access) {
        return matrices(name, type, Matrices.repeated(ArgumentChecks.present(name, matrix), 1), access);
    }

    Signature matrices(String name, ElementType type, Matrices matrices, Access access) {
        Buffer buffer = ArgumentChecks.present(name, matrices).first().buffer();
        arguments.add(new Argument(name, buffer, type, matrices.end(), 1, access, matrices));
        return this;
    }

    /**
     * Whether a device can run the operation.
     *
     * @throws IllegalArgumentException if a buffer is another device's, too short or of another type, or views overlap
     * @throws IllegalStateException if a buffer is closed
     */
    public void check(Device device) {
        for (Argument argument : arguments) {
            check(device, argument);
        }
        for (Argument written : arguments) {
            if (written.view != null && written.access != Access.READS) {
                ArgumentChecks.written(written.name, written.view);
                for (Argument read : arguments) {
                    if (read.view != null && read.access == Access.READS) {
                        ArgumentChecks.apart(read.name, read.view, written.view);
                    }
                }
            }
        }
    }

    private static void check(Device device, Argument argument) {
        String name = argument.name;
        Buffer buffer = argument.buffer;
        if (buffer.device() != device) {
            throw new IllegalArgumentException(name + " is a " + buffer + ", but must belong to this " + device.name()
                    + " device (" + device.description() + ")");
        }
        checkOpen(argument);
        if (buffer.type() != argument.type) {
            throw new IllegalArgumentException(name + " holds " + buffer.type() + ", but must hold " + argument.type);
        }
        if (argument.length < 0) {
            throw new IllegalArgumentException(
                    "the length of " + name + " is " + argument.length + ", but must be 0 or more");
        }
        if (buffer.length() < argument.length) {
            throw new IllegalArgumentException(
                    name + " has " + buffer.length() + " elements, but must have " + argument.length + " or more");
        }
        if (buffer.length() % argument.multiple != 0) {
            throw new IllegalArgumentException(
                    name + " has " + buffer.length() + " elements, but must have a multiple of " + argument.multiple
                            + ": so many sums belong to a run of all problems");
        }
    }

    private static void checkOpen(Argument argument) {
        if (argument.buffer.isClosed()) {
            throw new IllegalStateException(argument.name + " is a " + argument.buffer);
        }
    }

    @Override
    public String toString() {
        StringBuilder words = new StringBuilder(operation);
        for (Argument a : arguments) {
            words.append(a.access == Access.READS ? ", " : " -> ")
                    .append(a.name)
                    .append(' ')
                    .append(a.type)
                    .append('[')
                    .append(a.length)
                    .append(']');
        }
        return words.toString();
    }
}
