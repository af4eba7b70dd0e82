package io.github.elbo4j.cli.data;

import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.DataSource.Scale;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Rows of numbers that may be images.
 *
 * @param values [rows][columns], as they are trained on
 * @param labels of the rows; empty without any
 * @param numbers of the rows in the file, from 1
 * @param width of an image in pixels; 0 if rows are none
 * @param height of an image
 * @param source where they are from: its predictors are the columns, and its scales say what became of these
 */
@SuppressWarnings("ArrayRecordComponent") // of this command alone
public record ImageRows(
        double[][] values, List<String> labels, int[] numbers, int width, int height, DataSource source) {
    /** Of an IDX file. */
    public static ImageRows of(IdxFile idx) {
        return of(idx, List.of(), idx.width(), idx.height());
    }

    /** Of a table; images are square, if the number of columns is a square. */
    public static ImageRows of(NumberRows table) {
        int columns = table.columns().size();
        int side = (int) Math.round(Math.sqrt(columns));
        boolean square = side > 1 && side * side == columns;
        return of(table, table.labels(), square ? side : 0, square ? side : 0);
    }

    private static ImageRows of(NumberedRows rows, List<String> labels, int width, int height) {
        int[] numbers = new int[rows.rows()];
        Arrays.setAll(numbers, rows::numberInFile);
        return new ImageRows(rows.values(), labels, numbers, width, height, rows.source());
    }

    /** The same with images of this size. */
    public ImageRows sized(int imageWidth, int imageHeight) {
        if ((long) imageWidth * imageHeight != columns().size()) {
            throw new InputException("--image is " + imageWidth + "x" + imageHeight + ", which is "
                    + (long) imageWidth * imageHeight + " pixels, but a row has "
                    + columns().size() + " columns");
        }
        return new ImageRows(values, labels, numbers, imageWidth, imageHeight, source);
    }

    /** What the columns are called. */
    public List<String> columns() {
        return source.predictors();
    }

    /** Whether rows are images. */
    public boolean areImages() {
        return width > 0;
    }

    /** Pixels from 0 to 1, of which this is the white one. */
    public ImageRows over(double white) {
        Map<String, Scale> scales = new LinkedHashMap<>();
        columns().forEach(column -> scales.put(column, new Scale(0, white)));
        ImageRows scaled = white == 1 ? this : scaled(scales);
        for (int n = 0; n < values.length; n++) {
            for (int i = 0; i < values[n].length; i++) {
                if (!(scaled.values[n][i] >= 0 && scaled.values[n][i] <= 1)) {
                    throw new InputException(source.file() + ", row " + numbers[n] + ", column "
                            + columns().get(i) + " is " + values[n][i]
                            + ", but pixels must be from 0 to 1: --scale divides by the value of a white one, and --decoder"
                            + " gaussian takes values of any size");
                }
            }
        }
        return scaled;
    }

    /** Columns of mean 0 and sd 1. */
    public ImageRows standardized() {
        Map<String, Scale> scales = new LinkedHashMap<>();
        for (int i = 0; i < columns().size(); i++) {
            int at = i;
            double mean =
                    Arrays.stream(values).mapToDouble(row -> row[at]).average().orElse(0);
            double sd = Math.sqrt(Arrays.stream(values)
                    .mapToDouble(row -> (row[at] - mean) * (row[at] - mean))
                    .average()
                    .orElse(0));
            if (!(sd > 0)) {
                throw new InputException(source.file() + ": column " + columns().get(i)
                        + " has one value in all rows, which no normal has; leave it out with --ignore");
            }
            scales.put(columns().get(i), new Scale(mean, sd));
        }
        return scaled(scales);
    }

    private ImageRows scaled(Map<String, Scale> scales) {
        double[][] scaled = Arrays.stream(values)
                .map(row -> IntStream.range(0, row.length)
                        .mapToDouble(
                                i -> Objects.requireNonNull(scales.get(columns().get(i)))
                                        .fitted(row[i]))
                        .toArray())
                .toArray(double[][]::new);
        return new ImageRows(scaled, labels, numbers, width, height, source.scaled(scales));
    }

    /** A value that is trained on, as it was read. */
    public double original(double value, int column) {
        Scale scale = source.scales().get(columns().get(column));
        return scale == null ? value : scale.original(value);
    }
}
