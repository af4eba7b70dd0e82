package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.factors.BinaryData;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.Enumeration;
import io.github.elbo4j.factors.FactorEvidence;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.report.EvidenceReport;
import io.github.elbo4j.report.FactorReport;
import io.github.elbo4j.report.words.Numbers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code elbo4j evidence factors}: each row's factors are latent; the sum over all their states is exact. */
@Command(
        name = "factors",
        description = {
            "The marginal likelihood of binary factors at the fitted weights, in which each row's factors are latent: log p(x) ="
                    + " sum over the rows of log(sum over all 2^D states), exactly, beside naive Monte Carlo, Monte Carlo over the"
                    + " prior, importance sampling from the encoder's q, importance-weighted and Rényi bounds, and the ELBO.",
            "It is a likelihood at points and has no priors over them. All rows are fitted, none is held out."
        },
        footer =
                "elbo4j evidence factors --data test/data/digits.csv.gz --ignore digit --threshold 7 --factors 6 --steps 600",
        sortOptions = false)
final class EvidenceFactorsCommand implements Callable<Integer> {
    private static final List<Map.Entry<String, FactorEvidence.Proposal>> PROPOSALS = List.of(
            Map.entry(EvidenceReport.UNIFORM, FactorEvidence.Proposal.UNIFORM),
            Map.entry(EvidenceReport.PRIOR, FactorEvidence.Proposal.PRIOR),
            Map.entry(EvidenceReport.WIDENED, FactorEvidence.Proposal.WIDENED_ENCODER),
            Map.entry(EvidenceReport.FITTED, FactorEvidence.Proposal.ENCODER));

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    final FactorsOptions rows = new FactorsOptions();

    @Mixin
    final RowEvidenceOptions run = new RowEvidenceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        run.validate(command);
        BinaryFactorAnalysis.Builder settings = rows.settings(command, run.seed, builder -> builder.holdout(0));
        if (rows.factors > Enumeration.MANY_ROWS) {
            throw new ParameterException(
                    command,
                    "--factors is " + rows.factors + ", but must be " + Enumeration.MANY_ROWS
                            + " at most: log p(x) of each row is a sum over all 2^D states");
        }
        try (NumberRows table = rows.read(command, () -> run.folder(rows.data))) {
            return estimate(command, settings, table);
        }
    }

    private int estimate(CommandLine command, BinaryFactorAnalysis.Builder settings, NumberRows table) {
        Console console = new Console(command, run.isSilent());
        BinaryData data = rows.binary(table);
        Devices.Choice choice = run.open(
                command, run.stepSize(rows.batch * (long) table.columns().size()));
        try (Device device = choice.device();
                Interruption interruption = new Interruption(console.err()::println)) {
            Path folder = run.folder(rows.data);
            FactorFit fit = rows.fit(settings, device, data, console, interruption);
            FactorEvidence evidence = new FactorEvidence(device, fit.factors(), data);
            EvidenceOptions.Sources sources = new EvidenceOptions.Sources(interruption);
            for (Map.Entry<String, FactorEvidence.Proposal> proposal : PROPOSALS) {
                String name = proposal.getKey();
                List<EvidenceBound> bounds = name.equals(EvidenceReport.FITTED)
                        ? EvidenceBound.standard()
                        : List.of(EvidenceBound.logMean());
                run.take(sources, name, bounds, each -> evidence.estimate(proposal.getValue(), each, interruption));
            }
            EvidenceReport.Known known = known(evidence, fit, data, interruption);
            interruption.fitEnded();
            run.show(
                    console,
                    folder,
                    choice,
                    new RowEvidenceOptions.Fitted(
                            new FactorReport(fit, table.source(), rows.threshold, null, 0, "", "").heading(),
                            "factors",
                            table.source()),
                    sources,
                    known,
                    "the encoder's, verdict " + fit.result().verdict().words());
            return Ending.exit(List.of(folder), interruption, fit.result().verdict());
        }
    }

    /** The sum; null if it was asked to stop. */
    private static EvidenceReport.@Nullable Known known(
            FactorEvidence evidence, FactorFit fit, BinaryData data, Interruption interruption) {
        try {
            return new EvidenceReport.Known(
                    evidence.exact(interruption),
                    "a sum over all " + Numbers.grouped(1L << fit.factors().factors())
                            + " states of the factors of each row",
                    Map.of("independent columns", fit.independent() * data.rows()),
                    List.of(
                            "It is the marginal likelihood at the fitted weights, which are points without priors: it rises with the"
                                    + " number of factors, so that it does not choose between numbers of them; what elbo4j fit factors"
                                    + " says of rows that were held out does. Each row has draws of its own; values are sums over the"
                                    + " rows, effective draws those of a row on average, and k-hat what that of nine rows in ten does"
                                    + " not exceed.",
                            "The widened q keeps every probability from 0.047 to 0.953: a q that is sure of a factor where the posterior"
                                    + " is not has weights with a heavy tail, and an error that says too little."));
        } catch (CancellationException e) {
            return null;
        }
    }
}
