package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.TableOptions;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.network.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j fit vae}: variational autoencoders. */
@Command(
        name = "vae",
        description = {
            "Variational autoencoders: a network makes each row of a few latent variables, another gives each row a distribution of"
                    + " these. For images above all: codes, samples, completions, and how probable a row is.",
            "Some rows are held out. The weights are kept that do best on them, and log p(x) of them is estimated by importance"
                    + " sampling."
        },
        footer = "elbo4j fit vae --data test/data/digits.csv.gz --scale 16 --label digit --latent 2",
        sortOptions = false)
final class VaeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description =
                    "The rows: a CSV file with a header row, then numbers; a NumPy array in a .npy file; or images in the IDX"
                            + " format of MNIST, whose bytes become 0 to 1. gzip too.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path data;

    @Option(names = "--latent", paramLabel = "L", description = "Latent dimensions. Default: 2.")
    private int latent = 2;

    @Option(
            names = "--hidden",
            paramLabel = "N[,…]",
            split = ",",
            description =
                    "Units of the encoder's hidden layers; the decoder has them the other way round. Default: 128.")
    private List<Integer> hidden = new ArrayList<>(List.of(128));

    @Option(names = "--linear", description = "No hidden layers.")
    private boolean linear;

    @Option(names = "--activation", paramLabel = "NAME", description = "relu, tanh or softplus. Default: relu.")
    private String activation = "relu";

    @Option(
            names = "--decoder",
            paramLabel = "NAME",
            description =
                    "bernoulli: elements from 0 to 1, as pixels are. gaussian: elements of any scale, each with a variance of its"
                            + " own; columns are standardized. bounded-gaussian: means within (0, 1) and variances within (1, e) of"
                            + " standardized columns. Default: bernoulli.")
    private String decoder = "bernoulli";

    @Option(
            names = "--scale",
            paramLabel = "X",
            description = "Of bernoulli: what is divided by, the value of a white pixel. Default: 1.")
    @Nullable
    Double scale;

    @Option(
            names = "--label",
            paramLabel = "COLUMN",
            description = "A column that is not trained on, by which the latent plane is coloured.")
    @Nullable
    String label;

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            split = ",",
            description = "Columns to leave out. Without it every column but the label counts.")
    List<String> ignore = new ArrayList<>();

    @Mixin
    final TableOptions cells = new TableOptions();

    @Option(
            names = "--image",
            paramLabel = "WxH",
            description =
                    "Rows are images so wide and high. Default: square ones, if the number of columns is a square.")
    @Nullable
    String image;

    @Option(
            names = "--prior-components",
            paramLabel = "C",
            description = "Of the prior: 1 for N(0, I), or so many normals that are trained. Default: 1.")
    private int priorComponents = 1;

    @Option(
            names = "--importance",
            paramLabel = "K",
            description =
                    "Draws of z for a row at a step. With more than 1, the importance-weighted bound is raised, by the doubly"
                            + " reparameterized gradient. Default: 1.")
    private int importance = 1;

    @Option(names = "--steps", paramLabel = "N", description = "At most so many steps. Default: 10,000.")
    private int steps = 10_000;

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a step. Default: 128.")
    private int batch = 128;

    @Option(names = "--learning-rate", paramLabel = "R", description = "Of Adam, at first. Default: 0.002.")
    private double learningRate = 0.002;

    @Option(
            names = "--hold-out",
            paramLabel = "SHARE",
            description = "The share of the rows that is not trained on. Default: 0.1.")
    private double holdOut = 0.1;

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Draws of z by which log p(x) of a row is estimated. Default: 1,024.")
    private int draws = 1024;

    @Option(names = "--encode", description = "Write codes.csv, too: mean and sd of q(z | x) of each row.")
    boolean encode;

    @Option(
            names = "--complete",
            paramLabel = "HALF",
            description =
                    "Complete rows of which one half is seen: top, bottom, left or right of an image, first or second of other"
                            + " rows. Writes completions.csv for the rows that the report shows.")
    @Nullable
    String complete;

    @Option(
            names = "--generate",
            paramLabel = "N",
            description = "Write generated.csv, too: E(x | z) at so many draws z of the prior.")
    int generate;

    @Mixin
    final DeviceOptions run = new DeviceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        OptionChecks.atLeastOne(command, "--latent", latent);
        OptionChecks.atLeastOne(command, "--prior-components", priorComponents);
        OptionChecks.atLeastOne(command, "--importance", importance);
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.atLeastOne(command, "--batch", batch);
        OptionChecks.positive(command, "--learning-rate", learningRate);
        OptionChecks.positive(command, "--scale", scale);
        for (Integer width : hidden) {
            OptionChecks.atLeastOne(command, "--hidden", width);
        }
        if (!(holdOut >= 0 && holdOut <= 0.9)) {
            throw new ParameterException(command, "--hold-out is " + holdOut + ", but must be from 0 to 0.9");
        }
        if (draws < 32) {
            throw new ParameterException(command, "--draws is " + draws + ", but must be 32 or more");
        }
        if (generate < 0) {
            throw new ParameterException(command, "--generate is " + generate + ", but must be 0 or more");
        }
        run.validate(command);
        cells.decimal(command);
        cells.dropMissing(command);
        Decoder of = OptionChecks.oneOf(command, "--decoder", decoder, OptionChecks.names(Decoder.values()));
        if (of != Decoder.BERNOULLI && scale != null) {
            throw new ParameterException(
                    command, "--scale is for --decoder bernoulli; columns are standardized for others");
        }
        Autoencoder model = new Autoencoder(
                latent,
                linear ? List.of() : hidden,
                OptionChecks.oneOf(command, "--activation", activation, OptionChecks.names(Activation.values())),
                of,
                priorComponents,
                importance);
        return new VaeRun(command, this, model, new Training(steps, batch, learningRate, holdOut, draws, run.seed))
                .call();
    }
}
