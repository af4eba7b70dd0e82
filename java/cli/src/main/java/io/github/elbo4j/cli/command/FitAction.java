package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.Groups;
import io.github.elbo4j.cli.subject.JavaOptions;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.cli.subject.PriorMarginals;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.subject.StanOptions;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.estimate.Expectation;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code elbo4j fit MODEL}. */
final class FitAction implements ModelAction {
    /** From here on draws for means and sds may take seconds. */
    private static final long MANY_DRAWS = 10_000_000;

    /** Options of a single fit. */
    private static final List<String> NOT_BY =
            List.of("--problem", "--continue", "--compare", "--check", "--prior-predictive", "--expectation-draws");

    private final ByGroup byGroup = new ByGroup();
    private final OfRows ofRows = new OfRows();
    private final OfQuantities ofQuantities = new OfQuantities();
    private final MethodOptions method = new MethodOptions();
    private final @Nullable Work other;

    /** What is done, in the place of a fit, with all that one takes. Returns the exit code. */
    interface Work {
        int of(CommandLine command, MethodOptions method, Subject subject, Fitting.Task task);
    }

    /** Fits. */
    FitAction() {
        this(null);
    }

    /** @param other what is done in the place of a fit; null to fit */
    FitAction(@Nullable Work other) {
        this.other = other;
    }

    /** Of a model that is fitted to the rows of a table. */
    private static final class ByGroup {
        @Option(
                names = "--by",
                paramLabel = "COLUMN",
                description =
                        "Of a regression, normal or a Java model: a fit for each group of rows with the same value in this column,"
                                + " which does not predict in a regression. Many at a time; fits.jsonl has one a line. Groups are numbered from 0 in the order of the"
                                + " values; --problem N repeats one alone.")
        @Nullable
        String column;
    }

    /** Of a model with rows and priors that elbo4j knows. */
    private static final class OfRows {
        @Option(
                names = "--batch",
                paramLabel = "N",
                description = "Rows a step, drawn anew each time, of a model that takes rows. Default: all.")
        @Nullable
        Integer batch;

        @Option(
                names = "--prior-predictive",
                paramLabel = "N",
                description =
                        "Besides, N draws of the parameters from their priors and of what is observed from these, in the"
                                + " table below the results, in fit.json and in the report. Of what is observed, all rows count"
                                + " together.")
        @Nullable
        Integer priorDraws;
    }

    /** Of a model whose parameters and reports are functions of what is fitted. */
    private static final class OfQuantities {
        @Option(
                names = "--expectation-draws",
                paramLabel = "N",
                converter = DrawCount.class,
                description =
                        "Means and sds of parameters and reports that are not exact from N draws, on the device and in memory that"
                                + " does not grow with N, such as 1e9; quantiles stay from 4,096 draws, as all are without it.")
        @Nullable
        Long draws;
    }

    @Override
    public List<Object> options(ModelOptions model) {
        List<Object> options = new ArrayList<>();
        options.add(byGroup);
        if (!(model instanceof StanOptions)) {
            options.add(ofRows);
        }
        if (model instanceof JavaOptions) {
            options.add(ofQuantities);
        }
        options.add(method);
        return options;
    }

    @Override
    public int run(CommandLine command, ModelOptions model) {
        model.validate(command);
        validate(command, model);
        if (byGroup.column != null) {
            return byGroup(command, model, byGroup.column);
        }
        Fitting fitting = new Fitting(command, method);
        try (Subject subject = model.open(command, method.run.seed, fitting::note)) {
            if (ofRows.batch != null) {
                subject.checkBatch(ofRows.batch);
            }
            FitResult first =
                    method.continued == null ? null : subject.saved(Saved.open("--continue", method.continued));
            Fitting.Task task =
                    new Fitting.Task(model.stem(), batch(), first, method.problem == null ? 0 : method.problem);
            return other != null
                    ? other.of(command, method, subject, task)
                    : fitting.run(
                            subject,
                            task,
                            (device, report) -> prior(subject, computed(fitting, subject, device, report)));
        }
    }

    private int byGroup(CommandLine command, ModelOptions model, String column) {
        for (String option : NOT_BY) {
            if (command.getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        command, option + " is for a single fit, but --by makes one for each group");
            }
        }
        Console console = new Console(command, method.run.isSilent());
        Groups groups = model.groups(command, column, console::note);
        return new GroupFits(command, method, groups, batch()).run(model);
    }

    private int batch() {
        return ofRows.batch == null ? 0 : ofRows.batch;
    }

    private void validate(CommandLine command, ModelOptions model) {
        OptionChecks.atLeastOne(command, "--batch", ofRows.batch);
        PriorMarginals.validate(command, ofRows.priorDraws);
        Long draws = ofQuantities.draws;
        if (draws != null && (draws < 2 || draws > Expectation.MOST_DRAWS)) {
            throw new ParameterException(
                    command, "--expectation-draws is " + draws + ", but must be from 2 to " + Expectation.MOST_DRAWS);
        }
        method.validate(command);
        if (model.withoutCurvature() != null) {
            method.needLearningRate(command, model.withoutCurvature());
        }
    }

    private Report prior(Subject subject, Report report) {
        Integer draws = ofRows.priorDraws;
        return draws == null
                ? report
                : report.prior(draws, subject.prior(draws, report.fit().seed()));
    }

    /** Without quantities where a fit went so wrong that no draws can be taken; the coordinates are then shown. */
    private Report computed(Fitting fitting, Subject subject, Device device, Report report) {
        try {
            Model model = ofQuantities.draws == null ? null : subject.model();
            if (ofQuantities.draws != null && model != null && report.fit().status() != Status.INTERRUPTED) {
                return expected(fitting, model, device, report, ofQuantities.draws);
            }
        } catch (CancellationException | DeviceException e) {
            fitting.note("--expectation-draws: " + e.getMessage() + "; means and sds are from "
                    + Words.count(Marginal.DRAWS, "draw"));
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            return report;
        }
        return subject.quantities(device, report);
    }

    private static Report expected(Fitting fitting, Model model, Device device, Report report, long draws) {
        FitResult fitted = report.fit();
        if (draws >= MANY_DRAWS) {
            fitting.note("the fit is done; now " + Numbers.grouped(draws)
                    + " draws of it for means and sds, which take a while; Ctrl-C leaves them out");
        }
        List<Marginal> marginals = Marginal.of(model, fitted.posterior(), fitted.seed(), device, draws);
        marginals.stream()
                .filter(each -> !Double.isFinite(each.mean()))
                .forEach(each -> fitting.note("the mean of " + each.name() + " is not finite: at some of "
                        + Numbers.grouped(draws) + " draws it is beyond the numbers of float32, or none"));
        return report.quantities(marginals, draws).accounts(model);
    }
}
