package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Work;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/**
 * How long one execution takes, in milliseconds.
 *
 * @param benchmark class and method
 * @param device name, with its options
 * @param median over all executions
 * @param min the fastest execution
 * @param low the lowest median of an iteration of any fork
 * @param high the highest
 * @param executions how many were timed
 * @param bytes that all threads allocated for an execution, in the median iteration: one in which the compiler replaces
 *     code allocates more; the harness itself has a share
 */
record Timing(
        String benchmark,
        String device,
        Work.Size size,
        int threads,
        double median,
        double min,
        double low,
        double high,
        long executions,
        int forks,
        double bytes) {
    static Timing of(String benchmark, String device, Work.Size size, int threads, Collection<RunResult> results) {
        RunResult run = results.iterator().next();
        Statistics all = run.getPrimaryResult().getStatistics();
        List<Double> bytes = new ArrayList<>();
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                double median = iteration.getPrimaryResult().getStatistics().getPercentile(50);
                low = Math.min(low, median);
                high = Math.max(high, median);
                for (String name : iteration.getSecondaryResults().keySet()) {
                    if (name.endsWith("gc.alloc.rate.norm")) {
                        bytes.add(iteration.getSecondaryResults().get(name).getScore());
                    }
                }
            }
        }
        Collections.sort(bytes);
        return new Timing(
                benchmark,
                device,
                size,
                threads,
                all.getPercentile(50),
                all.getMin(),
                low,
                high,
                all.getN(),
                run.getBenchmarkResults().size(),
                bytes.isEmpty() ? Double.NaN : bytes.get(bytes.size() / 2));
    }

    /** For the file of results; {@code emulated}: a time that says nothing. */
    Map<String, Object> toMap(boolean emulated) {
        Map<String, Object> line = new LinkedHashMap<>();
        Optional<Work> work = Work.of(benchmark);
        work.ifPresent(w -> {
            line.put("work", w.name());
            line.put("words", w.words(size));
        });
        line.put("benchmark", benchmark);
        line.put("device", device);
        line.put("size", size.label());
        line.put("threads", threads);
        if (emulated) {
            line.put("emulated", true);
        }
        line.put("median", digits(median));
        line.put("min", digits(min));
        line.put("spread", List.of(digits(low), digits(high)));
        if (!emulated) {
            work.ifPresent(w -> {
                line.put("perSecond", Math.round(w.count(size) / median * 1000));
                line.put("of", w.things());
            });
        }
        line.put("bytesPerExecution", Math.round(bytes));
        line.put("executions", executions);
        line.put("forks", forks);
        return line;
    }

    /** Tenths of a microsecond. */
    private static double digits(double milliseconds) {
        return Math.round(milliseconds * 1e4) / 1e4;
    }

    /** One line of the table. */
    String line(String work) {
        return String.format(
                Locale.ROOT,
                "%-3s %-26s %-7s %-6s %9.3f ms  min %9.3f  iterations %9.3f to %9.3f  %6.0f bytes",
                work,
                benchmark,
                device,
                size.label(),
                median,
                min,
                low,
                high,
                bytes);
    }
}
