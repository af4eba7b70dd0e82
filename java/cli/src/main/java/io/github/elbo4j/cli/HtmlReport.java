package io.github.elbo4j.cli;

import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.infer.Verdict;
import io.github.elbo4j.model.BayesianLinearRegression;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A fit as one HTML page that loads nothing: style, charts and data are inside. A content security policy names the two
 * scripts by their hash, so nothing that a column name smuggles in could run even if it were not escaped.
 */
final class HtmlReport {
    private static final String FOLDER = "report/";

    private final FitSummary fit;
    private final String command;
    private final String version;
    private final ZonedDateTime when;

    /**
     * @param command the command line that repeats the fit
     * @param when the time to print on the page
     */
    HtmlReport(FitSummary fit, String command, String version, ZonedDateTime when) {
        this.fit = fit;
        this.command = command;
        this.version = version;
        this.when = when;
    }

    String html() {
        Explanation explanation = new Explanation(fit);
        String uplot = uplot();
        String js = resource("report.js");
        FitSummary.Source data = fit.data();
        String what = "Bayesian " + fit.model() + " regression of " + data.target();
        Map<String, String> slots = new HashMap<>();
        slots.put("hashes", hash(uplot) + " " + hash(js));
        slots.put("css", resource("uPlot.min.css") + "\n" + resource("report.css"));
        slots.put("uplot", uplot);
        slots.put("js", js);
        slots.put("data", Html.script(new ReportData(fit).json()));
        slots.put("title", Html.escape(explanation.headline() + ": " + what));
        slots.put("heading", Html.escape(what));
        slots.put("sub", Html.escape(sub(data)));
        slots.put("tone", tone());
        slots.put("sign", tone().equals("good") ? "✓" : tone().equals("usable") ? "≈" : "✕");
        slots.put("headline", Html.escape(explanation.headline()));
        slots.put("verdict", Html.escape(explanation.verdict()));
        slots.put("ending", Html.prose(fit.ending().detail()));
        slots.put("advice", list(explanation.advice()));
        slots.put("elbo", Html.number(Numbers.withError(fit.elbo(), fit.elboError(), 4)));
        slots.put("khat", Html.number(Numbers.fixed(fit.kHat(), 2)) + Html.escape(explanation.kHatAside()));
        slots.put("efficiency", efficiency());
        slots.put("gauge", gauge());
        slots.put("steps", Numbers.grouped(fit.steps()));
        slots.put("draws", Numbers.short3(fit.run().drawsPerSecond() * fit.run().seconds()));
        slots.put("time", Numbers.seconds(fit.run().seconds()));
        slots.put("speed", Numbers.short3(fit.run().drawsPerSecond()));
        slots.put("device", Html.escape(fit.run().device()));
        slots.put("description", Html.escape(fit.run().description()));
        slots.put("table", new ParameterTable(fit.parameters(), effect(data)).html());
        slots.put("traceinwords", Html.prose(courseInWords(fit.trace())));
        slots.put("tailinwords", Html.prose(courseInWords(lastHalf(fit.trace()))));
        slots.put("tablecaption", Html.prose(tableCaption()));
        slots.put("correlations", correlations());
        slots.put("aboutelbo", Html.escape(explanation.elbo()));
        slots.put("command", Html.escape(command));
        slots.put("options", options());
        slots.put("about", Html.escape(about(data)));
        slots.put("version", Html.escape(version));
        slots.put("when", when.format(DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm z", Locale.ENGLISH)));
        return fill(resource("report.html"), slots);
    }

    /** Puts the values in the places of their names, in one pass: what a value holds is never taken for a name. */
    private static String fill(String template, Map<String, String> slots) {
        StringBuilder page = new StringBuilder(1 << 17);
        int end = 0;
        for (int start = template.indexOf("{{"); start >= 0; start = template.indexOf("{{", end)) {
            page.append(template, end, start);
            end = template.indexOf("}}", start) + 2;
            String name = template.substring(start + 2, end - 2);
            String value = slots.get(name);
            if (value == null) {
                throw new IllegalStateException("report.html asks for " + name + ", which nobody fills in");
            }
            page.append(value);
        }
        return page.append(template, end, template.length()).toString();
    }

    private String sub(FitSummary.Source data) {
        int k = data.predictors().size();
        return data.file() + " · " + data.rowsInWords() + " · " + k + " predictor" + (k == 1 ? "" : "s") + " · "
                + fit.family() + " Gaussian · " + fit.gradient() + " gradient · seed " + fit.seed();
    }

    private String tone() {
        if (!fit.good()) {
            return "bad";
        }
        return fit.verdict() == Verdict.GOOD ? "good" : "usable";
    }

    private String effect(FitSummary.Source data) {
        String what = fit.model().equals("logistic") ? "the log-odds" : data.target();
        return "effect on " + what + " of one sd of the column: 90 % and 50 % intervals";
    }

    private String tableCaption() {
        String noise = fit.parameters().stream()
                .filter(p -> p.name().equals(BayesianLinearRegression.LOG_NOISE))
                .map(p -> Text.sentence(new Explanation(fit).noise(p)) + " ")
                .findFirst()
                .orElse("");
        String codings = fit.data().codings().stream()
                .map(coding -> coding.words() + ". ")
                .collect(Collectors.joining());
        return noise
                + codings
                + "Means, standard deviations and the central 90 % interval (5 % to 95 %) are on the scale of the data: the"
                + " change of "
                + (fit.model().equals("logistic") ? "the log-odds" : "the target")
                + " for one unit of the column. The drawn intervals are for one standard deviation of the column instead, so"
                + " that they can be compared; filled ones lie clear of zero.";
    }

    private String correlations() {
        if (fit.family().equals("mean-field")) {
            return "<p class=\"caption\">A mean-field Gaussian has no correlations between the parameters that it fits. Use"
                    + " <code>--family full-rank</code> to see them.</p>";
        }
        double[][] covariance = fit.covariance();
        HeatMap map = new HeatMap(fit.parameters(), covariance == null ? new double[0][] : covariance);
        if (!map.fits()) {
            return "<p class=\"caption\">"
                    + (fit.parameters().size() < 2
                            ? "There is only one parameter."
                            : "There are too many parameters to draw; fit.json holds the covariance"
                                    + (covariance == null ? " with <code>--covariance</code>." : "."))
                    + "</p>";
        }
        return "<div class=\"beside\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"correlations\">"
                + map.html()
                + "</div><div><p class=\"scale\">−1 <i></i> 1</p>"
                + "<p class=\"caption\">" + Html.prose(map.strongest())
                + " Where the correlation of two parameters is near −1"
                + " or 1, the data say much about one combination of them and little about each.</p></div></div>";
    }

    private static List<TracePoint> lastHalf(List<TracePoint> trace) {
        return trace.subList(trace.size() / 2, trace.size());
    }

    /** What the chart of a part of the trace shows, for those who do not see it. */
    private static String courseInWords(List<TracePoint> trace) {
        if (trace.size() < 2) {
            return "Too few steps to draw.";
        }
        TracePoint first = trace.get(0);
        TracePoint last = trace.get(trace.size() - 1);
        return "Chart of the ELBO: at step " + Numbers.grouped(first.step()) + " it is "
                + Numbers.withError(first.elbo(), first.standardError()) + ", at step " + Numbers.grouped(last.step())
                + " it is " + Numbers.withError(last.elbo(), last.standardError()) + ".";
    }

    /** Of the importance weights, in per cent of their number. */
    private String efficiency() {
        double efficiency = fit.assessment().efficiency();
        return Double.isNaN(efficiency) ? "none" : Html.number(Numbers.fixed(100 * efficiency, 0)) + " %";
    }

    /** The efficiency of the importance weights on a line from 0 to 1 whose thresholds are marked. */
    private String gauge() {
        double efficiency = fit.assessment().efficiency();
        if (Double.isNaN(efficiency)) {
            return "no importance weights, ";
        }
        double x = 2 + 116 * Math.max(0, Math.min(1, efficiency));
        return "<svg class=\"gauge\" viewBox=\"0 0 120 12\" width=\"120\" height=\"12\" role=\"img\" aria-label=\""
                + "where 35 % or more is good and 10 % or more usable\"><rect x=\"2\" y=\"4\" width=\"11.6\" height=\"4\""
                + " fill=\"var(--bad)\"/><rect x=\"13.6\" y=\"4\" width=\"29\" height=\"4\" fill=\"var(--usable)\"/>"
                + "<rect x=\"42.6\" y=\"4\" width=\"75.4\" height=\"4\" fill=\"var(--good)\"/><circle cx=\""
                + Numbers.fixed(x, 1)
                + "\" cy=\"6\" r=\"4.5\" fill=\"var(--page)\" stroke=\"var(--ink)\" stroke-width=\"2.5\"/></svg>";
    }

    private String options() {
        StringBuilder html =
                new StringBuilder("<table class=\"options\">\n<caption class=\"unseen\">What the fit used</caption>\n");
        fit.options()
                .forEach((name, value) -> html.append("<tr><th scope=\"row\">")
                        .append(Html.escape(name))
                        .append("</th><td>")
                        .append(shown(value))
                        .append("</td></tr>\n"));
        return html.append("</table>").toString();
    }

    private static String shown(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "yes" : "no";
        }
        return value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? Html.number(Long.toString(number.longValue()))
                : Html.prose(value.toString());
    }

    private String about(FitSummary.Source data) {
        return "Device: " + fit.run().device() + " (" + fit.run().reason()
                + "). The same seed gives the same numbers on"
                + " every device and with any number of threads. SHA-256 of " + data.file() + ": " + data.sha256()
                + "."
                + data.notes().stream().map(note -> " " + Text.sentence(note)).collect(Collectors.joining());
    }

    private static String list(List<String> items) {
        if (items.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder("<ul>");
        items.forEach(item -> html.append("<li>").append(Html.escape(item)).append("</li>"));
        return html.append("</ul>").toString();
    }

    /** The licence asks to go where the code goes; it takes the place of the first line, a comment with an address. */
    private static String uplot() {
        String code = resource("uPlot.iife.min.js");
        return "/*\nuPlot 1.6.32\n" + resource("uPlot.LICENSE") + "\n*/" + code.substring(code.indexOf('\n'));
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + FOLDER + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
