package io.github.elbo4j.cli;

import io.github.elbo4j.model.BayesianLinearRegression;
import java.util.List;

/**
 * The table of parameters for the report. Its last column draws the intervals on one axis: each coefficient times the
 * standard deviation of its column, since coefficients of columns with different units cannot be compared as they are.
 */
final class ParameterTable {
    private static final int WIDTH = 320;
    private static final int MARGIN = 8;
    /** Phi^-1(0.75): half the width of the central 50 % interval. */
    private static final double Z75 = 0.6744897501960817;

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
        html.append("<table class=\"parameters\">\n<thead><tr><th>parameter</th><th>mean</th><th>sd</th><th>5 %</th>")
                .append(
                        "<th>95 %</th><th><abbr title=\"probability that the parameter is above zero\">P(&gt; 0)</abbr>")
                .append("</th><th class=\"effect\">")
                .append(Html.escape(effect))
                .append("</th></tr></thead>\n<tbody>\n");
        for (FitSummary.Parameter p : parameters) {
            int decimals = Numbers.decimals(p.sd(), 3);
            String name = Html.escape(p.name());
            html.append("<tr><th title=\"")
                    .append(name)
                    .append("\">")
                    .append(name)
                    .append("</th>");
            cell(html, Numbers.fixed(p.mean(), decimals));
            cell(html, Numbers.fixed(p.sd(), decimals));
            cell(html, Numbers.fixed(p.q05(), decimals));
            cell(html, Numbers.fixed(p.q95(), decimals));
            cell(html, probability(p));
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

    private static void cell(StringBuilder html, String number) {
        html.append("<td>").append(Html.number(number)).append("</td>");
    }

    private String interval(FitSummary.Parameter p) {
        if (!drawn(p)) {
            return "";
        }
        double half50 = Z75 * p.sd();
        String clear = p.q05() > 0 || p.q95() < 0 ? " clear" : "";
        return svg(
                22,
                line("zero", 0, 0, 0, 22)
                        + line("wide" + clear, p.q05() * p.unit(), p.q95() * p.unit(), 11, 11)
                        + line("narrow" + clear, (p.mean() - half50) * p.unit(), (p.mean() + half50) * p.unit(), 11, 11)
                        + "<circle class=\"middle" + clear + "\" cx=\"" + x(p.mean() * p.unit())
                        + "\" cy=\"11\" r=\"4\"/>");
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
        return svg(20, ticks.toString());
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

    private static String svg(int height, String content) {
        return "<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" aria-hidden=\"true\">" + content + "</svg>";
    }

    private String line(String style, double from, double to, int y1, int y2) {
        return "<line class=\"" + style + "\" x1=\"" + x(from) + "\" x2=\"" + x(to) + "\" y1=\"" + y1 + "\" y2=\"" + y2
                + "\"/>";
    }

    private String x(double value) {
        return Numbers.fixed(MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / (high - low), 1);
    }
}
