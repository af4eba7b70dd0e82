package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.view.Output;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What requests to stop do; that signals are such requests is in {@link ProcessTest}. */
class InterruptionTest {
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> left = Collections.synchronizedList(new ArrayList<>());

    /** Longer than two requests may be apart to count as one. */
    private static void pause() throws InterruptedException {
        Thread.sleep(400);
    }

    @Test
    void theFirstRequestWaitsForTheStepTheSecondDoesNotAndTheThirdLeaves() throws InterruptedException {
        try (Interruption interruption = new Interruption(said::add, left::add)) {
            assertThat(interruption.getAsBoolean()).isFalse();
            assertThat(interruption.exitCode()).isZero();
            interruption.heard("INT", 130);
            assertThat(interruption.getAsBoolean()).isTrue();
            assertThat(interruption.now()).isFalse();
            assertThat(said).containsExactly("elbo4j: stopping after this step; Ctrl-C again to stop now");
            pause();
            interruption.heard("INT", 130);
            assertThat(interruption.now()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).as("the fit").isTrue();
            interruption.fitEnded();
            assertThat(Thread.currentThread().isInterrupted()).as("the writing").isFalse();
            assertThat(said).hasSize(2).last().isEqualTo("elbo4j: stopping now");
            assertThat(left).isEmpty();
            pause();
            interruption.heard("INT", 130);
            assertThat(left).containsExactly(130);
            assertThat(said).last().asString().endsWith("nothing was written");
            assertThat(interruption.exitCode()).isEqualTo(130);
        }
    }

    /** As from timeout(1), which tells the process and then its whole group. */
    @Test
    void twoAtOnceAreOne() throws InterruptedException {
        try (Interruption interruption = new Interruption(said::add, left::add)) {
            interruption.heard("TERM", 143);
            interruption.heard("TERM", 143);
            interruption.heard("TERM", 143);
            assertThat(interruption.now()).isFalse();
            assertThat(said).containsExactly("elbo4j: SIGTERM: stopping after this step; again to stop now");
        }
    }

    @Test
    void aStepThatTakesLongIsNotWaitedFor() throws InterruptedException {
        try (Interruption interruption = new Interruption(said::add, left::add)) {
            interruption.heard("TERM", 143);
            long asked = System.nanoTime();
            while (!interruption.now()) {
                assertThat(System.nanoTime() - asked)
                        .as("a second, and more on a busy machine")
                        .isLessThan(10_000_000_000L);
                LockSupport.parkNanos(20_000_000L);
            }
            assertThat(System.nanoTime() - asked).isGreaterThan(900_000_000L);
            assertThat(Thread.interrupted()).as("the fit").isTrue();
            pause(); // the word follows at once
            assertThat(said).hasSize(2).last().asString().contains("stopping in the middle of it");
            assertThat(left).isEmpty();
        }
    }

    @Test
    void afterTheResultNobodyLeavesWithout() throws InterruptedException {
        Interruption interruption = new Interruption(said::add, left::add);
        interruption.heard("INT", 130);
        interruption.close();
        Thread.sleep(1200);
        interruption.heard("INT", 130);
        pause();
        interruption.heard("INT", 130);
        assertThat(left).isEmpty();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void theWritingIsNotInterrupted() throws InterruptedException {
        try (Interruption interruption = new Interruption(said::add, left::add)) {
            interruption.heard("INT", 130);
            interruption.fitEnded();
            pause();
            interruption.heard("INT", 130);
            assertThat(interruption.now()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void aSignalThatThisSystemLacksIsNoFault() {
        Signals.listen("NONE", () -> said.add("heard")).run();
        assertThat(said).isEmpty();
    }

    @Test
    void anOutputRemembersItsFirstFailure() throws IOException {
        for (String words : List.of("No space left on device", "Broken pipe", "Relais brisé (pipe)")) {
            Output output = new Output(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException(words);
                }
            });
            assertThat(output.failure()).isNull();
            assertThat(output.readerIsGone()).isFalse();
            java.io.PrintWriter writer = new java.io.PrintWriter(output);
            writer.println("x");
            writer.flush();
            assertThat(output.failure()).hasMessage(words);
            assertThat(output.readerIsGone()).isEqualTo(words.contains("pipe"));
        }
    }
}
