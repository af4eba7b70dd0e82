package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ScoreOps;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.Adam;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.GradientDescent;
import io.github.elbo4j.infer.Optimizer;
import io.github.elbo4j.infer.RobbinsMonro;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.report.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all fits have in common on the command line, whatever is fitted. */
final class MethodOptions {
    /** The method that all but the options of {@link RunOptions} are of. */
    static final String SGVI = Sgvi.NAME;

    /** The check by Markov chains. */
    private static final String MCMC = "mcmc";

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "How to fit. sgvi: stochastic ascent on the ELBO of a Gaussian. fixed: the ELBO of independent normals over"
                            + " fixed draws, to its optimum, and their correlations from its curvature; with --family full-rank, that of Gaussians with any covariance. pathfinder: the best normals along L-BFGS paths, of"
                            + " which importance resampling makes one normal or a mixture. batch-and-match: the Gaussian whose scores match those of the posterior, by updates in closed form."
                            + " mixture: several Gaussians, as many as the posterior asks for. laplace: the normal of the curvature"
                            + " at the posterior's mode. map: the maximum a posteriori on the scale of the parameters. mle: the"
                            + " maximum of the likelihood. exact, cavi: the posterior in closed form, or the best with independent factors by"
                            + " closed-form updates, of the models that have them. em, variational-em, monte-carlo-em: a model with"
                            + " weights. local-reparameterization: a neural network, its noise drawn at the units. Default: mixture up to "
                            + UsualMethod.LARGEST_MIXTURE
                            + " parameters, unless rows are many or options of sgvi are given; fixed for the mean-field family; else"
                            + " sgvi. Of a group of rows (--by, --problem): fixed, full-rank, up to "
                            + UsualMethod.LARGEST_GROUP
                            + " parameters; else sgvi.")
    @Nullable
    String method;

    @Option(
            names = "--compare",
            paramLabel = "NAME[,…]",
            split = ",",
            description = "Besides, fit by these methods too, and show all side by side; fit-NAME.json holds each.")
    List<String> compared = new ArrayList<>();

    @Option(
            names = "--check",
            paramLabel = "NAME",
            description =
                    "A second witness. mcmc: 64 Markov chains by Hamiltonian Monte Carlo from draws of the Gaussian that was fitted, some"
                            + " 50,000 gradients. Where they agree with each other they give means, sds and quantiles of their own, and a fit"
                            + " that is off is not called good. For mixture, sgvi, fixed,"
                            + " pathfinder, batch-and-match and laplace.")
    @Nullable
    String check;

    @Mixin
    final FamilyOptions q = new FamilyOptions();

    @Mixin
    final TournamentOptions competition = new TournamentOptions();

    @Option(
            names = "--components",
            paramLabel = "K",
            description = "Gaussians at most, with --method mixture. Default: " + VariationalMixture.COMPONENTS + ".")
    @Nullable
    Integer components;

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

    @Option(
            names = "--draws",
            paramLabel = "N",
            description =
                    "Draws a step. Default: 32; 256 for the score gradient. With --method fixed, the draws to begin with, a"
                            + " multiple of 16; default: 64, fewer where rows are many, and with --family full-rank 4 for each parameter or more. With --method batch-and-match, those of a batch, at least 2 more than"
                            + " parameters; default: 128, or 4 for each parameter if that is more.")
    @Nullable
    Integer draws;

    @Option(
            names = "--points",
            paramLabel = "NAME",
            description =
                    "How the draws of a step, and of the final ELBO, stand to each other: independent; antithetic, in pairs of which"
                            + " one is the other's negative; sobol, scrambled points of Sobol's sequence, with --draws a power of two."
                            + " For pathwise gradients. Default: independent.")
    String points = "independent";

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
                    + " change the verdict. Default: 4,096, or fewer where rows are many and fewer say the same.")
    @Nullable
    Integer evaluationDraws;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description =
                    "adam, robbins-monro or gradient-descent (one rate). Default: adam. With --method map or mle, its steps"
                            + " (--steps, --learning-rate, --batch) take the place of L-BFGS.")
    String optimizer = "adam";

    @Option(
            names = "--learning-rate",
            paramLabel = "A",
            description =
                    "Of adam, the first rate; of robbins-monro, a in a·(t + 10)^-0.75; of gradient-descent, the rate. Default: 0.02 for adam; for"
                            + " robbins-monro 20/rows, 5/rows for a quantity, 2.5/sum for a count; a model in Java or of Stan needs"
                            + " one given.")
    @Nullable
    Double learningRate;

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

    @Option(
            names = "--problem",
            paramLabel = "N",
            description =
                    "The number of the fit among others of the same seed, each of which has draws of its own: that of a"
                            + " group with --by. Default: 0.")
    @Nullable
    Integer problem;

    @Mixin
    final RunOptions run = new RunOptions();

    /** Refuses what no fit could use; each message names the option, what it was and what it must be. */
    void validate(CommandLine command) {
        run.validate(command);
        methods(command);
        OptionChecks.atLeastOne(command, "--draws", draws);
        if (method().equals(FixedDraws.NAME)) {
            q.checkFixed(command);
        }
        String wrong = wrongFixedDraws();
        if (wrong != null && methods(command).contains(FixedDraws.NAME)) {
            throw new ParameterException(command, wrong);
        }
        OptionChecks.atLeastOne(command, "--components", components);
        if (components != null && !methods(command).contains(VariationalMixture.NAME)) {
            throw new ParameterException(
                    command,
                    "--components is for --method " + VariationalMixture.NAME + ", but the method is " + method());
        }
        OptionChecks.atLeastOne(command, "--steps", steps);
        OptionChecks.atLeastOne(command, "--evaluation-draws", evaluationDraws);
        if (problem != null && (problem < 0 || problem == Integer.MAX_VALUE)) {
            throw new ParameterException(
                    command, "--problem is " + problem + ", but must be from 0 to " + (Integer.MAX_VALUE - 1));
        }
        OptionChecks.positive(command, "--learning-rate", learningRate);
        OptionChecks.positive(command, "--tolerance", tolerance);
        q.chosen(command, 1);
        gradient(command);
        baseline(command);
        optimizer(command, 1);
        competition.validate(command);
        if (baseline != null && gradient(command) != Gradient.SCORE) {
            throw new ParameterException(
                    command, "--baseline is for --gradient score, but the gradient is " + gradient);
        }
        if (points(command) != PointSet.INDEPENDENT && gradient(command) == Gradient.SCORE) {
            throw new ParameterException(
                    command, "--points is " + points + ", but --gradient score needs independent draws");
        }
        if (gradient(command) == Gradient.SCORE && draws() < 2) {
            throw new ParameterException(command, "--draws is " + draws + ", but the score gradient needs 2 or more");
        }
    }

    /** What is wrong with the number of draws for fixed ones; null if nothing is. */
    @Nullable
    String wrongFixedDraws() {
        return draws == null || draws % (2 * FixedDraws.BLOCKS) == 0
                ? null
                : "--draws is " + draws + ", but must be a multiple of " + 2 * FixedDraws.BLOCKS + " for --method "
                        + FixedDraws.NAME + ": they come in pairs, in blocks that are left out in turn";
    }

    /** The method for a group of rows. */
    String ofGroup(CommandLine command, Subject subject) {
        return isNamed() ? method() : UsualMethod.of(command, q, subject);
    }

    /** The method for what is to be fitted, then those that it is compared with. */
    List<String> methods(CommandLine command, Subject subject) {
        List<String> methods = methods(command);
        if (!isNamed()) {
            String usual = UsualMethod.of(command, q, subject);
            String first = compared.contains(usual) ? SGVI : usual;
            if (compared.contains(first)) {
                throw isThereAlready(command, first);
            }
            methods.set(0, first);
        }
        return methods;
    }

    /** Whether the method was named, or an option of it was given. */
    private boolean isNamed() {
        return method != null || components != null;
    }

    private static ParameterException isThereAlready(CommandLine command, String method) {
        return new ParameterException(command, "--compare names " + method + ", which is there already");
    }

    /** What {@code --method fixed} fits, and {@code --compare fixed} as well: with neither, what groups of rows are fitted by. */
    Family fixedFamily(CommandLine command, int parameters) {
        boolean isAsked = isNamed() || compared.contains(FixedDraws.NAME);
        return isAsked ? q.chosen(command, Integer.MAX_VALUE) : UsualMethod.ofFixedDraws(command, q, parameters);
    }

    private List<String> methods(CommandLine command) {
        List<String> methods = new ArrayList<>(List.of(method()));
        methods.addAll(compared);
        Map<String, String> choices = new LinkedHashMap<>();
        FitMethods.NAMES.forEach(name -> choices.put(name, name));
        for (int i = 0; i < methods.size(); i++) {
            String each = OptionChecks.oneOf(command, i == 0 ? "--method" : "--compare", methods.get(i), choices);
            if (methods.subList(isNamed() ? 0 : Math.min(1, i), i).contains(each)) {
                throw isThereAlready(command, each);
            }
        }
        if (check != null) {
            OptionChecks.oneOf(command, "--check", check, Map.of(MCMC, MCMC));
            FitMethods.needGaussians(command, "--check " + MCMC, methods);
        }
        if (!methods.contains(SGVI)) {
            UsualMethod.OF_SGVI.stream()
                    .filter(option -> isGiven(command, option)
                            && !(stepsOfPoints(command) && UsualMethod.OF_STEPS.contains(option))
                            && !UsualMethod.shared(methods).contains(option))
                    .findFirst()
                    .ifPresent(option -> {
                        throw new ParameterException(
                                command,
                                option + " is for --method " + SGVI
                                        + (option.equals("--problem") ? " and " + FixedDraws.NAME : "")
                                        + (UsualMethod.OF_STEPS.contains(option)
                                                ? ", and for map and mle with --optimizer"
                                                : "")
                                        + ", but the method is " + method());
                    });
        }
        return methods;
    }

    /** The one that was named, or whose option was given; sgvi if none was. */
    String method() {
        return method != null ? method : components != null ? VariationalMixture.NAME : SGVI;
    }

    static boolean isGiven(CommandLine command, String option) {
        return command.getParseResult().hasMatchedOption(option);
    }

    /** Whether points are found by the steps of an optimizer, not by L-BFGS. */
    boolean stepsOfPoints(CommandLine command) {
        return (method().equals("map") || method().equals("mle")) && isGiven(command, "--optimizer");
    }

    Gradient gradient(CommandLine command) {
        return OptionChecks.oneOf(command, "--gradient", gradient, OptionChecks.names(Gradient.values()));
    }

    PointSet points(CommandLine command) {
        return OptionChecks.oneOf(command, "--points", points, OptionChecks.names(PointSet.values()));
    }

    ScoreOps.Baseline baseline(CommandLine command) {
        return baseline == null
                ? ScoreOps.Baseline.LEAVE_ONE_OUT
                : OptionChecks.oneOf(command, "--baseline", baseline, OptionChecks.names(ScoreOps.Baseline.values()));
    }

    /** Refuses Robbins–Monro steps without a rate, for a model whose curvature is not known. */
    void needLearningRate(CommandLine command, String model) {
        if (!optimizer.equals("adam") && learningRate == null) {
            throw new ParameterException(
                    command,
                    "--optimizer " + optimizer + " needs --learning-rate: " + model + " does not tell its curvature");
        }
    }

    /** @param robbinsMonroRate used where no rate was given */
    Optimizer optimizer(CommandLine command, double robbinsMonroRate) {
        Optimizer adam = learningRate == null ? new Adam() : new Adam(learningRate);
        Optimizer robbinsMonro = new RobbinsMonro(learningRate == null ? robbinsMonroRate : learningRate);
        Map<String, Optimizer> optimizers = new LinkedHashMap<>();
        optimizers.put("adam", adam);
        optimizers.put("robbins-monro", robbinsMonro);
        // The first of the steps of that, which did not overshoot.
        double first = new RobbinsMonro(robbinsMonroRate).rate(0);
        optimizers.put("gradient-descent", new GradientDescent(learningRate == null ? first : learningRate));
        return OptionChecks.oneOf(command, "--optimizer", optimizer, optimizers);
    }

    int draws() {
        return draws != null ? draws : gradient.equals("score") ? 256 : 32;
    }
}
