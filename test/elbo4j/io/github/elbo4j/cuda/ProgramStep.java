package io.github.elbo4j.cuda;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Scalar;
import io.github.elbo4j.device.ScoreOps;
import java.util.Arrays;
import java.util.List;

/** A step of Adam up an ELBO, with everything in it that changes from step to step. */
final class ProgramStep {
    /** SumRows and ScoreWeights have two. */
    static final long KERNELS = 18;

    private static final DrawBlock SHAPE = DrawBlock.of(2, 130, 5);
    private static final int N = 20;
    private static final int ROWS = 3;
    private static final OptimizerOps.Decay DECAY = new OptimizerOps.Decay(0.9f, 0.99f, 1e-8f);

    private final Buffer counter;
    private final Buffer by;
    private final Buffer rates;
    private final Buffer corrections;
    private final Buffer weights;
    private final double[] rate;
    private final double[] correction;
    private final double[] weight;
    private final Buffer index;
    private final Buffer source;
    private final Buffer rows;
    private final Buffer targetMu;
    private final Buffer targetOmega;
    private final Buffer mu;
    private final Buffer omega;
    private final Buffer z;
    private final Buffer logP;
    private final Buffer logQ;
    private final Buffer slopes;
    private final Buffer runs;
    private final Buffer mean;
    private final Buffer m;
    private final Buffer v;
    private final Buffer parameter;
    private final Buffer average;
    private final Buffer moments;
    private final Buffer entropies;
    private final Buffer running;
    private final Buffer scores;
    private final Buffer longRows;
    private final Buffer sums;

    ProgramStep(Arena arena, int steps) {
        rate = new double[steps];
        correction = new double[steps];
        weight = new double[steps];
        Arrays.setAll(rate, k -> DECAY.rateAt(k + 1, 0.1f));
        Arrays.setAll(correction, k -> DECAY.correctionAt(k + 1));
        Arrays.setAll(weight, k -> 1.0 / (k + 1));
        counter = arena.of(new int[] {77, 0});
        by = arena.of(new int[] {0, 1});
        rates = arena.of(rate);
        corrections = arena.of(correction);
        weights = arena.of(weight);
        int[] shuffled = new int[ROWS * steps];
        Arrays.setAll(shuffled, i -> i * 7 % 11);
        index = arena.of(shuffled);
        source = arena.of(Numbers.normals(1, 11 * 5));
        rows = arena.out(ROWS * 5);
        targetMu = arena.of(Numbers.normals(2, SHAPE.parameters()));
        targetOmega = arena.of(Numbers.normals(3, SHAPE.parameters(), 0, 0.3));
        mu = arena.inOut(new float[(int) SHAPE.parameters()]);
        omega = arena.inOut(new float[(int) SHAPE.parameters()]);
        z = arena.out(SHAPE.elements());
        logP = arena.doubles(SHAPE.allDraws());
        logQ = arena.doubles(SHAPE.allDraws());
        slopes = arena.out(SHAPE.elements());
        runs = arena.runs(2L * 3 * 10);
        mean = arena.out(N);
        m = arena.inOut(new float[N]);
        v = arena.inOut(new float[N]);
        parameter = arena.inOut(new float[N]);
        average = arena.inOut(new float[N]);
        moments = arena.inOut(new double[steps * 2 * 3]);
        entropies = arena.inOut(new double[steps * 2]);
        running = arena.inOut(new double[2]);
        scores = arena.out(SHAPE.allDraws());
        longRows = arena.of(Numbers.normals(4, 2 * 2500));
        sums = arena.doubles(2);
    }

    /** For a program, which counts its steps. */
    List<Operation> counted() {
        Index k = Index.counted(counter, 1);
        return step(
                k,
                new Index(100, 1, counter, 1),
                Scalar.lookedUp(rates, k),
                Scalar.lookedUp(corrections, k),
                Scalar.lookedUp(weights, k));
    }

    /** Step k, from 0. */
    List<Operation> fixed(int k) {
        return step(Index.of(k), Index.of(100 + k), Scalar.of(rate[k]), Scalar.of(correction[k]), Scalar.of(weight[k]));
    }

    private List<Operation> step(Index k, Index address, Scalar rate, Scalar correction, Scalar weight) {
        MeanFieldOps.Variable variable = MeanFieldOps.Variable.Z;
        return List.of(
                new MathOps.GatherRows(ROWS, 5, index, k.by(ROWS), source, rows),
                new MeanFieldOps.Sample(OpCase.KEY, address, SHAPE, mu, omega, z),
                new MeanFieldOps.LogDensity(SHAPE, variable, targetMu, targetOmega, z, logP, slopes),
                new MeanFieldOps.LogDensity(SHAPE, variable, mu, omega, z, logQ, null),
                new ElboOps.Moments(2, 130, logP, logQ, moments, k),
                new ScoreOps.ScoreWeights(2, 130, ScoreOps.Baseline.RUNNING_MEAN, logP, logQ, running, weight, scores),
                new MathOps.SumRows(2, 2500, longRows, sums),
                new ReparamOps.MeanFieldReparam(OpCase.KEY, address, SHAPE, true, omega, slopes, runs),
                new ElboOps.MeanOverDraws(2, 130, 10, 0, runs, mean),
                new OptimizerOps.Adam(N, rate, correction, DECAY, mean, null, m, v, parameter),
                new OptimizerOps.Sgd(N, weight, mean, parameter),
                new MathOps.Average(N, weight, parameter, average),
                new MathOps.Scale(1, part(0), false, Matrix.of(mu, 2, 5)),
                new MathOps.Scale(1, part(5), false, Matrix.of(omega, 2, 5)),
                new MeanFieldOps.Entropy(2, 5, omega, entropies, k),
                new MathOps.Advance(2, by, counter));
    }

    private Matrix part(int from) {
        return new Matrix(parameter, from, 2, 5, 10, 1);
    }
}
