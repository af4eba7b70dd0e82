package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.Runner;

/** W5: the closed-form KL divergence of 2^20 diagonal Gaussians of 16 dimensions to N(0, I). */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
final class KlWork extends Execution {
    private static final int CHECKED = 1 << 20;

    private DrawBlock shape;
    private Runner to;
    private Buffer mu; // [2^20][16]
    private Buffer omega; // [2^20][16]
    private Buffer kl; // [2^20] FLOAT64

    @Override
    void prepare(Device on) {
        shape = shape(Work.W5);
        to = on;
        mu = own(Work.uniform(on, shape.parameters(), -1, 1, 1));
        omega = own(Work.uniform(on, shape.parameters(), -1, 1, 2));
        kl = own(on.allocate(ElementType.FLOAT64, shape.problems()));
    }

    @Override
    public Buffer step() {
        to.run(new KlOps.KlToStandard(shape.problems(), shape.dimensions(), mu, omega, kl));
        return done(kl);
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
        for (long start : Work.checked(shape.allDraws(), rows)) {
            all.read(start, got, 0, rows);
            mu.read(start * dimensions, m, 0, m.length);
            omega.read(start * dimensions, o, 0, o.length);
            check(start, dimensions, got, m, o);
        }
    }

    private static void check(long start, int dimensions, double[] got, float[] m, float[] o) {
        for (int row = 0; row < got.length; row++) {
            double want = 0;
            double size = 0;
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++) {
                double squares = (double) m[i] * m[i] + Math.exp(2.0 * o[i]);
                want += (squares - 1) / 2 - o[i];
                size += (squares + 1) / 2 + Math.abs(o[i]);
            }
            Expect.close("the KL of row " + (start + row), got[row], want, 100 * Host.EPSILON * size);
        }
    }
}
