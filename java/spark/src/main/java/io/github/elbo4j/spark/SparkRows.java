package io.github.elbo4j.spark;

import io.github.elbo4j.device.SumTree;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Scaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The rows of a regression on the disks of a cluster's executors, cut at multiples of 1024 rows. They are numbered in the order of the
 * table, its partitions one after the other: a table whose source gives its rows in the same order again, as files do, has the same
 * numbers wherever they are computed anew.
 */
public final class SparkRows implements AutoCloseable {
    private final List<String> columns;
    private final JavaRDD<Panel> panels;
    private final long rows;
    private final Sums sums = new Sums();

    private SparkRows(List<String> columns, JavaRDD<Panel> panels, long rows) {
        this.columns = columns;
        this.panels = panels;
        this.rows = rows;
    }

    /**
     * Of a table of numbers.
     *
     * @param columns what predicts, in the order of the model's coefficients; {@link RegressionData#INTERCEPT} is a column of ones that
     *     the table need not have
     * @param target 0 or 1, the number of a class, or a quantity, as the model has it
     * @param partitions how many tasks a pass over the rows has; no result depends on it
     * @throws IllegalArgumentException if the table has no rows, or a column is no number
     */
    public static SparkRows of(Dataset<Row> table, List<String> columns, String target, int partitions) {
        if (partitions < 1) {
            throw new IllegalArgumentException("partitions is " + partitions + ", but must be 1 or more");
        }
        boolean intercept = columns.contains(RegressionData.INTERCEPT);
        if (intercept && !columns.get(0).equals(RegressionData.INTERCEPT)) {
            throw new IllegalArgumentException(
                    RegressionData.INTERCEPT + " must be the first of the columns " + columns);
        }
        List<String> read = new ArrayList<>(columns.subList(intercept ? 1 : 0, columns.size()));
        read.add(target);
        JavaRDD<double[]> values = table.select(read.stream()
                        .map(name -> functions
                                .col("`" + name.replace("`", "``") + "`")
                                .cast("double"))
                        .toArray(Column[]::new))
                .javaRDD()
                .map(row -> numbers(row, read, intercept));
        long rows = values.count();
        if (rows == 0) {
            throw new IllegalArgumentException("the table has no rows, but a regression needs at least one");
        }
        JavaRDD<Panel> panels = values.zipWithIndex()
                .mapToPair(Tuple2::swap)
                .repartitionAndSortWithinPartitions(new PanelPartitioner(partitions, rows))
                .mapPartitions(Panels::new, true)
                .persist(StorageLevel.DISK_ONLY());
        return new SparkRows(List.copyOf(columns), panels, rows);
    }

    private static double[] numbers(Row row, List<String> names, boolean intercept) {
        int first = intercept ? 1 : 0;
        double[] numbers = new double[first + row.length()];
        Arrays.fill(numbers, 0, first, 1);
        for (int j = 0; j < row.length(); j++) {
            if (row.isNullAt(j)) {
                throw new IllegalArgumentException("a row has no number in column " + names.get(j)
                        + ": leave such rows out (table.na().drop()) or fill them in");
            }
            numbers[first + j] = row.getDouble(j);
            if (!Float.isFinite((float) numbers[first + j])) {
                throw new IllegalArgumentException("a row has " + numbers[first + j] + " in column " + names.get(j)
                        + ", but numbers must be finite (in float32)");
            }
        }
        return numbers;
    }

    /** Rows in their order, put together. */
    private static final class Panels implements Iterator<Panel> {
        private final Iterator<Tuple2<Long, double[]>> rows;
        private List<double[]> waiting = new ArrayList<>();
        private long number = -1;

        Panels(Iterator<Tuple2<Long, double[]>> rows) {
            this.rows = rows;
            fill();
        }

        private void fill() {
            waiting = new ArrayList<>();
            while (waiting.size() < Panel.ROWS && rows.hasNext()) {
                Tuple2<Long, double[]> row = rows.next();
                if (waiting.isEmpty()) {
                    number = row._1() / Panel.ROWS;
                }
                waiting.add(row._2());
            }
        }

        @Override
        public boolean hasNext() {
            return !waiting.isEmpty();
        }

        @Override
        public Panel next() {
            if (waiting.isEmpty()) {
                throw new NoSuchElementException();
            }
            int columns = waiting.get(0).length - 1;
            double[] x = new double[waiting.size() * columns];
            double[] y = new double[waiting.size()];
            for (int n = 0; n < y.length; n++) {
                System.arraycopy(waiting.get(n), 0, x, n * columns, columns);
                y[n] = waiting.get(n)[columns];
            }
            Panel panel = new Panel(number, x, y);
            fill();
            return panel;
        }
    }

    /** N. */
    public long rows() {
        return rows;
    }

    /** The K columns of X. */
    public List<String> columns() {
        return columns;
    }

    /** Tasks of a pass. */
    public int partitions() {
        return panels.getNumPartitions();
    }

    JavaRDD<Panel> panels() {
        return panels;
    }

    JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(panels.context());
    }

    /** Rows of these numbers, in the order of the numbers, brought to the driver. */
    RegressionData some(int[] numbers) {
        int[] sorted = numbers.clone();
        Arrays.sort(sorted);
        Map<Long, double[]> found = new HashMap<>();
        int width = columns.size();
        panels.flatMapToPair(panel -> {
                    List<Tuple2<Long, double[]>> wanted = new ArrayList<>();
                    for (int n = 0; n < panel.y().length; n++) {
                        long row = panel.number() * Panel.ROWS + n;
                        if (row <= Integer.MAX_VALUE && Arrays.binarySearch(sorted, (int) row) >= 0) {
                            double[] values = Arrays.copyOfRange(panel.x(), n * width, (n + 1) * width + 1);
                            values[width] = panel.y()[n];
                            wanted.add(new Tuple2<>(row, values));
                        }
                    }
                    return wanted.iterator();
                })
                .collect()
                .forEach(row -> found.put(row._1(), row._2()));
        double[] x = new double[numbers.length * width];
        double[] y = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            double[] row = Objects.requireNonNull(found.get((long) numbers[i]), "a row is gone");
            System.arraycopy(row, 0, x, i * width, width);
            y[i] = row[width];
        }
        return new RegressionData(columns, x, y);
    }

    /**
     * How their columns are moved to mean 0 and scaled to standard deviation 1, with the bits of {@link
     * io.github.elbo4j.model.Standardization}; three passes over the rows, the first time.
     *
     * @param target whether the target is scaled, too
     * @throws IllegalArgumentException if a column is constant
     */
    public Scaling scaling(boolean target) {
        return Scaling.of(columns, sums, target);
    }

    /** The standard deviations of the columns, the target's last; of the sums that {@link #scaling} takes. */
    double[] deviations() {
        return Scaling.deviations(sums);
    }

    /** The rows moved and scaled, on the executors' disks beside these. */
    public SparkRows scaled(Scaling by) {
        JavaRDD<Panel> moved = panels.map(panel -> panel.scaled(by)).persist(StorageLevel.DISK_ONLY());
        return new SparkRows(columns, moved, rows);
    }

    /** Sums over all rows, each by a job. They follow from one another, so each is the same whenever it is asked for, and made once. */
    private final class Sums implements Scaling.Sums {
        private double @Nullable [] largest;
        private double @Nullable [] sums;
        private double @Nullable [] squares;
        private int @Nullable [] ofUnit; // what the sums are of
        private double @Nullable [] ofMean; // and the squares besides

        @Override
        public long rows() {
            return rows;
        }

        @Override
        public double[] largest() {
            double[] made = largest;
            if (made == null) {
                made = panels.map(panel -> panel.part().largest()).treeReduce((a, b) -> merged(a, b, 0), 2);
                largest = made;
            }
            return made;
        }

        @Override
        public double[] sums(int[] unit) {
            double[] made = sums;
            if (made == null || !Arrays.equals(unit, ofUnit)) {
                ofUnit = unit.clone();
                squares = null;
                made = total((tree, panel) -> added(tree, panel, panel.part().sums(unit)));
                sums = made;
            }
            return made;
        }

        @Override
        public double[] squares(int[] unit, double[] mean) {
            double[] made = squares;
            if (made == null || !Arrays.equals(mean, ofMean)) {
                ofMean = mean.clone();
                made = total((tree, panel) -> added(tree, panel, panel.part().squares(unit, mean)));
                squares = made;
            }
            return made;
        }

        private double[] total(Function2<SumTree, Panel, SumTree> add) {
            return panels.treeAggregate(SumTree.ofProducts(), add, SumTree::merge, 2)
                    .total(Panel.count(rows));
        }

        @Override
        public double first(int column) {
            RegressionData row = some(new int[] {0});
            return column == columns.size() ? row.y()[0] : row.x()[column];
        }
    }

    private static SumTree added(SumTree tree, Panel panel, double[] sums) {
        tree.add(panel.number(), sums);
        return tree;
    }

    /** As a model of all rows has it: which column loses too much by rounding to float32. Two passes; sums are in any order, as two digits are told. */
    @Nullable
    String roundingLoss() {
        int width = columns.size() + 1;
        double count = rows;
        double[] zero = new double[2 * width]; // the means, and by how much rounding changes a value
        double[] means =
                panels.aggregate(zero, (all, panel) -> changes(all, panel, count), (a, b) -> merged(a, b, width));
        double[] variances = panels.aggregate(
                new double[width], (all, panel) -> variances(all, panel, means, count), (a, b) -> merged(a, b, width));
        for (int j = 0; j < width; j++) {
            String name = j == width - 1 ? "the target" : columns.get(j);
            String loss = RegressionData.roundingLoss(name, means[width + j], Math.sqrt(variances[j]));
            if (loss != null) {
                return loss;
            }
        }
        return null;
    }

    private static double value(Panel panel, int width, int n, int j) {
        return j == width - 1 ? panel.y()[n] : panel.x()[n * (width - 1) + j];
    }

    private static double[] changes(double[] all, Panel panel, double count) {
        int width = all.length / 2;
        for (int n = 0; n < panel.y().length; n++) {
            for (int j = 0; j < width; j++) {
                double value = value(panel, width, n, j);
                all[j] += value / count;
                all[width + j] = Math.max(all[width + j], Math.abs(value - (float) value));
            }
        }
        return all;
    }

    private static double[] variances(double[] all, Panel panel, double[] means, double count) {
        for (int n = 0; n < panel.y().length; n++) {
            for (int j = 0; j < all.length; j++) {
                double e = value(panel, all.length, n, j) - means[j];
                all[j] += e * e / count;
            }
        }
        return all;
    }

    /** The first are added; of the others the greatest is taken. */
    private static double[] merged(double[] a, double[] b, int added) {
        for (int j = 0; j < a.length; j++) {
            a[j] = j < added ? a[j] + b[j] : Math.max(a[j], b[j]);
        }
        return a;
    }

    /** Takes the rows from the executors' disks. */
    @Override
    public void close() {
        panels.unpersist(false);
    }
}
