package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.subject.Subject;
import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.ProgressView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.Proposal;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.EvidenceReport;
import io.github.elbo4j.report.Report;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code elbo4j evidence MODEL}. */
final class EvidenceAction implements ModelAction {
    /** The largest group of the importance-weighted bounds. */
    private static final int LEAST_DRAWS = 1000;

    private static final List<EvidenceBound> MEAN = List.of(EvidenceBound.logMean());

    private final Own own = new Own();
    private final FittedQ q = new FittedQ();
    private final RunOptions run = new RunOptions();

    private static final class Own {
        @Option(
                names = "--draws",
                paramLabel = "N",
                description = "Draws from each distribution: uniform, prior and q. None is stored. Default: 100,000.")
        int draws = 100_000;
    }

    @Override
    public List<Object> options(ModelOptions model) {
        return List.of(own, q, run);
    }

    @Override
    public int run(CommandLine command, ModelOptions model) {
        model.validate(command);
        if (own.draws < LEAST_DRAWS || own.draws > Evidence.MOST_DRAWS) {
            throw new ParameterException(
                    command,
                    "--draws is " + own.draws + ", but must be from " + LEAST_DRAWS
                            + ", the largest group of the bounds, to " + Evidence.MOST_DRAWS);
        }
        q.validate(command);
        run.validate(command);
        Console console = new Console(command, run.isSilent());
        try (Subject subject = model.open(command, run.seed, console::note)) {
            FitResult saved = q.saved(subject);
            long stepSize =
                    (long) own.draws * (subject.rows() + subject.parameters().size());
            Devices.Choice choice = run.open(command, stepSize);
            try (Device device = choice.device()) {
                Path folder = OutputFolder.open(run.out == null ? Path.of("elbo4j-evidence-" + model.stem()) : run.out);
                return estimate(command, console, subject, saved, choice, device, folder);
            }
        }
    }

    private int estimate(
            CommandLine command,
            Console console,
            Subject subject,
            @Nullable FitResult saved,
            Devices.Choice choice,
            Device device,
            Path folder) {
        int columns = run.isSilent() ? 0 : Terminal.columns();
        try (ProgressView view = new ProgressView(console.err(), run.isSilent(), columns, FittedQ.MOST_STEPS);
                Interruption interruption = new Interruption(view::say);
                LogJoint joint = subject.joint(device)) {
            FitResult fit = saved == null ? q.of(command, subject, device, joint, run.seed, interruption, view) : saved;
            view.end();
            Draws draws = new Draws(subject, joint, interruption);
            Model model = subject.model();
            if (model == null) {
                String reason = "a Stan program does not tell its prior and the values of its parameters apart";
                draws.refuse(EvidenceReport.UNIFORM, reason);
                draws.refuse(EvidenceReport.PRIOR, reason);
            } else {
                draws.take(EvidenceReport.UNIFORM, MEAN, () -> Proposal.uniform(device, model));
                draws.take(EvidenceReport.PRIOR, MEAN, () -> Proposal.prior(device, model));
            }
            draws.take(EvidenceReport.FITTED, EvidenceBound.standard(), () -> Proposal.of(device, fit.gaussian()));
            interruption.fitEnded();
            Report report = subject.report(fit).device(choice.device().description(), choice.reason());
            Double exact = subject.logEvidence();
            EvidenceReport result = new EvidenceReport(
                    report.model().heading(),
                    report.model().name(),
                    report.data(),
                    draws.sources,
                    draws.refused,
                    exact,
                    exact == null ? "" : "linear regression with known noise is conjugate",
                    run.seed,
                    report.deviceInWords(),
                    console.commandLine());
            print(console, fit, result, folder);
            return interruption.exitCode() != 0
                    ? interruption.exitCode()
                    : result.isTrusted() ? Exit.GOOD : Exit.BAD_FIT;
        }
    }

    private void print(Console console, FitResult fit, EvidenceReport result, Path folder) {
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
            table.rows(result.table());
            table.sentences(result.remarks());
            table.line(
                    "q",
                    fit.family() + " Gaussian, verdict " + fit.verdict().words() + ", " + Numbers.grouped(own.draws)
                            + " draws");
            table.line("device", result.device());
            table.written(written);
        }
        console.out().flush();
    }

    /** What is drawn from one distribution after the other. */
    private final class Draws {
        private final List<EvidenceReport.Source> sources = new ArrayList<>();
        private final List<EvidenceReport.Refused> refused = new ArrayList<>();
        private final Subject subject;
        private final LogJoint joint;
        private final Interruption interruption;

        Draws(Subject subject, LogJoint joint, Interruption interruption) {
            this.subject = subject;
            this.joint = joint;
            this.interruption = interruption;
        }

        void refuse(String name, String reason) {
            refused.add(new EvidenceReport.Refused(name, reason));
        }

        void take(String name, List<EvidenceBound> bounds, Supplier<Proposal> make) {
            if (interruption.getAsBoolean()) {
                refuse(name, "stopped before it began");
                return;
            }
            try (Proposal proposal = make.get()) {
                Key key = new Key(run.seed).fork("evidence from " + name);
                Evidence evidence = Evidence.of(joint, proposal, key, own.draws, bounds);
                sources.add(new EvidenceReport.Source(name, evidence.plus(subject.elbo(0))));
            } catch (CancellationException e) {
                refuse(name, "stopped before its draws were all made");
            } catch (IllegalArgumentException | IllegalStateException e) {
                refuse(name, String.valueOf(e.getMessage()));
            }
        }
    }
}
