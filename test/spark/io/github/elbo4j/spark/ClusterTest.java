package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a real cluster: a master, two workers and two executors, each a virtual machine of its own. */
@Timeout(300)
class ClusterTest {
    private static final RowModel LOGISTIC =
            (device, rows) -> new BayesianLogisticRegression(device, rows, new NormalPrior(0, 2.5));

    private static StandaloneCluster cluster;
    private static SparkSession spark;

    @BeforeAll
    static void start() {
        cluster = new StandaloneCluster(
                Sessions.ROOT.resolve("cluster-" + ProcessHandle.current().pid()), 2);
        spark = Sessions.builder(cluster.address())
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.memory", "512m")
                .config("spark.executor.cores", "1")
                .config("spark.shuffle.io.maxRetries", "1") // what a killed executor had is made anew at once
                .config("spark.shuffle.io.retryWait", "1s")
                .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
                .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s")
                .getOrCreate();
        spark.sparkContext().setLogLevel("ERROR");
    }

    @AfterAll
    static void stop() {
        try {
            if (spark != null) {
                spark.stop();
            }
        } finally {
            if (cluster != null) {
                cluster.close();
            }
        }
    }

    /** Half of the tasks in plain Java, half with vectors; in the middle an executor is killed with all that it holds. */
    @Test
    void aKilledExecutorChangesNoByte() {
        RegressionData data = Tables.data(1, 5 * 1024 + 77, 4, true);
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        String want;
        try (Device device = Devices.open("cpu", 1);
                DataLogJoint joint = new DataLogJoint(LOGISTIC.on(device, data))) {
            want = Tables.json(method.fit(device, joint));
        }
        AtomicInteger asked = new AtomicInteger();
        int[] killed = {0};
        Pathfinder killing = method.cancelled(() -> {
            if (asked.incrementAndGet() == 5 && cluster.killAnExecutor()) {
                killed[0]++;
            }
            return false;
        });
        try (Device device = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, 4)) {
            DeviceChoice mixed = task -> task.partitionId() % 2 == 0 ? "scalar" : "simd";
            SparkFit fit = SparkFit.of(rows, LOGISTIC).devices(mixed);
            assertThat(Tables.json(fit.fit(device, killing))).isEqualTo(want);
        }
        assertThat(killed[0]).as("executors killed").isEqualTo(1);
    }
}
