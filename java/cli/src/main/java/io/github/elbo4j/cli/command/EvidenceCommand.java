package io.github.elbo4j.cli.command;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j evidence}: the parent of the models. */
@Command(
        name = "evidence",
        description = {
            "The marginal likelihood p(x) of a model, by all estimators side by side: naive Monte Carlo, Monte Carlo over the"
                    + " prior, importance sampling from a fitted Gaussian, importance-weighted and Rényi bounds, the ELBO;"
                    + " each with its standard error, effective sample size, k-hat and bias, and the exact value where there"
                    + " is one.",
            "Models are compared by it: the difference of two log p(x) of the same data is the log Bayes factor. It"
                    + " depends on the priors, whatever the data."
        },
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = {
            "elbo4j evidence linear --data test/data/air.csv --target ozone --noise-sd 21",
            "elbo4j evidence mixture --data test/data/faithful.csv",
            "elbo4j evidence " + ModelCommands.JAVA_EXAMPLE
        })
public final class EvidenceCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "evidence of what? " + FitCommand.commands(spec));
    }

    /**
     * Gives {@code evidence} a command for each model.
     *
     * @param args of the whole command line
     */
    public static void addModels(CommandLine evidence, List<String> args) {
        Subcommands models = ModelCommands.of(evidence, args, EvidenceAction::new);
        models.add(EvidenceMixtureCommand.class);
        models.add(EvidenceFactorsCommand.class);
        models.addTo(evidence);
    }
}
