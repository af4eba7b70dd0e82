package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import java.nio.file.Path;
import java.util.List;
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
        description =
                "Fits a model: a ready one to the rows of a CSV file, one of your own in a Java file, or a compiled Stan"
                        + " model.",
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "Models:",
        footer = {"elbo4j fit logistic --data test/data/pima.csv --target type", JavaCommand.EXAMPLE})
public final class FitCommand implements Runnable {
    /** A whole model in a Java file, for the help texts; test/data has the file. */
    static final String[] SCHOOLS = """
            Schools.java:
            import io.github.elbo4j.distribution.*;
            import io.github.elbo4j.expr.*;
            import io.github.elbo4j.model.Model;

            public class Schools {
                static Model model(Table data) {
                    return Model.define(m -> {
                        Expr mu = m.parameter("mu", Normal.of(0, 5));
                        Expr tau = m.parameter("tau", HalfCauchy.of(5));
                        Plate schools = data.levels("school");
                        Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), schools);
                        Expr effect = theta.at(data.index("school"));
                        m.observe(data.column("y"), Normal.of(effect, data.column("sigma")));
                    });
                }
            }
            """.split("\n");

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
     * Gives {@code fit} a command for each model of the table, and one for a model in a Java file, which goes by the name of the
     * file.
     *
     * @param args of the whole command line; the file is the word after {@code fit}
     */
    public static void addModels(CommandLine fit, List<String> args) {
        fit.getCommandSpec().usageMessage().header(SCHOOLS);
        for (Supplier<FitModel> model : Models.TABLE) {
            FitModel made = model.get();
            CommandSpec spec = CommandSpec.forAnnotatedObject(new OfModel(made)).name(made.name());
            spec.addMixin("model", CommandSpec.forAnnotatedObjectLenient(made)); // its own options
            spec.usageMessage()
                    .description(made.summary())
                    .footer(made.examples().toArray(String[]::new));
            fit.addSubcommand(made.name(), spec);
        }
        String file = args.stream()
                .dropWhile(word -> !word.equals("fit"))
                .skip(1)
                .filter(word -> !word.startsWith("-"))
                .findFirst()
                .filter(word -> word.endsWith(".java"))
                .orElse(JavaCommand.NAME);
        CommandSpec own = CommandSpec.forAnnotatedObject(new JavaCommand(Path.of(file)));
        own.usageMessage().footer(JavaCommand.EXAMPLE);
        own.usageMessage().header(SCHOOLS);
        fit.addSubcommand(file, own);
        fit.addSubcommand(new StanCommand());
        fit.addSubcommand(new MixtureCommand());
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
