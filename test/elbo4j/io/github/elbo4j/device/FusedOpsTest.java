package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;

import io.github.elbo4j.Arena;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.FusedOps.GaussianElbo;
import io.github.elbo4j.device.FusedOps.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A pass has the bits of the operations that it is made of. */
class FusedOpsTest {
    static final Key KEY = new Key(47);
    static final int STEP = 5;
    private static final int[] DIMENSIONS = {0, 1, 3, 4, 5, 31, 33, 1000, 1023, 1025, 2050};
    private static final int[] DRAWS = {0, 1, 63, 64, 65, 130};

    /** Every number of dimensions and of draws, at addresses that are seldom a multiple of 4. */
    private static List<DrawBlock> shapes() {
        List<DrawBlock> shapes = new ArrayList<>();
        for (int dims : DIMENSIONS) {
            for (int draws : DRAWS) {
                shapes.add(DrawBlock.of(dims < 100 ? 3 : 1, draws, dims));
                shapes.add(DrawBlock.of(dims < 100 ? 1 : 2, draws, dims).at(2, 128, dims % 7));
            }
        }
        shapes.add(DrawBlock.of(0, 3, 5));
        shapes.add(DrawBlock.of(70, 2, 9).at(0, 64, 3));
        // Blocks of a GPU that take 8 draws at a time, of one row and of several, and those that take 4.
        shapes.add(DrawBlock.of(2, 130, 100).at(0, 64, 5));
        shapes.add(DrawBlock.of(3, 65, 128));
        shapes.add(DrawBlock.of(2, 9, 65));
        shapes.add(DrawBlock.of(19, 9, 8).at(1, 0, 4));
        shapes.add(DrawBlock.of(5, 11, 31));
        shapes.add(DrawBlock.of(19, 5, 8));
        shapes.add(DrawBlock.of(3, 70, 64));
        shapes.add(DrawBlock.of(19, 16, 17));
        // Coordinates that several blocks of a GPU share out, four and eight of them.
        shapes.add(DrawBlock.of(40, 2, 300));
        shapes.add(DrawBlock.of(2, 65, 1024).at(1, 64, 2));
        return shapes;
    }

    @EveryDevice
    void onePassHasTheBitsOfItsParts(Device device) {
        for (DrawBlock shape : shapes()) {
            for (boolean shared : new boolean[] {false, true}) {
                boolean path = shared == (shape.draws() % 2 == 0);
                assertParts(device, shape, path, shared, 0.3f);
            }
        }
    }

    static void assertParts(Device device, DrawBlock shape, boolean path, boolean shared, float firstMu) {
        long n = shape.parameters();
        long length = shared ? shape.dimensions() : n;
        try (Arena arena = new Arena(device)) {
            float[] locations = normals(1, n);
            if (n > 0) {
                locations[0] = firstMu;
            }
            Buffer mu = arena.of(locations);
            Buffer omega = arena.of(normals(2, n, -0.5, 0.7));
            Buffer targetMu = arena.of(normals(3, length));
            Buffer targetOmega = arena.of(normals(4, length, 0.2, 0.6));
            Target target = new Target(shared, targetMu, targetOmega);
            Buffer logP = arena.doubles(shape.allDraws());
            Buffer logQ = arena.doubles(shape.allDraws());
            Buffer runs = arena.runs(runs(shape));
            Buffer onlyP = arena.doubles(shape.allDraws());
            Buffer onlyQ = arena.doubles(shape.allDraws());
            arena.run(new GaussianElbo(KEY, Index.of(STEP), shape, path, mu, omega, target, logP, logQ, runs));
            arena.run(new GaussianElbo(KEY, Index.of(STEP), shape, path, mu, omega, target, onlyP, onlyQ, null));

            Buffer z = arena.out(shape.elements());
            Buffer slope = arena.out(shape.elements());
            Buffer wantP = arena.doubles(shape.allDraws());
            Buffer wantQ = arena.doubles(shape.allDraws());
            Buffer wantRuns = arena.runs(runs(shape));
            DrawBlock flat = DrawBlock.of(1, (int) shape.allDraws(), shape.dimensions());
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(STEP), shape, mu, omega, z));
            arena.run(new MeanFieldOps.LogDensity(
                    shared ? flat : shape, MeanFieldOps.Variable.Z, targetMu, targetOmega, z, wantP, slope));
            arena.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, mu, omega, z, wantQ, null));
            arena.run(new ReparamOps.MeanFieldReparam(KEY, Index.of(STEP), shape, path, omega, slope, wantRuns));
            String what = shape + (path ? " path" : "") + (shared ? " shared" : "") + " on " + device + ": ";
            same(what + "logP", arena.doubles(logP), arena.doubles(wantP));
            same(what + "logQ", arena.doubles(logQ), arena.doubles(wantQ));
            same(what + "logP without runs", arena.doubles(onlyP), arena.doubles(wantP));
            same(what + "logQ without runs", arena.doubles(onlyQ), arena.doubles(wantQ));
            same(what, arena.doubles(runs), arena.doubles(wantRuns));
        }
    }

    static long runs(DrawBlock shape) {
        int runs = shape.firstDraw() / ElboOps.DRAWS_PER_RUN + ElboOps.runs(shape.draws());
        return 2 * shape.parameters() * runs;
    }

    @EveryDevice
    void aNanReachesItsProblemOnly(Device device) {
        assertParts(device, DrawBlock.of(3, 65, 33), true, false, Float.NaN);
        assertParts(device, DrawBlock.of(3, 65, 1025), false, true, Float.POSITIVE_INFINITY);
    }

    @EveryDevice
    void chunksOfWholeRunsGiveTheSameRuns(Device device) {
        int dims = 37;
        try (Arena arena = new Arena(device)) {
            Buffer mu = arena.of(normals(1, dims));
            Buffer omega = arena.of(normals(2, dims, -0.5, 0.7));
            Target target = new Target(true, omega, mu);
            Buffer all = arena.runs(2L * dims * 5);
            Buffer chunks = arena.runs(2L * dims * 5);
            Buffer logP = arena.doubles(300);
            Buffer logQ = arena.doubles(300);
            arena.run(new GaussianElbo(
                    KEY, Index.of(STEP), DrawBlock.of(1, 300, dims), false, mu, omega, target, logP, logQ, all));
            for (int first = 0; first < 300; first += 128) {
                DrawBlock chunk =
                        DrawBlock.of(1, Math.min(128, 300 - first), dims).at(0, first, 0);
                Buffer p = arena.doubles(chunk.draws());
                Buffer q = arena.doubles(chunk.draws());
                arena.run(new GaussianElbo(KEY, Index.of(STEP), chunk, false, mu, omega, target, p, q, chunks));
                same("logP", arena.doubles(p), Arrays.copyOfRange(arena.doubles(logP), first, first + chunk.draws()));
                same("logQ", arena.doubles(q), Arrays.copyOfRange(arena.doubles(logQ), first, first + chunk.draws()));
            }
            same("runs", arena.doubles(chunks), arena.doubles(all));
        }
    }
}
