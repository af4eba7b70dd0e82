package io.github.elbo4j.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j gradients}: the parent of the models. */
@Command(
        name = "gradients",
        description = {
            "The estimators of the ELBO's gradient side by side, on a model of yours: the score function with each baseline,"
                    + " reparameterization, and the path derivative; mean, variance and time of each, where a fit starts and"
                    + " at its optimum, for several numbers of draws.",
            "Far from the optimum reparameterization varies least by far; near it the path derivative does, whose variance"
                    + " vanishes where q is the posterior."
        },
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = {
            "elbo4j gradients logistic --data test/data/pima.csv --target type",
            "elbo4j gradients " + ModelCommands.JAVA_EXAMPLE
        })
public final class GradientsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "gradients of what? " + FitCommand.commands(spec));
    }

    /**
     * Gives {@code gradients} a command for each model.
     *
     * @param args of the whole command line
     */
    public static void addModels(CommandLine gradients, List<String> args) {
        ModelCommands.of(gradients, args, GradientsAction::new).addTo(gradients);
    }
}
