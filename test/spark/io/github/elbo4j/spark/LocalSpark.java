package io.github.elbo4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.command.Exit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;

/** Tests in one virtual machine, with two tasks at a time. */
abstract class LocalSpark {
    static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = Sessions.local();
    }

    /** What the application has printed. */
    record Said(String out, String err) {}

    /**
     * Runs the application in this virtual machine.
     *
     * @param codes those that may be; a bad fit, too, is written
     */
    static Said run(List<Integer> codes, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int got = FitApplication.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                args);
        Said said = new Said(
                out.toString(StandardCharsets.UTF_8).strip(),
                err.toString(StandardCharsets.UTF_8).strip());
        assertThat(got).as(said.toString()).isIn(codes);
        return said;
    }

    static String refusal(String... args) {
        return run(List.of(Exit.BAD_INPUT), args).err();
    }

    static void fit(String... args) {
        run(List.of(Exit.GOOD, Exit.BAD_FIT), args);
    }
}
