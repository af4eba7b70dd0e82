package io.github.elbo4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher by itself: a script stands in for Java, or the real one is not to start. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    Path folder;

    private Checkout checkout;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = new Checkout(folder.resolve("home"));
    }

    /** Java itself ends with 1 when it does not start, so the command says 100 for a fit that is not to be trusted. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "2, 2",
        "3, 3",
        "129, 129",
        "130, 130",
        "141, 141",
        "143, 143",
        "100, 1",
        "1, 3",
        "134, 3",
        "137, 3",
        "7, 3"
    })
    void oneMeansWhatTheTableSays(int javas, int launchers) throws Exception {
        checkout.java("exit " + javas);
        assertThat(checkout.bash("elbo4j devices").exit()).isEqualTo(launchers);
    }

    @Test
    void aJavaThatDoesNotStartIsBroken() throws Exception {
        Checkout.Outcome outcome = checkout.bash("elbo4j devices", "ELBO4J_JAVA_OPTS", "-Xmx8");
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).contains("Java ended with exit code 1").contains("ELBO4J_JAVA_OPTS is -Xmx8");
        Files.writeString(checkout.jar(), "no jar");
        assertThat(checkout.bash("elbo4j devices").exit()).isEqualTo(3);
    }

    @Test
    void wordsReachJavaAsTheyAre() throws Exception {
        checkout.java("for word; do printf '<%s>\\n' \"$word\"; done; cat; echo said >&2; exit 2");
        Checkout.Outcome outcome = checkout.bash("echo input | elbo4j 'a  b' '' '$x' 'größe'");
        assertThat(outcome.out()).endsWith("Main>\n<a  b>\n<>\n<$x>\n<größe>\ninput\n");
        assertThat(outcome.err()).isEqualTo("said\n");
        assertThat(outcome.exit()).isEqualTo(2);
    }

    @Test
    void javasLineOnIncubatingModulesIsLeftOutAndNothingElse() throws Exception {
        checkout.java("echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2; printf 'one\\ntwo' >&2");
        assertThat(checkout.bash("elbo4j").err()).isEqualTo("one\ntwo");
        checkout.java("echo 'Picked up JAVA_TOOL_OPTIONS: -x' >&2;"
                + " echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2; echo end >&2");
        assertThat(checkout.bash("elbo4j").err()).isEqualTo("Picked up JAVA_TOOL_OPTIONS: -x\nend\n");
    }

    @Test
    void aClosedStreamIsNotGivenToAFile() throws Exception {
        checkout.java("read -r line; echo \"out $line\"; echo err >&2");
        Checkout.Outcome closed = checkout.bash("elbo4j >&-");
        assertThat(closed.exit()).isEqualTo(3);
        assertThat(closed.err()).contains("standard output is closed");
        assertThat(checkout.bash("elbo4j <&-").out()).isEqualTo("out \n");
        assertThat(checkout.bash("elbo4j 2>&- <<<x").out()).isEqualTo("out x\n");
    }

    @Test
    void cdpathLeadsNowhereElse() throws Exception {
        Path trap = Files.createDirectories(folder.resolve("trap/home"));
        checkout.java("printf '%s\\n' \"$@\"; echo \"CDPATH ${CDPATH-unset}\"");
        Checkout.Outcome outcome = checkout.bash(
                "cd .. && bash home/elbo4j", "CDPATH", trap.getParent().toString());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines()).contains(checkout.jar().toString(), "CDPATH unset");
    }

    @Test
    void theLocaleCDoesNotHideNames() throws Exception {
        Assumptions.assumeTrue(
                checkout.bash("locale charmap", "LC_ALL", "C").out().startsWith("ANSI"), "no locale C of ASCII here");
        checkout.java("echo \"$LC_ALL\"");
        assertThat(checkout.bash("elbo4j", "LC_ALL", "C").out()).isEqualTo("C.UTF-8\n");
        assertThat(checkout.bash("elbo4j", "LC_ALL", "C.UTF-8").out()).isEqualTo("C.UTF-8\n");
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        Files.delete(checkout.target().resolve("built"));
        Files.delete(checkout.jar());
        Files.delete(checkout.target().resolve("lib"));
        Files.delete(checkout.target());
        Files.writeString(checkout.target(), "a file, where the folder would be made");
        Checkout.Outcome outcome = checkout.bash("elbo4j");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualTo("elbo4j: it is not built yet, and " + checkout.home()
                        + " cannot be written. Copy that folder to where it can, and run the copy.\n");
    }

    @Test
    void anOldBuildRunsWhereNoneCanBeMade() throws Exception {
        checkout.java("echo runs");
        older("built");
        assertThat(checkout.target().toFile().setWritable(false)).isTrue();
        try {
            Assumptions.assumeFalse(Files.isWritable(checkout.target()), "root writes everywhere");
            Checkout.Outcome outcome = checkout.bash("elbo4j");
            assertThat(outcome.out()).isEqualTo("runs\n");
            assertThat(outcome.err())
                    .contains("sources have changed since it was built")
                    .contains("the old build runs");
        } finally {
            assertThat(checkout.target().toFile().setWritable(true)).isTrue();
        }
    }

    private void older(String stamp) throws IOException {
        Files.setLastModifiedTime(
                checkout.target().resolve(stamp), FileTime.from(Instant.now().minusSeconds(3600)));
    }

    @Test
    void aBuildSaysThatItGoesOnAndWhatItDoes() throws Exception {
        Assumptions.assumeTrue(
                checkout.bash("command -v script").exit() == 0, "no script(1) here, which makes a terminal");
        checkout.java("echo runs");
        checkout.maven("echo '[INFO] --- compiler:3.16.0:compile (default-compile) @ elbo4j ---'; sleep 2.5; touch "
                + "java/cli/target/built -d '+1 minute'");
        older("built");
        Checkout.Outcome outcome = checkout.bash("script -qec elbo4j /dev/null");
        assertThat(outcome.out())
                .contains("building (sources have changed); log in")
                .containsPattern(
                        "\\d s  compiling elbo4j[\\s\\S]* \\d s  compiling elbo4j") // a busy machine may miss a second
                .endsWith("runs\r\n");
        for (String line : outcome.out().split("[\r\n]+")) {
            assertThat(line.contains("log in") ? "" : line).hasSizeLessThanOrEqualTo(39); // a terminal of 40 columns
        }
    }

    /** Once for a build and a Java; what it prints on the way is nobody's. */
    @Test
    void anArchiveOfClassesIsMadeOnceForABuildAndAJava() throws Exception {
        checkout.java(
                "for word; do case $word in *ArchiveClassesAtExit=*) echo trains; echo trains >>trained; "
                        + "[ -e broken ] || echo >\"${word#*=}\"; exit 1 ;; *SharedArchiveFile=*) echo has ;; esac; done; echo runs");
        Path data = checkout.home().resolve("test/data/pima.csv");
        Files.createDirectories(data.getParent());
        Files.writeString(data, "");
        Files.setLastModifiedTime(checkout.jar(), FileTime.from(Instant.now().minusSeconds(60)));

        assertThat(checkout.bash("elbo4j; elbo4j").out()).isEqualTo("has\nruns\nhas\nruns\n");
        assertThat(checkout.read("trained")).isEqualTo("trains\n");
        Files.writeString(checkout.home().resolve("jdk/release"), "JAVA_VERSION=\"17.0.2\"\n");
        Files.writeString(checkout.home().resolve("broken"), "this Java makes no archives");
        assertThat(checkout.bash("elbo4j; elbo4j").out()).isEqualTo("runs\nruns\n");
        assertThat(checkout.read("trained")).isEqualTo("trains\ntrains\n");
    }

    @Test
    void aFailedBuildIsBrokenAndSaysWhy() throws Exception {
        checkout.maven("echo '[ERROR] no such symbol'; exit 1");
        older("built");
        Checkout.Outcome outcome = checkout.bash("elbo4j");
        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.err()).contains("[ERROR] no such symbol").contains("the build failed; its whole log is");
    }

    @Test
    void aBuildEndsWithItsLauncher() throws Exception {
        checkout.maven("sleep 100 & wait");
        older("built");
        Process launcher = checkout.start("exec elbo4j");
        checkout.await("err", "building");
        while (launcher.descendants()
                .noneMatch(p -> p.info().commandLine().orElse("").contains("sleep 100"))) {
            Thread.sleep(20);
        }
        List<ProcessHandle> below = launcher.descendants().toList();
        launcher.destroy(); // SIGTERM
        assertThat(launcher.waitFor()).isEqualTo(143);
        for (ProcessHandle process : below) {
            process.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void signalsReachJava() throws Exception {
        checkout.java("trap 'echo term; exit 143' TERM; trap 'echo hup; exit 129' HUP; trap 'echo int; exit 130' INT;"
                + " echo ready; for i in {1..600}; do sleep 0.1; done");
        for (String signal : List.of("TERM", "HUP", "INT")) {
            if (checkout.ignores(signal)) {
                System.out.println("signalsReachJava: " + signal + " not run, it is ignored here");
                continue;
            }
            Process launcher = checkout.start("exec elbo4j");
            checkout.await("out", "ready");
            Checkout.send(signal, launcher);
            assertThat(launcher.waitFor()).isEqualTo(signal.equals("TERM") ? 143 : signal.equals("HUP") ? 129 : 130);
            assertThat(checkout.read("out")).isEqualTo("ready\n" + signal.toLowerCase(Locale.ROOT) + "\n");
        }
    }
}
