package io.github.elbo4j.spark;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests in one virtual machine, with two tasks at a time: a virtual machine has one session, so each class has it in turn. */
abstract class LocalSpark {
    static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = Sessions.builder("local[2]")
                .config("spark.sql.codegen.wholeStage", "false") // compiling takes longer than the few rows of a test
                .getOrCreate();
        spark.sparkContext().setLogLevel("ERROR");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }
}
