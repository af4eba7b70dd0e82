package io.github.elbo4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs classes one after another in a {@link SuiteProcess}, and in a new one after a class that failed, hung or crashed. */
final class SuiteLane {
    static final Set<String> BAD = Set.of("failed", "hung", "crashed");
    /** With less than this of the time left, seconds, nothing more is begun. */
    private static final long LEAST = 5;
    /** For a process to begin and to try the devices, seconds; no class's own time. */
    private static final long START = 60;

    private final String under;
    private final List<String> required;
    private final Path out;
    private final PrintWriter log;
    private final long limit;
    private final long end;
    private @Nullable SuiteProcess worker;

    /** A class is given up after {@code limit} seconds, all of them at {@code end}, of {@link #seconds}. */
    SuiteLane(String under, List<String> required, Path out, PrintWriter log, long limit, long end) {
        this.under = under;
        this.required = required;
        this.out = out;
        this.log = log;
        this.limit = limit;
        this.end = end;
    }

    static long seconds() {
        return System.nanoTime() / 1_000_000_000;
    }

    /** The devices, from a new process; empty if it does not answer, and then {@link #end} says how it ended. */
    Optional<Map<String, Object>> begin() throws IOException, InterruptedException {
        SuiteProcess process = new SuiteProcess(under, required, out, log);
        worker = process;
        return process.answer(Math.min(START, Math.max(LEAST, left())));
    }

    /** Ends the process, and says how. */
    String end() throws IOException, InterruptedException {
        SuiteProcess ended = worker;
        worker = null;
        return ended == null ? "did not begin" : ended.end();
    }

    Map<String, Object> run(String name) throws IOException, InterruptedException {
        if (left() < LEAST) {
            return result(name, "not run", "no time left");
        }
        if (worker == null && begin().isEmpty()) {
            return result(name, "crashed", "before it, the process " + end());
        }
        SuiteProcess here = worker;
        if (here == null) {
            throw new IllegalStateException("no process to run " + name);
        }
        long time = Math.min(limit, left());
        here.ask(name);
        Optional<Map<String, Object>> answer = here.answer(time);
        if (answer.isEmpty()) {
            boolean cut = here.isLate() && time < limit;
            String how = end();
            return result(
                    name,
                    cut ? "not run" : here.isLate() ? "hung" : "crashed",
                    cut ? "no time left after " + time + " s" : "the process " + how);
        }
        Map<String, Object> result = answer.orElseThrow();
        if (!under.isEmpty()) {
            worker = null;
            int code = here.close(time);
            if (code != 0) {
                List<Object> failures = new ArrayList<>();
                if (result.get("failures") instanceof List<?> before) {
                    failures.addAll(before);
                }
                failures.add("under '" + under + "' the process ended with exit code " + code + here.summary());
                result.put("outcome", "failed");
                result.put("failures", failures);
            }
        } else if (BAD.contains(Suite.outcome(result))) {
            kill(); // what is broken in this process must not meet the next class
        }
        return result;
    }

    private static Map<String, Object> result(String name, String outcome, String why) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("class", name);
        result.put("outcome", outcome);
        result.put("failures", List.of(why));
        return result;
    }

    private long left() {
        return end - seconds();
    }

    void kill() throws InterruptedException {
        if (worker != null) {
            worker.kill();
            worker = null;
        }
    }
}
