package io.github.elbo4j.cli;

import io.github.elbo4j.model.BayesianLinearRegression;
import java.util.List;

/**
 * The table of parameters for the report. Its last column draws the intervals on one axis: each coefficient times the
 * standard deviation of its column, since coefficients of columns with different units cannot be compared as they are.
 */
final class ParameterTable {
    /** Of the axis at either end, in percent of the column's width: it is as wide as the page lets it. */
    private static final double MARGIN = 2.5;

    /** Phi^-1(0.75): half the width of the central 50 % interval. */
    private static final double Z75 = 0.6744897501960817;

    private static final List<String> NUMBERS = List.of("parameter", "mean", "sd", "5 %", "95 %");
    private static final String ABOVE = "P(&gt; 0)";

    private final List<FitSummary.Parameter> parameters;
    private final String effect;
    private final double low;
    private final double high;

    /** {@code effect} says what the last column shows. */
    ParameterTable(List<FitSummary.Parameter> parameters, String effect) {
        this.parameters = parameters;
        this.effect = effect;
        double least = 0; // zero is always on the axis
        double most = 0;
        for (FitSummary.Parameter p : parameters) {
            if (drawn(p)) {
                least = Math.min(least, p.q05() * p.unit());
                most = Math.max(most, p.q95() * p.unit());
            }
        }
        low = least;
        high = most > least ? most : least + 1;
    }

    String html() {
        StringBuilder html = new StringBuilder(1 << 12);
        html.append(
                "<table class=\"parameters\">\n<caption class=\"unseen\">The posterior of each parameter</caption>\n<thead><tr>");
        for (String name : NUMBERS) {
            html.append("<th scope=\"col\">").append(name).append("</th>");
        }
        html.append("<th scope=\"col\"><abbr title=\"probability that the parameter is above zero\">")
                .append(ABOVE)
                .append("</abbr></th><th scope=\"col\" class=\"effect\">")
                .append(Html.escape(effect))
                .append("</th></tr></thead>\n<tbody>\n");
        for (FitSummary.Parameter p : parameters) {
            int decimals = Numbers.decimals(p.sd(), 3);
            String name = Html.escape(p.name());
            html.append("<tr><th scope=\"row\" title=\"")
                    .append(name)
                    .append("\">")
                    .append(name)
                    .append("</th>");
            cell(html, NUMBERS.get(1), Numbers.fixed(p.mean(), decimals));
            cell(html, NUMBERS.get(2), Numbers.fixed(p.sd(), decimals));
            cell(html, NUMBERS.get(3), Numbers.fixed(p.q05(), decimals));
            cell(html, NUMBERS.get(4), Numbers.fixed(p.q95(), decimals));
            cell(html, ABOVE, probability(p));
            html.append("<td class=\"effect\">").append(interval(p)).append("</td></tr>\n");
        }
        html.append("</tbody>\n<tfoot><tr><td colspan=\"6\"></td><td class=\"effect\">")
                .append(axis())
                .append("</td></tr></tfoot>\n</table>");
        return html.toString();
    }

    /** P(parameter > 0), never rounded to certainty. */
    static String probability(FitSummary.Parameter p) {
        double above = Numbers.normalCdf(p.mean() / p.sd());
        if (!Double.isFinite(above) || p.name().equals(BayesianLinearRegression.LOG_NOISE)) {
            return ""; // of a logarithm it would say whether the noise exceeds one unit
        }
        if (above > 0.999) {
            return "> 0.999";
        }
        return above < 0.001 ? "< 0.001" : Numbers.fixed(above, 3);
    }

    private static boolean drawn(FitSummary.Parameter p) {
        return Double.isFinite(p.unit()) && Double.isFinite(p.mean()) && Double.isFinite(p.sd());
    }

    /** On a narrow page the label stands above the number, in place of the column's head. */
    private static void cell(StringBuilder html, String label, String number) {
        html.append("<td data-label=\"")
                .append(label)
                .append("\">")
                .append(Html.number(number))
                .append("</td>");
    }

    private String interval(FitSummary.Parameter p) {
        if (!drawn(p)) {
            return "";
        }
        double middle = p.mean() * p.unit();
        double half50 = Z75 * p.sd() * p.unit();
        double low90 = p.q05() * p.unit();
        double high90 = p.q95() * p.unit();
        String clear = low90 > 0 || high90 < 0 ? " clear" : "";
        int decimals = Numbers.decimals(p.sd() * p.unit(), 2);
        String words = "90 % from " + Numbers.fixed(low90, decimals) + " to " + Numbers.fixed(high90, decimals)
                + ", 50 % from " + Numbers.fixed(middle - half50, decimals) + " to "
                + Numbers.fixed(middle + half50, decimals);
        return "<svg height=\"22\" role=\"img\" aria-label=\"" + Html.prose(words) + "\">"
                + line("zero", 0, 0, 0, 22)
                + line("wide" + clear, low90, high90, 11, 11)
                + line("narrow" + clear, middle - half50, middle + half50, 11, 11)
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
