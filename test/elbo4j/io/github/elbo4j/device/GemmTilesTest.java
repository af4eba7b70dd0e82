package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;

/**
 * Products and solves at sizes at which a GPU works in other ways than at those of BitsTest: many large tiles, panels by
 * different blocks, triangles of several panels.
 */
class GemmTilesTest {
    private static final Key KEY = new Key(8);

    private interface Work {
        /** Returns what was written. */
        Buffer on(Arena arena);
    }

    @EveryDevice
    void manyTilesGiveTheBitsOfScalar(Device device) {
        int m = 17 * 64 - 5;
        int n = 16 * 64 + 1;
        int k = 300;
        assertSame(device, arena -> {
            Buffer c = arena.inOut(normals(3, (long) m * n));
            Matrix a = Matrix.of(arena.of(normals(1, (long) m * k)), k, m).transposed();
            Matrix b = Matrix.of(arena.of(normals(2, (long) k * n)), n, k).transposed();
            arena.run(new GemmOps.Gemm(a, b, true, Matrix.of(c, m, n)));
            return c;
        });
    }

    @EveryDevice
    void theLargestTilesGiveTheBitsOfScalar(Device device) {
        int m = 12 * 128 - 5;
        int n = 11 * 128 + 1;
        int k = 37;
        for (boolean accumulate : new boolean[] {false, true}) {
            assertSame(device, arena -> {
                Buffer c = arena.inOut(normals(3, (long) m * n));
                Matrix a = Matrix.of(arena.of(normals(1, (long) m * k)), m, k);
                Matrix b = Matrix.of(arena.of(normals(2, (long) k * n)), k, n);
                arena.run(new GemmOps.Gemm(a, b, accumulate, Matrix.of(c, m, n)));
                return c;
            });
        }
    }

    @EveryDevice
    void panelsOfManyTilesAreAddedAsATree(Device device) {
        int m = 65;
        int n = 40;
        int k = 5 * 1024 + 7;
        for (boolean accumulate : new boolean[] {false, true}) {
            assertSame(device, arena -> {
                Buffer c = arena.inOut(normals(3, (long) m * n));
                Matrix a = Matrix.of(arena.of(normals(1, (long) m * k)), m, k);
                Matrix b = Matrix.of(arena.of(normals(2, (long) k * n)), k, n);
                arena.run(new GemmOps.Gemm(a, b, accumulate, Matrix.of(c, n, m).transposed()));
                return c;
            });
        }
    }

    @EveryDevice
    void trianglesOfSeveralPanelsGiveTheBitsOfScalar(Device device) {
        triangle(device, 2 * 256 + 70, 37);
    }

    /** Rows and columns about those of a warp, and of a step of a solve with an upper triangle. */
    @EveryDevice
    void trianglesOfOnePanelGiveTheBitsOfScalar(Device device) {
        for (int m : new int[] {15, 16, 31, 32, 33, 96, 97, 255, 256}) {
            triangle(device, m, m == 97 ? 70 : 5);
        }
    }

    private static void triangle(Device device, int m, int n) {
        float[] l = normals(1, (long) m * m, 0, 0.01);
        for (int i = 0; i < m; i++) {
            l[i * m + i] = 1 + i % 7;
        }
        for (boolean upper : new boolean[] {false, true}) {
            for (boolean solve : new boolean[] {false, true}) {
                for (boolean across : new boolean[] {false, true}) {
                    assertSame(device, arena -> {
                        Buffer b = arena.inOut(normals(2, (long) m * n));
                        Matrix triangle = Matrix.of(arena.of(l), m, m);
                        Matrix x = across ? Matrix.of(b, n, m).transposed() : Matrix.of(b, m, n);
                        if (solve) {
                            arena.run(new GemmOps.TriangularSolve(across ? triangle.transposed() : triangle, upper, x));
                        } else {
                            arena.run(new GemmOps.TriangularMultiply(triangle, upper, x));
                        }
                        return b;
                    });
                }
            }
        }
    }

    @EveryDevice
    void fullRankDrawsOfSeveralPanelsGiveTheBitsOfScalar(Device device) {
        int d = 2 * 256 + 3;
        DrawBlock shape = DrawBlock.of(2, 70, d).at(1, 2, 3);
        float[] factor = factors(1, 2, d);
        float[] mu = normals(2, shape.parameters());
        assertSame(device, arena -> {
            Buffer z = arena.out(shape.elements());
            arena.run(new FullRankOps.FullRankSample(KEY, Index.of(1), shape, arena.of(mu), arena.of(factor), z));
            return z;
        });
        assertSame(device, arena -> {
            Buffer score = arena.out(shape.elements());
            arena.run(new FullRankOps.FullRankScore(KEY, Index.of(1), shape, arena.of(factor), score));
            return score;
        });
        assertSame(device, arena -> {
            Buffer gradient = arena.out(shape.elements());
            Buffer z = arena.of(normals(3, shape.elements()));
            arena.run(new FullRankOps.FullRankLogDensity(shape, arena.of(mu), arena.of(factor), z, null, gradient));
            return gradient;
        });
    }

    @EveryDevice
    void manyTilesOfFullRankDrawsGiveTheBitsOfScalar(Device device) {
        DrawBlock shape = DrawBlock.of(45, 125, 140);
        assertSame(device, arena -> {
            Buffer z = arena.out(shape.elements());
            Buffer factor = arena.of(factors(1, shape.problems(), shape.dimensions()));
            arena.run(new FullRankOps.FullRankSample(
                    KEY, Index.of(1), shape, arena.of(normals(2, shape.parameters())), factor, z));
            return z;
        });
    }

    /** The first row that is solved has no sum to be added: −0 stays −0. */
    @EveryDevice
    void theFirstSolvedRowKeepsTheSignOfItsZeros(Device device) {
        float[] l = {2, 9, 9, 1, 4, 9, 1, 1, 8};
        for (boolean upper : new boolean[] {false, true}) {
            assertSame(device, arena -> {
                Buffer b = arena.inOut(-0f, -0f, -0f);
                Matrix lower = Matrix.of(arena.of(l), 3, 3);
                arena.run(new GemmOps.TriangularSolve(upper ? lower.transposed() : lower, upper, Matrix.of(b, 3, 1)));
                assertThat(Float.floatToRawIntBits(arena.floats(b)[upper ? 2 : 0]))
                        .isEqualTo(Float.floatToRawIntBits(-0f));
                return b;
            });
        }
    }

    @EveryDevice
    void theSlopeOfADrawAtMinusZeroIsPlusZero(Device device) {
        assertSame(device, arena -> {
            Buffer gradient = arena.out(1);
            Buffer zero = arena.of(0f);
            arena.run(new FullRankOps.FullRankLogDensity(
                    DrawBlock.of(1, 1, 1), zero, zero, arena.of(-0f), null, gradient));
            assertThat(Float.floatToRawIntBits(arena.floats(gradient)[0])).isZero();
            return gradient;
        });
    }

    private static void assertSame(Device device, Work work) {
        try (Arena arena = new Arena(device);
                Arena scalar = new Arena(TestDevices.scalar())) {
            float[] got = arena.floats(work.on(arena));
            float[] want = scalar.floats(work.on(scalar));
            assertThat(got).isEqualTo(want);
        }
    }
}
