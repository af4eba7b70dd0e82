package io.github.elbo4j.cli;

import java.util.List;

/** The correlation matrix as a table whose cells are coloured: red above zero, blue below, stronger the further away. */
final class HeatMap {
    /** Beyond it numbers no longer fit into the cells; they are read out, and in the cells' titles, instead. */
    private static final int WITH_NUMBERS = 16;
    /** Beyond it they do not fit on a narrow page. */
    private static final int FEW = 8;
    /** Beyond it a page of cells says nothing. */
    private static final int LARGEST = 60;

    private final List<FitSummary.Parameter> parameters;
    private final double[][] covariance;

    HeatMap(List<FitSummary.Parameter> parameters, double[][] covariance) {
        this.parameters = parameters;
        this.covariance = covariance;
    }

    boolean fits() {
        return parameters.size() > 1 && parameters.size() <= LARGEST;
    }

    double correlation(int i, int j) {
        return i == j ? 1 : covariance[i][j] / Math.sqrt(covariance[i][i] * covariance[j][j]);
    }

    /** The pair of parameters with the largest correlation either way, as a sentence. */
    String strongest() {
        int first = 0;
        int second = 1;
        for (int i = 0; i < parameters.size(); i++) {
            for (int j = i + 1; j < parameters.size(); j++) {
                if (Math.abs(correlation(i, j)) > Math.abs(correlation(first, second))) {
                    first = i;
                    second = j;
                }
            }
        }
        return "The strongest is " + Numbers.fixed(correlation(first, second), 2) + ", between "
                + parameters.get(first).name() + " and "
                + parameters.get(second).name() + ".";
    }

    String html() {
        int size = parameters.size();
        StringBuilder html = new StringBuilder(1 << 12);
        html.append("<table class=\"heat")
                .append(size <= FEW ? "" : size <= WITH_NUMBERS ? " many" : " dense")
                .append(
                        "\">\n<caption class=\"unseen\">Correlations of the parameters</caption>\n<thead><tr><td></td>");
        for (FitSummary.Parameter p : parameters) {
            String name = Html.escape(p.name());
            html.append("<th scope=\"col\" title=\"")
                    .append(name)
                    .append("\"><span>")
                    .append(name)
                    .append("</span></th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < parameters.size(); i++) {
            html.append("<tr><th scope=\"row\">")
                    .append(Html.escape(parameters.get(i).name()))
                    .append("</th>");
            for (int j = 0; j < parameters.size(); j++) {
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
        double r = correlation(i, j);
        String text = Numbers.fixed(r, 2);
        html.append("<td class=\"")
                .append(r < 0 ? "minus" : "plus")
                .append(Math.abs(r) > 0.8 ? " strong" : "")
                .append("\" style=\"--r:")
                .append(Numbers.fixed(Math.min(1, Math.abs(r)), 3))
                .append("\" title=\"")
                .append(Html.escape(
                        parameters.get(i).name() + ", " + parameters.get(j).name() + ": "))
                .append(Html.number(text))
                .append("\">")
                .append(Html.number(text))
                .append("</td>");
    }
}
