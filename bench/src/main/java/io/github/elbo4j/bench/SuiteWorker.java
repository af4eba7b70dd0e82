package io.github.elbo4j.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.works.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the test classes whose names it reads, one a line; for each it prints a line of JSON behind {@link #MARK}. The first
 * such line lists the devices.
 */
public final class SuiteWorker {
    static final String MARK = "@@elbo4j ";

    private SuiteWorker() {}

    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        answer(answers, devices());
        var names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            System.out.println("--- " + name);
            Listener listener = new Listener(name);
            try {
                LauncherFactory.create()
                        .execute(
                                LauncherDiscoveryRequestBuilder.request()
                                        .selectors(selectClass(name))
                                        .build(),
                                listener);
            } catch (RuntimeException | LinkageError e) {
                listener.fail(name, e);
            }
            answer(answers, listener.result());
        }
        System.exit(0); // whatever threads tests have left
    }

    private static void answer(PrintStream answers, Map<String, Object> json) {
        answers.println("\n" + MARK + Json.line(json)); // a test may have left a line unfinished
    }

    private static Map<String, Object> devices() {
        Map<String, Object> devices = new LinkedHashMap<>();
        for (Devices.Status status : Devices.list()) {
            Map<String, Object> device = new LinkedHashMap<>();
            device.put("opens", status.opens());
            device.put("words", status.words());
            if (!status.opens()) {
                device.put("tests", "did not run");
            }
            if (!status.notes().isEmpty()) {
                device.put("notes", status.notes());
            }
            devices.put(status.name(), device);
        }
        if (!Machine.libraries().isEmpty()) {
            devices.put("libraries", Machine.libraries());
        }
        return devices;
    }

    private static final class Listener implements TestExecutionListener {
        private static final int TOLD = 10;
        private static final Pattern DEVICE = Pattern.compile("\\b(cuda|simd|scalar)\\b");

        private final String name;
        private final long begun = System.nanoTime();
        private final List<String> failures = new ArrayList<>(); // the first ones
        private final Map<String, Integer> skips = new LinkedHashMap<>(); // reason, how often
        private final Map<String, Integer> devices = new TreeMap<>(); // device, passed tests whose names say it
        private int passed;
        private int failed;
        private int skipped;

        Listener(String name) {
            this.name = name;
        }

        Map<String, Object> result() {
            if (passed + failed + skipped == 0) {
                failed++;
                failures.add("it holds no tests");
            }
            if (failed > TOLD) {
                failures.add("and " + (failed - TOLD) + " more; the log has all");
            }
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("class", name);
            json.put("outcome", failed > 0 ? "failed" : passed > 0 ? "passed" : "skipped");
            json.put("passed", passed);
            json.put("failed", failed);
            json.put("skipped", skipped);
            json.put("seconds", Math.round((System.nanoTime() - begun) * 1e-8) / 10.0);
            if (!devices.isEmpty()) {
                json.put("on", devices);
            }
            if (!failures.isEmpty()) {
                json.put("failures", failures);
            }
            if (!skips.isEmpty()) {
                json.put("skippedBecause", skips);
            }
            return json;
        }

        void fail(String test, Throwable thrown) {
            String words = thrown.toString();
            if (failed++ < TOLD) {
                failures.add(test + ": " + (words.length() > 1000 ? words.substring(0, 1000) + " …" : words));
            }
            System.out.println("FAILED " + test);
            thrown.printStackTrace(System.out);
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skipped++;
            skips.merge(reason, 1, Integer::sum);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        passed++;
                        Matcher device = DEVICE.matcher(test.getDisplayName());
                        if (device.find()) {
                            devices.merge(device.group(), 1, Integer::sum);
                        }
                    }
                }
                case ABORTED -> {
                    skipped++;
                    skips.merge(result.getThrowable().map(Throwable::getMessage).orElse(""), 1, Integer::sum);
                }
                case FAILED ->
                    fail(
                            test.getLegacyReportingName() + " " + test.getDisplayName(),
                            result.getThrowable().orElse(new AssertionError("without a reason")));
            }
        }
    }
}
