package io.github.elbo4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The rows of a table apart by the values of some columns. Groups are numbered from 0 in the order of these values, as {@code elbo4j fit
 * --by} numbers them, and within a group rows keep the order of the table, so neither depends on partitions. The values are on the
 * driver; the rows are not.
 */
final class GroupTable {
    private static final String COUNT = "count";
    private static final String LARGEST = "largest";

    private final Dataset<Row> table;
    private final List<String> by;
    private final String target;
    private final boolean skips;
    private final List<Key> keys;
    private final double largest;
    private final String counted;

    /** The values that make a group. */
    record Key(List<Object> values) implements Serializable, Comparable<Key> {
        static Key of(Row row, int columns, List<String> by) {
            List<Object> values = new ArrayList<>();
            for (int j = 0; j < columns; j++) {
                Object value = row.get(j);
                if (value == null) {
                    throw new IllegalArgumentException("a row has no value in the group column " + by.get(j)
                            + ": leave such rows out (table.na().drop()) or fill them in");
                }
                values.add(value instanceof Double number ? (Object) (number + 0.0) : value); // −0 is 0
            }
            return new Key(List.copyOf(values));
        }

        @Override
        @SuppressWarnings("unchecked") // values of a column are of one class
        public int compareTo(Key other) {
            for (int j = 0; j < values.size(); j++) {
                int order = ((Comparable<Object>) values.get(j)).compareTo(other.values.get(j));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        }
    }

    /**
     * A job of Spark looks for the groups.
     *
     * @param target whose largest number in all groups is of use
     */
    GroupTable(Dataset<Row> table, List<String> by, String target) {
        this(table, by, target, number(target), false);
    }

    /**
     * A job of Spark looks for the groups.
     *
     * @param mark its largest value in each group tells the table from others
     * @param skips whether rows without a value in a group column are of no group, and no mistake
     */
    GroupTable(Dataset<Row> table, List<String> by, String target, Column mark, boolean skips) {
        this.table = table;
        this.by = by;
        this.target = target;
        this.skips = skips;
        Dataset<Row> grouped = skips ? table.na().drop("any", by.toArray(String[]::new)) : table;
        List<Row> found = grouped.groupBy(columns(by))
                .agg(
                        functions.count(functions.lit(1)).as(COUNT),
                        functions.max(mark).as(LARGEST))
                .collectAsList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("the table has no rows, but a fit needs at least one");
        }
        if (found.size() == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("there are more than " + (Integer.MAX_VALUE - 1) + " groups");
        }
        keys = new ArrayList<>();
        double most = Double.NEGATIVE_INFINITY;
        for (Row row : found) {
            Key key = Key.of(row, by.size(), by);
            for (int j = 0; j < by.size(); j++) {
                if (!(key.values().get(j) instanceof Comparable)) {
                    throw new IllegalArgumentException("the group column " + by.get(j) + " is of type "
                            + table.schema().apply(by.get(j)).dataType().simpleString()
                            + ", whose values have no order: cast it to string");
                }
            }
            keys.add(key);
            most = row.get(by.size() + 1) instanceof Double value ? Math.max(most, value) : most;
        }
        keys.sort(null);
        largest = most;
        counted = found.size() + " groups, " + new HashSet<>(found).hashCode();
    }

    static Column column(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    static Column number(String name) {
        return column(name).cast("double");
    }

    private static Column[] columns(List<String> names) {
        return names.stream().map(GroupTable::column).toArray(Column[]::new);
    }

    /** In their order. */
    List<Key> keys() {
        return keys;
    }

    /** What tells these groups from others, roughly: their number, and a hash of values, counts and largest targets. */
    String counted() {
        return counted;
    }

    /** Of the target. */
    double largest() {
        return largest;
    }

    /** The numbers of each row, the target last, NaN where one is missing; group after group. */
    JavaRDD<Tuple2<GroupRow, double[]>> rows(List<String> features, int partitions) {
        List<Column> selected = new ArrayList<>();
        features.forEach(name -> selected.add(number(name)));
        selected.add(number(target));
        return rows(selected, partitions, (row, first) -> {
            double[] values = new double[row.length() - first];
            for (int j = 0; j < values.length; j++) {
                values[j] = row.isNullAt(first + j) ? Double.NaN : row.getDouble(first + j);
            }
            return values;
        });
    }

    /** What some columns of each row hold, null where that is nothing; group after group. */
    JavaRDD<Tuple2<GroupRow, @Nullable Object[]>> cells(List<String> names, int partitions) {
        return rows(names.stream().map(GroupTable::column).toList(), partitions, (row, first) -> {
            @Nullable Object[] cells = new Object[row.length() - first];
            for (int j = 0; j < cells.length; j++) {
                cells[j] = row.get(first + j);
            }
            return cells;
        });
    }

    /** @param read makes of a row what is wanted, from a column on */
    private <V> JavaRDD<Tuple2<GroupRow, V>> rows(
            List<Column> wanted, int partitions, Function2<Row, Integer, V> read) {
        List<Column> selected = new ArrayList<>(Arrays.asList(columns(by)));
        selected.addAll(wanted);
        Map<Key, Integer> numbers = new HashMap<>();
        keys.forEach(key -> numbers.put(key, numbers.size()));
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(table.sparkSession().sparkContext());
        Broadcast<Map<Key, Integer>> shared = context.broadcast(numbers);
        List<String> names = by;
        int first = by.size();
        boolean skipped = skips;
        JavaPairRDD<GroupRow, V> pairs = table.select(selected.toArray(Column[]::new))
                .javaRDD()
                .zipWithIndex()
                .filter(row -> !skipped || IntStream.range(0, first).noneMatch(row._1()::isNullAt))
                .mapToPair(row -> {
                    Integer group = shared.value().get(Key.of(row._1(), first, names));
                    if (group == null) {
                        throw new IllegalStateException(
                                "the table has other groups when it is read again: write it to a file first");
                    }
                    return new Tuple2<>(new GroupRow(group, row._2()), read.call(row._1(), first));
                });
        return pairs.repartitionAndSortWithinPartitions(new GroupPartitioner(partitions, keys.size()))
                .map(pair -> pair);
    }
}
