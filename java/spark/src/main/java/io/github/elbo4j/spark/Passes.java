package io.github.elbo4j.spark;

import io.github.elbo4j.device.DeviceException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;

/** Passes over all rows of one fit, each a job of Spark. */
final class Passes implements AutoCloseable {
    /** Partitions up to which the driver merges by itself; a tree of Spark's costs another stage. */
    private static final int DIRECT = 64;

    private final SparkRows rows;
    private final RowModel model;
    private final DeviceChoice choice;
    private final String fit = UUID.randomUUID().toString();
    private int made;

    Passes(SparkRows rows, RowModel model, DeviceChoice choice) {
        this.rows = rows;
        this.model = model;
        this.choice = choice;
    }

    /** @throws DeviceException if Spark gives up; it has tried each task several times */
    PassTotals make(Pass pass) {
        made++;
        String name = "elbo4j pass " + made + ": " + pass.draws() + (pass.draws() == 1 ? " draw" : " draws")
                + (pass.gradient() ? " with gradient, " : ", ") + rows.rows() + " rows";
        try {
            return Jobs.described(rows.context(), name, () -> totals(pass));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // Spark's own, which its methods do not declare
            throw new DeviceException(name + " failed: " + e.getMessage(), e);
        }
    }

    private PassTotals totals(Pass pass) {
        Part part = new Part(fit, model, rows.columns(), choice, pass);
        JavaRDD<PassSums> parts = rows.panels().mapPartitionsWithIndex(part, true);
        PassSums all = rows.partitions() > DIRECT
                ? parts.treeReduce(PassSums::merge, 2)
                : parts.collect().stream().reduce(PassSums.empty(pass), PassSums::merge);
        return all.totals(pass, Panel.count(rows.rows()));
    }

    /** Frees what executors hold: each of them that has a partition's rows is asked by a task. */
    @Override
    public void close() {
        String name = fit;
        JavaSparkContext context = rows.context();
        if (context.sc().isStopped()) {
            return;
        }
        Jobs.described(
                context,
                "elbo4j: end of a fit",
                () -> rows.panels().foreachPartition(panels -> ExecutorRows.release(name)));
    }

    /** The sums of a partition. */
    private record Part(String fit, RowModel model, List<String> columns, DeviceChoice choice, Pass pass)
            implements Function2<Integer, Iterator<Panel>, Iterator<PassSums>>, Serializable {
        @Override
        public Iterator<PassSums> call(Integer partition, Iterator<Panel> panels) {
            String device = choice.name(TaskContext.get());
            ExecutorRows.Place place = new ExecutorRows.Place(fit, partition, device);
            return List.of(ExecutorRows.sums(place, panels, model, columns, pass))
                    .iterator();
        }
    }
}
