package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.cli.model.NetworkProblem;
import io.github.elbo4j.cli.model.NetworkShape;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.network.Activation;
import io.github.elbo4j.network.WeightPrior;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A Bayesian neural network, of numbers or of classes. */
public final class NetworkOptions implements ModelOptions {
    /** More values than that are a quantity, or tell the rows apart. */
    private static final int MOST_CLASSES = 50;

    /** Numbers of a network beyond which each draw of it is no longer small. */
    private static final long MOST_WEIGHTS = 1_000_000;

    @Mixin
    private final ColumnOptions columns = new ColumnOptions();

    @Option(
            names = "--hidden",
            paramLabel = "N[,…]",
            description =
                    "Units of each hidden layer, from the inputs on. The mean-field optimum of a wide network may leave"
                            + " few rows alone: compare the ELBO of several. Default: 10.")
    private String hidden = "10";

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            description = "What a hidden unit makes of its sum: tanh, relu or softplus. Default: tanh.")
    private String activation = "tanh";

    @Option(
            names = "--prior-sd",
            paramLabel = "S",
            description =
                    "Prior sd of the weights in units of 1/√inputs of their layer, and of the biases. Default: 2.")
    private double priorSd = 2;

    @Option(
            names = "--prior-mixture",
            paramLabel = "SHARE,SD",
            description =
                    "A scale mixture in the place of the normal prior: this share of it has the sd of --prior-sd, the rest"
                            + " this smaller one, such as 0.5,0.1.")
    private @Nullable String mixture;

    @Option(
            names = "--classes",
            description =
                    "Take a target of numbers as classes, one for each value. Words are classes without it, and so are"
                            + " two numbers.")
    private boolean classes;

    @Option(
            names = "--standardize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Fit the columns (and a target that is a number) as they are, or, by default, moved and scaled to"
                            + " mean 0 and sd 1. Predictions are on the scale of the data either way.")
    private boolean standardize = true;

    @Option(
            names = "--holdout",
            paramLabel = "SHARE",
            description =
                    "Keep this share of the rows, chosen by the seed, from the fit, and tell how well it predicts them,"
                            + " beside the same model without hidden layers. Default: 0.")
    private double holdout;

    @Override
    public void validate(CommandLine command) {
        columns.validate(command);
        widths(command);
        activation(command);
        OptionChecks.positive(command, "--prior-sd", priorSd);
        prior(command);
        if (!(holdout >= 0 && holdout < 1)) {
            throw new ParameterException(
                    command,
                    "--holdout is " + holdout + ", but must be a share of the rows: 0 or more, and less than 1");
        }
    }

    @Override
    public Subject open(CommandLine command, long seed, Consumer<String> note) {
        RegressionInput input = columns.read(
                command,
                columns.table(command),
                null,
                new Beside.Names(null, false, null, null),
                true,
                this::target,
                true,
                standardize);
        ColumnOptions.notes(input, note);
        if (input.predictors().isEmpty()) {
            throw new InputException(input.file() + ": there is no column beside the target that could predict it");
        }
        NetworkShape shape = new NetworkShape(
                widths(command),
                activation(command),
                prior(command),
                input.classes().size(),
                standardize);
        refuseHuge(command, input, shape);
        NetworkHoldout split = NetworkHoldout.of(input, holdout, seed);
        return new NetworkSubject(command, NetworkProblem.of(shape, split.fitted(), seed), split.held());
    }

    @Override
    public String stem() {
        return columns.stem();
    }

    private List<Integer> widths(CommandLine command) {
        List<Integer> widths = new ArrayList<>();
        for (String word : hidden.split(",", -1)) {
            try {
                widths.add(Integer.valueOf(word.strip()));
            } catch (NumberFormatException e) {
                throw notWidths(command, e);
            }
        }
        if (widths.stream().anyMatch(width -> width < 1)) {
            throw notWidths(command, null);
        }
        return widths;
    }

    private ParameterException notWidths(CommandLine command, @Nullable Exception cause) {
        return new ParameterException(
                command,
                "--hidden is " + Text.quote(hidden)
                        + ", but must be the units of each hidden layer, 1 or more, such as 50,50",
                cause);
    }

    private Activation activation(CommandLine command) {
        return OptionChecks.oneOf(command, "--activation", activation, OptionChecks.names(Activation.values()));
    }

    private WeightPrior prior(CommandLine command) {
        if (mixture == null) {
            return WeightPrior.normal(priorSd);
        }
        String[] words = mixture.split(",", -1);
        try {
            if (words.length == 2) {
                return new WeightPrior(priorSd, Double.parseDouble(words[0]), Double.parseDouble(words[1]));
            }
        } catch (IllegalArgumentException e) { // a word among them, or numbers of no prior
            throw new ParameterException(command, notMixture() + ": " + e.getMessage(), e);
        }
        throw new ParameterException(command, notMixture());
    }

    private String notMixture() {
        return "--prior-mixture is " + Text.quote(String.valueOf(mixture))
                + ", but must be a share above 0 and at most 1, and an sd no larger than --prior-sd, such as 0.5,0.1";
    }

    private static void refuseHuge(CommandLine command, RegressionInput input, NetworkShape shape) {
        long weights = 0;
        long before = input.predictors().size();
        List<Integer> widths = new ArrayList<>(shape.hidden());
        widths.add(Math.max(1, shape.classes()));
        for (int width : widths) {
            weights += (before + 1) * width;
            before = width;
        }
        if (weights > MOST_WEIGHTS) {
            throw new ParameterException(
                    command,
                    "--hidden makes " + Numbers.grouped(weights) + " weights, but " + Numbers.grouped(MOST_WEIGHTS)
                            + " is the most; take fewer units");
        }
    }

    /** Words and two numbers are classes, other numbers only if that was asked for. */
    private Target target(TargetColumn column) {
        double[] numbers = column.holdsWords() ? new double[0] : column.numbers(); // or a refusal that names the cell
        Levels levels = column.levels();
        List<String> values = levels.values();
        if (values.size() == 1) {
            throw column.constant(column.holdsWords() ? Text.quote(values.get(0)) : values.get(0));
        }
        Levels two = levels.twoValued();
        if (two != null) {
            boolean coded = !two.values().equals(List.of("0", "1"));
            return new Target(
                    two.indicator(1),
                    two.values(),
                    coded ? new Coding(column.name(), two.values(), Coding.Kind.TWO_VALUES) : null);
        }
        if (!column.holdsWords() && !classes) {
            return Target.of(numbers);
        }
        if (values.size() > MOST_CLASSES) {
            throw new InputException(column.where() + " has " + Words.count(values.size(), "different value")
                    + ", but a network tells at most " + MOST_CLASSES + " classes apart"
                    + (column.holdsWords() ? "" : ". Without --classes it predicts a number"));
        }
        double[] y = Arrays.stream(levels.codes()).asDoubleStream().toArray();
        return new Target(y, values, new Coding(column.name(), values, Coding.Kind.CLASSES));
    }
}
