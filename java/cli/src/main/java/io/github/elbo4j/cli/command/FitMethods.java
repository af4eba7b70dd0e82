package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.Entrant;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.HamiltonianCheck;
import io.github.elbo4j.infer.Method;
import io.github.elbo4j.infer.ModeSearch;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.infer.Progress;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Tournament;
import io.github.elbo4j.infer.Trail;
import io.github.elbo4j.infer.VariationalEm;
import io.github.elbo4j.infer.VariationalMixture;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.network.LocalReparameterization;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The methods that {@code --method} names. */
final class FitMethods {
    static final List<String> NAMES = List.of(
            MethodOptions.SGVI,
            FixedDraws.NAME,
            Pathfinder.NAME,
            BatchAndMatch.NAME,
            VariationalMixture.NAME,
            "laplace",
            "map",
            "mle",
            "exact",
            "cavi",
            "em",
            "variational-em",
            "monte-carlo-em",
            LocalReparameterization.NAME);

    /** Those whose answer is a Gaussian over a log-joint's parameters. */
    static final List<String> OF_GAUSSIANS = List.of(
            MethodOptions.SGVI,
            FixedDraws.NAME,
            Pathfinder.NAME,
            BatchAndMatch.NAME,
            VariationalMixture.NAME,
            "laplace");

    private final CommandLine command;
    private final MethodOptions options;
    private final Fitting.Task task;
    private final BooleanSupplier cancelled;
    private final Progress.Listener listener;

    FitMethods(
            CommandLine command,
            MethodOptions options,
            Fitting.Task task,
            BooleanSupplier cancelled,
            Progress.Listener listener) {
        this.command = command;
        this.options = options;
        this.task = task;
        this.cancelled = cancelled;
        this.listener = listener;
    }

    /** Refuses methods that give no Gaussian to an option that needs one. */
    static void needGaussians(CommandLine command, String option, List<String> methods) {
        for (String method : methods) {
            if (!OF_GAUSSIANS.contains(method)) {
                String all = String.join(", ", OF_GAUSSIANS).replaceFirst(", (\\w+)$", " and $1");
                throw new ParameterException(
                        command,
                        option + " begins at draws of a fitted Gaussian, which " + all + " give; --method " + method
                                + " gives none");
            }
        }
    }

    /** Refuses a method that a model does not have. */
    static void check(String method, Subject subject) {
        if ((method.equals("exact") || method.equals("cavi"))
                && !subject.closedForms().containsKey(method)) {
            String there = String.join(" and ", subject.closedForms().keySet());
            throw new InputException("--method " + method + " needs closed-form updates, which this model does not have"
                    + (there.isEmpty() ? "" : "; it has those of " + there));
        }
        if (method.equals(LocalReparameterization.NAME) && subject.network() == null) {
            throw new InputException("--method " + method
                    + " draws the noise of weights at the units of a neural network," + " which this model is not");
        }
        boolean weights = subject.hasWeights();
        if (method.endsWith("em") && !weights) {
            throw new InputException(
                    "--method " + method + " is for a model of your own with weights (m.weight), which are"
                            + " points beside its parameters; this one has none");
        }
        if (weights && OF_GAUSSIANS.contains(method)) {
            throw new InputException("the model has weights, which are points without a prior: fit it with --method em,"
                    + " variational-em or monte-carlo-em, or all of it at its largest likelihood with --method mle");
        }
        if ((method.equals("map") || method.equals("mle")) && subject.model() == null) {
            throw new InputException(
                    "--method " + method + " needs priors and likelihood apart, which a Stan program does not"
                            + " give; laplace finds the mode of its unconstrained parameters");
        }
    }

    FitResult fit(String method, Device device, Subject subject) {
        MethodLimits.check(method, subject.parameters().size());
        long seed = options.run.seed;
        return switch (method) {
            case "laplace" ->
                joint(
                        device,
                        subject,
                        joint -> ModeSearch.laplace()
                                .seed(seed)
                                .cancelled(cancelled)
                                .fit(device, joint));
            case Pathfinder.NAME ->
                joint(
                        device,
                        subject,
                        joint ->
                                new Pathfinder().seed(seed).cancelled(cancelled).fit(device, joint));
            case BatchAndMatch.NAME -> joint(device, subject, joint -> matched(device, subject, joint));
            case VariationalMixture.NAME ->
                joint(device, subject, joint -> mixture(subject).fit(device, joint));
            case FixedDraws.NAME -> joint(device, subject, joint -> fixed(device, joint));
            case "exact", "cavi" ->
                Objects.requireNonNull(subject.closedForms().get(method)).fit(device, seed, cancelled);
            case "em" -> em(VariationalEm.ofPosterior(), device, subject);
            case "monte-carlo-em" -> em(VariationalEm.ofDraws(), device, subject);
            case "variational-em" ->
                em(
                        VariationalEm.ofFamily(
                                options.q.chosen(command, subject.parameters().size())),
                        device,
                        subject);
            case LocalReparameterization.NAME -> local(subject).fit(device, Objects.requireNonNull(subject.network()));
            case "map" -> point(ModeSearch.maximumAPosteriori(), device, subject);
            case "mle" -> point(ModeSearch.maximumLikelihood(), device, subject);
            default ->
                joint(
                        device,
                        subject,
                        joint -> continued(() -> stochastic(subject).fit(device, joint)));
        };
    }

    private FitResult fixed(Device device, LogJoint joint) {
        FixedDraws method = fixed(joint.dimensions());
        try {
            return method.fit(device, joint);
        } catch (IllegalArgumentException e) {
            if (options.draws == null) {
                throw e;
            }
            throw new InputException(
                    "--draws " + options.draws + ": " + e.getMessage(), e); // more than there is room for
        }
    }

    private FixedDraws fixed(int dimensions) {
        FixedDraws usual =
                new FixedDraws().seed(options.run.seed).problem(task.problem()).cancelled(cancelled);
        String wrong = options.wrongFixedDraws();
        if (wrong != null) {
            throw new InputException(wrong);
        }
        FixedDraws drawn = options.draws == null ? usual : usual.pairs(options.draws / 2);
        if (!options.fixedFamily(command, dimensions).equals(Family.fullRank())) {
            return drawn;
        }
        if (dimensions > FixedDraws.MOST_FULL_RANK) {
            throw new InputException("--method " + FixedDraws.NAME + " --family full-rank is for up to "
                    + FixedDraws.MOST_FULL_RANK
                    + " parameters, since it keeps the curvature of log p at 4 draws for each parameter,"
                    + " twice the cube of their number, but the model has " + dimensions
                    + "; take --family mean-field, or --method "
                    + MethodOptions.SGVI);
        }
        if (options.draws != null && options.draws < 4 * dimensions) {
            throw new InputException(
                    "--draws is " + options.draws + ", but must be 4 for each of the " + dimensions
                            + " parameters or more for --method " + FixedDraws.NAME + " --family full-rank, that is "
                            + (4 * dimensions + 15) / 16 * 16
                            + ": of fewer the best covariance is of the draws more than of the"
                            + " posterior, and of fewer than 2 the ELBO has no bound; leave --draws out, or take --family mean-field");
        }
        return drawn.family(Family.fullRank());
    }

    private VariationalMixture mixture(Subject subject) {
        if (subject.parameters().size() > VariationalMixture.MOST_DIMENSIONS) {
            throw new InputException("--method " + VariationalMixture.NAME + " is for "
                    + VariationalMixture.MOST_DIMENSIONS + " parameters at most, but the model has "
                    + subject.parameters().size() + "; fit one Gaussian, with --method sgvi or fixed");
        }
        VariationalMixture usual = new VariationalMixture()
                .seed(options.run.seed)
                .cancelled(cancelled)
                .listener(onScaleOfData(subject));
        return options.components == null ? usual : usual.components(options.components);
    }

    private FitResult matched(Device device, Subject subject, LogJoint joint) {
        int dimensions = joint.dimensions();
        Integer draws = options.draws;
        if (draws != null && draws < dimensions + 2) {
            throw new InputException("--draws is " + draws + ", but must be " + (dimensions + 2)
                    + " or more for --method " + BatchAndMatch.NAME + " of " + dimensions
                    + " parameters, so that the scores of a batch have a covariance");
        }
        BatchAndMatch usual =
                new BatchAndMatch().seed(options.run.seed).cancelled(cancelled).listener(onScaleOfData(subject));
        return (draws == null ? usual : usual.draws(draws)).fit(device, joint);
    }

    private Progress.Listener onScaleOfData(Subject subject) {
        return p -> listener.progress(
                new Progress(p.step(), p.maxSteps(), subject.elbo(p.elbo()), p.standardError(), p.drawsPerSecond()));
    }

    private LocalReparameterization local(Subject subject) {
        LocalReparameterization usual = new LocalReparameterization()
                .seed(options.run.seed)
                .cancelled(cancelled)
                .listener(onScaleOfData(subject));
        LocalReparameterization stepped =
                MethodOptions.isGiven(command, "--steps") ? usual.steps(options.steps) : usual;
        LocalReparameterization sized = task.batch() == 0 ? stepped : stepped.batch(task.batch());
        LocalReparameterization drawn = options.draws == null ? sized : sized.draws(options.draws);
        return options.learningRate == null ? drawn : drawn.rate(options.learningRate);
    }

    private FitResult point(ModeSearch<Model> method, Device device, Subject subject) {
        ModeSearch<Model> search = method.seed(options.run.seed).cancelled(cancelled);
        if (options.stepsOfPoints(command)) {
            search = search.by(options.optimizer(command, subject.robbinsMonroRate()), options.steps, task.batch());
        }
        return search.fit(device, Objects.requireNonNull(subject.model()));
    }

    private FitResult em(VariationalEm method, Device device, Subject subject) {
        return method.seed(options.run.seed).cancelled(cancelled).fit(device, Objects.requireNonNull(subject.model()));
    }

    /**
     * The states of stochastic ascent at the steps of a stretch of its trail.
     *
     * @param made the fit
     */
    Trail retrace(Device device, Subject subject, FitResult made, Trail stretch) {
        try (LogJoint joint = subject.joint(device)) {
            List<Entrant> entrants = made.entrants();
            Sgvi again = entrants.isEmpty()
                    ? sgvi(subject).build()
                    : tournament(subject).alone(device, joint, entrants.get(0));
            return continued(() -> again.retrace(device, joint, stretch));
        }
    }

    private Method<LogJoint> stochastic(Subject subject) {
        return options.competition.tournament
                ? tournament(subject)
                : sgvi(subject).build();
    }

    private Tournament tournament(Subject subject) {
        return options.competition.of(sgvi(subject), command, options.q, subject);
    }

    private FitResult joint(Device device, Subject subject, Function<LogJoint, FitResult> fit) {
        try (LogJoint joint = subject.joint(device)) {
            FitResult fitted = fit.apply(joint);
            return options.check == null ? fitted : checked(device, joint, fitted);
        }
    }

    private FitResult checked(Device device, LogJoint joint, FitResult fitted) {
        try {
            return new HamiltonianCheck()
                    .seed(options.run.seed)
                    .cancelled(cancelled)
                    .check(device, joint, fitted);
        } catch (IllegalArgumentException e) {
            throw new InputException("--check " + options.check + ": " + e.getMessage(), e);
        }
    }

    private Sgvi.Builder sgvi(Subject subject) {
        Sgvi.Builder settings = subject.settings(Sgvi.builder())
                .family(options.q.chosen(command, subject))
                .gradient(options.gradient(command))
                .baseline(options.baseline(command))
                .optimizer(options.optimizer(command, subject.robbinsMonroRate()))
                .draws(options.draws())
                .points(options.points(command))
                .maxSteps(options.steps)
                .batch(task.batch())
                .seed(options.run.seed)
                .problem(task.problem())
                .tolerance(options.tolerance)
                .cancelled(cancelled)
                .listener(onScaleOfData(subject));
        if (options.evaluationDraws != null) {
            settings.evaluationDraws(options.evaluationDraws);
        }
        FitResult first = task.first();
        return first == null ? settings : settings.continueFrom(first);
    }

    /** What may refuse the fit to go on from. */
    private <T> T continued(Supplier<T> fit) {
        if (task.first() == null) {
            return fit.get();
        }
        try {
            return fit.get();
        } catch (IllegalArgumentException e) {
            throw new InputException("--continue: " + e.getMessage(), e);
        }
    }
}
