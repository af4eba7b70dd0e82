package io.github.elbo4j.spark;

import java.util.Objects;
import org.apache.spark.Partitioner;
import org.jspecify.annotations.Nullable;

/** Consecutive groups to each partition, so that the partitions one after the other have the groups in their order. */
final class GroupPartitioner extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;
    private final int groups;

    GroupPartitioner(int partitions, int groups) {
        this.partitions = partitions;
        this.groups = groups;
    }

    @Override
    public int numPartitions() {
        return partitions;
    }

    @Override
    public int getPartition(Object key) {
        return (int) ((long) ((GroupRow) key).group() * partitions / groups);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GroupPartitioner that && partitions == that.partitions && groups == that.groups;
    }

    @Override
    public int hashCode() {
        return Objects.hash(partitions, groups);
    }
}
