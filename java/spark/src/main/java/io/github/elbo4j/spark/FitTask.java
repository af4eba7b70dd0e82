package io.github.elbo4j.spark;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * What the application was asked for, with the rows as they were read.
 *
 * @param method by its name
 * @param tasks a pass
 * @param said gets what came of it
 */
record FitTask(
        InputTable input, Regression regression, String method, long seed, int tasks, Origin origin, PrintStream said) {
    /**
     * What results say of how they were made, and where they go.
     *
     * @param arguments by which the command makes the same fit
     */
    record Origin(Path out, String command, List<String> arguments) {}
}
