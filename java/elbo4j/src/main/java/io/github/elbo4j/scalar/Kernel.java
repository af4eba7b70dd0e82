package io.github.elbo4j.scalar;

import io.github.elbo4j.device.Buffer;

/**
 * One launch: its fields are the parameters (what a CUDA kernel takes as a struct), {@link #run} is the body over a range
 * of independent work items. A kernel object is filled and launched again and again, so that a step allocates nothing.
 */
public abstract class Kernel {
    /** Does the work items {@code from} to {@code to − 1}, with memory that no other thread uses. */
    protected abstract void run(int from, int to, Scratch scratch);

    protected static float[] floats(Buffer buffer) {
        return (float[]) ((HostBuffer) buffer).array();
    }

    protected static double[] doubles(Buffer buffer) {
        return (double[]) ((HostBuffer) buffer).array();
    }

    protected static int[] ints(Buffer buffer) {
        return (int[]) ((HostBuffer) buffer).array();
    }

    protected static int ceilDiv(int n, int by) {
        return (int) (((long) n + by - 1) / by);
    }
}
