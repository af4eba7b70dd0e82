package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.TracePoint;
import io.github.elbo4j.mixture.GaussianMixture;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Mixtures as one HTML page that loads nothing and runs no script: its pictures are drawn. */
final class MixturePage {
    private static final String STYLE = """
            .chart svg { width: 100%; max-width: 720px; height: auto; display: block; }
            .chart path { fill: none; stroke: var(--accent); stroke-width: 1.6; }
            .chart path.frame { stroke: var(--muted); stroke-width: 1; }
            .chart path.other { stroke: var(--muted); stroke-dasharray: 5 4; }
            .chart text.up { text-anchor: end; }
            .chart circle.best { fill: var(--accent); }
            .chart circle.each { fill: var(--page); stroke: var(--accent); stroke-width: 1.6; }
            """;

    /** The longest axes of an ellipse that holds 90 % of a component of two dimensions, in sds: its square is χ²₂'s quantile. */
    private static final double RADIUS = 2.145966026289347;

    private static final int TURN = 72;

    private final MixtureReport report;
    private final FitResult fit;
    private final GaussianMixture mixture;
    private final ZonedDateTime when;
    private final StringBuilder html = new StringBuilder(1 << 16);

    MixturePage(MixtureReport report, ZonedDateTime when) {
        this.report = report;
        this.fit = report.result();
        this.mixture = report.best().mixture();
        this.when = when;
    }

    String html() {
        String heading = "Mixture of " + Words.count(mixture.components(), "Gaussian");
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append(
                        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\"")
                .append(" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>")
                .append(Html.escape(headline() + ": " + heading))
                .append("</title>\n<style>\n")
                .append(css())
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n");
        header(heading);
        scatter();
        components();
        selection();
        course();
        run();
        html.append("<footer><p>Made by elbo4j on ")
                .append(when.format(DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm z", Locale.ENGLISH)))
                .append(
                        ". This page is complete in itself: it loads nothing.</p></footer>\n</main>\n</body>\n</html>\n");
        return html.toString();
    }

    private String headline() {
        return new Explanation(fit, fit.settings(), false).headline();
    }

    private void header(String heading) {
        DataSource data = report.data();
        String tone = switch (fit.verdict()) {
            case GOOD -> "good";
            case USABLE -> "usable";
            case DO_NOT_TRUST -> "bad";
        };
        html.append("<header><p class=\"mark\">elbo4j · fit report</p>\n<h1>")
                .append(Html.escape(heading))
                .append("</h1>\n<p class=\"sub\">")
                .append(Html.escape((data == null ? "" : data.file() + " · " + data.rowsInWords() + " · ")
                        + Words.count(mixture.dimensions(), "column") + " · "
                        + fit.settings().get("covariance")
                        + " covariances · " + fit.method() + " · seed " + fit.seed()))
                .append("</p></header>\n<section class=\"verdict ")
                .append(tone)
                .append("\" aria-label=\"verdict\">\n<p class=\"badge\">")
                .append(Html.escape(headline()))
                .append("</p>\n<div><p>")
                .append(Html.prose(report.verdict()))
                .append("</p>\n<p>")
                .append(Html.prose(Words.sentence(fit.message()) + " It began at " + fit.start() + "."))
                .append("</p>\n<ul>");
        report.advice()
                .forEach(advice ->
                        html.append("<li>").append(Html.escape(advice)).append("</li>"));
        html.append("</ul></div>\n</section>\n<dl class=\"facts\">\n");
        fact(report.objective(), Numbers.fixed(report.best().scores().objective(), 2), "nats");
        if (!Double.isNaN(report.best().scores().bic())) {
            fact("BIC", Numbers.fixed(report.best().scores().bic(), 1), "less is better");
        }
        fact("sweeps", Numbers.grouped(fit.steps()), "of the best start");
        double seconds = report.fits().stream()
                .mapToDouble(each -> each.result().seconds())
                .sum();
        fact("time", Numbers.seconds(seconds), Words.count(report.fits().size(), "number") + " of components");
        fact("device", fit.device(), report.deviceInWords());
        html.append("</dl>\n");
    }

    private void fact(String name, String value, String note) {
        html.append("<div><dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(Html.number(value))
                .append("</dd><dd class=\"note\">")
                .append(Html.escape(note))
                .append("</dd></div>\n");
    }

    // ---- pictures ----

    private static String colour(int component) {
        return String.format(Locale.ROOT, "hsl(%d 65%% 48%%)", component * 137 % 360);
    }

    private void scatter() {
        MixtureReport.Picture picture = report.picture();
        if (picture == null || picture.across() == picture.up()) {
            return;
        }
        double[] x = picture.x().stream().mapToDouble(each -> each).toArray();
        double[] y = picture.y().stream().mapToDouble(each -> each).toArray();
        double[] horizontal = ends(x);
        double[] vertical = ends(y);
        List<String> columns = mixture.columns();
        Axes axes = new Axes(
                720,
                480,
                horizontal[0],
                horizontal[1],
                vertical[0],
                vertical[1],
                "Scatter of " + columns.get(picture.up()) + " over " + columns.get(picture.across())
                        + " with an ellipse for each of " + Words.count(mixture.components(), "component"));
        for (int n = 0; n < x.length; n++) {
            axes.add(
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\" fill-opacity=\".55\"/>",
                    axes.x(x[n]), axes.y(y[n]), colour(picture.components().get(n)));
        }
        for (int k = 0; k < mixture.components(); k++) {
            ellipse(axes, k, picture.across(), picture.up());
        }
        html.append("<section>\n<h2>Rows and components</h2>\n<div class=\"chart\">")
                .append(axes.end(columns.get(picture.across()), columns.get(picture.up())))
                .append("</div>\n<p class=\"caption\">")
                .append(Numbers.grouped(x.length))
                .append(
                        " rows, each in the colour of the component from which it most probably comes. An ellipse holds 90 %"
                                + " of its component in these two columns.</p>\n</section>\n");
    }

    private void ellipse(Axes axes, int k, int across, int up) {
        double[][] covariance = mixture.covariance(k);
        double[] mean = mixture.mean(k);
        double first = Math.sqrt(covariance[across][across]);
        double slope = covariance[across][up] / first;
        double rest = Math.sqrt(Math.max(0, covariance[up][up] - slope * slope));
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < TURN; i++) {
            double cos = RADIUS * StrictMath.cos(2 * Math.PI * i / TURN);
            double sin = RADIUS * StrictMath.sin(2 * Math.PI * i / TURN);
            points.append(String.format(
                    Locale.ROOT,
                    "%s%.1f %.1f",
                    i == 0 ? "M" : "L",
                    axes.x(mean[across] + first * cos),
                    axes.y(mean[up] + slope * cos + rest * sin)));
        }
        axes.add(
                "<path d=\"%sZ\" style=\"stroke:%s\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>",
                points, colour(k), axes.x(mean[across]), axes.y(mean[up]), colour(k));
    }

    /** Of an axis: a little beyond the values. */
    private static double[] ends(double[] values) {
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        double more = 0.06 * (high > low ? high - low : 1);
        return new double[] {low - more, high + more};
    }

    private void selection() {
        List<MixtureFit> fits = report.fits();
        if (fits.size() < 2) {
            return;
        }
        double[] k =
                fits.stream().mapToDouble(each -> each.mixture().components()).toArray();
        double[] bic = fits.stream().mapToDouble(each -> each.scores().bic()).toArray();
        double[] icl = fits.stream().mapToDouble(each -> each.scores().icl()).toArray();
        boolean evidence = Double.isNaN(bic[0]);
        double[] y = evidence
                ? fits.stream().mapToDouble(each -> each.scores().objective()).toArray()
                : bic;
        double[] all = evidence ? y : Arrays.copyOf(bic, 2 * bic.length);
        if (!evidence) {
            System.arraycopy(icl, 0, all, bic.length, icl.length);
        }
        double[] vertical = ends(all);
        String name = evidence ? "ELBO" : "BIC";
        Axes axes = new Axes(
                720, 320, k[0] - 0.5, k[k.length - 1] + 0.5, vertical[0], vertical[1], name + " over components");
        axes.path("line", k, y);
        if (!evidence) {
            axes.path("other", k, icl);
        }
        for (int i = 0; i < k.length; i++) {
            axes.add(
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" class=\"%s\"/>",
                    axes.x(k[i]), axes.y(y[i]), fits.get(i) == report.best() ? "best" : "each");
        }
        html.append("<section>\n<h2>Numbers of components</h2>\n<div class=\"chart\">")
                .append(axes.end("components", name))
                .append("</div>\n<p class=\"caption\">")
                .append(
                        evidence
                                ? "The ELBO: more is better. Filled: the greatest with log K! added, for the modes that"
                                        + " exchange components.</p>\n"
                                : "Line: BIC, −2·log-likelihood + parameters·log rows. Dashed: ICL, which counts against"
                                        + " components that overlap. Less is better; filled: the least BIC, which is"
                                        + " shown.</p>\n");
        selectionTable(fits);
        html.append("</section>\n");
    }

    private void selectionTable(List<MixtureFit> fits) {
        html.append("<div class=\"scroll\"><table class=\"parameters\"><thead><tr>");
        html.append("<th scope=\"col\">components</th>");
        report.scoreNames()
                .forEach(name -> html.append("<th scope=\"col\">").append(name).append("</th>"));
        html.append("<th scope=\"col\">restarts that agree</th><th scope=\"col\">verdict</th>");
        html.append("</tr></thead><tbody>\n");
        for (MixtureFit each : fits) {
            double best = each.scores().objective();
            long agree = each.restarts().stream()
                    .filter(value -> best - value < 0.01)
                    .count();
            html.append("<tr><th scope=\"row\">")
                    .append(each.mixture().components())
                    .append("</th>");
            List<String> cells = new ArrayList<>(report.scores(each));
            cells.add(agree + " of " + each.restarts().size());
            cells.add(each.result().verdict().words());
            cells.forEach(cell -> html.append("<td>").append(Html.prose(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private void components() {
        html.append("<section>\n<h2>Components</h2>\n<div class=\"scroll\"><table class=\"parameters\"><thead><tr>")
                .append("<th scope=\"col\">component</th><th scope=\"col\">weight</th>");
        mixture.columns()
                .forEach(column -> html.append("<th scope=\"col\">")
                        .append(Html.escape(column))
                        .append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (int k = 0; k < mixture.components(); k++) {
            html.append("<tr><th scope=\"row\" style=\"color:")
                    .append(colour(k))
                    .append("\">")
                    .append(k + 1)
                    .append("</th><td>")
                    .append(Numbers.fixed(mixture.weight(k), 4))
                    .append(weightError(k))
                    .append("</td>");
            double[][] covariance = mixture.covariance(k);
            for (int i = 0; i < mixture.dimensions(); i++) {
                double sd = Math.sqrt(covariance[i][i]);
                int decimals = Numbers.decimals(sd, 3);
                html.append("<td>")
                        .append(Html.number(Numbers.fixed(mixture.mean(k)[i], decimals)))
                        .append(" <span class=\"note\">± ")
                        .append(Html.number(Numbers.fixed(sd, decimals)))
                        .append("</span></td>");
            }
            html.append("</tr>\n");
        }
        html.append(
                "</tbody></table></div>\n<p class=\"caption\">The mean of each column, ± its standard deviation within the"
                        + " component, on the scale of the data. fit.json holds the covariances.</p>\n</section>\n");
    }

    /** Where the method tells it. */
    private String weightError(int k) {
        double sd = fit.posterior().standardDeviation(k);
        return Double.isNaN(sd) ? "" : " <span class=\"note\">± " + Numbers.fixed(sd, 4) + "</span>";
    }

    private void course() {
        List<TracePoint> trace = fit.trace();
        if (trace.size() < 2) {
            return;
        }
        double[] step = trace.stream().mapToDouble(TracePoint::step).toArray();
        double[] value = trace.stream().mapToDouble(TracePoint::elbo).toArray();
        double[] vertical = ends(value);
        Axes axes = new Axes(
                720,
                260,
                step[0],
                step[step.length - 1],
                vertical[0],
                vertical[1],
                report.objective() + " over sweeps: it rises from " + Numbers.fixed(value[0], 2) + " to "
                        + Numbers.fixed(value[value.length - 1], 2));
        axes.path("line", step, value);
        html.append("<section>\n<h2>How the fit went</h2>\n<div class=\"chart\">")
                .append(axes.end("sweep", report.objective()))
                .append("</div>\n<p class=\"caption\">Of the best start. No sweep can lower it.</p>\n</section>\n");
    }

    private void run() {
        html.append("<section>\n<h2>What was run</h2>\n");
        if (!report.command().isEmpty()) {
            html.append("<pre>").append(Html.escape(report.command())).append("</pre>\n");
        }
        html.append("<table class=\"options\">\n");
        fit.settings()
                .forEach((name, value) -> html.append("<tr><th scope=\"row\">")
                        .append(Html.escape(name))
                        .append("</th><td>")
                        .append(Html.prose(value.toString()))
                        .append("</td></tr>\n"));
        html.append("</table>\n<p class=\"caption\">")
                .append(Html.escape("Device: " + report.deviceInWords()
                        + ". The same seed gives the same numbers on every device and with any number of threads."));
        DataSource data = report.data();
        if (data != null) {
            html.append(Html.escape(" SHA-256 of " + data.file() + ": " + data.sha256() + "."));
            data.notes().forEach(note -> html.append(' ').append(Html.escape(Words.sentence(note))));
        }
        html.append("</p>\n</section>\n");
    }

    private static String css() {
        try (InputStream in = MixturePage.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks report.css");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
