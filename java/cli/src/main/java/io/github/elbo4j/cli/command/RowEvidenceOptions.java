package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.subject.OptionChecks;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.estimate.EvidenceBound;
import io.github.elbo4j.estimate.EvidenceOfRows;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.EvidenceReport;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What the commands have in common that estimate the evidence of rows with latent variables of their own, at fitted points. */
final class RowEvidenceOptions extends DeviceOptions {
    @Option(names = "--draws", paramLabel = "N", description = "Draws of each row's latent variables. Default: 2,000.")
    private int draws = 2000;

    @Override
    void validate(CommandLine command) {
        super.validate(command);
        EvidenceOptions.checkDraws(command, draws);
    }

    /** Where results go, made if need be. */
    Path folder(Path data) {
        return folder("evidence-" + OptionChecks.stem(data));
    }

    /** What is computed at once, of so many numbers for a draw of each row. */
    long stepSize(long numbers) {
        return draws * numbers;
    }

    /** Draws of each row from one distribution. */
    void take(
            EvidenceOptions.Sources to,
            String name,
            List<EvidenceBound> bounds,
            Function<EvidenceOfRows.Draws, Evidence> estimate) {
        Key key = new Key(seed).fork("evidence from " + name);
        to.take(name, () -> estimate.apply(new EvidenceOfRows.Draws(draws, key, bounds)));
    }

    /** What was fitted: a heading, a model's name, where the rows come from. */
    record Fitted(String heading, String model, DataSource rows) {}

    /**
     * Writes the result and prints it.
     *
     * @param known null if it was not computed
     * @param q what it is, in words
     */
    void show(
            Console console,
            Path folder,
            Devices.Choice choice,
            Fitted fitted,
            EvidenceOptions.Sources sources,
            EvidenceReport.@Nullable Known known,
            String q) {
        EvidenceReport result = new EvidenceReport(
                fitted.heading,
                fitted.model,
                fitted.rows,
                sources.taken(),
                sources.refused(),
                known,
                seed,
                choice.device().name() + " (" + choice.device().description() + "): " + choice.reason(),
                console.commandLine());
        EvidenceOptions.show(console, json, result, folder, q, EvidenceOptions.draws(draws) + " of each row");
    }
}
