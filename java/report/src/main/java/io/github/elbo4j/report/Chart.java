package io.github.elbo4j.report;

import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A chart for a {@link Page}, as SVG that needs no script: lines, bands, points and bars over two axes. What is not finite is
 * left out.
 */
public final class Chart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 330;
    private static final int LEFT = 66;
    private static final int RIGHT = 16;
    private static final int TOP = 14;
    private static final int BOTTOM = 46;
    /** Kinds of colours that report.css has. */
    static final int COLOURS = 10;

    private static final int TICKS = 6;

    private final String xLabel;
    private final String yLabel;
    private final boolean logX;
    private final List<Layer> layers = new ArrayList<>();
    private final List<String> rows = new ArrayList<>(); // from the top; y is the number of one
    private double lowX = Double.POSITIVE_INFINITY;
    private double highX = Double.NEGATIVE_INFINITY;
    private double lowY = Double.POSITIVE_INFINITY;
    private double highY = Double.NEGATIVE_INFINITY;

    private enum Shape {
        LINE,
        DASHES,
        BAND,
        POINTS,
        BARS
    }

    /** @param y of a band, the lower edge and then the upper one backwards, with x to match; of bars, the heights */
    private record Layer(Shape shape, int colour, String name, double[] x, double[] y) {}

    private Chart(String xLabel, String yLabel, boolean logX) {
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.logX = logX;
    }

    /** With these labels of the axes. */
    public static Chart of(String xLabel, String yLabel) {
        return new Chart(xLabel, yLabel, false);
    }

    /** The same with a logarithmic x axis; x must be positive. */
    public static Chart ofLogX(String xLabel, String yLabel) {
        return new Chart(xLabel, yLabel, true);
    }

    /** With a row for each of these names in the place of a y axis, the first at the top: y is the number of a row, from 0. */
    public Chart rows(String... names) {
        rows.addAll(List.of(names));
        return see(Double.NaN, -0.5).see(Double.NaN, names.length - 0.5);
    }

    /** A line through points, by the name that the legend gives it; no entry without a name. */
    public Chart line(String name, int colour, double[] x, double[] y) {
        return add(new Layer(Shape.LINE, colour, name, x.clone(), y.clone()));
    }

    /** A dashed line, as of what would be right. */
    public Chart dashes(String name, int colour, double[] x, double[] y) {
        return add(new Layer(Shape.DASHES, colour, name, x.clone(), y.clone()));
    }

    /** The area between two lines. */
    public Chart band(int colour, double[] x, double[] low, double[] high) {
        int n = x.length;
        double[] around = new double[2 * n];
        double[] edges = new double[2 * n];
        for (int i = 0; i < n; i++) {
            around[i] = x[i];
            edges[i] = low[i];
            around[2 * n - 1 - i] = x[i];
            edges[2 * n - 1 - i] = high[i];
        }
        return add(new Layer(Shape.BAND, colour, "", around, edges));
    }

    /** Points. */
    public Chart points(String name, int colour, double[] x, double[] y) {
        return add(new Layer(Shape.POINTS, colour, name, x.clone(), y.clone()));
    }

    /**
     * Bars from zero.
     *
     * @param edges of the bars, one more than there are
     */
    public Chart bars(int colour, double[] edges, double[] heights) {
        see(edges[0], 0);
        return add(new Layer(Shape.BARS, colour, "", edges.clone(), heights.clone()));
    }

    /** Includes a point in what the axes show. */
    public Chart see(double x, double y) {
        if (Double.isFinite(x) && (!logX || x > 0)) {
            lowX = Math.min(lowX, x);
            highX = Math.max(highX, x);
        }
        if (Double.isFinite(y)) {
            lowY = Math.min(lowY, y);
            highY = Math.max(highY, y);
        }
        return this;
    }

    private Chart add(Layer layer) {
        for (int i = 0; i < Math.max(layer.x.length, layer.y.length); i++) {
            see(i < layer.x.length ? layer.x[i] : Double.NaN, i < layer.y.length ? layer.y[i] : Double.NaN);
        }
        layers.add(layer);
        return this;
    }

    /**
     * The chart.
     *
     * @param inWords what it shows, for those who do not see it
     */
    public String svg(String inWords) {
        if (!(lowX <= highX) || !(lowY <= highY)) {
            return "<p class=\"caption\">" + Html.prose(inWords) + "</p>";
        }
        widen();
        StringBuilder svg = new StringBuilder(1 << 12);
        svg.append(String.format(
                Locale.ROOT,
                "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH,
                HEIGHT,
                Html.escape(inWords)));
        axes(svg);
        layers.forEach(layer -> draw(svg, layer));
        svg.append("</svg>\n");
        legend(svg);
        return svg.toString();
    }

    private void widen() {
        if (lowY == highY) {
            double room = lowY == 0 ? 1 : 0.1 * Math.abs(lowY);
            lowY -= room;
            highY += room;
        }
        if (lowX == highX) {
            double room = logX ? 0 : lowX == 0 ? 1 : 0.1 * Math.abs(lowX);
            lowX = logX ? lowX / 2 : lowX - room;
            highX = logX ? highX * 2 : highX + room;
        }
        if (lowY != 0) {
            lowY -= 0.04 * (highY - lowY);
        }
        highY += 0.04 * (highY - lowY);
    }

    private double atX(double x) {
        double share = logX
                ? (StrictMath.log(x) - StrictMath.log(lowX)) / (StrictMath.log(highX) - StrictMath.log(lowX))
                : (x - lowX) / (highX - lowX);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private double atY(double y) {
        double share = (y - lowY) / (highY - lowY);
        return HEIGHT - BOTTOM - (rows.isEmpty() ? share : 1 - share) * (HEIGHT - TOP - BOTTOM);
    }

    private void axes(StringBuilder svg) {
        for (double y : rows.isEmpty() ? ticks(lowY, highY) : everyRow()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text class=\"end\" x=\"%d\""
                            + " y=\"%.1f\">%s</text>%n",
                    LEFT,
                    atY(y),
                    WIDTH - RIGHT,
                    atY(y),
                    LEFT - 8,
                    atY(y) + 4,
                    rows.isEmpty() ? label(y) : Html.escape(rows.get((int) y))));
        }
        for (double x : logX ? powers() : ticks(lowX, highX)) {
            svg.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%s</text>%n", atX(x), HEIGHT - BOTTOM + 17, label(x)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">%s</text>"
                        + "<text x=\"%d\" y=\"15\" transform=\"rotate(-90)\">%s</text>%n",
                LEFT,
                HEIGHT - BOTTOM,
                WIDTH - RIGHT,
                HEIGHT - BOTTOM,
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8,
                Html.escape(xLabel),
                -(TOP + HEIGHT - BOTTOM) / 2,
                Html.escape(yLabel)));
    }

    /** Round numbers within a range. */
    private static List<Double> ticks(double low, double high) {
        double rough = (high - low) / TICKS;
        double unit = StrictMath.pow(10, Math.floor(StrictMath.log10(rough)));
        double step = rough / unit > 5 ? 10 * unit : rough / unit > 2 ? 5 * unit : rough / unit > 1 ? 2 * unit : unit;
        List<Double> ticks = new ArrayList<>();
        for (double at = Math.ceil(low / step); at * step <= high * (1 + 1e-12 * Math.signum(high)); at++) {
            ticks.add(at * step);
        }
        return ticks;
    }

    private List<Double> everyRow() {
        return IntStream.range(0, rows.size()).mapToObj(i -> (double) i).toList();
    }

    private List<Double> powers() {
        List<Double> ticks = new ArrayList<>();
        for (double at = StrictMath.pow(10, Math.ceil(StrictMath.log10(lowX) - 1e-9)); at <= highX * 1.0001; at *= 10) {
            ticks.add(at);
        }
        return ticks;
    }

    private static String label(double value) {
        return Html.number(
                value == Math.rint(value) && Math.abs(value) < 1e7
                        ? Numbers.grouped((long) value)
                        : Numbers.significant(value, 3).replaceFirst("(\\.\\d*?)0+$", "$1"));
    }

    private void draw(StringBuilder svg, Layer layer) {
        String colour =
                " class=\"" + layer.shape.name().toLowerCase(Locale.ROOT) + " c" + layer.colour % COLOURS + "\"";
        switch (layer.shape) {
            case LINE, DASHES ->
                svg.append("<polyline")
                        .append(colour)
                        .append(" points=\"")
                        .append(path(layer))
                        .append("\"/>\n");
            case BAND ->
                svg.append("<polygon")
                        .append(colour)
                        .append(" points=\"")
                        .append(path(layer))
                        .append("\"/>\n");
            case POINTS -> {
                svg.append("<g").append(colour).append(">");
                for (int i = 0; i < layer.x.length; i++) {
                    if (isShown(layer.x[i], layer.y[i])) {
                        svg.append(String.format(
                                Locale.ROOT,
                                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                                atX(layer.x[i]),
                                atY(layer.y[i])));
                    }
                }
                svg.append("</g>\n");
            }
            case BARS -> {
                svg.append("<g").append(colour).append(">");
                for (int i = 0; i < layer.y.length; i++) {
                    double top = atY(layer.y[i]);
                    double from = atX(layer.x[i]);
                    svg.append(String.format(
                            Locale.ROOT,
                            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                            from + 1,
                            top,
                            Math.max(1, atX(layer.x[i + 1]) - from - 2),
                            Math.max(0, atY(0) - top)));
                }
                svg.append("</g>\n");
            }
        }
    }

    private boolean isShown(double x, double y) {
        return Double.isFinite(x) && Double.isFinite(y) && (!logX || x > 0);
    }

    private String path(Layer layer) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < layer.x.length; i++) {
            if (isShown(layer.x[i], layer.y[i])) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", atX(layer.x[i]), atY(layer.y[i])));
            }
        }
        return points.toString().strip();
    }

    private void legend(StringBuilder svg) {
        List<Layer> named =
                layers.stream().filter(layer -> !layer.name.isEmpty()).toList();
        if (named.isEmpty()) {
            return;
        }
        svg.append("<p class=\"legend\">");
        for (Layer layer : named) {
            svg.append("<span class=\"c").append(layer.colour % COLOURS).append("\">");
            svg.append(layer.shape == Shape.DASHES ? "┄ " : layer.shape == Shape.LINE ? "━ " : "● ");
            svg.append("</span>").append(Html.escape(layer.name)).append(" &nbsp; ");
        }
        svg.append("</p>\n");
    }
}
