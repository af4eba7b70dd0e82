package io.github.elbo4j.spark;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Sessions of the tests, whose files lie under the module's target. A virtual machine has one at a time. */
final class Sessions {
    static final Path ROOT = Path.of(System.getProperty("elbo4j.root"), "java/spark/target/spark");

    private static @Nullable SparkSession local;

    private Sessions() {}

    /** In one virtual machine, with two tasks at a time: the same for all classes, since a start takes seconds. */
    static synchronized SparkSession local() {
        SparkSession there = local;
        if (there == null || there.sparkContext().isStopped()) {
            Map<String, String> all = settings();
            all.put("spark.master", "local[2]");
            all.put("spark.sql.adaptive.enabled", "false"); // plans again what takes no time
            all.put("spark.sql.codegen.wholeStage", "false"); // compiling takes longer than the few rows of a test
            there = open(all);
            local = there;
        }
        return there;
    }

    /** On a cluster, in the place of the local one; a GPU goes with each task, if there is one. */
    static synchronized SparkSession of(StandaloneCluster cluster) {
        if (local != null) {
            local.stop();
        }
        Map<String, String> all = settings(cluster);
        if (cluster.hasGpus()) {
            all.put("spark.executor.resource.gpu.amount", "1");
            all.put("spark.task.resource.gpu.amount", "1");
        }
        return open(all);
    }

    private static SparkSession open(Map<String, String> settings) {
        SparkSession.Builder builder = SparkSession.builder();
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }

    private static Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("spark.app.name", "elbo4j tests");
        all.put("spark.ui.enabled", "false");
        all.put("spark.log.level", "ERROR");
        all.put("spark.driver.host", "127.0.0.1");
        all.put("spark.driver.bindAddress", "127.0.0.1");
        all.put("spark.local.dir", ROOT.resolve("local").toString());
        all.put("spark.sql.warehouse.dir", ROOT.resolve("warehouse").toString());
        all.put("spark.sql.shuffle.partitions", "2");
        return all;
    }

    /** Two executors with one core each. */
    static Map<String, String> settings(StandaloneCluster cluster) {
        Map<String, String> all = settings();
        all.put("spark.master", cluster.address());
        all.put("spark.cores.max", "2");
        all.put("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        all.put("spark.executor.extraJavaOptions", "-XX:+UseSerialGC");
        all.put("spark.executor.memory", "512m");
        all.put("spark.executor.cores", "1");
        all.put("spark.shuffle.io.maxRetries", "1"); // what a killed executor had is made anew at once
        all.put("spark.shuffle.io.retryWait", "1s");
        all.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        all.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s");
        return all;
    }
}
