package io.github.elbo4j.report;

import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.List;

/** How many of many fits have which verdict: of more fits than anyone holds at once. */
public final class GroupVerdicts {
    private final List<String> words = new ArrayList<>(); // by rank, the best first
    private final int[] counts;
    private boolean broken;

    /** Of none yet. */
    public GroupVerdicts() {
        for (Verdict each : List.of(Verdict.GOOD, Verdict.USABLE, Verdict.DO_NOT_TRUST)) {
            words.add(each.words());
        }
        words.add(GroupFit.NO_FIT);
        counts = new int[words.size()];
    }

    /** Of these. */
    public static GroupVerdicts of(List<GroupFit> fits) {
        GroupVerdicts verdicts = new GroupVerdicts();
        fits.forEach(verdicts::add);
        return verdicts;
    }

    /** Counts one more. */
    public void add(GroupFit fit) {
        counts[fit.rank()]++;
        broken |= fit.broken();
    }

    /** How many there are. */
    public int groups() {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    /** The worst of them; a group without a fit counts as one that is not to be trusted. */
    public Verdict worst() {
        int worst = counts.length - 1;
        while (worst > 0 && counts[worst] == 0) {
            worst--;
        }
        return worst >= 2 ? Verdict.DO_NOT_TRUST : worst == 1 ? Verdict.USABLE : Verdict.GOOD;
    }

    /** Whether one of them {@linkplain GroupFit#broken() broke}. */
    public boolean isBroken() {
        return broken;
    }

    /** As in "30 groups: 28 good, 2 no fit". */
    public String inWords() {
        List<String> each = new ArrayList<>();
        for (int rank = 0; rank < counts.length; rank++) {
            if (counts[rank] > 0) {
                each.add(Numbers.grouped(counts[rank]) + " " + words.get(rank));
            }
        }
        return Words.count(groups(), "group") + ": " + String.join(", ", each);
    }
}
