package io.github.elbo4j.report;

import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.FactorModel;
import io.github.elbo4j.report.words.Numbers;
import java.util.Locale;

/** What each factor does to each column, as coloured squares: an image for each factor where the columns may be one, else a row of a table. */
final class FactorPicture {
    private static final int WIDTH = 720;
    /** Beyond it a page of squares is of no use. */
    private static final int MOST = 100_000;

    private FactorPicture() {}

    static String of(BinaryFactors factors) {
        int width = factors.columns().size();
        if ((long) width * factors.factors() > MOST) {
            return "<p class=\"caption\">There are too many columns to draw; fit.json holds the loadings.</p>";
        }
        int side = side(width);
        return side > 0 ? images(factors, side) : rows(factors);
    }

    static String legend(BinaryFactors factors) {
        String scale = factors.model() == FactorModel.SIGMOID
                ? "Red: the factor makes the column 1, blue: 0; as strongly as it would change even odds, 2·sigmoid(W) − 1."
                : "Red: the probability with which the factor sets the column, 1 − exp(−v).";
        return (side(factors.columns().size()) > 0
                        ? "The columns as an image, row by row, for each factor. "
                        : "A row for each factor. ")
                + scale;
    }

    /** Of an image, if the columns may be one: at least 3 pixels a side. */
    private static int side(int columns) {
        int side = (int) Math.round(Math.sqrt(columns));
        return side >= 3 && side * side == columns ? side : 0;
    }

    private static String images(BinaryFactors factors, int side) {
        int across = Math.min(10, factors.factors());
        double tile = (double) WIDTH / across;
        double pixel = 0.9 * tile / side;
        int down = (factors.factors() + across - 1) / across;
        StringBuilder svg = begin(down * (tile + 14), factors);
        for (int d = 0; d < factors.factors(); d++) {
            int above = d / across;
            double x = d % across * tile;
            double y = above * (tile + 14);
            svg.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%d</text>%n", x + 0.45 * tile, y + 11, d + 1));
            for (int p = 0; p < side * side; p++) {
                int line = p / side;
                square(svg, factors, d, p, x + p % side * pixel, y + 14 + line * pixel, pixel, pixel);
            }
        }
        return svg.append("</svg>").toString();
    }

    private static String rows(BinaryFactors factors) {
        int left = 30;
        double wide = (double) (WIDTH - left) / factors.columns().size();
        double high = Math.max(8, Math.min(22, wide));
        StringBuilder svg = begin(factors.factors() * high, factors);
        for (int d = 0; d < factors.factors(); d++) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"end\" x=\"%d\" y=\"%.1f\">%d</text>%n",
                    left - 6,
                    (d + 0.5) * high + 4,
                    d + 1));
            for (int p = 0; p < factors.columns().size(); p++) {
                square(svg, factors, d, p, left + p * wide, d * high, wide, high);
            }
        }
        return svg.append("</svg>").toString();
    }

    private static StringBuilder begin(double height, BinaryFactors factors) {
        return new StringBuilder(1 << 16)
                .append(String.format(
                        Locale.ROOT,
                        "<svg class=\"chart\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"What each of %d factors does"
                                + " to each of %d columns\">%n",
                        WIDTH,
                        height,
                        factors.factors(),
                        factors.columns().size()));
    }

    private static void square(
            StringBuilder svg, BinaryFactors factors, int d, int p, double x, double y, double width, double height) {
        double strength = factors.strength(d, p);
        svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" style=\"fill:rgb(var(--%s) /"
                                + " %.2f);stroke:var(--rule);stroke-width:.4\"><title>",
                        x,
                        y,
                        width,
                        height,
                        strength < 0 ? "minus" : "plus",
                        Math.abs(strength)))
                .append(Html.escape(factors.columns().get(p) + ": "))
                .append(Html.number(Numbers.fixed(strength, 2)))
                .append("</title></rect>\n");
    }
}
