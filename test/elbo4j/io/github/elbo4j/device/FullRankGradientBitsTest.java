package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.factors;
import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;

/** The full-rank gradients at a size at which a GPU takes large tiles of the factor; smaller ones are in BitsTest. */
class FullRankGradientBitsTest {
    private static final Key KEY = new Key(7);
    private static final int D = 150; // tiles of 64 on, below and above the diagonal, the last of them ragged
    private static final DrawBlock SHAPE = DrawBlock.of(2, 15 * 64 - 3, D).at(1, 64, 2);
    private static final int RUNS = 16;
    private static final int WIDTH = D + D * D;

    private interface Gradient {
        void of(Arena arena, Buffer factor, Buffer vectors, Buffer runs);
    }

    @EveryDevice
    void pathwiseSumsOfManyTilesAreThoseOfScalar(Device device) {
        assertSame(device, 1, (arena, factor, vectors, runs) -> {
            Buffer score = arena.of(normals(5, SHAPE.elements()));
            arena.run(new ReparamOps.FullRankReparam(KEY, Index.of(3), SHAPE, factor, vectors, score, runs));
        });
    }

    @EveryDevice
    void scoreSumsOfManyTilesAreThoseOfScalar(Device device) {
        assertSame(device, 1, (arena, factor, vectors, runs) -> {
            Buffer weights = arena.of(normals(6, SHAPE.allDraws()));
            arena.run(new ScoreOps.FullRankScoreGradient(
                    KEY, Index.of(3), SHAPE, factor, vectors, weights, null, 0, runs));
        });
    }

    @EveryDevice
    void controlledSumsOfManyTilesAreThoseOfScalar(Device device) {
        assertSame(device, 1, (arena, factor, vectors, runs) -> {
            Buffer weights = arena.of(normals(6, SHAPE.allDraws()));
            Buffer sums = arena.of(normals(7, 2L * SHAPE.problems() * WIDTH, 50, 1));
            arena.run(new ScoreOps.FullRankScoreGradient(
                    KEY, Index.of(3), SHAPE, factor, vectors, weights, sums, 960, runs));
        });
    }

    @EveryDevice
    void squaresOfManyTilesAreThoseOfScalar(Device device) {
        assertSame(device, 2, (arena, factor, vectors, runs) -> {
            Buffer weights = arena.of(normals(6, SHAPE.allDraws()));
            arena.run(new ScoreOps.FullRankScoreSquares(KEY, Index.of(3), SHAPE, factor, vectors, weights, runs));
        });
    }

    private static void assertSame(Device device, int parts, Gradient gradient) {
        assertThat(sums(device, parts, gradient)).isEqualTo(sums(TestDevices.scalar(), parts, gradient));
    }

    private static double[] sums(Device device, int parts, Gradient gradient) {
        try (Arena arena = new Arena(device)) {
            Buffer runs = arena.runs((long) SHAPE.problems() * RUNS * parts * WIDTH);
            Buffer factor = arena.of(factors(1, SHAPE.problems(), D));
            gradient.of(arena, factor, arena.of(normals(2, SHAPE.elements())), runs);
            return arena.doubles(runs);
        }
    }
}
