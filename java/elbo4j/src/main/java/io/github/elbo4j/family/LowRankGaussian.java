package io.github.elbo4j.family;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A Gaussian whose coordinates share R factors and have noise of their own: q = N(mu, Fᵀ·F + diag sigma²) (Ong, Nott and Smith
 * 2018). It follows the R directions in which the posterior is correlated most, with (2 + R)·D parameters where any covariance
 * has D². The parameters of a problem are mu [D], omega = log sigma [D], then the loadings, a row [D] for each factor.
 */
public final class LowRankGaussian implements VariationalFamily {
    /** The share of a standard deviation that the factors have where coordinates are independent, at most. */
    private static final double SMALL = 0.1;
    /** The share of a variance that the factors have where a correlated normal is taken over, at most. */
    private static final double MOST_COMMON = 0.99;

    private final Device device;
    private final int problems;
    private int firstProblem;
    private final int dimensions;
    private final int rank;
    private final Resources own;
    private final Buffer parameterBuffer; // [B][(2 + R)·D]
    private final Buffer mu; // [B][D]
    private final Buffer omega; // [B][D]
    private final Buffer factor; // [B][R][D]
    private final Buffer capacitance; // [B][R² + 1]
    private final Buffer entropyGradient; // [B][(2 + R)·D]
    private final Buffer rows; // where mu's, then omega's, then the factors' rows stand in the parameters

    /**
     * Standard normals, but for what {@link #parametersOf} says.
     *
     * @param rank R, 1 to {@value io.github.elbo4j.device.LowRankOps#MOST_RANK}
     */
    public LowRankGaussian(Device device, int problems, int dimensions, int rank) {
        FamilyChecks.positive("problems", problems);
        FamilyChecks.positive("dimensions", dimensions);
        FamilyChecks.rank(rank);
        this.device = device;
        this.problems = problems;
        this.dimensions = dimensions;
        this.rank = rank;
        int blocks = 2 + rank; // rows of D in one problem's parameters
        long n = (long) problems * dimensions;
        own = new Resources(device);
        try {
            parameterBuffer = own.allocate(n * blocks);
            mu = own.allocate(n);
            omega = own.allocate(n);
            factor = own.allocate(n * rank);
            capacitance = own.allocate(ElementType.FLOAT64, (long) problems * LowRankOps.capacitanceWidth(rank));
            entropyGradient = own.allocate(n * blocks);
            rows = FamilyChecks.ints(own, rowsOfParameters(Math.multiplyExact(problems, blocks), blocks));
            double[] ones = new double[dimensions];
            Arrays.fill(ones, 1);
            float[] standard = parametersOf(new double[dimensions], ones, null);
            for (int b = 0; b < problems; b++) {
                parameterBuffer.write((long) b * standard.length, standard, 0, standard.length);
            }
            update();
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    /** Where mu's rows of D stand in the parameters, then omega's, then the factors'. */
    private int[] rowsOfParameters(int count, int blocks) {
        int[] index = new int[count];
        for (int b = 0; b < problems; b++) {
            index[b] = b * blocks;
            index[problems + b] = b * blocks + 1;
            for (int r = 0; r < rank; r++) {
                index[2 * problems + b * rank + r] = b * blocks + 2 + r;
            }
        }
        return index;
    }

    @Override
    public String name() {
        return LowRank.LABEL;
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

    /** R, the factors. */
    public int rank() {
        return rank;
    }

    @Override
    public int parameters() {
        return Math.toIntExact(LowRankOps.width(dimensions, rank));
    }

    @Override
    public String describe(int p, List<String> names) {
        String name = names.get(p % dimensions);
        return switch (p / dimensions) {
            case 0 -> "the mean of " + name;
            case 1 -> "the log of the standard deviation that " + name + " has of its own";
            default -> "the loading of " + name + " on factor " + (p / dimensions - 1);
        };
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

    /** The loadings, [B][R][D]. */
    public Buffer factor() {
        return factor;
    }

    @Override
    public void update(Runner to) {
        to.run(new MathOps.GatherRows(problems, dimensions, rows, Index.of(0), parameterBuffer, mu));
        to.run(new MathOps.GatherRows(problems, dimensions, rows, Index.of(problems), parameterBuffer, omega));
        to.run(new MathOps.GatherRows(
                problems * rank, dimensions, rows, Index.of(2L * problems), parameterBuffer, factor));
        to.run(new LowRankOps.LowRankCapacitance(problems, dimensions, rank, omega, factor, capacitance));
    }

    @Override
    public void sample(Runner to, Key key, Index step, DrawBlock shape, Buffer z) {
        to.run(new LowRankOps.LowRankSample(key, step, shape, rank, mu, omega, factor, z));
    }

    @Override
    public void logDensity(Runner to, DrawBlock shape, Buffer z, Buffer logQ) {
        to.run(new LowRankOps.LowRankLogDensity(shape, rank, mu, omega, factor, capacitance, z, logQ, null));
    }

    @Override
    public void logDensityAtDraw(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logQ) {
        atDraw(to, key, step, shape, logQ, null, null);
    }

    private void atDraw(
            Runner to,
            Key key,
            Index step,
            DrawBlock shape,
            @Nullable Buffer logQ,
            @Nullable Buffer score,
            @Nullable Buffer latent) {
        to.run(new LowRankOps.LowRankAtDraw(key, step, shape, rank, omega, factor, capacitance, logQ, score, latent));
    }

    /** {@code Σ omega + log √det C + D/2·log(2πe)}. */
    @Override
    public void entropy(Runner to, Buffer entropy, long slot) {
        to.run(new MeanFieldOps.Entropy(problems, dimensions, omega, entropy, Index.of(slot)));
        int width = LowRankOps.capacitanceWidth(rank);
        Matrix logs = new Matrix(capacitance, width - 1, problems, 1, width, 1);
        to.run(new MathOps.Scale(1, logs, true, new Matrix(entropy, slot * problems, problems, 1, 1, 1)));
    }

    @Override
    public void addEntropyGradient(Runner to, Buffer gradient) {
        to.run(new LowRankOps.LowRankEntropyGradient(
                problems, dimensions, rank, omega, factor, capacitance, entropyGradient));
        to.run(new MathOps.Axpy((long) problems * parameters(), 1f, entropyGradient, gradient));
    }

    @Override
    public void reparam(Recorder to, Key key, Index step, DrawBlock shape, boolean path, Buffer gradient, Buffer runs) {
        Buffer score = path ? to.scratch(shape.elements()) : null;
        if (score != null) {
            atDraw(to, key, step, shape, null, score, null);
        }
        to.run(new LowRankGradientOps.LowRankReparam(key, step, shape, rank, omega, gradient, score, runs));
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
        Scores of = new Scores(to, key, step, shape);
        to.run(new LowRankGradientOps.LowRankScoreGradient(
                shape, rank, omega, of.score, of.latent, entropyGradient, weights, sums, draws, runs));
    }

    @Override
    public int squares() {
        return 2 * parameters();
    }

    @Override
    public void scoreSquares(Recorder to, Key key, Index step, DrawBlock shape, Buffer weights, Buffer runs) {
        Scores of = new Scores(to, key, step, shape);
        to.run(new LowRankGradientOps.LowRankScoreSquares(
                shape, rank, omega, of.score, of.latent, entropyGradient, weights, runs));
    }

    /** The scores of a block of draws; their mean, in {@link #entropyGradient}, is made with them. */
    private final class Scores {
        private final Buffer score; // [B][S][D]
        private final Buffer latent; // [B][S][R]

        Scores(Recorder to, Key key, Index step, DrawBlock shape) {
            score = to.scratch(shape.elements());
            latent = to.scratch(shape.allDraws() * rank);
            atDraw(to, key, step, shape, null, score, latent);
            to.run(new LowRankOps.LowRankEntropyGradient(
                    problems, dimensions, rank, omega, factor, capacitance, entropyGradient));
        }
    }

    /**
     * Where the coordinates are independent, small loadings without a pattern, the same at each call, take their part of
     * each variance. Loadings of zero would be a saddle: where factors have nothing to do with z, the gradient of their
     * loadings is zero on average, whatever the posterior's correlations are, and noise alone leads away.
     */
    @Override
    public float[] parametersOf(double[] mean, double[] sd, double @Nullable [][] factor) {
        double[][] shares = factor == null ? smallLoadings() : PrincipalFactors.of(factor, sd, rank);
        float[] values = new float[parameters()];
        for (int d = 0; d < dimensions; d++) {
            double common = 0;
            for (double share : shares[d]) {
                common += share * share;
            }
            double scale = Math.sqrt(Math.min(1, MOST_COMMON / common));
            for (int r = 0; r < rank; r++) {
                values[(2 + r) * dimensions + d] = (float) (scale * shares[d][r] * sd[d]);
            }
            values[d] = (float) mean[d];
            values[dimensions + d] = (float) StrictMath.log(sd[d] * Math.sqrt(1 - scale * scale * common));
        }
        return values;
    }

    /** Of a Gaussian with as many common factors at most, and else independent; others do not tell. */
    @Override
    public float @Nullable [] parametersOf(Gaussian member) {
        double[][] loadings = member.commonFactors();
        if (loadings == null || loadings.length != dimensions || loadings[0].length > rank) {
            return null;
        }
        float[] values = new float[parameters()];
        for (int d = 0; d < dimensions; d++) {
            double own = member.covariance(d, d);
            for (int r = 0; r < loadings[d].length; r++) {
                values[(2 + r) * dimensions + d] = (float) loadings[d][r];
                own -= loadings[d][r] * loadings[d][r];
            }
            values[d] = (float) member.mean(d);
            values[dimensions + d] = (float) (0.5 * StrictMath.log(own));
            if (!Float.isFinite(values[d]) || !Float.isFinite(values[dimensions + d])) {
                return null;
            }
        }
        return values;
    }

    /** [D][R], of coordinates whose standard deviation is 1. */
    private double[][] smallLoadings() {
        Random random = new Random(1); // whose numbers Java's documentation fixes
        double[][] loadings = new double[dimensions][rank];
        for (double[] row : loadings) {
            for (int r = 0; r < rank; r++) {
                row[r] = SMALL * (2 * random.nextDouble() - 1) / Math.sqrt(rank);
            }
        }
        return loadings;
    }

    /** A mean moves in units of its standard deviation, and so do loadings; a logarithm has no unit. */
    @Override
    public float[] units(float[] values) {
        float[] units = new float[values.length];
        Gaussian q = toGaussian(values);
        for (int p = 0; p < units.length; p++) {
            units[p] = p / dimensions == 1 ? 1f : (float) q.standardDeviation(p % dimensions);
        }
        return units;
    }

    @Override
    public Gaussian toGaussian(float[] values) {
        FamilyChecks.length(values, parameters());
        double[] mean = new double[dimensions];
        double[] sd = new double[dimensions];
        double[][] loadings = new double[dimensions][rank];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = values[d];
            sd[d] = StrictMath.exp(values[dimensions + d]);
            for (int r = 0; r < rank; r++) {
                loadings[d][r] = values[(2 + r) * dimensions + d];
            }
        }
        return Gaussian.independent(mean, sd).withFactors(loadings);
    }

    @Override
    public void close() {
        own.close();
    }
}
