package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit}: the parent of the models. */
@Command(
        name = "fit",
        description = "Fits a model: one of those below to the rows of a CSV file, or a compiled Stan model.",
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = "elbo4j fit logistic --data test/data/pima.csv --target type")
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

    /** Gives {@code fit} a command for each model of the table. */
    public static void addModels(CommandLine fit) {
        for (Supplier<FitModel> model : Models.TABLE) {
            FitModel made = model.get();
            CommandSpec spec = CommandSpec.forAnnotatedObject(new OfModel(made)).name(made.name());
            spec.addMixin("model", CommandSpec.forAnnotatedObjectLenient(made)); // its own options
            spec.usageMessage()
                    .description(made.summary())
                    .footer(made.examples().toArray(String[]::new));
            fit.addSubcommand(made.name(), spec);
        }
        fit.addSubcommand(new StanCommand());
    }

    /** {@code elbo4j fit MODEL}. */
    @Command(sortOptions = false)
    static final class OfModel implements Callable<Integer> {
        private final FitModel model;

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final FitOptions options = new FitOptions();

        OfModel(FitModel model) {
            this.model = model;
        }

        @Override
        public Integer call() {
            model.validate(spec.commandLine());
            return new FitRun(spec, options, model).call();
        }
    }
}
