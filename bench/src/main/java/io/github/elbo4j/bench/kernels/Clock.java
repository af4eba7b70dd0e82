package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.device.Device;
import java.util.Arrays;

/** Times work that is given to a device again and again: many times between two waits, the median of some rounds. */
final class Clock {
    private static final int ROUNDS = 5;
    /** What a round must last, so that waiting for the device is no part of it, nanoseconds. */
    private static final long ROUND = 20_000_000;
    /** Of one execution that lasts a round, fewer rounds are enough. */
    private static final int FEW = 3;

    private final Device device;
    private final boolean quick;

    /** @param quick once, to see that it runs */
    Clock(Device device, boolean quick) {
        this.device = device;
        this.quick = quick;
    }

    /** Microseconds of one execution: the median round, the fastest and the slowest. */
    record Time(double median, double least, double greatest, int executions) {}

    Time time(Runnable work) {
        int count = 1;
        long took = round(work, 1); // it compiles, loads, and takes its memory
        if (!quick) {
            took = round(work, 1);
            while (took < ROUND) {
                double more = 1.1 * ROUND / Math.max(1, took);
                count = (int) Math.min(1 << 20, Math.ceil(count * Math.min(16, Math.max(1.2, more))));
                took = round(work, count);
            }
        }
        double[] each = new double[quick ? 1 : count == 1 ? FEW : ROUNDS];
        for (int i = 0; i < each.length; i++) {
            each[i] = round(work, count) / 1e3 / count;
        }
        Arrays.sort(each);
        return new Time(each[each.length / 2], each[0], each[each.length - 1], count);
    }

    private long round(Runnable work, int count) {
        device.synchronize();
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            work.run();
        }
        device.synchronize();
        return System.nanoTime() - begun;
    }
}
