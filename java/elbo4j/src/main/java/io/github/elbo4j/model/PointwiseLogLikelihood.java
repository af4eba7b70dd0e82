package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code log p(y_i | z)} of every observation i of a {@link Model}: each element of what it observes, or each vector or matrix where
 * the distribution is of these. A weighted observation counts with its weight, and factors are no observations.
 *
 * <p>Observations are numbered in the order of the model's statements, the elements of each row-major. Their log-likelihoods are
 * float32, the same bits on every exact device.
 */
public final class PointwiseLogLikelihood {
    /** Numbers on the device at a time. What is of constants is computed there for some rows only, so that bits depend on it. */
    private static final int MOST = 1 << 24;

    /** And where the observations are not of a table's rows, so that all are computed together. */
    private static final int MOST_TOGETHER = 1 << 28;

    private final Model model;
    private final List<Quantity> each = new ArrayList<>(); // of what is observed

    /** Takes log-likelihoods. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes those of some observations; each comes once, in order.
         *
         * @param first the number of the first, from 0
         * @param logLikelihood [count][S] row-major; the array may be longer, and is used again
         */
        void accept(int first, int count, float[] logLikelihood);
    }

    /** From which observation on, and how many numbers at a time. */
    private record Part(int first, int most) {}

    PointwiseLogLikelihood(Model model, Map<String, Model.Observed> observed) {
        if (observed.isEmpty()) {
            throw new IllegalArgumentException(
                    "the model observes nothing, so it has no likelihood of single observations;"
                            + " factors have none");
        }
        this.model = model;
        observed.forEach(
                (name, of) -> each.add(new Quantity(name, of.distribution().observed(of.y()), List.of())));
    }

    /** N. */
    public int size() {
        return each.stream().mapToInt(of -> of.value().size()).reduce(0, Math::addExact);
    }

    /** What the observations are called: {@code y[3]}, counted from 1. */
    public List<String> names() {
        return each.stream().flatMap(of -> of.elementNames().stream()).toList();
    }

    /**
     * Evaluates all of them at draws, some rows of the model's table at a time, so that memory does not grow with these: 64 MiB.
     *
     * @param z [S][D] of the model's coordinates
     * @throws IllegalArgumentException if an observation is not of the table's rows, and there are more than 2^28 log-likelihoods
     *     of it; or it is, and depends on other rows
     */
    public void evaluate(Device device, double[][] z, Sink sink) {
        evaluate(device, z, MOST, sink);
    }

    /** @param most numbers on the device at a time */
    void evaluate(Device device, double[][] z, int most, Sink sink) {
        int draws = z.length;
        int dimensions = model.dimensions();
        float[] rounded = new float[Math.multiplyExact(draws, dimensions)];
        for (int s = 0; s < draws; s++) {
            for (int d = 0; d < dimensions; d++) {
                rounded[s * dimensions + d] = (float) z[s][d];
            }
        }
        Joint none = new Joint(new Parameters(), List.of());
        try (Resources own = new Resources(device);
                Translation translation = new Translation(device, none, model.rows())) {
            DrawBlock shape = DrawBlock.of(1, draws, dimensions);
            Translation.Draws at = new Translation.Draws(shape, own.copyOf(rounded), Index.of(0));
            int first = 0;
            for (Quantity of : each) {
                evaluate(translation, of, at, new Part(first, most), sink);
                first += of.value().size();
            }
        }
    }

    private void evaluate(Translation translation, Quantity of, Translation.Draws at, Part part, Sink sink) {
        Expr density = of.value();
        int draws = at.shape().draws();
        long all = (long) density.size() * draws;
        if (!density.ofRows() && all > MOST_TOGETHER) {
            throw new IllegalArgumentException(of.name() + " has " + density.size() + " observations, at " + draws
                    + " draws more log-likelihoods than memory is to hold: let the model begin with data = m.rows(data), so that"
                    + " some rows are taken at a time, or take fewer draws");
        }
        int rows = density.ofRows() ? model.rows() : 1;
        int width = density.size() / rows;
        int count = all <= part.most() ? rows : (int) Math.max(1, Math.min(rows, part.most() / ((long) width * draws)));
        Device device = translation.device();
        try (Workspace workspace = new Workspace(device);
                Resources own = new Resources(device);
                ConsecutiveRows some = new ConsecutiveRows(device, count)) {
            Buffer results = own.allocate((long) count * width * draws);
            Recorder to = new Recorder(workspace);
            translation.recordColumns(to, count == rows ? null : some, List.of(density), at, results);
            float[] values = new float[Math.toIntExact(results.length())];
            try (Program program = to.bind()) {
                for (int done = 0; done < rows; done += count) {
                    Interrupts.check();
                    int from = Math.min(done, rows - count); // the last ones are full, too
                    some.moveTo(from);
                    program.run();
                    int skipped = (done - from) * width * draws;
                    int fresh = (count - (done - from)) * width;
                    results.read(skipped, values, 0, fresh * draws);
                    sink.accept(part.first() + done * width, fresh, values);
                }
            }
        }
    }
}
