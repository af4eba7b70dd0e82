package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.List;

/** The table of what a fit's accounts say beside each other. */
public final class AccountTable {
    private final Report report;
    private final List<Account> accounts;

    AccountTable(Report report) {
        this.report = report;
        this.accounts =
                report.fit().accounts().stream().filter(Account::hasPosterior).toList();
    }

    /**
     * As rows of text, the first of which is the head; empty where there are none.
     */
    public List<List<String>> rows() {
        List<List<Account.Entry>> all = accounts.stream().map(report::shown).toList();
        List<List<String>> rows = new ArrayList<>();
        if (all.isEmpty() || all.get(0).isEmpty()) {
            return rows;
        }
        List<String> head = new ArrayList<>(List.of("parameter", "mean ±", "sd ±"));
        for (Account other : accounts.subList(1, all.size())) {
            head.add("sd, " + other.name());
            head.add("±");
        }
        rows.add(head);
        for (int i = 0; i < all.get(0).size(); i++) {
            int decimals = Numbers.decimals(all.get(0).get(i).standardDeviation(), 3);
            List<String> row = new ArrayList<>();
            for (List<Account.Entry> account : all) {
                Account.Entry number = account.get(i);
                row.add(row.isEmpty() ? number.name() : Numbers.fixed(number.standardDeviation(), decimals));
                if (row.size() == 1) {
                    row.add(error(number.meanError(), decimals));
                }
                row.add(error(number.sdError(), decimals));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String error(double value, int decimals) {
        return Double.isNaN(value) ? "unknown" : Numbers.fixed(value, decimals + 1);
    }

    /** What {@link #rows} are. */
    public String inWords() {
        String first = accounts.isEmpty() ? "" : accounts.get(0).name();
        return "Means and sds above are those of " + first
                + ". ± is the standard error of a number over the fixed draws: how much others would move it.";
    }

    /** Empty where there are none. */
    String html() {
        return html("Monte Carlo errors", rows(), inWords());
    }

    /**
     * A table that may be wider than the page, and a caption below it; empty where there are no rows.
     *
     * @param rows the first of which is the head
     */
    static String html(String label, List<List<String>> rows, String words) {
        if (rows.isEmpty()) {
            return "";
        }
        List<String> head = rows.get(0);
        StringBuilder html = new StringBuilder(1 << 10);
        html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + label + "\"><table"
                + " class=\"parameters\">\n<caption class=\"unseen\">" + label + "</caption>\n<thead><tr>");
        head.forEach(name ->
                html.append("<th scope=\"col\">").append(Html.escape(name)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows.subList(1, rows.size())) {
            String name = Html.escape(row.get(0));
            html.append("<tr><th scope=\"row\" title=\"")
                    .append(name)
                    .append("\">")
                    .append(name)
                    .append("</th>");
            for (int i = 1; i < row.size(); i++) {
                html.append("<td data-label=\"")
                        .append(Html.escape(head.get(i)))
                        .append("\">")
                        .append(Html.number(row.get(i)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table></div>\n<p class=\"caption\">")
                .append(Html.prose(words))
                .append("</p>\n")
                .toString();
    }
}
