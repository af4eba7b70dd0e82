package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.ScoreOps.Baseline;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientSpread;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.report.GradientReport;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code elbo4j gradients MODEL}. */
final class GradientsAction implements ModelAction {
    private static final long WORKSPACE_BYTES = 256L << 20;

    private final Own own = new Own();
    private final FittedQ q = new FittedQ();
    private final RunOptions run = new RunOptions();

    private static final class Own {
        @Option(
                names = "--draws",
                paramLabel = "N[,…]",
                split = ",",
                description = "Draws of an estimate, one number after the other. Default: 2,8,32,128.")
        int[] draws = {2, 8, 32, 128};

        @Option(
                names = "--repeats",
                paramLabel = "N",
                description = "Estimates of each kind, of which the variance is. Default: 400.")
        int repeats = 400;
    }

    @Override
    public List<Object> options(ModelOptions model) {
        return List.of(own, q, run);
    }

    @Override
    public int run(CommandLine command, ModelOptions model) {
        model.validate(command);
        for (int draws : own.draws) {
            if (draws < 2) {
                throw new ParameterException(
                        command, "--draws has " + draws + ", but a baseline from the other draws needs 2 or more");
            }
        }
        if (own.repeats < 2) {
            throw new ParameterException(command, "--repeats is " + own.repeats + ", but a variance needs 2 or more");
        }
        q.validate(command);
        run.validate(command);
        long most = Arrays.stream(own.draws).max().orElse(0);
        return q.run(command, model, run, most, "gradients", at -> compare(command, at));
    }

    private int compare(CommandLine command, FittedQ.Setting at) {
        if (!(at.fit().posterior() instanceof GaussianPosterior)) {
            throw new InputException(
                    "--fit: the posterior is a mixture, and the gradients are those of one Gaussian; fit with --method sgvi");
        }
        List<GradientReport.Place> places;
        try {
            places = places(command, at);
        } catch (CancellationException e) {
            at.console().note("stopped before all gradients were measured; nothing was written");
            at.interruption().fitEnded();
            return at.interruption().exitCode();
        }
        at.interruption().fitEnded();
        Report report = at.report();
        GradientReport result = new GradientReport(
                report.model().heading(),
                report.model().name(),
                report.data(),
                at.fit().family(),
                places,
                run.seed,
                report.deviceInWords(),
                at.console().commandLine());
        print(at.console(), result, at.folder());
        return at.exit(at.fit().verdict() != Verdict.DO_NOT_TRUST);
    }

    private List<GradientReport.Place> places(CommandLine command, FittedQ.Setting at) {
        LogJoint joint = at.joint();
        int dimensions = joint.dimensions();
        try (VariationalFamily optimum = at.fit().gaussian().on(at.device());
                VariationalFamily start = q.family(command, at.subject()).create(at.device(), 1, dimensions)) {
            double[] ones = new double[dimensions];
            Arrays.fill(ones, 1);
            start.set(0, joint.start(), ones);
            // The JVM's compiler warms up.
            spread(joint, start, Gradient.SCORE, Baseline.CONTROL_VARIATE, own.draws[0]);
            spread(joint, start, Gradient.REPARAM, Baseline.NONE, own.draws[0]);
            String centre = at.subject().model() == null ? "0" : "the prior's centre";
            return List.of(
                    place(
                            joint,
                            start,
                            "start",
                            "where a fit knows nothing of the data: means at " + centre + ", standard deviations of 1"),
                    place(
                            joint,
                            optimum,
                            "optimum",
                            "the " + at.fit().family() + " Gaussian of "
                                    + (at.isGiven() ? "the fit that was given" : "a fit") + ", whose verdict is: "
                                    + at.fit().verdict().words()));
        }
    }

    private GradientReport.Place place(LogJoint joint, VariationalFamily at, String name, String words) {
        List<GradientSpread> spreads = new ArrayList<>();
        for (int draws : own.draws) {
            for (Baseline baseline : Baseline.values()) {
                spreads.add(spread(joint, at, Gradient.SCORE, baseline, draws));
            }
            spreads.add(spread(joint, at, Gradient.REPARAM, Baseline.NONE, draws));
            spreads.add(spread(joint, at, Gradient.PATH, Baseline.NONE, draws));
        }
        return new GradientReport.Place(name, words, spreads);
    }

    private GradientSpread spread(LogJoint joint, VariationalFamily at, Gradient kind, Baseline baseline, int draws) {
        Key key = new Key(run.seed).fork("gradients");
        return GradientSpread.of(joint, at, kind, baseline, draws, own.repeats, key, WORKSPACE_BYTES);
    }

    private void print(Console console, GradientReport result, Path folder) {
        List<Path> written;
        try {
            written = result.write(folder);
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
        if (run.json) {
            console.out().println(result.line());
        } else {
            ComparisonTable table = new ComparisonTable(console.out(), Terminal.width());
            table.heading(result.heading(), result.data());
            for (GradientReport.Place place : result.places()) {
                table.sentences(List.of("At the " + place.name() + ": " + place.words() + "."));
                table.rows(result.table(place));
            }
            table.sentences(result.remarks());
            table.line("device", result.device());
            table.written(written);
        }
        console.out().flush();
    }
}
