package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;

/**
 * The number of a step in device memory, and of the record that its results go to: a program that ends with {@link
 * #recordAdvance} does the next step whenever it runs.
 */
public final class StepCounter implements AutoCloseable {
    private final Resources own;
    private final Buffer counters; // [2]: step, record
    private final Buffer ones; // [2]

    /** Step 0, record 0. */
    public StepCounter(Device device) {
        own = new Resources(device);
        counters = own.allocate(ElementType.INT32, 2);
        ones = own.allocate(ElementType.INT32, 2);
        ones.write(0, new int[] {1, 1}, 0, 2);
    }

    /** The number of the step, which is the address of its draws. */
    public Index step() {
        return Index.counted(counters, 0);
    }

    /** The number of the record. */
    public Index slot() {
        return Index.counted(counters, 1);
    }

    /** Goes to a step, whose results go to a record. */
    public void set(int step, int slot) {
        counters.write(0, new int[] {step, slot}, 0, 2);
    }

    /** Records what moves on by one step and one record. */
    public void recordAdvance(Runner to) {
        to.run(new MathOps.Advance(2, ones, counters));
    }

    @Override
    public void close() {
        own.close();
    }
}
