package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Expect;
import io.github.elbo4j.cli.works.Host;
import io.github.elbo4j.cli.works.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.ScanOps;
import org.openjdk.jmh.annotations.Benchmark;

/** The sums of 85 groups of 10,000 rows, for 64 draws, and cumulative sums of 64 draws of 10,000 rows. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public class ScanBenchmark extends WorkBenchmark {
    private static final int ROWS = 10_000;
    private static final int GROUPS = 85;
    private static final int DRAWS = 64;

    private Runner to;
    private int[] index;
    private Buffer order; // [10000] INT32
    private Buffer offsets; // [86] INT32
    private Buffer x; // [10000][64]
    private Buffer sums; // [85][64]
    private Buffer cumulative; // [10000][64]

    @Override
    void prepare(Device on) {
        to = on;
        index = new int[ROWS];
        for (int n = 0; n < ROWS; n++) {
            index[n] = (int) (n * 7919L % 10_007 % GROUPS);
        }
        ScanOps.Segments segments = ScanOps.Segments.of(index, GROUPS);
        order = ints(on, segments.order());
        offsets = ints(on, segments.offsets());
        x = own(on.copyOf(Work.uniform(ROWS * DRAWS, -1, 1, 1)));
        sums = own(on.allocate(GROUPS * DRAWS));
        cumulative = own(on.allocate(ROWS * DRAWS));
    }

    private Buffer ints(Device on, int[] values) {
        Buffer buffer = own(on.allocate(ElementType.INT32, values.length));
        buffer.write(0, values, 0, values.length);
        return buffer;
    }

    @Benchmark
    @Override
    public Buffer step() {
        to.run(new ScanOps.SegmentSum(ROWS, GROUPS, DRAWS, order, Index.of(0), offsets, Index.of(0), x, sums));
        to.run(new ScanOps.CumulativeSum(1, ROWS, DRAWS, false, x, cumulative));
        return done(sums);
    }

    /** Against float64: a chain in a tile has at most 1024 roundings. */
    @Override
    void check() {
        float[] got = step().toFloats();
        float[] all = cumulative.toFloats();
        float[] in = x.toFloats();
        for (int s = 0; s < DRAWS; s++) {
            double[] want = new double[GROUPS];
            double[] size = new double[GROUPS];
            double total = 0;
            double magnitude = 0;
            for (int n = 0; n < ROWS; n++) {
                double term = in[n * DRAWS + s];
                want[index[n]] += term;
                size[index[n]] += Math.abs(term);
                total += term;
                magnitude += Math.abs(term);
                double bound = 1024 * Host.EPSILON * magnitude;
                Expect.close("cumulative sum " + n + " of draw " + s, all[n * DRAWS + s], total, bound);
            }
            for (int j = 0; j < GROUPS; j++) {
                double bound = 1024 * Host.EPSILON * size[j];
                Expect.close("the sum of group " + j + " of draw " + s, got[j * DRAWS + s], want[j], bound);
            }
        }
    }
}
