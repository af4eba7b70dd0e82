package io.github.elbo4j.cli.view;

import io.github.elbo4j.report.GroupFit;
import io.github.elbo4j.report.GroupVerdicts;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many fits on a terminal: how far they are, then the worst of them and how many there are of each verdict. */
public final class GroupsView implements AutoCloseable {
    /** Groups that are listed. */
    private static final int LISTED = 20;

    private static final int BAR = 16;
    private static final long EVERY_NANOS = 100_000_000L;
    private static final long LINE_EVERY_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private final int groups;
    private final boolean silent;
    private final int columns; // of the terminal; 0 if there is none
    private long last = System.nanoTime();
    private boolean shown;

    /** @param silent whether nothing is shown before the result */
    public GroupsView(PrintWriter err, boolean silent, int groups) {
        this.err = err;
        this.silent = silent;
        this.groups = groups;
        this.columns = silent ? 0 : Terminal.columns();
    }

    /** So many fits have ended. */
    public synchronized void done(int count) {
        long now = System.nanoTime();
        if (silent || now - last < (columns > 0 ? EVERY_NANOS : LINE_EVERY_NANOS)) {
            return;
        }
        last = now;
        String words = Numbers.grouped(count) + " of " + Words.count(groups, "group");
        if (columns > 0) {
            String line = ProgressView.bar((double) count / groups, BAR) + words;
            err.print("\r" + Text.cut(line, columns - 1));
            shown = true;
        } else {
            err.println(words);
        }
        err.flush();
    }

    /** A line for the user. */
    public synchronized void say(String line) {
        err.println(shown ? "\n" + line : line);
        err.flush();
        shown = false;
    }

    /** The result takes the bar's place. */
    @Override
    public void close() {
        end();
    }

    /** No fit is at work any more. */
    public synchronized void end() {
        if (shown) {
            err.print("\r" + " ".repeat(columns - 1) + "\r");
            err.flush();
            shown = false;
        }
    }

    /** Prints the result. */
    public static void print(PrintWriter out, List<GroupFit> fits, String heading, List<Path> written) {
        int width = Terminal.width();
        out.println(Text.wrap(Words.plain(heading), width, ""));
        out.println();
        List<GroupFit> worst =
                fits.stream().sorted(GroupFit.WORST_FIRST).limit(LISTED).toList();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("group", "problem", "rows", "ELBO", "k-hat", "verdict"));
        for (GroupFit each : worst) {
            rows.add(List.of(
                    Words.plain(each.name()),
                    String.valueOf(each.problem()),
                    Numbers.grouped(each.rows()),
                    each.elbo(),
                    each.kHat(),
                    each.verdict()));
        }
        new TextTable(width).print(out, rows);
        if (fits.size() > LISTED) {
            out.println("… and " + Numbers.grouped(fits.size() - LISTED) + " more, none worse than these");
        }
        out.println();
        for (GroupFit each : worst) {
            if (!each.reason().isEmpty()) {
                out.println(Text.wrap(Words.plain(each.name() + ": " + each.reason()), width, "  "));
            }
        }
        out.println();
        out.println(Text.fact("verdicts", GroupVerdicts.of(fits).inWords(), width));
        for (Path path : written) {
            out.println(Text.fact(path.equals(written.get(0)) ? "wrote" : "", path.toString(), width));
        }
    }
}
