package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.PointDensity;
import io.github.elbo4j.model.RegressionData;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What a pass costs on a cluster of two executors with one core each, against one process with two threads, in turns: the table of
 * java/spark/README.md, which says how to run this. The values are the same bits.
 */
@EnabledIfSystemProperty(named = "elbo4j.passes", matches = "true", disabledReason = "a measurement, made on demand")
class PassCostTest {
    private static final RowModel LOGISTIC =
            (device, rows) -> new BayesianLogisticRegression(device, rows, new NormalPrior(0, 2.5));
    private static final int COLUMNS = 10;
    private static final int DRAWS = 64;
    private static final int TIMES = 20;

    @Test
    void aPassOnAClusterAndInOneProcess() throws IOException {
        try (StandaloneCluster cluster = new StandaloneCluster(
                        Sessions.ROOT.resolve(
                                "passes-" + ProcessHandle.current().pid()),
                        2);
                SparkSession spark = Sessions.of(cluster)) {
            System.out.println("| rows | cluster | one process |\n|---|---|---|");
            for (int rows : new int[] {2_048, 102_400, 409_600}) {
                System.out.println(line(spark, Tables.data(1, rows, COLUMNS, true)));
            }
        }
    }

    private static String line(SparkSession spark, RegressionData data) {
        Random random = new Random(2);
        double[] z = random.doubles(DRAWS * COLUMNS, -1, 1).toArray();
        try (Device one = Devices.open("cpu", 2);
                Device driver = Devices.open("cpu", 1);
                SparkRows rows = SparkRows.of(Tables.table(spark, data), data.columns(), Tables.TARGET, 2);
                Passes passes = new Passes(rows, LOGISTIC, DeviceChoice.of("cpu"));
                DataLogJoint far = new DataLogJoint(new ClusterModel(driver, rows, LOGISTIC, passes::make, null));
                DataLogJoint here = new DataLogJoint(LOGISTIC.on(one, data));
                PointDensity cluster = new PointDensity(driver, far);
                PointDensity process = new PointDensity(one, here)) {
            double[][] millis = new double[2][TIMES];
            double[][] values = new double[2][DRAWS];
            double[] slopes = new double[z.length];
            for (int i = -3; i < TIMES; i++) { // the first ones bring the rows
                for (int which = 0; which < 2; which++) {
                    long begin = System.nanoTime();
                    (which == 0 ? cluster : process).evaluate(DRAWS, z, values[which], slopes);
                    if (i >= 0) {
                        millis[which][i] = (System.nanoTime() - begin) / 1e6;
                    }
                }
            }
            assertThat(values[0]).isEqualTo(values[1]);
            return String.format(Locale.ROOT, "| %,d | %s | %s |", data.rows(), median(millis[0]), median(millis[1]));
        }
    }

    /** And the least. */
    private static String median(double[] millis) {
        double[] sorted = Arrays.stream(millis).sorted().toArray();
        return String.format(Locale.ROOT, "%.1f ms (%.1f)", sorted[TIMES / 2], sorted[0]);
    }
}
