package io.github.elbo4j.bench;

import io.github.elbo4j.cli.works.Work;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Executes one work when told to: the elbo4j side of {@link Compare}, as {@code peers.py serve} is the other. Once warm,
 * it prints {@code ready} and the sizes; then each line read is a number of seconds to work for, and each line printed
 * the milliseconds of every execution.
 */
public final class Serve {
    private static final int WARM_EXECUTIONS = 20;
    private static final double FULL_WARM_SECONDS = 8;

    private Serve() {}

    /** Arguments: the work, the device, the seconds of warm-up. */
    public static void main(String[] args) throws Exception {
        Work work = Work.valueOf(args[0]);
        WorkBenchmark benchmark = Class.forName(Serve.class.getPackageName() + "." + work.benchmark())
                .asSubclass(WorkBenchmark.class)
                .getConstructor()
                .newInstance();
        benchmark.device = args[1];
        benchmark.open();
        try {
            double seconds = args.length > 2 ? Double.parseDouble(args[2]) : FULL_WARM_SECONDS;
            run(benchmark, seconds, WARM_EXECUTIONS);
            System.out.println("ready " + work.sizes());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(run(benchmark, Double.parseDouble(line), 3));
            }
        } finally {
            benchmark.close();
        }
    }

    /** Milliseconds of each execution; the first, which finds cold caches, is not counted. */
    private static String run(WorkBenchmark benchmark, double seconds, int atLeast) {
        benchmark.step();
        StringBuilder times = new StringBuilder();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int i = 0; i < atLeast || System.nanoTime() - end < 0; i++) {
            long start = System.nanoTime();
            benchmark.step();
            long took = System.nanoTime() - start;
            times.append(String.format(Locale.ROOT, "%.4f ", took / 1e6));
        }
        return times.toString();
    }
}
