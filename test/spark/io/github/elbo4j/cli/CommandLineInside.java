package io.github.elbo4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command {@code elbo4j} in this virtual machine, to compare with. */
public final class CommandLineInside {
    private CommandLineInside() {}

    /** Runs it and returns its exit code; throws if that is {@code least} or more. */
    public static int run(int least, String... args) {
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        int code = Main.run(to, to, args);
        if (code >= least) {
            throw new AssertionError("elbo4j ended with " + code + ": " + said);
        }
        return code;
    }
}
