package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import io.github.elbo4j.cli.subject.JavaOptions;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.subject.NetworkOptions;
import io.github.elbo4j.cli.subject.RegressionOptions;
import io.github.elbo4j.cli.subject.StanOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The commands below one such as {@code fit}: one for each model of the table, one for a Java file, one for a Stan program. */
final class ModelCommands {
    /** What the model in a Java file is called where no file is named. */
    private static final String JAVA_NAME = "Model.java";

    /** After {@code elbo4j} and the command. */
    static final String JAVA_EXAMPLE = "test/data/Schools.java --data test/data/schools.csv";

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

    private final String parent;
    private final Supplier<ModelAction> action;
    private final Subcommands commands;

    private ModelCommands(CommandLine parent, List<String> args, Supplier<ModelAction> action) {
        this.parent = parent.getCommandName();
        this.action = action;
        commands = new Subcommands(args);
    }

    /**
     * All of them. That for a Java file goes by the name of the file.
     *
     * @param parent the command, which gets the text of a Java file
     * @param args of the whole command line; the file is the word after the command
     * @param action makes what each of them does
     */
    static Subcommands of(CommandLine parent, List<String> args, Supplier<ModelAction> action) {
        ModelCommands models = new ModelCommands(parent, args, action);
        parent.getCommandSpec().usageMessage().header(SCHOOLS);
        Models.TABLE.forEach(model -> models.addRegression(model.get()));
        models.addNetwork();
        models.addJava(args);
        models.addStan();
        return models.commands;
    }

    private void addRegression(FitModel model) {
        commands.add(model.name(), List.of(model.summary()), () -> {
            CommandSpec spec = command(model.name(), new RegressionOptions(model));
            spec.addMixin("model", CommandSpec.forAnnotatedObjectLenient(model)); // its own options
            return withExamples(spec, model.examples().stream());
        });
    }

    /** Of those of which it has all options: another command may have more. */
    private CommandLine withExamples(CommandSpec spec, Stream<String> examples) {
        spec.usageMessage()
                .footer(examples.filter(example -> Stream.of(example.split(" "))
                                .filter(word -> word.startsWith("--"))
                                .allMatch(spec.optionsMap()::containsKey))
                        .map(example -> "elbo4j " + parent + " " + spec.name() + " " + example)
                        .toArray(String[]::new));
        return new CommandLine(spec);
    }

    private void addNetwork() {
        List<String> description = List.of(
                "Bayesian neural network: the target, a number or a class, is a perceptron of the other columns whose"
                        + " weights have a distribution.",
                "A number has normal noise, whose sd is inferred; classes have probabilities. The weights themselves"
                        + " mean little, so the report shows what the network predicts.");
        commands.add(
                "network",
                description,
                () -> withExamples(
                        command("network", new NetworkOptions()),
                        Stream.of(
                                "--data test/data/mcycle.csv --target accel",
                                "--data test/data/pima.csv --target type --holdout 0.25",
                                "--data test/data/air.csv --target ozone --hidden 8,8 --activation softplus")));
    }

    private void addJava(List<String> args) {
        String file = args.stream()
                .dropWhile(word -> !word.equals(parent))
                .skip(1)
                .filter(word -> !word.startsWith("-"))
                .findFirst()
                .filter(word -> word.endsWith(".java"))
                .orElse(JAVA_NAME);
        List<String> description = List.of(
                "A model of your own, in a Java file that is compiled and run: its one class has a method static"
                        + " Model model(Table data), or static Model model() if it needs no data.",
                "Results are on the scale of the model's parameters and reports. A column of numbers is"
                        + " table.column(NAME), one of words table.levels(NAME) and table.index(NAME). The file is a"
                        + " program: run only what you trust.");
        commands.add(file, description, () -> {
            CommandSpec spec = command(file, new JavaOptions(Path.of(file)));
            spec.usageMessage().header(SCHOOLS).footer("elbo4j " + parent + " " + JAVA_EXAMPLE);
            return new CommandLine(spec);
        });
    }

    private void addStan() {
        List<String> description = List.of(
                "A Stan model that BridgeStan 2.0 or later has compiled to a shared library, and its data in JSON;"
                        + " needs JDK 22 or later.",
                "What is fitted are Stan's unconstrained parameters: a positive one is shown by its logarithm.");
        commands.add("--stan", description, () -> {
            CommandSpec spec = command("--stan", new StanOptions());
            spec.usageMessage().footer("elbo4j " + parent + " --stan schools_model.so --data schools.json");
            return new CommandLine(spec);
        });
    }

    private CommandSpec command(String name, ModelOptions model) {
        ModelAction made = action.get();
        Run run = new Run(made, model);
        CommandSpec spec = CommandSpec.wrapWithoutInspection(run).name(name);
        run.spec = spec;
        spec.usageMessage().sortOptions(false);
        spec.addMixin("subject", CommandSpec.forAnnotatedObjectLenient(model));
        List<Object> options = made.options(model);
        for (int i = 0; i < options.size(); i++) {
            spec.addMixin("action" + i, CommandSpec.forAnnotatedObjectLenient(options.get(i)));
        }
        return spec;
    }

    /** A command: what is done with which model. */
    private static final class Run implements Callable<Integer> {
        private final ModelAction action;
        private final ModelOptions model;
        private CommandSpec spec = CommandSpec.create();

        Run(ModelAction action, ModelOptions model) {
            this.action = action;
            this.model = model;
        }

        @Override
        public Integer call() {
            return action.run(spec.commandLine(), model);
        }
    }
}
