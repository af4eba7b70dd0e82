package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** How a command ends that has fitted something. */
final class Ending {
    private Ending() {}

    /** Writes files. */
    interface Writing {
        /** Where they are. */
        List<Path> write() throws IOException;
    }

    /** Where the results are; nowhere if they could not be written. */
    static List<Path> written(Console console, Writing writing) {
        try {
            return writing.write();
        } catch (IOException e) {
            return unwritable(console, e);
        } catch (UncheckedIOException e) {
            return unwritable(console, Objects.requireNonNull(e.getCause()));
        }
    }

    private static List<Path> unwritable(Console console, IOException e) {
        // The fit is done: its result still goes to the terminal.
        console.err().println("elbo4j: " + Words.plain("cannot write the results: " + CsvTable.reason(e)));
        return List.of();
    }

    /** The exit code. */
    static int exit(List<Path> written, Interruption interruption, Verdict verdict) {
        if (written.isEmpty()) {
            return Exit.BROKEN;
        }
        if (interruption.exitCode() != 0) {
            return interruption.exitCode();
        }
        return verdict == Verdict.DO_NOT_TRUST ? Exit.BAD_FIT : Exit.GOOD;
    }
}
