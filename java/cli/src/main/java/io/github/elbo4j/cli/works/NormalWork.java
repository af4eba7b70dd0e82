package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Runner;

/** W1: 2^24 standard normals into memory, other ones each time. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
final class NormalWork extends Execution {
    private static final int CHECKED = 1 << 24;

    private DrawBlock shape;
    private Runner to;
    private Buffer epsilon; // [1][2^14][2^10]
    private int step;

    @Override
    void prepare(Device on) {
        shape = shape(Work.W1);
        to = on;
        epsilon = own(on.allocate(shape.elements()));
    }

    @Override
    public Buffer step() {
        to.run(new NormalOps.Normal(KEY, Index.of(step++), shape, epsilon));
        return done(epsilon);
    }

    /** Mean, variance, fourth moment and the correlation of neighbours, each within 6 standard errors. */
    @Override
    void check() {
        Buffer all = step();
        float[] x = new float[(int) Math.min(shape.elements(), CHECKED)];
        for (long start : Work.checked(shape.elements(), CHECKED)) {
            all.read(start, x, 0, x.length);
            check(x);
        }
        all.read(0, x, 0, 1);
        Expect.close("a normal of the next step, equal to that of this one (1: yes)", same(step(), x[0]), 0, 0);
    }

    private static void check(float[] x) {
        double n = x.length;
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        double neighbours = 0;
        double before = 0;
        for (float value : x) {
            double square = (double) value * value;
            sum += value;
            squares += square;
            fourths += square * square;
            neighbours += before * value;
            before = value;
        }
        Expect.close("the mean of the normals", sum / n, 0, 6 / Math.sqrt(n));
        Expect.close("the variance of the normals", squares / n, 1, 6 * Math.sqrt(2 / n));
        Expect.close("the fourth moment of the normals", fourths / n, 3, 6 * Math.sqrt(96 / n));
        Expect.close("the correlation of neighbours", neighbours / n, 0, 6 / Math.sqrt(n));
    }

    private static int same(Buffer next, float first) {
        float[] one = new float[1];
        next.read(0, one, 0, 1);
        return one[0] == first ? 1 : 0;
    }
}
