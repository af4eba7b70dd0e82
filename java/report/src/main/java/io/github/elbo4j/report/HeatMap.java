package io.github.elbo4j.report;

import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.report.words.Numbers;
import java.util.List;

/** The correlation matrix as a table whose cells are coloured: red above zero, blue below, stronger the further away. */
final class HeatMap {
    /** Beyond it numbers no longer fit into the cells; they stand in the cells' titles, and screen readers read them. */
    private static final int WITH_NUMBERS = 16;
    /** Beyond it they do not fit on a narrow page. */
    private static final int FEW = 8;
    /** Beyond it a page of cells is of no use. */
    private static final int LARGEST = 60;

    private final Posterior posterior;
    private final List<String> names;

    HeatMap(Posterior posterior) {
        this.posterior = posterior;
        this.names = posterior.names();
    }

    boolean fits() {
        return names.size() > 1 && names.size() <= LARGEST && !Double.isNaN(posterior.covariance(0, 1));
    }

    /** The pair of parameters with the largest correlation either way, as a sentence. */
    String strongest() {
        int first = 0;
        int second = 1;
        for (int i = 0; i < names.size(); i++) {
            for (int j = i + 1; j < names.size(); j++) {
                if (Math.abs(posterior.correlation(i, j)) > Math.abs(posterior.correlation(first, second))) {
                    first = i;
                    second = j;
                }
            }
        }
        return "The strongest is " + Numbers.fixed(posterior.correlation(first, second), 2) + ", between "
                + names.get(first) + " and "
                + names.get(second) + ".";
    }

    String html() {
        int size = names.size();
        StringBuilder html = new StringBuilder(1 << 12);
        html.append("<table class=\"heat")
                .append(size <= FEW ? "" : size <= WITH_NUMBERS ? " many" : " dense")
                .append(
                        "\">\n<caption class=\"unseen\">Correlations of the parameters</caption>\n<thead><tr><td></td>");
        for (String parameter : names) {
            String name = Html.escape(parameter);
            html.append("<th scope=\"col\" title=\"")
                    .append(name)
                    .append("\"><span>")
                    .append(name)
                    .append("</span></th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < names.size(); i++) {
            html.append("<tr><th scope=\"row\">")
                    .append(Html.escape(names.get(i)))
                    .append("</th>");
            for (int j = 0; j < names.size(); j++) {
                cell(html, i, j);
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>").toString();
    }

    private void cell(StringBuilder html, int i, int j) {
        if (i == j) {
            html.append("<td class=\"self\"></td>");
            return;
        }
        double r = posterior.correlation(i, j);
        String text = Numbers.fixed(r, 2);
        html.append("<td class=\"")
                .append(r < 0 ? "minus" : "plus")
                .append(Math.abs(r) > 0.8 ? " strong" : "")
                .append("\" style=\"--r:")
                .append(Numbers.fixed(Math.min(1, Math.abs(r)), 3))
                .append("\" title=\"")
                .append(Html.escape(names.get(i) + ", " + names.get(j) + ": "))
                .append(Html.number(text))
                .append("\">")
                .append(Html.number(text))
                .append("</td>");
    }
}
