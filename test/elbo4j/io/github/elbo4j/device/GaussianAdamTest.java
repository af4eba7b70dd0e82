package io.github.elbo4j.device;

import static io.github.elbo4j.Numbers.normals;
import static io.github.elbo4j.Numbers.same;
import static io.github.elbo4j.device.FusedOpsTest.KEY;
import static io.github.elbo4j.device.FusedOpsTest.STEP;
import static io.github.elbo4j.device.FusedOpsTest.assertParts;
import static io.github.elbo4j.device.FusedOpsTest.runs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Devices;
import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.FusedOps.GaussianAdam;
import io.github.elbo4j.device.FusedOps.Target;
import io.github.elbo4j.scalar.DetMath;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many steps in one launch have the bits of single ones; normals made elsewhere serve one pass and many steps. */
class GaussianAdamTest {
    /** Problems around a group of vector lanes, draws around runs, dimensions around counters, lanes and limits. */
    private static final DrawBlock[] SMALL = {
        DrawBlock.of(0, 3, 5),
        DrawBlock.of(3, 5, 0),
        DrawBlock.of(1, 1, 1),
        DrawBlock.of(1, 16, 8),
        DrawBlock.of(37, 16, 8).at(3, 0, 0),
        DrawBlock.of(16, 3, 4).at(0, 1, 4),
        DrawBlock.of(3, 65, 5).at(2, 64, 1),
        DrawBlock.of(2, 130, 31).at(0, 0, 2),
        DrawBlock.of(2, 193, 33).at(1, 7, 3),
        DrawBlock.of(3, 256, 64),
        DrawBlock.of(19, 256, 3).at(0, 0, 1), // more draws of all than a GPU's block keeps
        DrawBlock.of(18, 129, 4),
        DrawBlock.of(2, 64, 64).at(0, 0, 1),
        DrawBlock.of(7, 1, 17), // quads that do not fill a GPU's warp or block
        DrawBlock.of(7, 63, 11).at(0, 0, 8),
    };

    private static final int STEPS = 7;
    private static final float RATE = 0.03f;
    private static final OptimizerOps.Decay DECAY = new OptimizerOps.Decay(0.9f, 0.99f, 1e-8f);

    @EveryDevice
    void manyStepsHaveTheBitsOfStepByStep(Device device) {
        for (DrawBlock shape : SMALL) {
            for (boolean path : new boolean[] {false, true}) {
                assertSteps(device, shape, path, path == (shape.problems() % 2 == 0), 0.25f);
            }
        }
    }

    @EveryDevice
    void aNanInASmallFitReachesItsProblemOnly(Device device) {
        assertSteps(device, DrawBlock.of(19, 16, 8), true, false, Float.NaN);
        assertSteps(device, DrawBlock.of(19, 16, 8), false, true, Float.NEGATIVE_INFINITY);
    }

    private static void assertSteps(Device device, DrawBlock shape, boolean path, boolean shared, float first) {
        int problems = shape.problems();
        long n = shape.parameters();
        long length = shared ? shape.dimensions() : n;
        String what = shape + (path ? " path" : "") + (shared ? " shared" : "") + " on " + device + ": ";
        try (Arena arena = new Arena(device)) {
            float[] phi = normals(1, 2 * n, -0.2, 0.5);
            if (n > 0) {
                phi[0] = first;
            }
            float[] squares = normals(6, 2 * n, 20, 1);
            Buffer targetMu = arena.of(normals(3, length));
            Buffer targetOmega = arena.of(normals(4, length, 0.2, 0.6));
            Target target = new Target(shared, targetMu, targetOmega);
            Buffer[] m = {arena.inOut(normals(5, 2 * n)), arena.inOut(normals(5, 2 * n)), arena.inOut(normals(5, 2 * n))
            };
            Buffer[] v = {arena.inOut(squares), arena.inOut(squares), arena.inOut(squares)};
            Buffer[] parameter = {arena.inOut(phi), arena.inOut(phi), arena.inOut(phi)};
            Buffer got = arena.doubles((1L + STEPS) * problems * 3);
            Buffer want = arena.doubles((1L + STEPS) * problems * 3);
            arena.run(new GaussianAdam(
                    KEY, STEP, STEPS, shape, path, target, 4, RATE, DECAY, m[0], v[0], parameter[0], got, 1));
            int half = STEPS / 2; // in two calls, of which one records nothing
            arena.run(new GaussianAdam(
                    KEY, STEP, half, shape, path, target, 4, RATE, DECAY, m[1], v[1], parameter[1], null, 0));
            arena.run(new GaussianAdam(
                    KEY,
                    STEP + half,
                    STEPS - half,
                    shape,
                    path,
                    target,
                    4 + half,
                    RATE,
                    DECAY,
                    m[1],
                    v[1],
                    parameter[1],
                    null,
                    0));
            for (int k = 0; k < STEPS; k++) {
                step(arena, k, shape, path, shared, targetMu, targetOmega, m[2], v[2], parameter[2], want);
            }
            same(what + "moments", arena.doubles(got), arena.doubles(want));
            for (int i = 0; i < 2; i++) {
                same(what + "m", arena.floats(m[i]), arena.floats(m[2]));
                same(what + "v", arena.floats(v[i]), arena.floats(v[2]));
                same(what + "parameter", arena.floats(parameter[i]), arena.floats(parameter[2]));
            }
        }
    }

    /** cuRAND's, which a launch has for one block of draws of one step. */
    @Test
    void normalsMadeElsewhereAreTakenToo() {
        assumeTrue(TestDevices.all().stream().anyMatch(d -> d.name().equals("cuda")), "there is no CUDA device");
        try (Device device =
                Devices.choose(Devices.Request.of("cuda").withRng(Rng.CURAND)).device()) {
            for (DrawBlock shape :
                    List.of(DrawBlock.of(3, 65, 5).at(2, 64, 1), DrawBlock.of(2, 5, 1025), DrawBlock.of(70, 2, 9))) {
                assertParts(device, shape, true, false, 0.3f);
            }
            for (DrawBlock shape :
                    List.of(DrawBlock.of(37, 16, 8), DrawBlock.of(2, 193, 33).at(1, 7, 3))) {
                assertSteps(device, shape, false, true, 0.25f);
            }
        } catch (DeviceException e) {
            assumeFalse(e.getMessage().contains("need cuRAND, which does not load"), e.getMessage());
            throw e;
        }
    }

    /** A step of a fit as GradientEstimator and GradientAscent take it, runs counted from the shape's first draw. */
    private static void step(
            Arena outer,
            int k,
            DrawBlock shape,
            boolean path,
            boolean shared,
            Buffer targetMu,
            Buffer targetOmega,
            Buffer m,
            Buffer v,
            Buffer parameter,
            Buffer moments) {
        int problems = shape.problems();
        int dims = shape.dimensions();
        int n = (int) shape.parameters();
        try (Arena arena = new Arena(outer.device())) {
            float[] phi = outer.floats(parameter);
            float[] mu = new float[n];
            float[] omega = new float[n];
            float[] entropy = new float[2 * n];
            for (int b = 0; b < problems; b++) {
                System.arraycopy(phi, 2 * b * dims, mu, b * dims, dims);
                System.arraycopy(phi, (2 * b + 1) * dims, omega, b * dims, dims);
                Arrays.fill(entropy, (2 * b + 1) * dims, (2 * b + 2) * dims, 1f);
            }
            Buffer z = arena.out(shape.elements());
            Buffer slope = arena.out(shape.elements());
            Buffer logP = arena.doubles(shape.allDraws());
            Buffer logQ = arena.doubles(shape.allDraws());
            DrawBlock flat = DrawBlock.of(1, (int) shape.allDraws(), dims);
            Buffer location = arena.of(mu);
            Buffer logScale = arena.of(omega);
            arena.run(new MeanFieldOps.Sample(KEY, Index.of(STEP + k), shape, location, logScale, z));
            arena.run(new MeanFieldOps.LogDensity(
                    shared ? flat : shape, MeanFieldOps.Variable.Z, targetMu, targetOmega, z, logP, slope));
            arena.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, location, logScale, z, logQ, null));
            // meanFieldReparam asks for a first draw at a run's begin; here the runs are of chosen draws.
            Buffer runs = arena.runs(2L * n * ElboOps.runs(shape.draws()));
            if (shape.firstDraw() % ElboOps.DRAWS_PER_RUN == 0) {
                Buffer later = arena.runs(runs(shape));
                arena.run(
                        new ReparamOps.MeanFieldReparam(KEY, Index.of(STEP + k), shape, path, logScale, slope, later));
                double[] all = arena.doubles(later);
                int skipped = shape.firstDraw() / ElboOps.DRAWS_PER_RUN * 2 * dims;
                int row = problems == 0 ? 0 : all.length / problems;
                double[] own = new double[problems * (row - skipped)];
                for (int b = 0; b < problems; b++) {
                    System.arraycopy(all, b * row + skipped, own, b * (row - skipped), row - skipped);
                }
                runs.write(0, own, 0, own.length);
            } else {
                runs.write(0, hostRuns(arena, k, shape, path, omega, arena.floats(slope)), 0, (int) runs.length());
            }
            Buffer gradient = arena.out(2L * n);
            arena.run(new ElboOps.MeanOverDraws(problems, shape.draws(), 2 * dims, 0f, runs, gradient));
            if (!path) {
                arena.run(new MathOps.Axpy(2L * n, 1f, arena.of(entropy), gradient));
            }
            arena.run(new ElboOps.Moments(problems, shape.draws(), logP, logQ, moments, Index.of(1 + k)));
            arena.run(new OptimizerOps.Adam(
                    2L * n,
                    Scalar.of(DECAY.rateAt(4 + k, RATE)),
                    Scalar.of(DECAY.correctionAt(4 + k)),
                    DECAY,
                    gradient,
                    null,
                    m,
                    v,
                    parameter));
        }
    }

    private static double[] hostRuns(Arena arena, int k, DrawBlock shape, boolean path, float[] omega, float[] g) {
        Buffer normal = arena.out(shape.elements());
        arena.run(new NormalOps.Normal(KEY, Index.of(STEP + k), shape, normal));
        float[] e = arena.floats(normal);
        int dims = shape.dimensions();
        int count = ElboOps.runs(shape.draws());
        double[] runs = new double[shape.problems() * count * 2 * dims];
        float[] mean = new float[runs.length];
        for (int i = 0; i < g.length; i++) {
            int d = i % dims;
            int s = i / dims % shape.draws();
            int b = i / dims / shape.draws();
            float logScale = omega[b * dims + d];
            float slope = path ? Math.fma(e[i], DetMath.exp(-logScale), g[i]) : g[i];
            int at = (b * count + s / ElboOps.DRAWS_PER_RUN) * 2 * dims + d;
            mean[at] += slope;
            mean[at + dims] += slope * (DetMath.exp(logScale) * e[i]);
        }
        Arrays.setAll(runs, i -> mean[i]);
        return runs;
    }

    @EveryDevice
    void whatOneBlockDoesNotDoWellIsRefused(Device device) {
        assertRefused(device, DrawBlock.of(1, 257, 8), 1, "the draws of shape is 257, but must be 256 or less");
        assertRefused(device, DrawBlock.of(1, 0, 8), 1, "the draws of shape is 0, but must be 1 or more");
        assertRefused(device, DrawBlock.of(1, 16, 65), 1, "the dimensions of shape is 65, but must be 64 or less");
        assertRefused(device, DrawBlock.of(1, 16, 8), 257, "steps is 257, but must be 256 or less");
        assertRefused(device, DrawBlock.of(1, 16, 8), 0, "steps is 0, but must be 1 or more");
    }

    private static void assertRefused(Device device, DrawBlock shape, int steps, String message) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new float[200]);
            assertThatThrownBy(() -> arena.run(new GaussianAdam(
                            KEY, 0, steps, shape, false, new Target(true, x, x), 1, RATE, DECAY, x, x, x, null, 0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(message);
        }
    }

    @EveryDevice
    void adamsLastStepMustHaveANumber(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(new float[16]);
            DrawBlock shape = DrawBlock.of(1, 16, 8);
            Target target = new Target(true, x, x);
            int t = Integer.MAX_VALUE;
            assertThatThrownBy(() -> arena.run(
                            new GaussianAdam(KEY, 0, 2, shape, false, target, t, RATE, DECAY, x, x, x, null, 0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("t is 2147483648");
        }
    }

    /** 300 steps towards the target: the ELBO of a normalized target ends near 0, its maximum. */
    @EveryDevice
    void manyStepsFindTheTarget(Device device) {
        DrawBlock shape = DrawBlock.of(20, 16, 8);
        int n = (int) shape.parameters();
        try (Arena arena = new Arena(device)) {
            Target target = new Target(false, arena.of(normals(3, n)), arena.of(normals(4, n, 0.2, 0.6)));
            Buffer parameter = arena.inOut(new float[2 * n]);
            Buffer m = arena.inOut(new float[2 * n]);
            Buffer v = arena.inOut(new float[2 * n]);
            Buffer moments = arena.doubles(60);
            for (int step = 0; step < 300; step += 100) {
                arena.run(new GaussianAdam(
                        KEY, step, 100, shape, true, target, 1 + step, 0.03f, DECAY, m, v, parameter, null, 0));
            }
            arena.run(
                    new GaussianAdam(KEY, 300, 1, shape, true, target, 301, 0.03f, DECAY, m, v, parameter, moments, 0));
            double[] elbo = arena.doubles(moments);
            float[] phi = arena.floats(parameter);
            for (int b = 0; b < 20; b++) {
                assertThat(elbo[3 * b]).isBetween(-0.01, 0.01);
                for (int d = 0; d < 8; d++) {
                    assertThat(phi[16 * b + d]).isCloseTo(target.mu().toFloats()[8 * b + d], within(0.03f));
                    assertThat(phi[16 * b + 8 + d]).isCloseTo(target.omega().toFloats()[8 * b + d], within(0.03f));
                }
            }
        }
    }
}
