package io.github.elbo4j.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Sessions of the tests, whose files lie under the module's target. */
final class Sessions {
    static final Path ROOT = Path.of(System.getProperty("elbo4j.root"), "java/spark/target/spark");

    private Sessions() {}

    static SparkSession.Builder builder(String master) {
        return SparkSession.builder()
                .master(master)
                .appName("elbo4j tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.local.dir", ROOT.resolve("local").toString())
                .config("spark.sql.warehouse.dir", ROOT.resolve("warehouse").toString())
                .config("spark.sql.shuffle.partitions", "2");
    }
}
