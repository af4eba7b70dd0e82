package io.github.elbo4j.cli.command;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code elbo4j completion}. */
@Command(
        name = CompletionCommand.NAME,
        description = {
            "Prints a script that lets bash and zsh complete commands and options.",
            "Read it in each shell, or add the example's line to ~/.bashrc or ~/.zshrc."
        },
        footer = "source <(elbo4j completion)",
        exitCodeList = {"0:it was printed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS})
public final class CompletionCommand implements Runnable {
    static final String NAME = "completion";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("elbo4j", spec.root().commandLine()));
    }
}
