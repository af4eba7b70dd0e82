package io.github.elbo4j.report;

import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fit as one HTML page that loads nothing: style, charts and data are inside. A content security policy names the two
 * scripts by their hash, so no script in a column name could run even if it were not escaped.
 */
final class HtmlReport {
    private final Report report;
    private final FitResult fit;
    private final ModelDescription model;
    private final @Nullable DataSource data;
    private final ZonedDateTime when;

    /** @param when the time to print on the page */
    HtmlReport(Report report, ZonedDateTime when) {
        this.report = report;
        this.fit = report.fit();
        this.model = report.model();
        this.data = report.data();
        this.when = when;
    }

    String html() {
        String uplot = uplot();
        String js = resource("report.js");
        Map<String, String> slots = new HashMap<>();
        slots.put("hashes", hash(uplot) + " " + hash(js));
        slots.put("css", resource("uPlot.min.css") + "\n" + resource("report.css"));
        slots.put("uplot", uplot);
        slots.put("js", js);
        slots.put("data", Html.script(new ReportData(report).json()));
        outcome(slots);
        numbers(slots);
        parameters(slots);
        run(slots);
        return fill(resource("report.html"), slots);
    }

    private void outcome(Map<String, String> slots) {
        Explanation explanation = report.explanation();
        String what = model.heading().isEmpty()
                ? "Fit of " + Words.count(fit.posterior().dimensions(), "parameter")
                : model.heading();
        slots.put("title", Html.escape(explanation.headline() + ": " + what));
        slots.put("heading", Html.escape(what));
        slots.put("sub", Html.escape(sub()));
        slots.put("tone", tone());
        slots.put("sign", tone().equals("good") ? "✓" : tone().equals("usable") ? "≈" : "✕");
        slots.put("headline", Html.escape(explanation.headline()));
        slots.put("verdict", Html.escape(explanation.verdict()));
        slots.put("ending", Html.prose(explanation.ending()));
        slots.put("advice", list(explanation.advice()));
        slots.put("aboutelbo", Html.escape(explanation.elbo()));
    }

    private void numbers(Map<String, String> slots) {
        slots.put(
                "elbo",
                Html.number(
                        fit.isPoint()
                                ? Numbers.significant(report.largest(), 8)
                                : Numbers.withError(
                                        fit.elbo().value(), fit.elbo().standardError(), 4)));
        slots.put("objective", fit.isPoint() ? "log p" : "ELBO");
        slots.put("weights", fit.isPoint() ? "" : weights());
        slots.put("steps", Numbers.grouped(fit.steps()));
        slots.put("draws", Numbers.short3((double) fit.draws()));
        slots.put("time", Numbers.seconds(fit.seconds()));
        slots.put("speed", fit.draws() == 0 ? "no" : Numbers.short3(fit.drawsPerSecond()));
        slots.put("device", Html.escape(fit.device()));
        slots.put("description", Html.escape(report.device().description()));
    }

    private String weights() {
        return "<div><dt>effective sample size</dt><dd>" + efficiency() + "</dd><dd class=\"note\">" + gauge()
                + "Pareto k-hat " + Html.number(Numbers.fixed(fit.kHat(), 2))
                + Html.escape(report.explanation().kHatAside()) + "</dd></div>";
    }

    private void parameters(Map<String, String> slots) {
        slots.put("table", new ParameterTable(report, effect()).html());
        slots.put("tablecaption", Html.prose(tableCaption()));
        slots.put(
                "accounts",
                report.accounts().html()
                        + report.correctionTable().html()
                        + report.chainTable().html()
                        + report.tournament().html());
        slots.put("prior", report.priorDraws() == 0 ? "" : new PriorTable(report).html());
        slots.put("exhibits", report.exhibits());
        slots.put("marginals", marginals());
        slots.put("correlations", correlations());
    }

    /** Of what the charts are. */
    private String marginals() {
        if (!report.drawsDensities()) {
            return "There are too many to draw; fit.json holds them all.";
        }
        return whichMarginals()
                + "Shaded: its central 90 %. Dashed: zero, where it is in sight. Every panel has its own scale.";
    }

    private String whichMarginals() {
        if (report.hasQuantities()) {
            return "These are the coordinates on the whole real line that were fitted, which need not be the model's"
                    + " parameters. ";
        }
        if (fit.isPoint()) {
            return "Each is the normal of the value and its standard error. ";
        }
        return ParameterTable.isNormal(fit.posterior()) ? "The marginal of each parameter is normal. " : "";
    }

    private void run(Map<String, String> slots) {
        String version = version();
        slots.put("traceinwords", Html.prose(courseInWords(fit.trace())));
        slots.put("tailinwords", Html.prose(courseInWords(lastHalf(fit.trace()))));
        slots.put("tracecaption", traceCaption());
        slots.put("command", report.command().isEmpty() ? "" : "<pre>" + Html.escape(report.command()) + "</pre>");
        slots.put("options", options());
        slots.put("about", Html.escape(about()));
        slots.put("version", Html.escape(version == null ? "(not from a jar)" : version));
        slots.put("when", when.format(DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm z", Locale.ENGLISH)));
    }

    private String traceCaption() {
        if (fit.isPoint()) {
            return "Line: log p along the path that ended highest.";
        }
        if (fit.method().equals(FixedDraws.NAME)) {
            return "Line: the ELBO of the fixed draws, step by step; where there are more of them, it begins anew. Dashed: the final"
                    + " ELBO, from fresh draws.";
        }
        return "Line: mean of neighbouring steps. Band: two standard errors of that mean to either side. Dots: single"
                + " steps. Dashed: the final ELBO, from fresh draws at the average of the last iterates. Each step sees draws of"
                + " its own; while steps still climb, the line rises towards the dashed one from below.";
    }

    /** Of the jar that this class is in; null if it is in none. */
    private static @Nullable String version() {
        Module own = Report.class.getModule();
        return own.isNamed()
                ? own.getDescriptor().rawVersion().orElse(null)
                : Report.class.getPackage().getImplementationVersion();
    }

    /** Puts the values in the places of their names, in one pass: the content of a value is never taken for a name. */
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

    private String sub() {
        List<String> parts = new ArrayList<>();
        if (data != null) {
            parts.add(data.file());
            parts.add(data.rowsInWords());
            if (!data.target().isEmpty()) { // else the model alone knows what it makes of the columns
                parts.add(Words.count(data.predictors().size(), "predictor"));
            }
        }
        parts.add(report.methodInWords());
        Object gradient = fit.settings().get(FitJson.GRADIENT);
        if (gradient != null) {
            parts.add(gradient + " gradient");
        }
        parts.add("seed " + fit.seed());
        return String.join(" · ", parts);
    }

    private String tone() {
        return switch (fit.verdict()) {
            case GOOD -> "good";
            case USABLE -> "usable";
            case DO_NOT_TRUST -> "bad";
        };
    }

    private String effect() {
        String what = model.effect().isEmpty() ? "" : "effect on " + model.effect() + " of one sd of the column: ";
        return what + "90 % and 50 % intervals";
    }

    private String tableCaption() {
        StringBuilder caption = new StringBuilder();
        Explanation explanation = report.explanation();
        for (String parameter : fit.posterior().names()) {
            String what = model.logarithms().get(parameter);
            if (what != null) {
                caption.append(Words.sentence(explanation.exponential(parameter, what)))
                        .append(' ');
            }
        }
        if (data != null) {
            data.codings().forEach(coding -> caption.append(coding.words()).append(". "));
        }
        if (!model.note().isEmpty()) {
            caption.append(model.note()).append(' ');
        }
        caption.append(
                fit.isPoint()
                        ? "Values, standard errors and 90 % intervals (5 % to 95 %) are on the scale of the "
                        : "Means, standard deviations and the central 90 % interval (5 % to 95 %) are on the scale of the ");
        if (data == null || model.effect().isEmpty()) {
            return caption + "parameters. Filled intervals lie clear of zero." + meanError();
        }
        return caption + "data: the change of " + model.effect()
                + " for one unit of the column. The drawn intervals are"
                + " for one standard deviation of the column instead, so that they can be compared; filled ones lie clear"
                + " of zero.";
    }

    /** How exact means are that are not computed but drawn. */
    private String meanError() {
        if (report.expectationDraws() > 0) {
            return " " + report.meansInWords();
        }
        double error = report.largestMeanError();
        return error > 0
                ? " Means are exact or from draws of the approximation; their standard errors are at most "
                        + Numbers.fixed(100 * error, 1) + " % of the standard deviations."
                : "";
    }

    private String correlations() {
        if (fit.family().equals(Family.meanField().label())) {
            return "<p class=\"caption\">A mean-field Gaussian has no correlations between the parameters that it fits. Use"
                    + " <code>--family full-rank</code> to see them.</p>";
        }
        HeatMap map = new HeatMap(fit.posterior());
        if (!map.fits()) {
            return "<p class=\"caption\">" + withoutMap() + "</p>";
        }
        return "<div class=\"beside\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"correlations\">"
                + map.html()
                + "</div><div><p class=\"scale\">−1 <i></i> 1</p>"
                + "<p class=\"caption\">"
                + (report.hasQuantities() ? "Of the coordinates that were fitted. " : "") + Html.prose(map.strongest())
                + " Where the correlation of two parameters is near −1"
                + " or 1, the data say much about one combination of them and little about each.</p></div></div>";
    }

    private String withoutMap() {
        if (fit.posterior().dimensions() < 2) {
            return "There is only one parameter.";
        }
        if (Double.isNaN(fit.posterior().covariance(0, 1))) {
            return "This method does not tell the correlations.";
        }
        return "There are too many parameters to draw; fit.json holds the covariance"
                + (report.covariance() == null ? " with <code>--covariance</code>." : ".");
    }

    private static List<TracePoint> lastHalf(List<TracePoint> trace) {
        return trace.subList(trace.size() / 2, trace.size());
    }

    /** What the chart of a part of the trace shows, for those who do not see it. */
    private String courseInWords(List<TracePoint> trace) {
        if (trace.size() < 2) {
            return "Too few steps to draw.";
        }
        TracePoint first = trace.get(0);
        TracePoint last = trace.get(trace.size() - 1);
        return "Chart of " + (fit.isPoint() ? "log p" : "the ELBO") + ": at step " + Numbers.grouped(first.step())
                + " it is "
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
        report.options()
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

    private String about() {
        String reason = report.device().reason();
        StringBuilder about =
                new StringBuilder("Device: " + fit.device() + (reason.isEmpty() ? "" : " (" + reason + ")")
                        + ". The same seed gives the same numbers on every device and with any number of threads.");
        if (data != null) {
            about.append(" SHA-256 of ")
                    .append(data.file())
                    .append(": ")
                    .append(data.sha256())
                    .append('.');
            data.notes().forEach(note -> about.append(' ').append(Words.sentence(note)));
        }
        return about.toString();
    }

    private static String list(List<String> items) {
        if (items.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder("<ul>");
        items.forEach(item -> html.append("<li>").append(Html.escape(item)).append("</li>"));
        return html.append("</ul>").toString();
    }

    /** The licence must go with the code; it replaces the first line, a comment with an address. */
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
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
