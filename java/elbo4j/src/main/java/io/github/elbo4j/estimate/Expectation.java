package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Translation;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.model.PriorDraws;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Expectations of expressions by Monte Carlo: {@code E[f(z)]} for z from a distribution, with standard errors, from any number of
 * draws. They are evaluated and added up on the device in waves of {@value #WAVE}; none is stored, and memory does not depend on
 * their number.
 *
 * <pre>{@code
 * Expectation.of(model.value("spread")).under(device, fit.gaussian(), new Key(1), 1_000_000_000L)
 * }</pre>
 *
 * <p>Draw number s stands at the address of step {@code s / 65536} and draw {@code s % 65536}, so more draws keep the
 * first ones. With c the mean over the first wave, {@code mean = c + Σ(f − c)/n}; f − c and its square are float32, their
 * sums float64. The bits are a function of expressions, distribution, key and number of draws, the same on every device that is
 * exact. An f that is infinite or NaN at a draw, as where it overflows float32, makes its estimate so.
 */
public final class Expectation {
    static final int WAVE = 1 << 16;

    /** The most draws that have addresses. */
    public static final long MOST_DRAWS = WAVE * (Integer.MAX_VALUE - 1L);

    private static final long WAVE_BYTES = 64L << 20;

    private final List<Expr> values;
    private final int width;

    /** Draws that there are already, such as those of a Markov chain in a file. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Reads draws in order. The first ones are asked for twice.
         *
         * @param first the number of the first
         * @param z [count][D] row-major, to be written; it may be longer
         */
        void read(long first, int count, float[] z);
    }

    private Expectation(List<Expr> values) {
        this.values = List.copyOf(values);
        int elements = 0;
        for (Expr value : values) {
            elements = Math.addExact(elements, value.size());
        }
        this.width = elements;
        if (width == 0) {
            throw new IllegalArgumentException("there is nothing to take an expectation of");
        }
    }

    /** Of all elements of these expressions of z, one after the other, each row-major. */
    public static Expectation of(Expr... values) {
        return new Expectation(List.of(values));
    }

    /**
     * Under a distribution of z.
     *
     * @param q of one problem
     * @param draws 2 or more
     * @return one for each element
     */
    public List<Estimate> under(VariationalFamily q, Key key, long draws) {
        if (q.problems() != 1) {
            throw new IllegalArgumentException("q has " + q.problems() + " problems, but must have 1");
        }
        return estimate(new DrawSource.OfFamily(q, key), draws);
    }

    /**
     * Under a posterior of z, as a fit finds it ({@code fit.gaussian()}), by {@link Gaussian#on}.
     *
     * @param draws 2 or more
     * @return one for each element
     * @throws IllegalStateException if the covariance is not positive definite
     */
    public List<Estimate> under(Device device, Gaussian posterior, Key key, long draws) {
        check(draws);
        try (VariationalFamily q = posterior.on(device)) {
            return under(q, key, draws);
        }
    }

    /**
     * Under the priors of a model's parameters, without its observations and factors. {@link PriorDraws} says which are drawn on
     * the device and which on the host, a block at a time.
     *
     * @param draws 2 or more
     * @return one for each element
     * @throws IllegalArgumentException if a prior is improper
     */
    public List<Estimate> underPrior(Device device, Model model, Key key, long draws) {
        check(draws);
        try (PriorDraws prior = model.priorDraws(device)) {
            return estimate(new DrawSource.OfPrior(prior, key), draws);
        }
    }

    /**
     * Over given draws of z, rounded to float32. Their standard errors take them for independent of each other: those of a
     * Markov chain are to be thinned until they are, or the errors are too small by {@code √(draws / effective draws)}.
     *
     * @param z [S][D] of a model's coordinates on the whole real line, S 2 or more
     * @return one for each element
     */
    public List<Estimate> over(Device device, double[][] z) {
        check(z.length);
        int dimensions = z[0].length;
        for (int s = 0; s < z.length; s++) {
            if (Objects.requireNonNull(z[s], "a row of z is null").length != dimensions) {
                throw new IllegalArgumentException(
                        "row " + s + " of z has " + z[s].length + " coordinates, but row 0 has " + dimensions);
            }
        }
        return over(device, dimensions, z.length, (first, count, block) -> {
            for (int s = 0; s < count; s++) {
                double[] row = z[(int) first + s];
                for (int d = 0; d < dimensions; d++) {
                    block[s * dimensions + d] = (float) row[d];
                }
            }
        });
    }

    /**
     * {@link #over(Device, double[][])} of row-major draws.
     *
     * @param z [S][D]
     */
    public List<Estimate> over(Device device, float[] z, int dimensions) {
        if (dimensions < 1 || z.length % dimensions != 0) {
            throw new IllegalArgumentException(
                    "z has " + z.length + " elements, which are no draws of " + dimensions + " coordinates");
        }
        return over(
                device,
                dimensions,
                z.length / dimensions,
                (first, count, block) -> System.arraycopy(z, (int) first * dimensions, block, 0, count * dimensions));
    }

    /**
     * {@link #over(Device, double[][])} of draws that are read a block at a time, so that there may be more of them than memory.
     *
     * @param draws S, 2 or more
     * @param reader called by this thread
     */
    public List<Estimate> over(Device device, int dimensions, long draws, Reader reader) {
        return estimate(new DrawSource.Given(device, dimensions, WAVE, reader), draws);
    }

    private static void check(long draws) {
        if (draws < 2 || draws > MOST_DRAWS) {
            throw new IllegalArgumentException(
                    "draws is " + draws + ", but must be from 2 to " + MOST_DRAWS + " for a standard error");
        }
    }

    /**
     * About what the draws are centred, as {@link #part} takes it: the mean over the first wave, one number for each element.
     *
     * @param draws of all parts together, 2 or more
     */
    public double[] centre(Device device, Gaussian posterior, Key key, long draws) {
        check(draws);
        try (VariationalFamily q = posterior.on(device)) {
            return centre(new DrawSource.OfFamily(q, key), draws);
        }
    }

    /**
     * A part of the draws of {@link #under(Device, Gaussian, Key, long)}, for whoever spreads them over machines: {@link
     * ExpectationPart#estimates} of all parts, merged, are the same bits.
     *
     * @param centre the same for all parts
     * @param first the number of its first draw, a multiple of {@link ExpectationPart#DRAWS}
     * @param end the number after its last one, a multiple of that too unless it is the end of all draws
     */
    public ExpectationPart part(Device device, Gaussian posterior, Key key, double[] centre, long first, long end) {
        check(end);
        if (centre.length != width) {
            throw new IllegalArgumentException("centre has " + centre.length + " elements, but must have " + width
                    + ", one for each of the values");
        }
        if (first < 0 || first >= end || first % WAVE != 0) {
            throw new IllegalArgumentException("first is " + first + ", but must be a multiple of " + WAVE
                    + " from 0 to below the end, " + end + ": elsewhere a cut changes the bits of a sum");
        }
        List<double[]> sums = new ArrayList<>();
        try (VariationalFamily q = posterior.on(device)) {
            waves(new DrawSource.OfFamily(q, key), centre, first, end, wave -> sums.add(wave.clone()));
        }
        return new ExpectationPart(centre, first, end - first, sums);
    }

    private double[] centre(DrawSource source, long draws) {
        int first = (int) Math.min(WAVE, draws);
        double[] centre = new double[width];
        try (Wave pilot = new Wave(source, first, centre)) {
            double[] sums = pilot.run(0);
            for (int i = 0; i < width; i++) {
                centre[i] = Double.isFinite(sums[i]) ? (float) (sums[i] / first) : 0;
            }
        }
        return centre;
    }

    private List<Estimate> estimate(DrawSource source, long draws) {
        check(draws);
        double[] centre = centre(source, draws);
        double[] sums = new double[2 * width];
        waves(source, centre, 0, draws, wave -> add(sums, wave));
        return estimates(centre, sums, draws);
    }

    /** Gives the sums of each wave of draws first … end − 1, in order. */
    private void waves(DrawSource source, double[] centre, long first, long end, Consumer<double[]> to) {
        long whole = end / WAVE;
        if (first / WAVE < whole) {
            try (Wave wave = new Wave(source, WAVE, centre)) {
                for (long w = first / WAVE; w < whole; w++) {
                    to.accept(wave.run((int) w));
                }
            }
        }
        int rest = (int) (end % WAVE);
        if (rest > 0) {
            try (Wave wave = new Wave(source, rest, centre)) {
                to.accept(wave.run((int) whole));
            }
        }
    }

    /** @param sums of f − c, then of their squares */
    static List<Estimate> estimates(double[] centre, double[] sums, long draws) {
        int width = centre.length;
        List<Estimate> estimates = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            double mean = sums[i] / draws;
            double squares = Math.max(0, sums[width + i] - mean * sums[i]);
            estimates.add(new Estimate(centre[i] + mean, Math.sqrt(squares / (draws - 1) / draws), draws));
        }
        return estimates;
    }

    static void add(double[] sums, double[] more) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    /** So many draws at a step: Σ(f − c) and Σ(f − c)² of each element. */
    private final class Wave implements AutoCloseable {
        private final Resources own;
        private final Workspace workspace;
        private final Translation translation;
        private final Buffer step;
        private final Buffer sums; // [2·width]
        private final List<Program> programs = new ArrayList<>();
        private final double[] read = new double[2 * width];

        Wave(DrawSource source, int draws, double[] centre) {
            Device device = source.device();
            own = new Resources(device);
            try {
                workspace = new Workspace(device);
                own.add(workspace::close);
                translation = new Translation(device, new Joint(new Parameters(), List.of()), 0);
                own.add(translation::close);
                step = own.allocate(ElementType.INT32, 1);
                sums = own.allocate(ElementType.FLOAT64, 2L * width);
                List<Expr> centred = centred(centre);
                long perDraw = Float.BYTES * (2L * width + source.dimensions() + source.floatsPerDraw());
                int chunk = (int) Math.max(64, Math.min(draws, WAVE_BYTES / perDraw / 64 * 64));
                for (int from = 0; from < draws; from += chunk) {
                    // A program for each, so that one after the other uses the same memory.
                    Program program = record(source, from, Math.min(chunk, draws - from), centred);
                    own.add(program::close);
                    programs.add(program);
                }
            } catch (RuntimeException | Error e) {
                own.close();
                throw e;
            }
        }

        private Program record(DrawSource source, int from, int count, List<Expr> centred) {
            Recorder to = new Recorder(workspace);
            int dimensions = source.dimensions();
            Buffer part = to.scratch(ElementType.FLOAT64, 2L * width);
            Buffer z = to.scratch((long) count * dimensions);
            Buffer values = to.scratch(2L * width * count);
            if (from == 0) {
                to.run(new MathOps.Fill(2L * width, 0, sums));
            }
            DrawBlock shape = DrawBlock.of(1, count, dimensions).at(0, from, 0);
            source.record(to, Index.counted(step, 0), shape, z);
            translation.recordColumns(to, centred, shape, z, values);
            to.run(new MathOps.SumRows(2 * width, count, values, part));
            to.run(new MathOps.Scale(1, Matrix.of(part, 1, 2 * width), true, Matrix.of(sums, 1, 2 * width)));
            return to.bind();
        }

        private List<Expr> centred(double[] centre) {
            List<Expr> centred = new ArrayList<>();
            int at = 0;
            for (Expr value : values) {
                double[] own = new double[value.size()];
                System.arraycopy(centre, at, own, 0, own.length);
                at += own.length;
                centred.add(value.reshape(own.length).minus(Expr.data("centre", own)));
            }
            List<Expr> all = new ArrayList<>(centred);
            centred.forEach(value -> all.add(value.square()));
            return all;
        }

        double[] run(int at) {
            Interrupts.check();
            step.write(0, new int[] {at}, 0, 1);
            programs.forEach(Program::run);
            sums.read(0, read, 0, read.length);
            return read;
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
