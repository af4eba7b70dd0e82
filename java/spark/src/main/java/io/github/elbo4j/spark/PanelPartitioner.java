package io.github.elbo4j.spark;

import org.apache.spark.Partitioner;
import org.jspecify.annotations.Nullable;

/** Rows by their number, so that a partition has whole panels, one after the other. */
final class PanelPartitioner extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;
    private final long panels;

    PanelPartitioner(int partitions, long rows) {
        this.partitions = partitions;
        this.panels = Panel.count(rows);
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object row) {
        long panel = (Long) row / Panel.ROWS;
        return (int) (panel * partitions / panels);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PanelPartitioner that && partitions == that.partitions && panels == that.panels;
    }

    @Override
    public int hashCode() {
        return 31 * partitions + Long.hashCode(panels);
    }
}
