package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Runner;

/** W4: the log-density of a diagonal Gaussian at given z, 2^20 rows of 16, each with its own mu and omega. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
final class MeanFieldWork extends Execution {
    private static final int CHECKED = 1 << 20;

    private DrawBlock shape;
    private Runner to;
    private Buffer mu; // [2^20][16]
    private Buffer omega; // [2^20][16]
    private Buffer z; // [2^20][1][16]
    private Buffer logQ; // [2^20][1] FLOAT64

    @Override
    void prepare(Device on) {
        shape = shape(Work.W4);
        to = on;
        mu = own(Work.uniform(on, shape.parameters(), -1, 1, 1));
        omega = own(Work.uniform(on, shape.parameters(), -1, 1, 2));
        z = own(Work.uniform(on, shape.elements(), -2, 2, 3));
        logQ = own(on.allocate(ElementType.FLOAT64, shape.allDraws()));
    }

    @Override
    public Buffer step() {
        to.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, mu, omega, z, logQ, null));
        return done(logQ);
    }

    /** Rows against float64: 16 terms of some 100 roundings at most. */
    @Override
    void check() {
        Buffer all = step();
        int dimensions = shape.dimensions();
        int rows = (int) Math.min(shape.allDraws(), CHECKED);
        double[] got = new double[rows];
        float[] m = new float[rows * dimensions];
        float[] o = new float[rows * dimensions];
        float[] x = new float[rows * dimensions];
        for (long start : Work.checked(shape.allDraws(), rows)) {
            all.read(start, got, 0, rows);
            mu.read(start * dimensions, m, 0, m.length);
            omega.read(start * dimensions, o, 0, o.length);
            z.read(start * dimensions, x, 0, x.length);
            check(start, dimensions, got, m, o, x);
        }
    }

    private static void check(long start, int dimensions, double[] got, float[] m, float[] o, float[] x) {
        for (int row = 0; row < got.length; row++) {
            double want = 0;
            double size = 0;
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++) {
                double h = ((double) x[i] - m[i]) * Math.exp(-o[i]);
                want -= h * h / 2 + o[i] + Host.HALF_LOG_2PI;
                size += h * h / 2 + Math.abs(o[i]) + Host.HALF_LOG_2PI;
            }
            Expect.close("the log-density of row " + (start + row), got[row], want, 100 * Host.EPSILON * size);
        }
    }
}
