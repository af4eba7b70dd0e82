package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.view.ComparisonTable;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.estimate.Evidence;
import io.github.elbo4j.report.EvidenceReport;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What all commands that estimate an evidence have in common. */
final class EvidenceOptions {
    /** The largest group of the importance-weighted bounds. */
    private static final int LEAST_DRAWS = 1000;

    private EvidenceOptions() {}

    static void checkDraws(CommandLine command, int draws) {
        if (draws < LEAST_DRAWS || draws > Evidence.MOST_DRAWS) {
            throw new ParameterException(
                    command,
                    "--draws is " + draws + ", but must be from " + LEAST_DRAWS
                            + ", the largest group of the bounds, to " + Evidence.MOST_DRAWS);
        }
    }

    /** What is drawn from one distribution after the other, and what could not be. */
    static final class Sources {
        private final List<EvidenceReport.Source> taken = new ArrayList<>();
        private final List<EvidenceReport.Refused> refused = new ArrayList<>();
        private final Interruption interruption;

        Sources(Interruption interruption) {
            this.interruption = interruption;
        }

        void refuse(String name, String reason) {
            refused.add(new EvidenceReport.Refused(name, reason));
        }

        void take(String name, Supplier<Evidence> draw) {
            if (interruption.getAsBoolean()) {
                refuse(name, "stopped before it began");
                return;
            }
            try {
                taken.add(new EvidenceReport.Source(name, draw.get()));
            } catch (CancellationException e) {
                refuse(name, "stopped before its draws were all made");
            } catch (IllegalArgumentException | IllegalStateException e) {
                refuse(name, String.valueOf(e.getMessage()));
            }
        }

        List<EvidenceReport.Source> taken() {
            return taken;
        }

        List<EvidenceReport.Refused> refused() {
            return refused;
        }
    }

    /**
     * Writes the result and prints it.
     *
     * @param q what it is, in words
     * @param draws in words
     */
    static void show(Console console, boolean json, EvidenceReport result, Path folder, String q, String draws) {
        List<Path> written;
        try {
            written = result.write(folder);
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
        if (json) {
            console.out().println(result.line());
        } else {
            ComparisonTable table = new ComparisonTable(console.out(), Terminal.width());
            table.heading(result.heading(), result.data());
            table.rows(result.table());
            table.sentences(result.remarks());
            table.line("q", q + ", " + draws);
            table.line("device", result.device());
            table.written(written);
        }
        console.out().flush();
    }

    /** So many draws, in words. */
    static String draws(int draws) {
        return Numbers.grouped(draws) + " draws";
    }
}
