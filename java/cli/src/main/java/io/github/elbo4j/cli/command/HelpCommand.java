package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.NearName;
import io.github.elbo4j.cli.view.Text;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code elbo4j help}. */
@Command(
        name = HelpCommand.NAME,
        description = "Explains a command, as --help after it does.",
        footer = "elbo4j help fit logistic",
        exitCodeList = {"0:it was printed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS})
public final class HelpCommand implements Runnable {
    static final String NAME = "help";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND …", description = "Which. Without it, the list of commands.")
    private final List<String> path = new ArrayList<>();

    @Override
    public void run() {
        CommandLine command = spec.root().commandLine();
        for (String word : path) {
            CommandLine next = command.getSubcommands().get(word);
            if (next == null) {
                String near = NearName.of(word, command.getSubcommands().keySet())
                        .map(name -> "did you mean " + name + "?")
                        .orElse(FitCommand.commands(command.getCommandSpec()));
                throw new ParameterException(
                        spec.commandLine(),
                        command.getCommandSpec().qualifiedName() + " has no command " + Text.quote(word) + ": " + near);
            }
            command = next;
        }
        command.usage(spec.commandLine().getOut());
    }
}
