package io.github.elbo4j.report;

import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.report.words.Numbers;

/** The section of the report on draws from the prior. */
final class PriorTable {
    private final Report report;

    PriorTable(Report report) {
        this.report = report;
    }

    String html() {
        StringBuilder html = new StringBuilder(1 << 10);
        html.append("<section>\n<h2>Before the data</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\""
                + " aria-label=\"prior predictive\"><table class=\"parameters\">\n<caption class=\"unseen\">Draws from the"
                + " prior</caption>\n<thead><tr>");
        for (String head : Report.PRIOR_HEAD) {
            html.append("<th scope=\"col\">").append(head).append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (Marginal marginal : report.priorMarginals()) {
            String name = Html.escape(marginal.name());
            html.append("<tr><th scope=\"row\" title=\"")
                    .append(name)
                    .append("\">")
                    .append(name)
                    .append("</th>");
            for (int i = 0; i < Report.PRIOR_HEAD.size() - 1; i++) {
                html.append("<td data-label=\"")
                        .append(Report.PRIOR_HEAD.get(i + 1))
                        .append("\">")
                        .append(Html.number(Report.priorNumber(marginal, i)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table></div>\n<p class=\"caption\">From ")
                .append(Numbers.grouped(report.priorDraws()))
                .append(
                        " draws of the parameters from their priors, and of what is observed from these, all its elements"
                                + " together. Of a distribution with long tails, mean and standard deviation say little.</p>\n"
                                + "</section>\n\n")
                .toString();
    }
}
