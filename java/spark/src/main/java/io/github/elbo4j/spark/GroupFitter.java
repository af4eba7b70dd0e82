package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.infer.Attempt;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.ManyFits;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Fits the groups of a partition, many at a time by {@link ManyFits} with a worker for each processor of the task. Rows come group after
 * group; those of a group, or of some small ones, are in memory at once.
 *
 * @param <V> what a row is
 */
record GroupFitter<V>(GroupModel<V> model, DeviceChoice choice)
        implements FlatMapFunction<Iterator<Tuple2<GroupRow, V>>, GroupOutcome>, Serializable {
    /** Groups and cells of a batch, at most; at least one group. */
    private static final int MOST_GROUPS = 1024;

    private static final long MOST_CELLS = 1 << 20;

    @Override
    public Iterator<GroupOutcome> call(Iterator<Tuple2<GroupRow, V>> rows) {
        TaskContext task = TaskContext.get();
        return new Outcomes<>(model, rows, choice.name(task), task.cpus());
    }

    private static final class Outcomes<V> implements Iterator<GroupOutcome> {
        private final GroupModel<V> model;
        private final Iterator<Tuple2<GroupRow, V>> rows;
        private final ManyFits many;
        private @Nullable Tuple2<GroupRow, V> next;
        private Iterator<GroupOutcome> ready = List.<GroupOutcome>of().iterator();

        Outcomes(GroupModel<V> model, Iterator<Tuple2<GroupRow, V>> rows, String device, int workers) {
            this.model = model;
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

        private List<GroupModel.Rows<V>> batch() {
            List<GroupModel.Rows<V>> groups = new ArrayList<>();
            long cells = 0;
            while (next != null && groups.size() < MOST_GROUPS && cells < MOST_CELLS) {
                GroupModel.Rows<V> group =
                        new GroupModel.Rows<>(next._1().group(), new ArrayList<>(), new ArrayList<>());
                while (next != null && next._1().group() == group.group()) {
                    group.numbers().add(next._1().row());
                    group.rows().add(next._2());
                    step();
                }
                groups.add(group);
                cells += (long) group.rows().size() * model.width();
            }
            return groups;
        }

        private List<GroupOutcome> fitted(List<GroupModel.Rows<V>> groups) {
            List<GroupOutcome> outcomes = new ArrayList<>();
            for (Attempt attempt : many.fit(groups.size(), (device, g) -> model.fit(device, groups.get(g)))) {
                outcomes.add(outcome(groups.get(attempt.problem()), attempt));
            }
            return outcomes;
        }

        private GroupOutcome outcome(GroupModel.Rows<V> group, Attempt attempt) {
            FitResult fit = attempt.result();
            if (fit == null) {
                return model.failed(group, Objects.requireNonNull(attempt.failure()));
            }
            String reason = fit.assessment().concerns().isEmpty()
                    ? ""
                    : fit.assessment().concerns().get(0).words();
            return new GroupOutcome(group.group(), group.rows().size(), fit, reason, false);
        }
    }
}
