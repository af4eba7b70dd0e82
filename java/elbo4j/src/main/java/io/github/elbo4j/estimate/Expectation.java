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
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Translation;
import io.github.elbo4j.family.VariationalFamily;
import java.util.ArrayList;
import java.util.List;

/**
 * Expectations of expressions by Monte Carlo: {@code E[f(z)]} for z from a distribution, with standard errors, from any number of
 * draws. Draws are made, evaluated and added up on the device in waves of {@value #WAVE}; none is stored.
 *
 * <p>Draw number s stands at the address of step {@code s / 65536} and draw {@code s % 65536}, so more draws keep the
 * first ones. With c the mean over the first wave, {@code mean = c + Σ(f − c)/n}; f − c and its square are float32, their
 * sums float64.
 */
public final class Expectation {
    private static final int WAVE = 1 << 16;
    private static final long WAVE_BYTES = 64L << 20;

    private final List<Expr> values;
    private final int width;

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
        if (draws < 2 || draws / WAVE >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException("draws is " + draws + ", but must be from 2 to "
                    + (long) WAVE * (Integer.MAX_VALUE - 1L) + " for a standard error");
        }
        int first = (int) Math.min(WAVE, draws);
        double[] centre = new double[width];
        try (Wave pilot = new Wave(q, key, first, centre)) {
            double[] sums = pilot.run(0);
            for (int i = 0; i < width; i++) {
                centre[i] = Double.isFinite(sums[i]) ? (float) (sums[i] / first) : 0;
            }
        }
        double[] sums = new double[2 * width];
        if (draws >= WAVE) {
            try (Wave wave = new Wave(q, key, WAVE, centre)) {
                for (long w = 0; w < draws / WAVE; w++) {
                    add(sums, wave.run((int) w));
                }
            }
        }
        int rest = (int) (draws % WAVE);
        if (rest > 0) {
            try (Wave wave = new Wave(q, key, rest, centre)) {
                add(sums, wave.run((int) (draws / WAVE)));
            }
        }
        List<Estimate> estimates = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            double mean = sums[i] / draws;
            double squares = Math.max(0, sums[width + i] - mean * sums[i]);
            estimates.add(new Estimate(centre[i] + mean, Math.sqrt(squares / (draws - 1) / draws), draws));
        }
        return estimates;
    }

    private static void add(double[] sums, double[] more) {
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
        private final Program program;
        private final double[] read = new double[2 * width];

        Wave(VariationalFamily q, Key key, int draws, double[] centre) {
            Device device = q.device();
            own = new Resources(device);
            try {
                workspace = new Workspace(device);
                own.add(workspace::close);
                translation = new Translation(device, new Joint(new Parameters(), List.of()), 0);
                own.add(translation::close);
                step = own.allocate(ElementType.INT32, 1);
                sums = own.allocate(ElementType.FLOAT64, 2L * width);
                program = record(q, key, draws, centred(centre));
                own.add(program::close);
            } catch (RuntimeException | Error e) {
                own.close();
                throw e;
            }
        }

        private Program record(VariationalFamily q, Key key, int draws, List<Expr> centred) {
            Recorder to = new Recorder(workspace);
            int dimensions = q.dimensions();
            long perDraw = Float.BYTES * (2L * width + dimensions);
            int chunk = (int) Math.max(64, Math.min(draws, WAVE_BYTES / perDraw / 64 * 64));
            Buffer part = to.scratch(ElementType.FLOAT64, 2L * width);
            Buffer z = to.scratch((long) Math.min(chunk, draws) * dimensions);
            Buffer values = to.scratch(2L * width * Math.min(chunk, draws));
            to.run(new MathOps.Fill(2L * width, 0, sums));
            for (int from = 0; from < draws; from += chunk) {
                int count = Math.min(chunk, draws - from);
                DrawBlock shape = DrawBlock.of(1, count, dimensions).at(0, from, 0);
                q.sample(to, key, Index.counted(step, 0), shape, z);
                translation.recordColumns(to, centred, shape, z, values);
                to.run(new MathOps.SumRows(2 * width, count, values, part));
                to.run(new MathOps.Scale(1, Matrix.of(part, 1, 2 * width), true, Matrix.of(sums, 1, 2 * width)));
            }
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
            step.write(0, new int[] {at}, 0, 1);
            program.run();
            sums.read(0, read, 0, read.length);
            return read;
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
