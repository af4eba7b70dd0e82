package io.github.elbo4j;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Runs tests without Maven, where there is only a Java virtual machine, and writes one JSON: each device, and each class with
 * what passed, failed and was skipped. Arguments: the file, then packages or classes.
 */
public final class SuiteMain {
    private SuiteMain() {}

    private static final class Outcome {
        private int passed;
        private int failed;
        private int skipped;
        private long nanos;
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            String last = args[i].substring(args[i].lastIndexOf('.') + 1);
            selectors.add(Character.isUpperCase(last.charAt(0)) ? selectClass(args[i]) : selectPackage(args[i]));
        }
        Map<String, String> devices = new LinkedHashMap<>();
        for (Devices.Status status : Devices.list()) {
            devices.put(status.name(), (status.opens() ? "" : "not run: ") + status.words());
        }
        Listener listener = new Listener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectors)
                .filters(includeClassNamePatterns(".*Test"))
                .build();
        Launcher launcher = LauncherFactory.create();
        long begun = System.nanoTime();
        launcher.execute(request, listener);
        write(file, devices, listener, System.nanoTime() - begun);

        int passed = listener.classes.values().stream().mapToInt(o -> o.passed).sum();
        int failed = listener.classes.values().stream().mapToInt(o -> o.failed).sum();
        int skipped =
                listener.classes.values().stream().mapToInt(o -> o.skipped).sum();
        devices.forEach((name, words) -> System.out.println(name + ": " + words));
        System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped; written to " + file);
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static void write(Path file, Map<String, String> devices, Listener listener, long nanos)
            throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, "tests", ".part");
        try (OutputStream out = Files.newOutputStream(part);
                JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("what", "tests");
            json.writeStringProperty("time", java.time.Instant.now().toString());
            json.writeStringProperty("java", Runtime.version().toString());
            json.writeStringProperty("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
            json.writeNumberProperty("seconds", Math.round(nanos * 1e-8) / 10.0);
            json.writeObjectPropertyStart("devices");
            devices.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeArrayPropertyStart("classes");
            listener.classes.forEach((name, outcome) -> {
                json.writeRaw("\n");
                json.writeStartObject();
                json.writeStringProperty("class", name);
                json.writeNumberProperty("passed", outcome.passed);
                json.writeNumberProperty("failed", outcome.failed);
                json.writeNumberProperty("skipped", outcome.skipped);
                json.writeNumberProperty("seconds", Math.round(outcome.nanos * 1e-8) / 10.0);
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeArrayPropertyStart("failures");
            for (String failure : listener.failures) {
                json.writeString(failure);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static final class Listener implements TestExecutionListener {
        private final Map<String, Outcome> classes = new TreeMap<>();
        private final List<String> failures = new ArrayList<>();
        private final Map<String, Long> begun = new LinkedHashMap<>();

        @Override
        public void executionStarted(TestIdentifier test) {
            begun.put(test.getUniqueId(), System.nanoTime());
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            outcome(test).skipped++;
            System.out.println("skipped: " + className(test) + " " + test.getDisplayName() + ": " + reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            boolean container = !test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
            if (container) {
                return;
            }
            Outcome outcome = outcome(test);
            Long start = begun.remove(test.getUniqueId());
            if (test.isTest() && start != null) {
                outcome.nanos += System.nanoTime() - start;
            }
            switch (result.getStatus()) {
                case SUCCESSFUL -> outcome.passed += test.isTest() ? 1 : 0;
                case ABORTED -> outcome.skipped++;
                case FAILED -> {
                    outcome.failed++;
                    String words = className(test) + " " + test.getLegacyReportingName() + " " + test.getDisplayName()
                            + ": "
                            + result.getThrowable().map(Throwable::toString).orElse("");
                    failures.add(words);
                    System.out.println("FAILED " + words);
                    result.getThrowable().ifPresent(thrown -> thrown.printStackTrace(System.out));
                }
            }
        }

        private Outcome outcome(TestIdentifier test) {
            return classes.computeIfAbsent(className(test), name -> new Outcome());
        }

        private static String className(TestIdentifier test) {
            return test.getSource()
                    .map(source -> source instanceof MethodSource method
                            ? method.getClassName()
                            : source instanceof ClassSource type ? type.getClassName() : "")
                    .orElse("");
        }
    }
}
