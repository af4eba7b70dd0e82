package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.ModelOptions;
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
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code elbo4j evidence MODEL}. */
final class EvidenceAction implements ModelAction {
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
        EvidenceOptions.checkDraws(command, own.draws);
        q.validate(command);
        run.validate(command);
        return q.run(command, model, run, own.draws, "evidence", this::estimate);
    }

    private int estimate(FittedQ.Setting at) {
        Device device = at.device();
        EvidenceOptions.Sources sources = new EvidenceOptions.Sources(at.interruption());
        Model model = at.subject().model();
        if (model == null) {
            String reason = "a Stan program does not tell its prior and the values of its parameters apart";
            sources.refuse(EvidenceReport.UNIFORM, reason);
            sources.refuse(EvidenceReport.PRIOR, reason);
        } else {
            take(sources, at, EvidenceReport.UNIFORM, MEAN, () -> Proposal.uniform(device, model));
            take(sources, at, EvidenceReport.PRIOR, MEAN, () -> Proposal.prior(device, model));
        }
        take(
                sources,
                at,
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
                sources.taken(),
                sources.refused(),
                exact == null
                        ? null
                        : EvidenceReport.Known.of(exact, "linear regression with known noise is conjugate"),
                run.seed,
                report.deviceInWords(),
                at.console().commandLine());
        FitResult fit = at.fit();
        String q = fit.family() + " Gaussian, verdict " + fit.verdict().words();
        EvidenceOptions.show(at.console(), run.json, result, at.folder(), q, EvidenceOptions.draws(own.draws));
        return at.exit(result.isTrusted());
    }

    private void take(
            EvidenceOptions.Sources sources,
            FittedQ.Setting at,
            String name,
            List<EvidenceBound> bounds,
            Supplier<Proposal> make) {
        sources.take(name, () -> {
            try (Proposal proposal = make.get()) {
                Key key = new Key(run.seed).fork("evidence from " + name);
                return Evidence.of(at.joint(), proposal, key, own.draws, bounds)
                        .plus(at.subject().elbo(0));
            }
        });
    }
}
