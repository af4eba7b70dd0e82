package io.github.elbo4j.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** Which device a task computes on, asked where it runs. No result depends on it. */
@FunctionalInterface
public interface DeviceChoice extends Serializable {
    /** What Spark calls the resource. */
    String GPU = "gpu";

    /** A name that {@link io.github.elbo4j.Devices#open(String, int)} takes. */
    String name(TaskContext task);

    /**
     * The GPU that Spark gave the task ({@code spark.task.resource.gpu.amount}, or a resource profile), {@code cuda:n} with n its
     * address; else {@code cpu}.
     */
    static DeviceChoice assigned() {
        return task -> nameOf(task.resourcesJMap().get(GPU));
    }

    private static String nameOf(@Nullable ResourceInformation gpu) {
        return gpu == null ? "cpu" : "cuda:" + List.of(gpu.addresses()).get(0);
    }

    /** Always the same. */
    static DeviceChoice of(String name) {
        return task -> name;
    }
}
