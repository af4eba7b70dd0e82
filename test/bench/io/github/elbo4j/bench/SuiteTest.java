package io.github.elbo4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the bundle's test run writes: nothing is lost where a class fails, hangs or ends the process. */
class SuiteTest {
    /** The classes that it runs here; nested, so that Maven does not. */
    static class Passes {
        @Test
        void passes() {}
    }

    static class Fails {
        @Test
        void passes() {}

        @Test
        void fails() {
            Assertions.fail("on purpose");
        }
    }

    static class Skips {
        @Test
        void skips() {
            Assumptions.assumeTrue(false, "for no reason");
        }
    }

    static class Hangs {
        @Test
        void hangs() throws InterruptedException {
            System.out.print("a line without an end");
            Thread.sleep(1_000_000);
        }
    }

    static class Crashes {
        @Test
        void crashes() {
            Runtime.getRuntime().halt(7);
        }
    }

    static class PassesToo {
        @Test
        void passes() {
            System.out.print("a line without an end");
        }
    }

    /** It and {@link MeetsToo} pass only if they run at the same time, in processes of their own. */
    static class Meets {
        @Test
        void meets() throws Exception {
            meet("one", "two");
        }
    }

    static class MeetsToo {
        @Test
        void meets() throws Exception {
            meet("two", "one");
        }
    }

    /** Where they meet: a folder named after the process that runs the suite. */
    private static Path meeting(long suite) {
        return Path.of(System.getProperty("java.io.tmpdir"), "suite-test-" + suite);
    }

    private static void meet(String me, String other) throws Exception {
        Path folder = meeting(ProcessHandle.current().parent().orElseThrow().pid());
        Files.createFile(folder.resolve(me));
        for (int i = 0; i < 200 && Files.notExists(folder.resolve(other)); i++) {
            Thread.sleep(100);
        }
        assertThat(folder.resolve(other)).exists();
    }

    private static final List<Class<?>> ALL =
            List.of(Passes.class, Fails.class, Skips.class, Hangs.class, Crashes.class, PassesToo.class);

    @TempDir
    private Path folder;

    @Test
    void everyClassHasAnOutcomeWhateverTheOthersDo() throws Exception {
        int code = run(ALL, "--limit", "5");

        Map<String, Object> json = json();
        assertThat(code).isEqualTo(1);
        assertThat(outcomes(json)).containsExactly("passed", "failed", "skipped", "hung", "crashed", "passed");
        assertThat(json.get("counts"))
                .isEqualTo(Map.of("passed", 2, "failed", 1, "skipped", 1, "hung", 1, "crashed", 1));
        assertThat(json.get("notRun")).isEqualTo(List.of());
        assertThat(Json.map(json.get("devices"))).containsKeys("cuda", "simd", "scalar");
        List<Map<String, Object>> classes = Json.maps(json.get("classes"));
        assertThat(classes.get(1)).containsEntry("passed", 1).containsEntry("failed", 1);
        assertThat(classes.get(1).get("failures").toString()).contains("fails()", "on purpose");
        assertThat(classes.get(2).get("skippedBecause").toString()).contains("for no reason");
        assertThat(classes.get(4).get("failures").toString()).contains("exit code 7");
        // Where it hung.
        assertThat(Files.readString(folder.resolve("tests.log"))).contains("SuiteTest$Hangs.hangs");
    }

    @Test
    void aRunIsContinuedWhereItsTimeWasOut() {
        assertThat(run(ALL, "--budget", "0")).isZero();
        assertThat(outcomes(json())).containsOnly("not run");
        assertThat(run(List.of(Passes.class))).isZero();
        assertThat(run(List.of(Passes.class, PassesToo.class), "--continue")).isZero();
        assertThat(outcomes(json())).containsExactly("passed", "passed");
    }

    @Test
    void severalClassesRunAtATime() throws Exception {
        Path meeting = Files.createDirectory(meeting(ProcessHandle.current().pid()));
        try {
            List<Class<?>> classes = List.of(Meets.class, MeetsToo.class, Fails.class, Passes.class);
            assertThat(run(classes, "--jobs", "2")).isEqualTo(1);
            assertThat(json().get("counts")).isEqualTo(Map.of("passed", 3, "failed", 1));
        } finally {
            for (String name : List.of("one", "two")) {
                Files.deleteIfExists(meeting.resolve(name));
            }
            Files.delete(meeting);
        }
    }

    @Test
    void aDeviceThatIsRequiredAndNotThereFailsTheRun() {
        assertThat(run(List.of(Passes.class), "--require", "abacus")).isEqualTo(1);
        assertThat(json().get("missing").toString()).contains("abacus is required");
        assertThat(outcomes(json())).isEmpty();
    }

    @Test
    void theExitCodeOfACommandThatClassesRunUnderCounts() throws Exception {
        Path checker = folder.resolve("checker");
        Files.writeString(checker, "#!/bin/sh\n\"$@\"\necho ===== ERROR SUMMARY: 3 errors\nexit 99\n");
        assertThat(checker.toFile().setExecutable(true)).isTrue();

        assertThat(run(List.of(Passes.class), "--under", checker.toString())).isEqualTo(1);
        assertThat(json().get("classes").toString()).contains("exit code 99: ERROR SUMMARY: 3 errors");
    }

    private int run(List<Class<?>> classes, String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--out", folder.resolve("tests.json").toString()));
        classes.forEach(type -> arguments.add(type.getName()));
        return new CommandLine(new Suite()).execute(arguments.toArray(new String[0]));
    }

    private Map<String, Object> json() {
        return Json.read(folder.resolve("tests.json"));
    }

    private static List<Object> outcomes(Map<String, Object> json) {
        return Json.maps(json.get("classes")).stream()
                .map(line -> line.get("outcome"))
                .toList();
    }
}
