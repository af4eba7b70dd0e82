package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.ModelOptions;
import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.Proposal;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.NormalMixture;
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
        return q.run(command, model, run, own.draws, "evidence", this::estimate);
    }

    private int estimate(FittedQ.Setting at) {
        Device device = at.device();
        Draws draws = new Draws(at);
        Model model = at.subject().model();
        if (model == null) {
            String reason = "a Stan program does not tell its prior and the values of its parameters apart";
            draws.refuse(EvidenceReport.UNIFORM, reason);
            draws.refuse(EvidenceReport.PRIOR, reason);
        } else {
            draws.take(EvidenceReport.UNIFORM, MEAN, () -> Proposal.uniform(device, model));
            draws.take(EvidenceReport.PRIOR, MEAN, () -> Proposal.prior(device, model));
        }
        draws.take(
                EvidenceReport.FITTED,
                EvidenceBound.standard(),
                () -> at.fit().posterior() instanceof NormalMixture mixture
                        ? mixture.proposal(device)
                        : Proposal.of(device, at.fit().gaussian()));
        at.interruption().fitEnded();
        Report report = at.report();
        Double exact = at.subject().logEvidence();
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
                at.console().commandLine());
        print(at.console(), at.fit(), result, at.folder());
        return at.exit(result.isTrusted());
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
        private final FittedQ.Setting at;

        Draws(FittedQ.Setting at) {
            this.at = at;
        }

        void refuse(String name, String reason) {
            refused.add(new EvidenceReport.Refused(name, reason));
        }

        void take(String name, List<EvidenceBound> bounds, Supplier<Proposal> make) {
            if (at.interruption().getAsBoolean()) {
                refuse(name, "stopped before it began");
                return;
            }
            try (Proposal proposal = make.get()) {
                Key key = new Key(run.seed).fork("evidence from " + name);
                Evidence evidence = Evidence.of(at.joint(), proposal, key, own.draws, bounds);
                sources.add(new EvidenceReport.Source(
                        name, evidence.plus(at.subject().elbo(0))));
            } catch (CancellationException e) {
                refuse(name, "stopped before its draws were all made");
            } catch (IllegalArgumentException | IllegalStateException e) {
                refuse(name, String.valueOf(e.getMessage()));
            }
        }
    }
}
