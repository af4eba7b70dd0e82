package io.github.elbo4j.report;

import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Many fits on one page, the worst verdicts first: how many there are of each, a table and small multiples of the worst, and each parameter
 * over all groups. Its size does not grow with the number of groups beyond what is shown.
 */
public final class GroupsPage {
    /** Groups in the table. */
    private static final int LISTED = 100;
    /** Groups that have a picture of their own. */
    private static final int PICTURED = 24;
    /** Parameters that have a chart, and that a picture of a group shows. */
    private static final int PARAMETERS = 12;
    /** Places of a chart over all groups. */
    private static final int PLACES = 400;

    private static final int COLUMNS = 4;
    private static final int CELL = 180;
    private static final int LINE = 15;
    private static final int LOW = 0; // of Marginal.PROBABILITIES: 5 %
    private static final int HIGH = 4; // 95 %

    private final List<GroupFit> fits;
    private final GroupVerdicts verdicts;
    private final String heading;
    private final String sub;

    /**
     * A page.
     *
     * @param fits those that it shows
     * @param verdicts of all, which may be more
     * @param heading what was fitted
     * @param sub to what, in a line
     */
    public GroupsPage(List<GroupFit> fits, GroupVerdicts verdicts, String heading, String sub) {
        this.verdicts = verdicts;
        this.fits = fits.stream().sorted(GroupFit.WORST_FIRST).toList();
        this.heading = heading;
        this.sub = sub;
    }

    /**
     * Writes {@code report.html} into a folder and returns where it is.
     *
     * @param command that repeats it
     * @param device where, in words
     */
    public Path write(Path folder, String command, String device) throws IOException {
        Page page = new Page("fits by group", heading, sub);
        page.section("Verdicts").text(verdicts.inWords() + ".");
        table(page);
        pictures(page);
        parameters(page);
        page.ran(command, device);
        return page.write(folder.resolve("report.html"));
    }

    private void table(Page page) {
        List<List<String>> rows = new ArrayList<>();
        for (GroupFit each : fits.subList(0, Math.min(LISTED, fits.size()))) {
            rows.add(List.of(
                    each.name(),
                    String.valueOf(each.problem()),
                    Numbers.grouped(each.rows()),
                    each.elbo(),
                    each.verdict(),
                    each.reason()));
        }
        page.table("groups", List.of("group", "problem", "rows", "ELBO", "verdict", "why"), rows);
        if (verdicts.groups() > LISTED) {
            page.caption("The " + LISTED + " with the worst verdicts; fits.jsonl has all.");
        }
    }

    private void pictures(Page page) {
        List<GroupFit> shown = fits.stream()
                .filter(each -> each.found() != null)
                .limit(PICTURED)
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        List<String> names = names();
        page.section("The worst verdicts").figure(multiples(shown, names));
        page.caption(
                "Mean and central 90 % of " + (names.size() > 1 ? "each parameter" : "the parameter")
                        + ", the worst verdicts first. Of a parameter, all pictures have the same scale; the scale runs over the groups shown.");
    }

    /** The parameters that are shown: those of the first fit. */
    private List<String> names() {
        return fits.stream()
                .map(GroupFit::parameters)
                .filter(parameters -> !parameters.isEmpty())
                .findFirst()
                .orElse(List.of())
                .stream()
                .map(Marginal::name)
                .limit(PARAMETERS)
                .toList();
    }

    private static @Nullable Marginal parameter(GroupFit fit, String name) {
        for (Marginal each : fit.parameters()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    private static String multiples(List<GroupFit> shown, List<String> names) {
        double[] low = new double[names.size()];
        double[] high = new double[names.size()];
        for (int p = 0; p < low.length; p++) {
            low[p] = Double.POSITIVE_INFINITY;
            high[p] = Double.NEGATIVE_INFINITY;
            for (GroupFit fit : shown) {
                Marginal marginal = parameter(fit, names.get(p));
                if (marginal != null && Double.isFinite(marginal.mean())) {
                    low[p] = Math.min(low[p], marginal.quantiles().get(LOW));
                    high[p] = Math.max(high[p], marginal.quantiles().get(HIGH));
                }
            }
        }
        int height = LINE * (names.size() + 3);
        int lines = (shown.size() + COLUMNS - 1) / COLUMNS;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Intervals of the groups with the worst verdicts\">%n",
                COLUMNS * CELL,
                lines * height));
        for (int g = 0; g < shown.size(); g++) {
            GroupFit fit = shown.get(g);
            int left = g % COLUMNS * CELL;
            int top = g / COLUMNS * height;
            String title = fit.name().length() > 16 ? fit.name().substring(0, 15) + "…" : fit.name();
            svg.append(text(left + 8, top + LINE, title + " · " + fit.verdict(), fit.tone()));
            for (int p = 0; p < names.size(); p++) {
                int y = top + LINE * (p + 2);
                String name = names.get(p);
                svg.append(text(left + 8, y, name.length() > 11 ? name.substring(0, 10) + "…" : name, ""));
                Marginal marginal = parameter(fit, name);
                if (marginal != null && high[p] > low[p]) {
                    svg.append(interval(left + 78, y - 4, marginal, low[p], high[p]));
                }
            }
        }
        return svg.append("</svg>").toString();
    }

    private static String text(int x, int y, String words, String tone) {
        String style =
                tone.isEmpty() ? "text-anchor:start" : "text-anchor:start;fill:var(--" + tone + ");font-weight:600";
        return String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"%d\" style=\"%s\">%s</text>%n", x, y, style, Html.escape(words));
    }

    private static String interval(int left, int y, Marginal marginal, double low, double high) {
        double width = (CELL - 90) / (high - low);
        return String.format(
                Locale.ROOT,
                "<line class=\"wide\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><circle class=\"middle\" cx=\"%.1f\""
                        + " cy=\"%d\" r=\"2.5\"/>%n",
                left + (marginal.quantiles().get(LOW) - low) * width,
                left + (marginal.quantiles().get(HIGH) - low) * width,
                y,
                y,
                left + (marginal.mean() - low) * width,
                y);
    }

    /** Each parameter over all groups, in the order of its mean; of many groups at evenly spaced places. */
    private void parameters(Page page) {
        page.section("Parameters over the groups");
        for (String name : names()) {
            List<Marginal> sorted = new ArrayList<>();
            for (GroupFit fit : fits) {
                Marginal marginal = parameter(fit, name);
                if (marginal != null && Double.isFinite(marginal.mean())) {
                    sorted.add(marginal);
                }
            }
            sorted.sort((a, b) -> Double.compare(a.mean(), b.mean()));
            int places = Math.min(PLACES, sorted.size());
            if (places < 2) {
                continue;
            }
            double[] x = new double[places];
            double[] mean = new double[places];
            double[] low = new double[places];
            double[] high = new double[places];
            for (int i = 0; i < places; i++) {
                int at = (int) Math.round((double) i * (sorted.size() - 1) / (places - 1));
                Marginal marginal = sorted.get(at);
                x[i] = at + 1;
                mean[i] = marginal.mean();
                low[i] = marginal.quantiles().get(LOW);
                high[i] = marginal.quantiles().get(HIGH);
            }
            page.chart(
                    Chart.of("groups, by the mean of " + name, name)
                            .band(0, x, low, high)
                            .line("", 0, x, mean),
                    "Means and central 90 % of " + name + " over the groups");
        }
        page.caption("Means of the groups in order, and the central 90 % of each"
                + (fits.size() > PLACES ? ", at " + PLACES + " places." : "."));
    }
}
