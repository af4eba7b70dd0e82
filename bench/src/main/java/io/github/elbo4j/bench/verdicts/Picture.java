package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.infer.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How far fits are from the reference against how many evaluations they took, a dot a fit, both on log scales: by q, and by what
 * importance weights make of it. SVG.
 */
final class Picture {
    /** Colours that also those tell apart who see red and green alike (eight of Okabe and Ito), in the order of the methods. */
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#e69f00", "#cc79a7", "#555555", "#56b4e9", "#000000", "#7b3294");

    private static final double LEAST_ERROR = 0.005;
    private static final double MOST_ERROR = 10;
    private static final double WITHIN = 0.1;
    private static final int LEFT = 64;
    private static final int TOP = 34;
    private static final int WIDTH = 360;
    private static final int HEIGHT = 300;
    private static final int APART = 40;
    private static final int LEGEND = 86;

    /**
     * A fit.
     *
     * @param evaluations of log p, with those of the starts and the verdict
     * @param error the largest of a mean, in sds of the reference, and of an sd, as the logarithm of a ratio
     * @param isTrusted whether its verdict is good or usable
     */
    record Dot(String way, long evaluations, double error, boolean isTrusted) {}

    private final List<String> ways;
    private final int leastPower;
    private final int mostPower;
    private final StringBuilder svg = new StringBuilder();

    private Picture(List<Dot> dots) {
        ways = dots.stream().map(Dot::way).distinct().toList();
        leastPower =
                (int) Math.floor(dots.stream().mapToDouble(Picture::power).min().orElse(0));
        mostPower = Math.max(leastPower + 1, (int)
                Math.ceil(dots.stream().mapToDouble(Picture::power).max().orElse(1)));
    }

    /** Of fits whose evaluations were counted. */
    static String of(List<Fit> fits) {
        List<Dot> byQ = new ArrayList<>();
        List<Dot> corrected = new ArrayList<>();
        for (Fit fit : fits) {
            boolean isTrusted = fit.result().verdict() != Verdict.DO_NOT_TRUST;
            byQ.add(new Dot(fit.way(), fit.evaluations(), fit.departure().error(), isTrusted));
            Draws.Departure departure = fit.corrected();
            if (departure != null) {
                corrected.add(new Dot(fit.way(), fit.evaluations(), departure.error(), isTrusted));
            }
        }
        return of(byQ, corrected);
    }

    /** Of two panels. */
    static String of(List<Dot> byQ, List<Dot> corrected) {
        Picture picture =
                new Picture(Stream.concat(byQ.stream(), corrected.stream()).toList());
        picture.draw(byQ, corrected);
        return picture.svg.toString();
    }

    private void draw(List<Dot> byQ, List<Dot> corrected) {
        add("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                """, LEFT + 2 * WIDTH + APART + 20, TOP + HEIGHT + LEGEND);
        panel(LEFT, "q", byQ, true);
        panel(LEFT + WIDTH + APART, "corrected by importance weights, where they do", corrected, false);
        add(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">evaluations of log p and its gradient, starts and verdict"
                        + " among them</text>\n",
                LEFT + WIDTH + APART / 2, TOP + HEIGHT + 36);
        add(
                "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">largest error: mean in sds, sd as"
                        + " |log ratio|</text>\n",
                TOP + HEIGHT / 2);
        int x = LEFT;
        for (String way : ways) {
            add("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>", x, TOP + HEIGHT + 54, colour(way));
            add("<text x=\"%d\" y=\"%d\">%s</text>\n", x + 8, TOP + HEIGHT + 58, way);
            x += 24 + 7 * way.length();
        }
        add(
                "<text x=\"%d\" y=\"%d\" fill=\"#555555\">hollow: not to be trusted, by its verdict; at the top: 10 or more, or not known</text>\n</svg>\n",
                LEFT, TOP + HEIGHT + 76);
    }

    private void panel(int left, String title, List<Dot> dots, boolean isLabelled) {
        add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", left, TOP - 12, title);
        for (double error : new double[] {0.01, 0.1, 1, 10}) {
            double y = y(error);
            add(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
                    left, left + WIDTH, y, y, error == WITHIN ? "#888888" : "#e5e5e5");
            if (isLabelled) {
                add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", left - 6, y + 4, number(error));
            }
        }
        for (int power = leastPower; power <= mostPower; power++) {
            double x = x(left, Math.pow(10, power));
            add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#e5e5e5\"/>\n", x, x, TOP, TOP + HEIGHT);
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    x, TOP + HEIGHT + 18, powerOfTen(power));
        }
        for (Dot dot : dots) {
            add(
                    "<circle class=\"fit\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" stroke=\"%s\" fill=\"%s\" fill-opacity=\"0.6\"/>\n",
                    x(left, (double) dot.evaluations),
                    y(dot.error),
                    colour(dot.way),
                    dot.isTrusted ? colour(dot.way) : "none");
        }
    }

    private static double power(Dot dot) {
        return Math.log10(Math.max(1.0, (double) dot.evaluations));
    }

    private double x(int left, double evaluations) {
        return left + WIDTH * (Math.log10(Math.max(1, evaluations)) - leastPower) / (mostPower - leastPower);
    }

    /** What is beyond the scale stands at its end, NaN at the upper one. */
    private static double y(double error) {
        double shown = error <= MOST_ERROR ? Math.max(LEAST_ERROR, error) : MOST_ERROR;
        return TOP + HEIGHT * Math.log(MOST_ERROR / shown) / Math.log(MOST_ERROR / LEAST_ERROR);
    }

    private String colour(String way) {
        return COLOURS.get(ways.indexOf(way) % COLOURS.size());
    }

    /** 1, 10, 100, 1k, 10k, … */
    private static String powerOfTen(int power) {
        return "1" + "0".repeat(power % 3)
                + List.of("", "k", "M", "G", "T", "P", "E").get(power / 3);
    }

    private static String number(double value) {
        return value < 1 ? String.valueOf(value) : String.format(Locale.ROOT, "%.0f", value);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
