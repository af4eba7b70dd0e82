package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.ScoreOps;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Independent normals, q = N(mu, diag sigma²) with omega = log sigma. The parameters of a problem are mu [D], then omega
 * [D].
 */
public final class MeanFieldGaussian implements VariationalFamily {
    private final Device device;
    private final int problems;
    private int firstProblem;
    private final int dimensions;
    private final Resources own;
    private final Buffer parameterBuffer; // [B][2D]
    private final Buffer mu; // [B][D]
    private final Buffer omega; // [B][D]
    private final Buffer entropyGradient; // [B][2D]
    private final Buffer rows; // where mu's, then omega's rows of D stand in the parameters

    /** Standard normals. */
    public MeanFieldGaussian(Device device, int problems, int dimensions) {
        FamilyChecks.positive("problems", problems);
        FamilyChecks.positive("dimensions", dimensions);
        this.device = device;
        this.problems = problems;
        this.dimensions = dimensions;
        long n = (long) problems * dimensions;
        own = new Resources(device);
        parameterBuffer = own.allocate(2 * n);
        mu = own.allocate(n);
        omega = own.allocate(n);
        float[] ones = new float[Math.toIntExact(2 * n)];
        int[] index = new int[2 * problems];
        for (int b = 0; b < problems; b++) {
            index[b] = 2 * b;
            index[problems + b] = 2 * b + 1;
            Arrays.fill(ones, (2 * b + 1) * dimensions, (2 * b + 2) * dimensions, 1f);
        }
        entropyGradient = own.copyOf(ones);
        rows = FamilyChecks.ints(own, index);
    }

    @Override
    public String name() {
        return Family.meanField().label();
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public int problems() {
        return problems;
    }

    @Override
    public int firstProblem() {
        return firstProblem;
    }

    @Override
    public void numberFrom(int first) {
        FamilyChecks.numbers(first, problems);
        firstProblem = first;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public int parameters() {
        return 2 * dimensions;
    }

    @Override
    public String describe(int p, List<String> names) {
        return (p < dimensions ? "the mean of " : "the log standard deviation of ") + names.get(p % dimensions);
    }

    @Override
    public Buffer parameterBuffer() {
        return parameterBuffer;
    }

    /** mu, [B][D]. */
    public Buffer mu() {
        return mu;
    }

    /** omega, [B][D]. */
    public Buffer omega() {
        return omega;
    }

    @Override
    public void update(Runner to) {
        to.run(new MathOps.GatherRows(problems, dimensions, rows, Index.of(0), parameterBuffer, mu));
        to.run(new MathOps.GatherRows(problems, dimensions, rows, Index.of(problems), parameterBuffer, omega));
    }

    @Override
    public void sample(Runner to, Key key, Index step, DrawBlock shape, Buffer z) {
        to.run(new MeanFieldOps.Sample(key, step, shape, mu, omega, z));
    }

    @Override
    public void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logQ) {
        to.run(new MeanFieldOps.LogDensity(shape, MeanFieldOps.Variable.Z, mu, omega, z, logQ, null));
    }

    @Override
    public void logDensityAtDraw(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logQ) {
        logDensity(to, shape, z, logQ);
    }

    @Override
    public void entropy(Runner to, Buffer entropy, long slot) {
        to.run(new MeanFieldOps.Entropy(problems, dimensions, omega, entropy, Index.of(slot)));
    }

    @Override
    public void addEntropyGradient(Runner to, Buffer gradient) {
        to.run(new MathOps.Axpy(2L * problems * dimensions, 1f, entropyGradient, gradient));
    }

    @Override
    public void reparam(Recorder to, Key key, Index step, DrawBlock shape, boolean path, Buffer gradient, Buffer runs) {
        to.run(new ReparamOps.MeanFieldReparam(key, step, shape, path, omega, gradient, runs));
    }

    @Override
    public void score(
            Recorder to,
            Key key,
            Index step,
            DrawBlock shape,
            Buffer weights,
            @Nullable Buffer sums,
            int draws,
            Buffer runs) {
        to.run(new ScoreOps.MeanFieldScore(key, step, shape, omega, weights, sums, draws, runs));
    }

    @Override
    public GaussianPass gaussianPass(Buffer targetMu, Buffer targetOmega) {
        FusedOps.Target target = new FusedOps.Target(true, targetMu, targetOmega);
        return (to, key, step, shape, path, logP, logQ, runs) ->
                to.run(new FusedOps.GaussianElbo(key, step, shape, path, mu, omega, target, logP, logQ, runs));
    }

    @Override
    public int squares() {
        return 4 * dimensions;
    }

    @Override
    public void scoreSquares(Recorder to, Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs) {
        to.run(new ScoreOps.MeanFieldScoreSquares(key, step, shape, weights, runs));
    }

    @Override
    public float[] parametersOf(double[] mean, double[] sd, double @Nullable [][] factor) {
        float[] values = new float[2 * dimensions];
        for (int d = 0; d < dimensions; d++) {
            values[d] = (float) mean[d];
            values[dimensions + d] = (float) StrictMath.log(sd[d]);
        }
        return values;
    }

    /** A mean moves in units of its standard deviation; logarithms have no unit. */
    @Override
    public float[] units(float[] values) {
        float[] units = new float[2 * dimensions];
        Arrays.fill(units, 1f);
        for (int d = 0; d < dimensions; d++) {
            units[d] = (float) StrictMath.exp(values[dimensions + d]);
        }
        return units;
    }

    @Override
    public Gaussian toGaussian(float[] values) {
        FamilyChecks.length(values, parameters());
        double[] mean = new double[dimensions];
        double[] sd = new double[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = values[d];
            sd[d] = StrictMath.exp(values[dimensions + d]);
        }
        return Gaussian.independent(mean, sd);
    }

    @Override
    public void close() {
        own.close();
    }
}
