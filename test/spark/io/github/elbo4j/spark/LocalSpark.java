package io.github.elbo4j.spark;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;

/** Tests in one virtual machine, with two tasks at a time. */
abstract class LocalSpark {
    static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = Sessions.local();
    }
}
