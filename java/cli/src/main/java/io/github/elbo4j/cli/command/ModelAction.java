package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.ModelOptions;
import java.util.List;
import picocli.CommandLine;

/** What is done with a model that a command line names, such as {@code fit}. */
interface ModelAction {
    /** The options that it takes of such a model: objects with picocli's annotations. */
    List<Object> options(ModelOptions model);

    /** Does it, with the options that were given. Returns the exit code. */
    int run(CommandLine command, ModelOptions model);
}
