package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Numbers;
import java.util.Locale;

/** A frame with two axes and their ticks, as SVG: what is drawn in it is given in the numbers of the axes. */
final class Axes {
    private static final int LEFT = 64;
    private static final int TOP = 8;
    private static final int BOTTOM = 44;
    private static final int RIGHT = 12;

    private final int width;
    private final int height;
    private final double left;
    private final double right;
    private final double low;
    private final double high;
    private final StringBuilder svg = new StringBuilder(1 << 14);

    /** @param label what the picture shows, for those who do not see it */
    Axes(int width, int height, double left, double right, double low, double high, String label) {
        this.width = width;
        this.height = height;
        this.left = left;
        this.right = right > left ? right : left + 1;
        this.low = low;
        this.high = high > low ? high : low + 1;
        svg.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                width,
                height,
                Html.escape(label)));
    }

    double x(double value) {
        return LEFT + (value - left) / (right - left) * (width - LEFT - RIGHT);
    }

    double y(double value) {
        return height - BOTTOM - (value - low) / (high - low) * (height - TOP - BOTTOM);
    }

    /** Adds an element; numbers in its format are those of the picture. */
    Axes add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    /** A line through points. */
    Axes path(String style, double[] x, double[] y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            points.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x(x[i]), y(y[i])));
        }
        return add("<path d=\"%s\" class=\"%s\"/>", points, style);
    }

    /** The picture, with ticks at round numbers and the names of the axes. */
    String end(String across, String up) {
        double step = step((right - left) / 6);
        for (double tick = Math.ceil(left / step) * step; tick <= right; tick += step) {
            add(
                    "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"axis\"/><text x=\"%.1f\" y=\"%d\">%s</text>",
                    x(tick),
                    x(tick),
                    height - BOTTOM,
                    height - BOTTOM + 4,
                    x(tick),
                    height - BOTTOM + 16,
                    number(tick, step));
        }
        step = step((high - low) / 6);
        for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
            add(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"axis\"/><text x=\"%d\" y=\"%.1f\""
                            + " class=\"up\">%s</text>",
                    LEFT - 4, LEFT, y(tick), y(tick), LEFT - 7, y(tick) + 4, number(tick, step));
        }
        add(
                "<path d=\"M%d %dV%dH%d\" class=\"frame\"/><text x=\"%d\" y=\"%d\">%s</text>",
                LEFT, TOP, height - BOTTOM, width - RIGHT, (LEFT + width - RIGHT) / 2, height - 8, Html.escape(across));
        add(
                "<text x=\"12\" y=\"%d\" transform=\"rotate(-90 12 %d)\">%s</text>",
                (TOP + height - BOTTOM) / 2, (TOP + height - BOTTOM) / 2, Html.escape(up));
        return svg + "</svg>";
    }

    private static String number(double tick, double step) {
        int decimals = (int) Math.max(0, Math.min(8, -Math.floor(StrictMath.log10(step) + 1e-9)));
        double shown = Math.abs(tick) < step / 2 ? 0 : tick;
        return Html.number(Numbers.fixed(shown, decimals));
    }

    /** 1, 2 or 5 times a power of ten, near to this. */
    private static double step(double near) {
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(near)));
        double times = near / power;
        return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
    }
}
