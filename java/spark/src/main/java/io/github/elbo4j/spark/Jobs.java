package io.github.elbo4j.spark;

import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/** Jobs of Spark, each described in words on its pages. */
final class Jobs {
    private Jobs() {}

    /** Does a job, which has this description while it lasts. */
    static <T> T described(JavaSparkContext context, String what, Supplier<T> job) {
        context.setJobDescription(what);
        try {
            return job.get();
        } finally {
            context.setJobDescription(null);
        }
    }

    /** The same for a job without a result. */
    static void described(JavaSparkContext context, String what, Runnable job) {
        described(context, what, () -> {
            job.run();
            return what;
        });
    }
}
