package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Scalar;

/**
 * One launch: its operation holds the parameters (what a CUDA kernel takes as a struct), {@link #run} is the body over a
 * range of independent work items.
 */
abstract class HostKernel implements Task {
    private final int items;
    private final long cost;

    /**
     * So many work items.
     *
     * @param cost the elementary steps of all items together, about a nanosecond each
     */
    protected HostKernel(int items, long cost) {
        this.items = items;
        this.cost = cost;
    }

    @Override
    public final void run(Workers workers) {
        workers.run(this, items, cost);
    }

    /** Does the work items {@code from} to {@code to − 1}, with memory that no other thread uses. */
    protected abstract void run(int from, int to, WorkerMemory memory);

    protected static float[] floats(Buffer buffer) {
        return (float[]) ((HostBuffer) buffer).array();
    }

    protected static double[] doubles(Buffer buffer) {
        return (double[]) ((HostBuffer) buffer).array();
    }

    protected static int[] ints(Buffer buffer) {
        return (int[]) ((HostBuffer) buffer).array();
    }

    /** What an index is now. */
    protected static long value(Index index) {
        Buffer counter = index.counter();
        return counter == null ? index.base() : index.base() + index.times() * ints(counter)[index.at()];
    }

    /** What a scalar is now. */
    protected static double value(Scalar scalar) {
        Buffer table = scalar.table();
        return table == null ? scalar.value() : doubles(table)[(int) value(scalar.row())];
    }

    protected static int ceilDiv(int n, int by) {
        return (int) (((long) n + by - 1) / by);
    }
}
