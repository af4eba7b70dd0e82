package io.github.elbo4j.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit}: the parent of the models. */
@Command(
        name = "fit",
        description =
                "Fits a model: a ready one to the rows of a CSV file, one of your own in a Java file, or a compiled Stan"
                        + " model.",
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = {
            "elbo4j fit logistic --data test/data/pima.csv --target type",
            "elbo4j fit " + ModelCommands.JAVA_EXAMPLE
        })
public final class FitCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "fit what? " + commands(spec));
    }

    /** The names of the commands below {@code spec}, for a message. */
    public static String commands(CommandSpec spec) {
        return "Choose " + String.join(", ", spec.subcommands().keySet());
    }

    /**
     * Gives {@code fit} a command for each model.
     *
     * @param args of the whole command line
     */
    public static void addModels(CommandLine fit, List<String> args) {
        Subcommands models = ModelCommands.of(fit, args, FitAction::new);
        models.add(MixtureCommand.class);
        models.add(VaeCommand.class);
        models.add(FactorsCommand.class);
        models.addTo(fit);
    }
}
