package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.ScoreOps;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Gaussian with any covariance, q = N(mu, L·Lᵀ). The parameters of a problem are mu [D], then L [D][D]: its lower
 * triangle with the logarithm of its diagonal on the diagonal, and zeros above, whose gradients are zero.
 */
public final class FullRankGaussian implements VariationalFamily {
    private final Device device;
    private final int problems;
    private int firstProblem;
    private final int dimensions;
    private final Resources own;
    private final Buffer parameterBuffer; // [B][D + D²]
    private final Buffer mu; // [B][D]
    private final Buffer factor; // [B][D][D]
    private final Buffer entropyGradient; // [B][D + D²]
    private final Buffer rows; // where mu's, then the factor's rows of D stand in the parameters

    /** Standard normals. */
    public FullRankGaussian(Device device, int problems, int dimensions) {
        FamilyChecks.positive("problems", problems);
        FamilyChecks.positive("dimensions", dimensions);
        this.device = device;
        this.problems = problems;
        this.dimensions = dimensions;
        int blocks = dimensions + 1; // rows of D in one problem's parameters
        long n = (long) problems * dimensions;
        own = new Resources(device);
        parameterBuffer = own.allocate(n * blocks);
        mu = own.allocate(n);
        factor = own.allocate(n * dimensions);
        float[] ones = new float[Math.toIntExact(n * blocks)];
        int[] index = new int[problems * blocks];
        for (int b = 0; b < problems; b++) {
            index[b] = b * blocks;
            for (int i = 0; i < dimensions; i++) {
                index[problems + b * dimensions + i] = b * blocks + 1 + i;
                ones[(b * blocks + 1 + i) * dimensions + i] = 1f;
            }
        }
        entropyGradient = own.copyOf(ones);
        rows = FamilyChecks.ints(own, index);
    }

    @Override
    public String name() {
        return Family.fullRank().label();
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
        return dimensions * (dimensions + 1);
    }

    @Override
    public String describe(int p, List<String> names) {
        if (p < dimensions) {
            return "the mean of " + names.get(p);
        }
        int i = p / dimensions - 1;
        int j = p % dimensions;
        return i == j
                ? "the log scale (diagonal of the Cholesky factor) of " + names.get(i)
                : "the Cholesky factor's element for " + names.get(i) + " and " + names.get(j);
    }

    /** A mean, and what the factor adds to a coordinate, are in units of its standard deviation; a logarithm has no unit. */
    @Override
    public float[] units(float[] values) {
        float[] units = new float[values.length];
        Gaussian q = toGaussian(values);
        for (int p = 0; p < units.length; p++) {
            int row = p < dimensions ? p : p / dimensions - 1;
            boolean isLog = p >= dimensions && row == p % dimensions;
            units[p] = isLog ? 1f : (float) q.standardDeviation(row);
        }
        return units;
    }

    @Override
    public Buffer parameterBuffer() {
        return parameterBuffer;
    }

    /** mu, [B][D]. */
    public Buffer mu() {
        return mu;
    }

    /** L with the logarithm of its diagonal, [B][D][D]. */
    public Buffer factor() {
        return factor;
    }

    @Override
    public void update(Runner to) {
        to.run(new MathOps.GatherRows(problems, dimensions, rows, Index.of(0), parameterBuffer, mu));
        to.run(new MathOps.GatherRows(
                problems * dimensions, dimensions, rows, Index.of(problems), parameterBuffer, factor));
    }

    @Override
    public void sample(Runner to, Key key, Index step, DrawBlock shape, Buffer z) {
        to.run(new FullRankOps.FullRankSample(key, step, shape, mu, factor, z));
    }

    @Override
    public void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logQ) {
        to.run(new FullRankOps.FullRankLogDensity(shape, mu, factor, z, logQ, null));
    }

    @Override
    public void logDensityAtDraw(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logQ) {
        to.run(new FullRankOps.FullRankLogDensityAtDraw(key, step, shape, factor, logQ));
    }

    @Override
    public void entropy(Runner to, Buffer entropy, long slot) {
        to.run(new FullRankOps.FullRankEntropy(problems, dimensions, factor, entropy, Index.of(slot)));
    }

    @Override
    public void addEntropyGradient(Runner to, Buffer gradient) {
        to.run(new MathOps.Axpy((long) problems * parameters(), 1f, entropyGradient, gradient));
    }

    @Override
    public void reparam(Recorder to, Key key, Index step, DrawBlock shape, boolean path, Buffer gradient, Buffer runs) {
        Buffer scores = path ? scores(to, key, step, shape) : null;
        to.run(new ReparamOps.FullRankReparam(key, step, shape, factor, gradient, scores, runs));
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
        Buffer scores = scores(to, key, step, shape);
        to.run(new ScoreOps.FullRankScoreGradient(key, step, shape, factor, scores, weights, sums, draws, runs));
    }

    @Override
    public int squares() {
        return 2 * parameters();
    }

    @Override
    public void scoreSquares(Recorder to, Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs) {
        Buffer scores = scores(to, key, step, shape);
        to.run(new ScoreOps.FullRankScoreSquares(key, step, shape, factor, scores, weights, runs));
    }

    /** L⁻ᵀ·epsilon of a block, [B][S][D]. */
    private Buffer scores(Recorder to, Key key, Index step, DrawBlock shape) {
        Buffer scores = to.scratch(shape.elements());
        to.run(new FullRankOps.FullRankScore(key, step, shape, factor, scores));
        return scores;
    }

    @Override
    public float[] parametersOf(double[] mean, double[] sd, double @Nullable [][] factor) {
        float[] values = new float[parameters()];
        for (int i = 0; i < dimensions; i++) {
            values[i] = (float) mean[i];
            for (int j = 0; j < i && factor != null; j++) {
                values[(i + 1) * dimensions + j] = (float) factor[i][j];
            }
            values[(i + 1) * dimensions + i] = (float) StrictMath.log(factor == null ? sd[i] : factor[i][i]);
        }
        return values;
    }

    @Override
    public Gaussian toGaussian(float[] values) {
        FamilyChecks.length(values, parameters());
        double[] mean = new double[dimensions];
        double[][] lower = new double[dimensions][];
        for (int i = 0; i < dimensions; i++) {
            mean[i] = values[i];
            lower[i] = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                double element = values[(i + 1) * dimensions + j];
                lower[i][j] = i == j ? StrictMath.exp(element) : element;
            }
        }
        // In place, from the end: element (i, j) needs of L only what stands before it in its row and in those above.
        for (int i = dimensions - 1; i >= 0; i--) {
            for (int j = i; j >= 0; j--) {
                double sum = 0;
                for (int k = 0; k <= j; k++) {
                    sum += lower[i][k] * lower[j][k];
                }
                lower[i][j] = sum;
            }
        }
        return Gaussian.ofTriangle(mean, lower);
    }

    @Override
    public void close() {
        own.close();
    }
}
