package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.CommandLineInside;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.BlockManagerMaster;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** On a real cluster: a master, two workers and two executors, each a virtual machine of its own. */
@Timeout(600)
class ClusterTest {
    private static final RowModel LOGISTIC =
            (device, rows) -> new BayesianLogisticRegression(device, rows, new NormalPrior(0, 2.5));

    private static final int EXECUTORS = 2;

    private static StandaloneCluster cluster;
    private static SparkSession spark;

    /** All tests have one driver here, since a start of it and of its executors takes longer than they do. */
    @BeforeAll
    static void start() {
        cluster = new StandaloneCluster(
                Sessions.ROOT.resolve("cluster-" + ProcessHandle.current().pid()), EXECUTORS);
        spark = Sessions.of(cluster);
    }

    @AfterAll
    static void stop() {
        try (StandaloneCluster closed = cluster) {
            if (spark != null) {
                spark.stop();
            }
        }
    }

    /**
     * Tasks in plain Java, with vectors, and on the GPU that Spark gives them; in the middle an executor is killed with all that it holds, which
     * is not all there is.
     */
    @Test
    void aKilledExecutorChangesNoByte() {
        RegressionData data = Tables.data(1, 3 * 1024 + 77, 4, true); // a panel a task
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        String want;
        try (Device device = Devices.open("cpu", 1);
                DataLogJoint joint = new DataLogJoint(LOGISTIC.on(device, data))) {
            want = Tables.json(method.fit(device, joint));
        }
        AtomicInteger asked = new AtomicInteger();
        List<ProcessHandle> killed = new ArrayList<>();
        cluster.awaitRegistered(spark, EXECUTORS);
        try (Device device = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, 4)) {
            boolean gpus = cluster.hasGpus();
            DeviceChoice mixed = task -> switch (task.partitionId()) {
                case 1 -> "simd";
                case 2 -> gpus ? gpu(task) : "scalar";
                default -> "scalar";
            };
            Pathfinder killing = method.cancelled(() -> {
                if (asked.incrementAndGet() == 5) {
                    assertThat(holders(rows)).as("executors that have rows").hasSize(EXECUTORS);
                    killed.addAll(cluster.executors().subList(0, 1));
                    killed.forEach(ProcessHandle::destroyForcibly);
                }
                return false;
            });
            SparkFit fit = SparkFit.of(rows, LOGISTIC).devices(mixed);
            assertThat(Tables.json(fit.fit(device, killing))).isEqualTo(want);
        }
        assertThat(killed).as("executors killed").hasSize(1).noneMatch(ProcessHandle::isAlive);
    }

    /** The names of the executors on whose disks the rows are. */
    private static Set<String> holders(SparkRows rows) {
        BlockManagerMaster master = spark.sparkContext().env().blockManager().master();
        Set<String> names = new TreeSet<>();
        for (int p = 0; p < rows.partitions(); p++) {
            RDDBlockId block = new RDDBlockId(rows.panels().id(), p);
            CollectionConverters.asJava(master.getLocations(block)).forEach(place -> names.add(place.executorId()));
        }
        return names;
    }

    private static String gpu(TaskContext task) {
        String name = DeviceChoice.assigned().name(task);
        if (!name.matches("cuda:[01]")) {
            throw new IllegalStateException("a task has no GPU of Spark's, but " + name);
        }
        return name;
    }

    @TempDir
    private Path folder;

    @Test
    void aFitWhoseDriverIsKilledGoesOnToTheSameBytes() throws Exception {
        String[] words = {"logistic", "--data", pima(), "--target", "type", "--method", "pathfinder", "--seed", "4"};
        Path out = afterAKill("fit", "journal", 10_000, words);
        Path alone = alone(words);
        assertThat(FitApplicationTest.result(out.resolve("fit.json")))
                .isEqualTo(FitApplicationTest.result(alone.resolve("fit.json")));
        assertThat(out.resolve("journal")).doesNotExist();
    }

    /** Of 15 groups, in waves of eight. */
    @Test
    void groupsWhoseDriverIsKilledAreTheSameBytes() throws Exception {
        String[] words = {"linear", "--data", pima(), "--target", "glu", "--by", "npreg", "--method", "laplace"};
        Path out = afterAKill("groups", "fits.jsonl", 1, words);
        Path alone = alone(words);
        assertThat(FitApplicationTest.groups(out)).isEqualTo(FitApplicationTest.groups(alone));
    }

    private static String pima() { // no constant: executors, too, know this class, but not where the tests are
        return Path.of(System.getProperty("elbo4j.root"), "test/data/pima.csv").toString();
    }

    /**
     * Kills a driver once it has written so many bytes, goes on in this one and returns where the results are. The driver that is killed has
     * a virtual machine and an executor of its own, this one two.
     */
    private Path afterAKill(String name, String written, int bytes, String... words) throws Exception {
        Path out = folder.resolve(name);
        Path held = folder.resolve(name + "-held");
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--partitions", "2", "--out", out.toString()));
        String[] arguments = all.toArray(String[]::new);
        Map<String, String> holds = Map.of(
                "spark.cores.max",
                "1",
                "spark.plugins",
                HoldPlugin.class.getName(),
                HoldPlugin.WRITTEN,
                out.resolve(written).toString(),
                HoldPlugin.ENOUGH,
                String.valueOf(bytes),
                HoldPlugin.HELD,
                held.toString());
        Process first = cluster.submit(name, holds, arguments);
        cluster.await(first, name, () -> Files.exists(held));
        first.destroyForcibly();
        assertThat(cluster.codeOf(first, name)).as("128 + SIGKILL").isEqualTo(128 + 9);
        cluster.awaitExecutors(EXECUTORS);
        assertThat(out.resolve(written)).isNotEmptyFile();
        assertThat(out.resolve("report.html")).as("what is written last").doesNotExist();
        String said =
                LocalSpark.run(List.of(Exit.GOOD, Exit.BAD_FIT), arguments).out();
        Matcher before = Pattern.compile("(passes made|fitted) before: (\\d+)").matcher(said);
        assertThat(before.find()).as(said).isTrue();
        assertThat(Integer.parseInt(before.group(2))).as("of the killed one").isGreaterThan(1);
        return out;
    }

    /** Where the results of the command are that fits the same. */
    private Path alone(String... words) {
        Path out = folder.resolve("alone");
        List<String> all = new ArrayList<>(List.of(words));
        all.add(0, "fit");
        all.addAll(List.of("--device", "scalar", "--out", out.toString()));
        CommandLineInside.run(Exit.BAD_INPUT, all.toArray(String[]::new));
        return out;
    }
}
