package io.github.elbo4j.cli.subject;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The part of a command line that names a model and its data. Fields with picocli's annotations are its options. */
public interface ModelOptions {
    /** Refuses what no command could use; each message names the option, what it was and what it must be. */
    void validate(CommandLine command);

    /**
     * Reads the data and makes the model.
     *
     * @param seed of what the model itself draws, if it does
     * @param note takes what the user should know of how that was done, sentence by sentence
     * @return to be closed
     */
    Subject open(CommandLine command, long seed, Consumer<String> note);

    /**
     * Reads the data and takes them apart.
     *
     * @param by the column of whose values each has a fit
     * @param note takes what the user should know of how that was done, sentence by sentence
     */
    default Groups groups(CommandLine command, String by, Consumer<String> note) {
        throw new ParameterException(
                command,
                "--by is for the regressions, normal and a Java model, which are fitted to the rows of a table");
    }

    /** What a folder of results is named after. */
    String stem();

    /** What it is, in a sentence, where steps cannot follow from its curvature since it does not tell it; else null. */
    default @Nullable String withoutCurvature() {
        return null;
    }
}
