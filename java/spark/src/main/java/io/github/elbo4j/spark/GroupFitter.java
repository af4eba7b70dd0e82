package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.ManyFits;
import io.github.elbo4j.model.RegressionData;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Fits the groups of a partition, many at a time by {@link ManyFits} with a worker for each processor of the task. Rows come group after
 * group; those of some groups are in memory at once.
 *
 * @param columns of the rows, whose last number is the target
 */
record GroupFitter(
        Regression regression,
        List<String> columns,
        List<String> classes,
        String method,
        long seed,
        DeviceChoice choice)
        implements FlatMapFunction<Iterator<Tuple2<GroupRow, double[]>>, GroupOutcome>, Serializable {
    /** Groups and rows of a batch, at most; at least one group. */
    private static final int MOST_GROUPS = 1024;

    private static final int MOST_ROWS = 1 << 20;

    @Override
    public Iterator<GroupOutcome> call(Iterator<Tuple2<GroupRow, double[]>> rows) {
        TaskContext task = TaskContext.get();
        return new Outcomes(rows, choice.name(task), task.cpus());
    }

    /** The rows of one group. */
    private record Group(int number, List<double[]> rows) {}

    private final class Outcomes implements Iterator<GroupOutcome> {
        private final Iterator<Tuple2<GroupRow, double[]>> rows;
        private final ManyFits many;
        private @Nullable Tuple2<GroupRow, double[]> next;
        private Iterator<GroupOutcome> ready = List.<GroupOutcome>of().iterator();

        Outcomes(Iterator<Tuple2<GroupRow, double[]>> rows, String device, int workers) {
            this.rows = rows;
            many = new ManyFits(() -> Devices.open(device, 1), device.startsWith("cuda") ? 1 : workers);
            step();
        }

        private void step() {
            next = rows.hasNext() ? rows.next() : null;
        }

        @Override
        public boolean hasNext() {
            return ready.hasNext() || next != null;
        }

        @Override
        public GroupOutcome next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            if (!ready.hasNext()) {
                ready = fitted(batch()).iterator();
            }
            return ready.next();
        }

        private List<Group> batch() {
            List<Group> groups = new ArrayList<>();
            int count = 0;
            while (next != null && groups.size() < MOST_GROUPS && count < MOST_ROWS) {
                Group group = new Group(next._1().group(), new ArrayList<>());
                while (next != null && next._1().group() == group.number()) {
                    group.rows().add(next._2());
                    step();
                }
                groups.add(group);
                count += group.rows().size();
            }
            return groups;
        }

        private List<GroupOutcome> fitted(List<Group> groups) {
            List<GroupOutcome> outcomes = new ArrayList<>();
            for (Attempt attempt : many.fit(groups.size(), (device, g) -> {
                Group group = groups.get(g);
                return regression.fit(
                        device, data(group.rows()), classes, Regression.method(method, seed, group.number()));
            })) {
                Group group = groups.get(attempt.problem());
                outcomes.add(outcome(group, attempt));
            }
            return outcomes;
        }

        private GroupOutcome outcome(Group group, Attempt attempt) {
            FitResult fit = attempt.result();
            RuntimeException failure = attempt.failure();
            String reason = failure != null
                    ? String.valueOf(failure.getMessage())
                    : fit == null || fit.assessment().concerns().isEmpty()
                            ? ""
                            : fit.assessment().concerns().get(0).words();
            return new GroupOutcome(group.number(), group.rows().size(), fit, reason);
        }

        private RegressionData data(List<double[]> of) {
            int width = columns.size();
            double[] x = new double[of.size() * width];
            double[] y = new double[of.size()];
            for (int n = 0; n < y.length; n++) {
                System.arraycopy(of.get(n), 0, x, n * width, width);
                y[n] = of.get(n)[width];
            }
            return new RegressionData(columns, x, y);
        }
    }
}
