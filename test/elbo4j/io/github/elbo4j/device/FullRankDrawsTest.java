package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.same;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.Numbers.Sum;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;

/** Draws of full-rank Gaussians: of which epsilon they are, added how. */
class FullRankDrawsTest {
    private static final Key KEY = FullRankSetting.KEY;

    /**
     * Addresses that differ in one part from those before, in the number of rows or in their length: what a worker has kept of one must not
     * be taken for the other. With mu = 0 and L = I a draw is its epsilon, which rows of 64 dimensions and more, made each by itself, hold too.
     */
    @EveryDevice
    void whatIsKeptOfDrawsIsThatOfTheirAddress(Device device) {
        DrawBlock shape = DrawBlock.of(1, 20, 5);
        for (int s : new int[] {0, 64}) {
            Runnable before = () -> epsilonAsDraws(device, KEY, 5, shape.at(3, s, 4));
            for (long seed : new long[] {KEY.seed() ^ 1, KEY.seed() ^ 1L << 63}) {
                before.run();
                assertDrawsAreEpsilon(device, new Key(seed), 5, shape.at(3, s, 4));
            }
            before.run();
            assertDrawsAreEpsilon(device, KEY, 6, shape.at(3, s, 4));
            for (int part = 0; part < 16; part++) {
                before.run();
                int draw = s + (part >> 1 & 1) + 8 * 64 * (part >> 2 & 1);
                assertDrawsAreEpsilon(device, KEY, 5, shape.at(3 + (part & 1), draw, 4 + 4 * (part >> 3)));
            }
            for (int rows : new int[] {16, 19, 21, 64, 65, 200}) {
                for (int dims : new int[] {1, 2, 3, 4, 6, 7, 8, 15, 16, 17}) {
                    before.run();
                    assertDrawsAreEpsilon(
                            device, KEY, 5, DrawBlock.of(1, rows, dims).at(3, s, 4));
                }
            }
        }
    }

    private static void assertDrawsAreEpsilon(Device device, Key key, int step, DrawBlock shape) {
        int d = shape.firstDimension();
        DrawBlock wide = DrawBlock.of(1, shape.draws(), 64 + d).at(shape.firstProblem(), shape.firstDraw(), 0);
        float[] got = epsilonAsDraws(device, key, step, shape);
        float[] all = Drawn.normals(device, key, step, wide);
        for (int i = 0; i < got.length; i++) {
            float want = all[i / shape.dimensions() * wide.dimensions() + d + i % shape.dimensions()];
            same(shape + " z[" + i + "]", got[i], want + 0f); // mu + −0 is +0
        }
    }

    private static float[] epsilonAsDraws(Device device, Key key, int step, DrawBlock shape) {
        int dims = shape.dimensions();
        float[] identity = new float[dims * dims]; // its diagonal as a logarithm
        for (int i = 0; i < dims; i++) {
            Arrays.fill(identity, i * dims + i + 1, (i + 1) * dims, Float.NaN);
        }
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(shape.elements());
            arena.run(new FullRankOps.FullRankSample(
                    key, Index.of(step), shape, arena.of(new float[dims]), arena.of(identity), z));
            return arena.floats(z);
        }
    }

    @EveryDevice
    void drawsAreMuPlusLEpsilon(Device device) {
        for (DrawBlock shape : FullRankSetting.SHAPES) {
            FullRankSetting x = new FullRankSetting(shape);
            float[] epsilon = FullRankSetting.epsilon(device, shape);
            try (Arena arena = new Arena(device)) {
                Buffer z = arena.out(shape.elements());
                arena.run(
                        new FullRankOps.FullRankSample(KEY, Index.of(7), shape, arena.of(x.mu), arena.of(x.factor), z));
                float[] got = arena.floats(z);
                for (int row = 0; row < x.rows(); row++) {
                    double[] e = x.row(epsilon, row);
                    for (int i = 0; i < x.dims; i++) {
                        Sum want = new Sum().add(x.mu[x.problem(row) * x.dims + i]);
                        for (int j = 0; j <= i; j++) {
                            want.add(x.l[x.problem(row)][i][j] * e[j]);
                        }
                        close(shape + " z", got[row * x.dims + i], want, x.roundings());
                    }
                }
            }
        }
    }

    @EveryDevice
    void drawsAreAddedInTheOrderThatIsStated(Device device) {
        FullRankSetting x = new FullRankSetting(DrawBlock.of(1, 2, 300));
        float[] epsilon = FullRankSetting.epsilon(device, x.shape);
        try (Arena arena = new Arena(device)) {
            Buffer z = arena.out(600);
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(7), x.shape, arena.of(x.mu), arena.of(x.factor), z));
            for (int i = 0; i < 600; i++) {
                float want = x.mu[i % 300];
                for (int panel = 0; panel <= i % 300; panel += 256) {
                    float chain = 0f;
                    for (int j = panel; j <= Math.min(i % 300, panel + 255); j++) {
                        float l = x.factor[i % 300 * 300 + j];
                        chain = Math.fma(j == i % 300 ? DetMath.exp(l) : l, epsilon[i / 300 * 300 + j], chain);
                    }
                    want += chain;
                }
                same("z[" + i + "]", arena.floats(z)[i], want);
            }
        }
    }
}
