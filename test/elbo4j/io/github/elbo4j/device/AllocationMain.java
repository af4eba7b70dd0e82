package io.github.elbo4j.device;

import com.sun.management.ThreadMXBean;
import io.github.elbo4j.Arena;
import io.github.elbo4j.Devices;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.device.MeanFieldOps.Variable;
import io.github.elbo4j.device.ScoreOps.Baseline;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/** What {@link AllocationTest} runs in a virtual machine of its own. */
public final class AllocationMain {
    private static final Key KEY = new Key(1);
    private static final int STEPS = 500;
    private static final DrawBlock SHAPE = DrawBlock.of(2, 100, 50);

    /** Fewer bytes are what is hoped for, and end the measurement. */
    private static double few;

    private AllocationMain() {}

    /** Prints the bytes that each kind of step allocates; arguments: a device's name, and what is few. */
    public static void main(String[] arguments) {
        try (Device device = Devices.open(arguments[0], 2)) {
            few = Double.parseDouble(arguments[1]);
            useEverything(device);
            report("pathwise", pathwise(device));
            report("score", score(device));
            report("regression", regression(device));
            report("fused", fused(device));
            report("lowrank", lowRank(device));
            report("elementwise", elementwise(device));
            report("mixture", mixture(device));
            report("sobol", sobol(device));
        }
    }

    private static void report(String what, double bytes) {
        System.out.println(what + " " + bytes);
    }

    /** What was used before must not matter: compilers choose by what they have seen. */
    private static void useEverything(Device device) {
        int times = device.name().equals("cuda") ? 30 : 300; // an emulated device is slow, and compiles nothing
        for (OpCase operation : OpCases.ALL) {
            for (int i = 0; i < times; i++) {
                operation.bits(device, DrawBlock.of(2, 65, 33));
            }
        }
    }

    private static double pathwise(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer parameters = arena.of(Numbers.normals(1, 200));
            Buffer mu = arena.of(Numbers.normals(2, 100));
            Buffer omega = arena.of(Numbers.normals(3, 100, -1, 0.1));
            Buffer z = arena.out(SHAPE.elements());
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer gradient = arena.out(SHAPE.elements());
            Buffer runs = arena.runs(2 * 2 * 100);
            Buffer mean = arena.out(200);
            Buffer moments = arena.doubles(3 * 2 * STEPS);
            Buffer m = arena.of(new float[200]);
            Buffer v = arena.of(new float[200]);
            Scalar rate = Scalar.lookedUp(arena.of(new double[] {0.01}), Index.of(0));
            OptimizerOps.Decay decay = new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f);
            return allocated(device, (to, step) -> {
                to.run(new MeanFieldOps.Sample(KEY, step, SHAPE, mu, omega, z));
                to.run(new MeanFieldOps.LogDensity(SHAPE, MeanFieldOps.Variable.Z, mu, omega, z, logQ, gradient));
                to.run(new ReparamOps.MeanFieldReparam(KEY, step, SHAPE, true, omega, gradient, runs));
                to.run(new ElboOps.MeanOverDraws(2, 100, 100, 0f, runs, mean));
                to.run(new OptimizerOps.Adam(200, rate, rate, decay, mean, null, m, v, parameters));
                to.run(new ElboOps.Moments(2, 100, logQ, null, moments, step));
            });
        }
    }

    private static double fused(Device device) {
        DrawBlock small = DrawBlock.of(20, 16, 8);
        try (Arena arena = new Arena(device)) {
            Buffer mu = arena.of(Numbers.normals(2, 160));
            Buffer omega = arena.of(Numbers.normals(3, 160, -1, 0.1));
            Buffer logP = arena.doubles(SHAPE.allDraws());
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer runs = arena.runs(2 * 2 * 100);
            Buffer m = arena.of(new float[320]);
            Buffer v = arena.of(new float[320]);
            Buffer parameter = arena.of(new float[320]);
            Buffer moments = arena.doubles(3 * 20 * 2);
            FusedOps.Target target = new FusedOps.Target(true, omega, mu);
            return allocated(device, (to, step) -> {
                to.run(new FusedOps.GaussianElbo(KEY, step, SHAPE, true, mu, omega, target, logP, logQ, runs));
                to.run(new FusedOps.GaussianAdam(
                        KEY,
                        0,
                        2,
                        small,
                        false,
                        new FusedOps.Target(false, mu, omega),
                        1,
                        0.01f,
                        new OptimizerOps.Decay(0.9f, 0.999f, 1e-8f),
                        m,
                        v,
                        parameter,
                        moments,
                        0));
            });
        }
    }

    private static double score(Device device) {
        try (Arena arena = new Arena(device)) {
            Buffer mu = arena.of(Numbers.normals(2, 100));
            Buffer omega = arena.of(Numbers.normals(3, 100, -1, 0.1));
            Buffer z = arena.out(SHAPE.elements());
            Buffer logP = arena.of(new double[200]);
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer weights = arena.out(SHAPE.allDraws());
            Buffer runs = arena.runs(2 * 2 * 100);
            Buffer squares = arena.runs(2 * 2 * 200);
            Buffer sums = arena.out(400);
            Buffer mean = arena.out(200);
            Buffer running = arena.of(new double[2]);
            return allocated(device, (to, step) -> {
                to.run(new MeanFieldOps.Sample(KEY, step, SHAPE, mu, omega, z));
                to.run(new MeanFieldOps.LogDensity(SHAPE, MeanFieldOps.Variable.Z, mu, omega, z, logQ, null));
                to.run(new ScoreOps.ScoreWeights(
                        2, 100, Baseline.RUNNING_MEAN, logP, logQ, running, Scalar.of(0.1), weights));
                to.run(new ScoreOps.ScoreWeights(
                        2, 100, Baseline.CONTROL_VARIATE, logP, logQ, null, Scalar.of(0), weights));
                to.run(new ScoreOps.MeanFieldScoreSquares(KEY, step, SHAPE, weights, squares));
                to.run(new ElboOps.MeanOverDraws(2, 100, 200, 0f, squares, sums));
                to.run(new ScoreOps.MeanFieldScore(KEY, step, SHAPE, omega, weights, sums, 100, runs));
                to.run(new ElboOps.MeanOverDraws(2, 100, 100, 0f, runs, mean));
                to.run(new OptimizerOps.Sgd(200, Scalar.of(0.01f), mean, mean));
                to.run(new MeanFieldOps.LogDensity(SHAPE, Variable.OMEGA, mu, omega, z, null, z));
            });
        }
    }

    private static double lowRank(Device device) {
        int rank = 3;
        int width = (2 + rank) * 50;
        try (Arena arena = new Arena(device)) {
            Buffer mu = arena.of(Numbers.normals(1, 100));
            Buffer omega = arena.of(Numbers.normals(2, 100, -1, 0.1));
            Buffer factor = arena.of(Numbers.normals(3, 100L * rank));
            Buffer capacitance = arena.doubles(2L * LowRankOps.capacitanceWidth(rank));
            Buffer z = arena.out(SHAPE.elements());
            Buffer logQ = arena.doubles(SHAPE.allDraws());
            Buffer score = arena.out(SHAPE.elements());
            Buffer latent = arena.out(SHAPE.allDraws() * rank);
            Buffer centre = arena.out(2L * width);
            Buffer weights = arena.of(Numbers.normals(4, SHAPE.allDraws()));
            Buffer runs = arena.runs(2 * 2L * width);
            Buffer squares = arena.runs(2 * 2 * 2L * width);
            return allocated(device, (to, step) -> {
                to.run(new LowRankOps.LowRankCapacitance(2, 50, rank, omega, factor, capacitance));
                to.run(new LowRankOps.LowRankSample(KEY, step, SHAPE, rank, mu, omega, factor, z));
                to.run(new LowRankOps.LowRankLogDensity(SHAPE, rank, mu, omega, factor, capacitance, z, logQ, score));
                to.run(new LowRankOps.LowRankAtDraw(
                        KEY, step, SHAPE, rank, omega, factor, capacitance, logQ, score, latent));
                to.run(new LowRankOps.LowRankEntropyGradient(2, 50, rank, omega, factor, capacitance, centre));
                to.run(new LowRankGradientOps.LowRankReparam(KEY, step, SHAPE, rank, omega, z, score, runs));
                to.run(new LowRankGradientOps.LowRankScoreGradient(
                        SHAPE, rank, omega, score, latent, centre, weights, null, 0, runs));
                to.run(new LowRankGradientOps.LowRankScoreSquares(
                        SHAPE, rank, omega, score, latent, centre, weights, squares));
            });
        }
    }

    /** What models are made of; the case of every opcode is not among them: in some runs a loop of it is compiled so that it boxes vectors. */
    private static double elementwise(Device device) {
        try (Arena arena = new Arena(device)) {
            List<Operation> all = OpCases.ALL.stream()
                    .filter(operation -> operation.operation().equals("elementwise")
                            && !operation.mode().equals("every opcode"))
                    .map(operation -> operation.on(arena, DrawBlock.of(2, 65, 33)))
                    .toList();
            return allocated(device, (to, step) -> all.forEach(to::run));
        }
    }

    /** More rows than four vectors have. */
    private static double mixture(Device device) {
        MixtureOps.Shape shape = new MixtureOps.Shape(300, 5, 1, 3, true);
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(Numbers.normals(1, 300 * 5));
            Buffer means = arena.of(Numbers.normals(2, 3 * 2 * 5, 0, 0x1p-25));
            Buffer factors = arena.of(Numbers.normals(3, 3L * shape.factor()));
            Buffer offsets = arena.of(new double[3]);
            Buffer responsibilities = arena.out(3 * 300);
            Buffer densities = arena.doubles(2L * MixtureOps.LANES);
            Buffer sums = arena.doubles(3L * MixtureOps.LANES * shape.width());
            return allocated(device, (to, step) -> {
                to.run(new MixtureOps.MixtureResponsibilities(
                        shape, x, means, factors, offsets, false, responsibilities, densities));
                to.run(new MixtureOps.MixtureStatistics(shape, x, means, responsibilities, false, sums));
            });
        }
    }

    /** Sobol's points, of which one normal in six hundred lies in a tail; 50 in a row are no whole vectors. */
    private static double sobol(Device device) {
        Key key = KEY.with(PointSet.SOBOL);
        try (Arena arena = new Arena(device)) {
            Buffer normals = arena.out(SHAPE.elements());
            return allocated(device, (to, step) -> to.run(new NormalOps.Normal(key, step, SHAPE, normals)));
        }
    }

    private static double regression(Device device) {
        DrawBlock shape = DrawBlock.of(1, 64, 9);
        try (Arena arena = new Arena(device)) {
            Buffer mu = arena.of(Numbers.normals(1, 9));
            Buffer factor = arena.of(Numbers.factors(2, 1, 9));
            Buffer z = arena.out(64 * 9);
            Buffer score = arena.out(64 * 9);
            Buffer logQ = arena.doubles(64);
            Buffer logP = arena.inOut(new double[64]);
            Buffer kl = arena.doubles(1);
            Buffer entropy = arena.doubles(1);
            Buffer bound = arena.doubles(2);
            Buffer runs = arena.runs(90);
            Buffer mean = arena.out(90);
            Buffer y = arena.of(new float[300]);
            Matrix rows = Matrix.of(arena.of(Numbers.normals(3, 2700)), 300, 9);
            Matrix columns = rows.transposed();
            Matrix eta = Matrix.of(arena.out(64 * 300), 64, 300);
            Matrix draws = Matrix.of(z, 64, 9);
            Matrix slopes = Matrix.of(arena.out(64 * 9), 64, 9);
            Matrix densities = Matrix.of(logQ, 1, 64);
            Matrix sums = Matrix.of(logP, 1, 64);
            return allocated(device, (to, step) -> {
                to.run(new MathOps.Fill(64, 0, logP));
                to.run(new MathOps.Scale(0.5, densities, true, sums));
                to.run(new FullRankOps.FullRankSample(KEY, step, shape, mu, factor, z));
                to.run(new FullRankOps.FullRankLogDensity(shape, mu, factor, z, logQ, null));
                to.run(new FullRankOps.FullRankScore(KEY, step, shape, factor, score));
                to.run(new GemmOps.Gemm(draws, columns, false, eta));
                to.run(new LikelihoodOps.BernoulliLogit(64, 300, y, 1, eta.buffer(), logP));
                to.run(new GemmOps.Gemm(eta, rows, false, slopes));
                to.run(new ReparamOps.FullRankReparam(KEY, step, shape, factor, slopes.buffer(), score, runs));
                to.run(new ElboOps.MeanOverDraws(1, 64, 90, 0f, runs, mean));
                to.run(new FullRankOps.FullRankEntropy(1, 9, factor, entropy, Index.of(0)));
                to.run(new KlOps.KlFull(1, 9, mu, factor, mu, factor, kl));
                to.run(new ElboOps.Renyi(1, 64, 0f, logP, logQ, bound));
            });
        }
    }

    /** Records a step: its operations, and its number as the device counts it. */
    private interface Step {
        void record(Recorder to, Index step);
    }

    /**
     * The bytes of a step, of all threads that run it. A warm-up may last long, so several rounds are measured; the least is
     * what a step needs.
     */
    private static double allocated(Device device, Step step) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double least = Double.MAX_VALUE;
        try (Buffer counter = device.allocate(ElementType.INT32, 1);
                Buffer one = device.allocate(ElementType.INT32, 1);
                Workspace workspace = new Workspace(device)) {
            one.write(0, new int[] {1}, 0, 1);
            Recorder recorder = new Recorder(workspace);
            step.record(recorder, Index.counted(counter, 0));
            recorder.run(new MathOps.Advance(1, one, counter));
            try (Program program = recorder.bind()) {
                for (int round = 0; round < 30 && least >= few; round++) {
                    counter.write(0, new int[1], 0, 1);
                    long[] ids = Thread.getAllStackTraces().keySet().stream()
                            .filter(t ->
                                    t == Thread.currentThread() || t.getName().startsWith("elbo4j"))
                            .mapToLong(Thread::getId)
                            .toArray();
                    long start = total(threads, ids);
                    long measuring = total(threads, ids) - start;
                    start = total(threads, ids);
                    for (int i = 0; i < STEPS; i++) {
                        program.run();
                    }
                    least = Math.min(least, (double) (total(threads, ids) - start - measuring) / STEPS);
                }
            }
        }
        return least;
    }

    private static long total(ThreadMXBean threads, long[] ids) {
        return Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum();
    }
}
