package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.mixture.GaussianMixtures;
import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.mixture.MixtureEvidence;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.EvidenceReport;
import io.github.elbo4j.report.words.Words;
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
import picocli.CommandLine.Spec;

/** {@code elbo4j evidence mixture}: each row's component is latent; the sum over the components is exact. */
@Command(
        name = "mixture",
        description = {
            "The marginal likelihood of a mixture of Gaussians at EM's weights, means and covariances, in which each row's"
                    + " component is latent: log p(x) = sum over the rows of log(sum over the components), exactly, beside naive"
                    + " Monte Carlo, Monte Carlo over the prior, importance sampling and bounds.",
            "It is a likelihood at points and has no priors over them. Beside it stands the ELBO of the Bayesian mixture of as"
                    + " many components, which has (--method cavi of fit)."
        },
        footer = "elbo4j evidence mixture --data test/data/faithful.csv --components 2",
        sortOptions = false)
final class EvidenceMixtureCommand implements Callable<Integer> {
    private static final String BAYESIAN = "ELBO with priors";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    final MixtureOptions rows = new MixtureOptions();

    @Mixin
    final RowEvidenceOptions run = new RowEvidenceOptions();

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        rows.validate(command);
        run.validate(command);
        rows.settings(command, GaussianMixtures.em(), run.seed);
        try (NumberRows table = rows.read(command, () -> run.folder(rows.data))) {
            return estimate(command, table);
        }
    }

    private int estimate(CommandLine command, NumberRows table) {
        Console console = new Console(command, run.isSilent());
        MixtureData data = MixtureOptions.data(table);
        Devices.Choice choice =
                run.open(command, (long) table.rows() * table.columns().size());
        try (Device device = choice.device();
                Interruption interruption = new Interruption(console.err()::println)) {
            Path folder = run.folder(rows.data);
            GaussianMixtures.Builder em = rows.settings(command, GaussianMixtures.em(), run.seed);
            MixtureFit fit = GaussianMixtures.best(rows.fits(em, device, data, console, interruption));
            EvidenceOptions.Sources sources = sources(fit, data, interruption);
            EvidenceReport.Known known = known(command, console, device, fit, data, interruption);
            interruption.fitEnded();
            run.show(
                    console,
                    folder,
                    choice,
                    new RowEvidenceOptions.Fitted(
                            "Mixture of " + Words.count(fit.mixture().components(), "Gaussian"),
                            "mixture",
                            table.source()),
                    sources,
                    known,
                    "the responsibilities of EM's mixture, verdict "
                            + fit.result().verdict().words());
            return Ending.exit(List.of(folder), interruption, fit.result().verdict());
        }
    }

    private EvidenceOptions.Sources sources(MixtureFit fit, MixtureData data, Interruption interruption) {
        MixtureEvidence evidence = new MixtureEvidence(fit.mixture(), data);
        EvidenceOptions.Sources sources = new EvidenceOptions.Sources(interruption);
        for (Map.Entry<String, MixtureEvidence.Proposal> each : List.of(
                Map.entry(EvidenceReport.UNIFORM, MixtureEvidence.Proposal.UNIFORM),
                Map.entry(EvidenceReport.PRIOR, MixtureEvidence.Proposal.PRIOR),
                Map.entry(EvidenceReport.FITTED, MixtureEvidence.Proposal.RESPONSIBILITIES))) {
            String name = each.getKey();
            List<EvidenceBound> bounds = EvidenceBound.standard().stream()
                    .filter(bound -> bound.alpha() == 0)
                    .filter(bound -> bound.group() == 0 || !name.equals(EvidenceReport.PRIOR))
                    .toList();
            run.take(sources, name, bounds, draws -> evidence.estimate(each.getValue(), draws, interruption));
        }
        return sources;
    }

    /** The sum, and the bound of the model that has priors; null if it was asked to stop. */
    private EvidenceReport.@Nullable Known known(
            CommandLine command,
            Console console,
            Device device,
            MixtureFit fit,
            MixtureData data,
            Interruption interruption) {
        int components = fit.mixture().components();
        try {
            double exact = new MixtureEvidence(fit.mixture(), data).exact(interruption);
            GaussianMixtures.Builder cavi =
                    rows.settings(command, GaussianMixtures.cavi(), run.seed).components(components);
            double elbo = GaussianMixtures.best(rows.fits(cavi, device, data, console, interruption))
                    .scores()
                    .objective();
            return new EvidenceReport.Known(
                    exact,
                    "a sum over the " + Words.count(components, "component") + " of each row",
                    Map.of(BAYESIAN, elbo),
                    List.of(
                            "It is the marginal likelihood at EM's weights, means and covariances, which are points without priors:"
                                    + " it rises as components are added, so that it does not choose between numbers of them."
                                    + " Each row has draws of its own; values are sums over the rows, effective draws those of a row on"
                                    + " average.",
                            "q is each row's posterior of its component, so that every weight is p(x) itself and nothing is left to"
                                    + " chance.",
                            "The model that has priors over weights, means and covariances (elbo4j fit mixture --method cavi) has a"
                                    + " log p(x) of at least its ELBO, ELBO with priors. Choose between numbers of components by that, with log K! added, or by BIC"
                                    + " (elbo4j fit mixture)."));
        } catch (CancellationException e) {
            return null;
        }
    }
}
