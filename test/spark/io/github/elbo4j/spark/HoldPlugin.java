package io.github.elbo4j.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * A plug-in of Spark's for the executors of an application: once the driver has written down some bytes, it holds each task before it begins. So the driver is in the middle for certain while a test kills it, however slow the machine is.
 */
public final class HoldPlugin implements SparkPlugin {
    /** What the application writes down. */
    static final String WRITTEN = "spark.elbo4j.test.written";
    /** How many bytes of it are enough. */
    static final String ENOUGH = "spark.elbo4j.test.enough";
    /** A file that is there once a task is held. */
    static final String HELD = "spark.elbo4j.test.held";

    private static final int MOST_SECONDS = 600;

    @Override
    public @Nullable DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new Hold();
    }

    private static final class Hold implements ExecutorPlugin {
        private Path written = Path.of("");
        private Path held = Path.of("");
        private long enough;

        @Override
        public void init(PluginContext context, Map<String, String> extra) {
            written = Path.of(context.conf().get(WRITTEN));
            enough = Long.parseLong(context.conf().get(ENOUGH));
            held = Path.of(context.conf().get(HELD));
        }

        /** In the thread of the task. */
        @Override
        public void onTaskStart() {
            try {
                if (Files.exists(written) && Files.size(written) >= enough) {
                    Files.write(held, new byte[0]);
                    Thread.sleep(1000L * MOST_SECONDS); // the executor ends with its driver, and this task with it
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
