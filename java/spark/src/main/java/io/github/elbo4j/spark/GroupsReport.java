package io.github.elbo4j.spark;

import io.github.elbo4j.report.GroupFit;
import io.github.elbo4j.report.GroupVerdicts;
import io.github.elbo4j.report.GroupsPage;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** The page of the fits of all groups, from {@code fits.jsonl}: so groups that were fitted before the driver failed are on it, too. */
final class GroupsReport {
    /** Groups that a page shows, which the driver holds without their lines. */
    static final int MOST = 10_000;

    private final PriorityQueue<GroupFit> worst = new PriorityQueue<>(GroupFit.WORST_FIRST.reversed());
    private final int most;
    private final GroupVerdicts verdicts = new GroupVerdicts();

    /** @param most groups that the page shows, those with the worst verdicts; it counts all */
    GroupsReport(int most) {
        this.most = most;
    }

    /** Takes all lines of a file. */
    GroupsReport read(Path lines) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(lines)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                GroupFit fit = GroupFit.read(line).withoutLine();
                verdicts.add(fit);
                worst.add(fit);
                if (worst.size() > most) {
                    worst.remove(); // the best of them
                }
            }
        }
        return this;
    }

    /** Of all lines. */
    GroupVerdicts verdicts() {
        return verdicts;
    }

    /** Writes {@code report.html} into a folder; the words are those of the command. */
    Path write(Path folder, String heading, String command, String device) throws IOException {
        List<GroupFit> fits = new ArrayList<>(worst);
        String sub = Words.count(verdicts.groups(), "group") + ", each fitted alone"
                + (verdicts.groups() > fits.size()
                        ? "; pictures and charts are of the " + Numbers.grouped(fits.size())
                                + " with the worst verdicts, fits.jsonl has all"
                        : "");
        return new GroupsPage(fits, verdicts, heading, sub).write(folder, command, device);
    }
}
