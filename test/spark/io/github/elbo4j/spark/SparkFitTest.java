package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Scaling;
import io.github.elbo4j.model.Standardization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In one virtual machine, with two tasks at a time. What takes a cluster is in {@link ClusterTest}. */
class SparkFitTest extends LocalSpark {
    private static final NormalPrior PRIOR = new NormalPrior(0, 2.5);
    private static final RowModel LOGISTIC = (device, rows) -> new BayesianLogisticRegression(device, rows, PRIOR);
    private static final RowModel LINEAR =
            (device, rows) -> BayesianLinearRegression.unknownNoise(device, rows, PRIOR, new NormalPrior(0, 1));

    private static String onOneMachine(RegressionData data, RowModel model, Method<LogJoint> method) {
        try (Device device = Devices.open("cpu", 1);
                DataLogJoint joint = new DataLogJoint(model.on(device, data))) {
            return Tables.json(method.fit(device, joint));
        }
    }

    private static String onSpark(
            RegressionData data, RowModel model, Method<LogJoint> method, int partitions, DeviceChoice devices) {
        try (Device device = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, partitions)) {
            FitResult fit = SparkFit.of(rows, model).devices(devices).fit(device, method);
            assertThat(ExecutorRows.held())
                    .as("partitions that were not closed")
                    .isZero();
            return Tables.json(fit);
        }
    }

    /** Of each model whose rows may be spread, a fit of few passes. */
    @Test
    void anyNumberOfPartitionsGivesTheBytesOfOneMachine() {
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        RegressionData binary = Tables.data(1, 5 * 1024 + 77, 4, true);
        String want = onOneMachine(binary, LOGISTIC, method);
        assertThat(want).contains("\"status\":\"converged\"");
        for (int partitions : new int[] {1, 2, 7}) {
            assertThat(onSpark(binary, LOGISTIC, method, partitions, DeviceChoice.assigned()))
                    .as("%d partitions", partitions)
                    .isEqualTo(want);
        }
        RegressionData normal = Tables.data(2, 3 * 1024 + 1, 3, false);
        assertThat(onSpark(normal, LINEAR, method, 2, DeviceChoice.of("scalar")))
                .isEqualTo(onOneMachine(normal, LINEAR, method));
    }

    /** Which open no device. Of one parameter: of a fit of few passes, since each partition has a task in each of them. */
    @Test
    void nineOfTenPartitionsMayBeEmpty() {
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        RegressionData data = Tables.data(1, 5 * 1024 + 77, 1, true);
        String want = onOneMachine(data, LOGISTIC, method);
        assertThat(want).contains("\"status\":\"converged\"");
        for (int partitions : new int[] {64, 1000}) {
            Set<Integer> full = IntStream.range(0, 6)
                    .mapToObj(panel -> panel * partitions / 6)
                    .collect(Collectors.toCollection(TreeSet::new));
            DeviceChoice choice = task -> full.contains(task.partitionId()) ? "scalar" : "none, since no row is here";
            assertThat(onSpark(data, LOGISTIC, method, partitions, choice))
                    .as("%d partitions", partitions)
                    .isEqualTo(want);
        }
    }

    /** The sums that the one has taken are those of the other. */
    @Test
    void scalingAndDeviationsTakeThreePassesTogether() throws Exception {
        AtomicInteger jobs = new AtomicInteger();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart start) {
                jobs.incrementAndGet();
            }
        };
        RegressionData data = Tables.data(8, 3000, 3, false).withIntercept();
        try (SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, 2)) {
            spark.sparkContext().listenerBus().waitUntilEmpty();
            spark.sparkContext().addSparkListener(listener);
            rows.scaling(true);
            double[] deviations = rows.deviations();
            spark.sparkContext().listenerBus().waitUntilEmpty();
            assertThat(jobs.get()).isEqualTo(3);
            double[] y = data.y();
            double mean = Arrays.stream(y).average().orElseThrow();
            double square =
                    Arrays.stream(y).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
            assertThat(deviations[4]).isCloseTo(Math.sqrt(square), within(1e-12));
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
    }

    /** Standardized where the rows lie, and brought back. */
    @Test
    void aStandardizedFitHasTheBytesOfOneMachine() {
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        RegressionData data = Tables.data(8, 5 * 1024 + 77, 3, false).withIntercept();
        Standardization here = Standardization.ofColumnsAndTarget(data);
        String want;
        try (Device device = Devices.open("cpu", 1);
                DataLogJoint joint = new DataLogJoint(LINEAR.on(device, here.data()))) {
            want = Tables.json(method.fit(device, joint).toOriginal(here));
        }
        for (int partitions : new int[] {2, 7}) {
            try (Device device = Devices.open("cpu", 1);
                    SparkRows rows =
                            SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, partitions)) {
                Scaling scaling = rows.scaling(true);
                try (SparkRows scaled = rows.scaled(scaling)) {
                    FitResult fit = SparkFit.of(scaled, LINEAR).fit(device, method);
                    assertThat(Tables.json(fit.mapped(scaling.toOriginal(5), scaling::elboToOriginal)))
                            .as("%d partitions", partitions)
                            .isEqualTo(want);
                }
            }
        }
        RegressionData flat = new RegressionData(List.of("x0"), new double[] {3, 3}, new double[] {1, 2});
        try (SparkRows rows = SparkRows.of(Tables.table(spark, flat), flat.columns(), Tables.TARGET, 2)) {
            assertThatThrownBy(() -> rows.scaling(false))
                    .hasMessageStartingWith("column x0 is constant (3.0 in all 2 rows)");
        }
    }

    /** With rows so many that methods look at a sample of them first, which is the same sample. */
    @Test
    void aSampleOfManyRowsIsTheSame() {
        RegressionData data = Tables.data(3, 33_000, 32, true);
        FixedDraws method = new FixedDraws().starts(1).seed(5);
        assertThat(onSpark(data, LOGISTIC, method, 2, DeviceChoice.assigned()))
                .isEqualTo(onOneMachine(data, LOGISTIC, method));
    }

    /** Of draws beyond a chunk, by direct merging and by Spark's tree. */
    @Test
    void aPassHasTheSameBitsInAThousandPartitions() {
        RegressionData data = Tables.data(4, 70 * 1024 + 5, 2, true);
        Pass pass = new Pass(Pass.CHUNK + 3, new float[2 * (Pass.CHUNK + 3)], true);
        for (int i = 0; i < pass.z().length; i++) {
            pass.z()[i] = (float) StrictMath.sin(i);
        }
        Dataset<Row> table = Tables.table(spark, data);
        PassTotals[] totals = new PassTotals[3];
        int[] partitions = {1, 64, 1000};
        for (int i = 0; i < totals.length; i++) {
            try (SparkRows rows = SparkRows.of(table, data.columns(), Tables.TARGET, partitions[i]);
                    Passes passes = new Passes(rows, LOGISTIC, DeviceChoice.assigned())) {
                totals[i] = passes.make(pass);
            }
            assertThat(totals[i].sums()).doesNotContain(Double.NaN).isEqualTo(totals[0].sums());
            assertThat(totals[i].slopes()).isEqualTo(totals[0].slopes());
        }
    }

    @Test
    void aFitWhoseDriverFailedGoesOnByItsJournal(@TempDir Path folder) throws Exception {
        RegressionData data = Tables.data(5, 2 * 1024, 2, true);
        Path journal = folder.resolve("journal");
        AtomicInteger asked = new AtomicInteger();
        Pathfinder method = new Pathfinder().paths(1).seed(3);
        Pathfinder failing = method.cancelled(() -> {
            if (asked.incrementAndGet() == 3) {
                throw new IllegalStateException("the driver fails");
            }
            return false;
        });
        try (Device device = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, 2)) {
            SparkFit fit = SparkFit.of(rows, LOGISTIC).journal(journal);
            assertThatThrownBy(() -> fit.fit(device, failing)).hasMessage("the driver fails");
            long written = Files.size(journal);
            assertThat(written).isPositive();
            Files.write(
                    journal, new byte[] {1, 2, 3}, StandardOpenOption.APPEND); // an entry that was not written whole
            assertThat(Tables.json(fit.fit(device, method))).isEqualTo(onOneMachine(data, LOGISTIC, method));
            long whole = Files.size(journal);
            assertThat(whole).isGreaterThan(written);
            assertThat(Tables.json(fit.fit(device, method))).isEqualTo(onOneMachine(data, LOGISTIC, method));
            assertThat(Files.size(journal)).as("all passes were in the journal").isEqualTo(whole);
            RowModel other = (on, some) -> new BayesianLogisticRegression(on, some, new NormalPrior(1, 2.5));
            assertThatThrownBy(() -> SparkFit.of(rows, other).journal(journal).fit(device, method))
                    .hasMessageContaining("is the journal of another fit, as its pass");
        }
        RegressionData others = Tables.data(6, 2 * 1024, 2, true);
        try (Device device = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, others), data.columns(), Tables.TARGET, 2)) {
            assertThatThrownBy(
                            () -> SparkFit.of(rows, LOGISTIC).journal(journal).fit(device, method))
                    .hasMessageContaining("as its pass 1 shows: of other rows");
        }
    }

    @Test
    void mistakesAreTold() {
        RegressionData data = Tables.data(7, 10, 2, true);
        var table = Tables.table(spark, data);
        assertThatThrownBy(() -> SparkRows.of(table, data.columns(), Tables.TARGET, 0))
                .hasMessage("partitions is 0, but must be 1 or more");
        assertThatThrownBy(() -> SparkRows.of(table, List.of("x0", "intercept"), Tables.TARGET, 1))
                .hasMessage("intercept must be the first of the columns [x0, intercept]");
        assertThatThrownBy(() -> SparkRows.of(table.limit(0), data.columns(), Tables.TARGET, 1))
                .hasMessageContaining("the table has no rows");
        assertThatThrownBy(() -> SparkRows.of(table.withColumn("x1", functions.lit(null)), data.columns(), "y", 1))
                .hasStackTraceContaining("a row has no number in column x1: leave such rows out");
        var infinite = table.withColumn("x1", functions.lit(Double.POSITIVE_INFINITY));
        assertThatThrownBy(() -> SparkRows.of(infinite, data.columns(), "y", 1))
                .hasStackTraceContaining("a row has Infinity in column x1, but numbers must be finite (in float32)");
    }
}
