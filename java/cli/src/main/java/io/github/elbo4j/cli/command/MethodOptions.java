package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.NearName;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Arithmetic;
import io.github.elbo4j.device.Rng;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.Optimizer;
import io.github.elbo4j.infer.RobbinsMonro;
import io.github.elbo4j.report.Report;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all fits have in common on the command line, whatever is fitted. */
final class MethodOptions {
    /** From here on a full covariance takes long, and is more than most data determine. */
    private static final int LARGEST_FULL_RANK = 200;

    private static final int RANK = 5;

    @Option(
            names = "--family",
            paramLabel = "NAME",
            description =
                    "full-rank: a Gaussian with any covariance. mean-field: independent normals, for many parameters."
                            + " low-rank: a few common factors and independent noise, between the two. Default: full-rank"
                            + " up to " + LARGEST_FULL_RANK + " parameters, then mean-field.")
    @Nullable
    String family;

    @Option(names = "--rank", paramLabel = "R", description = "Factors of the low-rank family. Default: " + RANK + ".")
    @Nullable
    Integer rank;

    @Option(
            names = "--gradient",
            paramLabel = "NAME",
            description =
                    "reparam: pathwise. path: pathwise without the score term (less noise near the end). auto: reparam"
                            + " until the ELBO first stops rising, then path. score: score function. Default: auto.")
    String gradient = "auto";

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            description =
                    "Of the score gradient: none, running-mean, leave-one-out or control-variate. Default: leave-one-out.")
    @Nullable
    String baseline;

    @Option(names = "--draws", paramLabel = "N", description = "Draws a step. Default: 32; 256 for the score gradient.")
    @Nullable
    Integer draws;

    @Option(names = "--steps", paramLabel = "N", description = "At most so many steps. Default: 20,000.")
    int steps = 20_000;

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            description = "Converged is a fit whose ELBO no longer rises by so many nats. Default: 0.01.")
    double tolerance = 0.01;

    @Option(
            names = "--evaluation-draws",
            paramLabel = "N",
            description = "Fresh draws for the final ELBO and, at first, for k-hat: more are taken while its error may"
                    + " change the verdict. Default: 4,096.")
    int evaluationDraws = 4096;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "adam or robbins-monro. Default: adam.")
    String optimizer = "adam";

    @Option(
            names = "--learning-rate",
            paramLabel = "A",
            description =
                    "Of adam, the first rate; of robbins-monro, a in a·(t + 10)^-0.75. Default: 0.02 for adam; for"
                            + " robbins-monro 20/rows, 5/rows for a quantity, 2.5/sum for a count; a model in Java or of Stan needs"
                            + " one given.")
    @Nullable
    Double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Seed.class,
            description = "All randomness follows from it: 64 bits, from -2^63 to 2^64 - 1. Default: 0.")
    long seed;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description =
                    "auto, cpu, cuda (cuda:1 is the second GPU), simd or scalar; results do not depend on it. auto takes cuda"
                            + " if there is one and a step is large. Default: auto.")
    String device = "auto";

    @Option(
            names = "--arithmetic",
            paramLabel = "NAME",
            description =
                    "exact: the same bits on every device. fast: cuda only; hardware functions and cuBLAS, near the exact"
                            + " results. Default: exact.")
    String arithmetic = "exact";

    @Option(
            names = "--rng",
            paramLabel = "NAME",
            description =
                    "philox: the same draws on every device. curand (its Philox) or curand-xorwow: cuda only, their own"
                            + " draws. Default: philox.")
    String rng = "philox";

    @Option(names = "--threads", paramLabel = "N", description = "Threads of a CPU device. Default: one a processor.")
    @Nullable
    Integer threads;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for fit.json and report.html, made if need be. Default: elbo4j-fit-NAME after the data.")
    @Nullable
    Path out;

    @Option(
            names = "--covariance",
            description = "Put the covariance into fit.json beyond " + Report.MOST_COVARIANCES + " parameters too.")
    boolean covariance;

    @Option(
            names = "--continue",
            paramLabel = "FIT.json",
            description =
                    "Begin where another fit ended: at the posterior in its fit.json, of the same model, target and"
                            + " predictors. The rows may be other ones.")
    @Nullable
    Path continued;

    @Option(names = "--json", description = "Print the result as one line of JSON and nothing else.")
    boolean json;

    @Option(names = "--quiet", description = "No progress and no notes: the result only.")
    boolean quiet;

    /** Refuses what no fit could use; each message names the option, what it was and what it must be. */
    void validate(CommandLine command) {
        atLeastOne(command, "--draws", draws);
        atLeastOne(command, "--steps", steps);
        atLeastOne(command, "--evaluation-draws", evaluationDraws);
        atLeastOne(command, "--threads", threads);
        positive(command, "--learning-rate", learningRate);
        positive(command, "--tolerance", tolerance);
        chosenFamily(command, 1);
        gradient(command);
        baseline(command);
        optimizer(command, 1);
        deviceExists(command, device);
        arithmetic(command);
        rng(command);
        if (baseline != null && gradient(command) != Gradient.SCORE) {
            throw new ParameterException(
                    command, "--baseline is for --gradient score, but the gradient is " + gradient);
        }
        if (gradient(command) == Gradient.SCORE && draws() < 2) {
            throw new ParameterException(command, "--draws is " + draws + ", but the score gradient needs 2 or more");
        }
    }

    static void deviceExists(CommandLine command, String device) {
        Map<String, String> devices = new LinkedHashMap<>();
        List.of("auto", "cpu", "cuda", "simd", "scalar").forEach(name -> devices.put(name, name));
        if (device.matches("cuda:\\d{1,3}")) {
            return;
        }
        oneOf(command, "--device", device, devices);
    }

    /** What a file's name becomes in that of the folder of its results: without endings. */
    static String stem(Path data) {
        return String.valueOf(data.getFileName()).replaceFirst("(\\.[^.]+)?\\.gz$|\\.[^.]*$", "");
    }

    Family chosenFamily(CommandLine command, int parameters) {
        if (family == null) {
            checkRank(command, false);
            return parameters <= LARGEST_FULL_RANK ? Family.fullRank() : Family.meanField();
        }
        Map<String, Family> choices = new LinkedHashMap<>();
        Family.values().forEach(each -> choices.put(each.label(), each));
        Family lowRank = lowRank(command);
        choices.put(lowRank.label(), lowRank);
        Family chosen = oneOf(command, "--family", family, choices);
        checkRank(command, chosen.equals(lowRank));
        return chosen;
    }

    private void checkRank(CommandLine command, boolean isLowRank) {
        if (rank != null && !isLowRank) {
            throw new ParameterException(command, "--rank is for --family low-rank");
        }
    }

    private Family lowRank(CommandLine command) {
        try {
            return Family.lowRank(rank == null ? RANK : rank);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--" + e.getMessage(), e);
        }
    }

    Gradient gradient(CommandLine command) {
        return oneOf(command, "--gradient", gradient, names(Gradient.values()));
    }

    Arithmetic arithmetic(CommandLine command) {
        return oneOf(command, "--arithmetic", arithmetic, names(Arithmetic.values()));
    }

    Rng rng(CommandLine command) {
        return oneOf(command, "--rng", rng, names(Rng.values()));
    }

    ScoreOps.Baseline baseline(CommandLine command) {
        return baseline == null
                ? ScoreOps.Baseline.LEAVE_ONE_OUT
                : oneOf(command, "--baseline", baseline, names(ScoreOps.Baseline.values()));
    }

    /** Refuses Robbins–Monro steps without a rate, for a model whose curvature is not known. */
    void needLearningRate(CommandLine command, String model) {
        if (optimizer.equals("robbins-monro") && learningRate == null) {
            throw new ParameterException(
                    command,
                    "--optimizer robbins-monro needs --learning-rate: " + model + " does not tell its curvature");
        }
    }

    /** @param robbinsMonroRate used where no rate was given */
    Optimizer optimizer(CommandLine command, double robbinsMonroRate) {
        Optimizer adam = learningRate == null ? new Adam() : new Adam(learningRate);
        Optimizer robbinsMonro = new RobbinsMonro(learningRate == null ? robbinsMonroRate : learningRate);
        Map<String, Optimizer> optimizers = new LinkedHashMap<>();
        optimizers.put("adam", adam);
        optimizers.put("robbins-monro", robbinsMonro);
        return oneOf(command, "--optimizer", optimizer, optimizers);
    }

    int draws() {
        return draws != null ? draws : gradient.equals("score") ? 256 : 32;
    }

    static void atLeastOne(CommandLine command, String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(command, option + " is " + value + ", but must be 1 or more");
        }
    }

    static void positive(CommandLine command, String option, @Nullable Double value) {
        if (value != null && !((float) (double) value > 0 && Float.isFinite((float) (double) value))) {
            throw new ParameterException(command, option + " is " + value + ", but must be a positive number");
        }
    }

    /** A constant's name on the command line: LEAVE_ONE_OUT is leave-one-out. */
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> Map<String, E> names(E[] values) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E value : values) {
            names.put(name(value), value);
        }
        return names;
    }

    static <T> T oneOf(CommandLine command, String option, String name, Map<String, T> choices) {
        T choice = choices.get(name);
        if (choice == null) {
            String near = (name.startsWith("gpu") ? Optional.of("cuda") : NearName.of(name, choices.keySet()))
                    .filter(choices::containsKey)
                    .map(n -> " (did you mean " + n + "?)")
                    .orElse("");
            throw new ParameterException(
                    command,
                    option + " is " + Text.quote(name) + ", but must be one of " + String.join(", ", choices.keySet())
                            + near);
        }
        return choice;
    }
}
