package io.github.elbo4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command {@code elbo4j} in this virtual machine, to compare with. */
public final class CommandLineInside {
    private CommandLineInside() {}

    /** Runs it, and throws if it ends with a code of {@code least} or more. */
    public static void run(int least, String... args) {
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        int code = Main.run(to, to, args);
        if (code >= least) {
            throw new AssertionError("elbo4j ended with " + code + ": " + said);
        }
    }
}
