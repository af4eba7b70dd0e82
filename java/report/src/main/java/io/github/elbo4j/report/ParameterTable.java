package io.github.elbo4j.report;

import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.report.words.Numbers;
import java.util.List;

/**
 * The table of parameters for the report. Its last column draws the intervals on one axis: each coefficient times the
 * standard deviation of its column, since coefficients of columns with different units cannot be compared as they are.
 */
final class ParameterTable {
    /** Of the axis at either end, in percent of the column's width: it is as wide as the page lets it. */
    private static final double MARGIN = 2.5;

    private static final List<String> NUMBERS = List.of("parameter", "mean", "sd", "5 %", "95 %");
    private static final List<String> OF_POINT = List.of("parameter", "value", "error", "5 %", "95 %");
    /** Among the probabilities of a marginal's quantiles. */
    private static final int LOW_90 = Marginal.PROBABILITIES.indexOf(0.05);

    private static final int LOW_50 = Marginal.PROBABILITIES.indexOf(0.25);
    private static final int HIGH_50 = Marginal.PROBABILITIES.indexOf(0.75);
    private static final int HIGH_90 = Marginal.PROBABILITIES.indexOf(0.95);

    private static final String ABOVE = "P(&gt; 0)";

    private final Report report;
    private final List<Marginal> marginals;
    private final String effect;
    private final double low;
    private final double high;

    /** {@code effect} says what the last column shows. */
    ParameterTable(Report report, String effect) {
        this.report = report;
        this.marginals = report.marginals();
        this.effect = effect;
        double least = 0; // zero is always on the axis
        double most = 0;
        for (int i = 0; i < marginals.size(); i++) {
            if (drawn(i)) {
                least = Math.min(least, quantile(i, LOW_90) * unit(i));
                most = Math.max(most, quantile(i, HIGH_90) * unit(i));
            }
        }
        low = least;
        high = most > least ? most : least + 1;
    }

    /** The standard deviation of the column that a parameter multiplies, NaN where it multiplies none; 1 without data. */
    private double unit(int i) {
        DataSource data = report.data();
        return data == null || report.hasQuantities()
                ? 1
                : data.units().getOrDefault(marginals.get(i).name(), Double.NaN);
    }

    private double quantile(int i, int p) {
        return marginals.get(i).quantiles().get(p);
    }

    String html() {
        StringBuilder html = new StringBuilder(1 << 12);
        html.append(
                "<table class=\"parameters\">\n<caption class=\"unseen\">The posterior of each parameter</caption>\n<thead><tr>");
        List<String> numbers = report.fit().isPoint() ? OF_POINT : NUMBERS;
        for (String name : numbers) {
            html.append("<th scope=\"col\">").append(name).append("</th>");
        }
        // Of other distributions only quantiles are known, and a point is no distribution.
        boolean above = !report.hasQuantities() && !report.fit().isPoint();
        if (above) {
            html.append("<th scope=\"col\"><abbr title=\"probability that the parameter is above zero\">")
                    .append(ABOVE)
                    .append("</abbr></th>");
        }
        html.append("<th scope=\"col\" class=\"effect\">")
                .append(Html.escape(effect))
                .append("</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < marginals.size(); i++) {
            Marginal marginal = marginals.get(i);
            int decimals = Numbers.decimals(marginal.standardDeviation(), 3);
            String name = Html.escape(marginal.name());
            html.append("<tr><th scope=\"row\" title=\"")
                    .append(name)
                    .append("\">")
                    .append(name)
                    .append("</th>");
            cell(html, numbers.get(1), Numbers.fixed(marginal.mean(), decimals));
            cell(html, numbers.get(2), Numbers.fixed(marginal.standardDeviation(), decimals));
            cell(html, numbers.get(3), Numbers.fixed(quantile(i, LOW_90), decimals));
            cell(html, numbers.get(4), Numbers.fixed(quantile(i, HIGH_90), decimals));
            if (above) {
                cell(html, ABOVE, probability(report, i));
            }
            html.append("<td class=\"effect\">").append(interval(i)).append("</td></tr>\n");
        }
        html.append("</tbody>\n<tfoot><tr><td colspan=\"")
                .append(above ? 6 : 5)
                .append("\"></td><td class=\"effect\">")
                .append(axis())
                .append("</td></tr></tfoot>\n</table>");
        return html.toString();
    }

    /** P(parameter > 0), never rounded to certainty. */
    static String probability(Report report, int i) {
        Posterior posterior = report.fit().posterior();
        if (report.fit().isPoint()) {
            return "";
        }
        boolean finite = Double.isFinite(posterior.mean(i) / posterior.standardDeviation(i));
        if (!finite || report.model().logarithms().containsKey(posterior.names().get(i))) {
            return ""; // of a logarithm it would say whether the number itself exceeds one unit
        }
        double above = 1 - below(posterior, i, 0);
        if (above > 0.999) {
            return "> 0.999";
        }
        return above < 0.001 ? "< 0.001" : Numbers.fixed(above, 3);
    }

    /** P(parameter < x) to five digits: the p whose quantile is x. */
    static double below(Posterior posterior, int i, double x) {
        double low = 0;
        double high = 1;
        while (high - low > 1e-5) {
            double middle = (low + high) / 2;
            if (posterior.quantile(i, middle) < x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private boolean drawn(int i) {
        return Double.isFinite(unit(i))
                && Double.isFinite(marginals.get(i).mean())
                && Double.isFinite(marginals.get(i).standardDeviation());
    }

    /** Whether only normals are shown, as charts and captions then say. */
    static boolean isNormal(Posterior posterior) {
        return posterior instanceof GaussianPosterior;
    }

    /** On a narrow page the label stands above the number, in place of the column's head. */
    private static void cell(StringBuilder html, String label, String number) {
        html.append("<td data-label=\"")
                .append(label)
                .append("\">")
                .append(Html.number(number))
                .append("</td>");
    }

    private String interval(int i) {
        if (!drawn(i)) {
            return "";
        }
        double unit = unit(i);
        double middle = marginals.get(i).mean() * unit;
        double low50 = quantile(i, LOW_50) * unit;
        double high50 = quantile(i, HIGH_50) * unit;
        double low90 = quantile(i, LOW_90) * unit;
        double high90 = quantile(i, HIGH_90) * unit;
        boolean sided = marginals.get(i).eitherSign() && (low90 > 0 || high90 < 0);
        String clear = sided ? " clear" : "";
        int decimals = Numbers.decimals(marginals.get(i).standardDeviation() * unit, 2);
        String words = "90 % from " + Numbers.fixed(low90, decimals) + " to " + Numbers.fixed(high90, decimals)
                + ", 50 % from " + Numbers.fixed(low50, decimals) + " to "
                + Numbers.fixed(high50, decimals);
        return "<svg height=\"22\" role=\"img\" aria-label=\"" + Html.prose(words) + "\">"
                + line("zero", 0, 0, 0, 22)
                + line("wide" + clear, low90, high90, 11, 11)
                + line("narrow" + clear, low50, high50, 11, 11)
                + "<circle class=\"middle" + clear + "\" cx=\"" + x(middle) + "\" cy=\"11\" r=\"4\"/></svg>";
    }

    private String axis() {
        double step = tickStep((high - low) / 4);
        int decimals = Math.max(0, (int) -Math.floor(Math.log10(step)));
        StringBuilder ticks = new StringBuilder();
        ticks.append(line("axis", low, high, 1, 1));
        for (long k = (long) Math.ceil(low / step); k * step <= high; k++) {
            ticks.append(line("axis", k * step, k * step, 1, 5))
                    .append("<text x=\"")
                    .append(x(k * step))
                    .append("\" y=\"17\">")
                    .append(Html.number(Numbers.fixed(k * step, decimals)))
                    .append("</text>");
        }
        return "<svg height=\"20\" aria-hidden=\"true\">" + ticks + "</svg>";
    }

    /** 1, 2 or 5 times a power of ten, at least {@code rough}. */
    private static double tickStep(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (int factor : new int[] {1, 2, 5}) {
            if (factor * power >= rough) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private String line(String style, double from, double to, int y1, int y2) {
        return "<line class=\"" + style + "\" x1=\"" + x(from) + "\" x2=\"" + x(to) + "\" y1=\"" + y1 + "\" y2=\"" + y2
                + "\"/>";
    }

    private String x(double value) {
        return Numbers.fixed(MARGIN + (100 - 2 * MARGIN) * (value - low) / (high - low), 2) + "%";
    }
}
