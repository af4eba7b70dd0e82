package io.github.elbo4j.spark;

import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.report.Coding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;

/**
 * What the application fits: the columns of a file that are used, the target as numbers.
 *
 * @param predictors in the order of the file
 * @param classes the names of the classes; of a categorical regression alone
 * @param codings how a target that held other values became numbers
 */
record InputTable(Dataset<Row> table, List<String> predictors, List<String> classes, List<Coding> codings) {
    /** As many as {@code elbo4j fit categorical} takes. */
    private static final int MOST_CLASSES = 50;

    /**
     * Where the rows are.
     *
     * @param file a path or an address that Spark knows
     * @param by a column that does not predict; null if there is none
     */
    record Source(String file, String target, @Nullable String by, List<String> ignored, boolean dropMissing) {}

    /**
     * Reads a file, by its name Parquet, or else CSV with a header.
     *
     * @throws IllegalArgumentException if it cannot be fitted, in words for the user
     */
    static InputTable read(SparkSession spark, Source source, Regression regression) {
        Dataset<Row> all = open(spark, source.file());
        List<String> names = Arrays.asList(all.columns());
        String where = "--data " + source.file();
        named(names, where, "--target", source.target());
        source.ignored().forEach(name -> named(names, where, "--ignore", name));
        List<String> predictors = new ArrayList<>(names);
        predictors.removeAll(source.ignored());
        if (source.by() != null) {
            named(names, where, "--by", source.by());
            predictors.remove(source.by());
        }
        if (!predictors.remove(source.target())) {
            throw new IllegalArgumentException(
                    "--ignore: column " + source.target() + " is the target; it cannot be left out");
        }
        if (predictors.isEmpty()) {
            throw new IllegalArgumentException(where + " has no column that predicts " + source.target());
        }
        for (String name : predictors) {
            number(
                    all,
                    where,
                    name,
                    "code it first (StringIndexer and OneHotEncoder do), or leave it out with --ignore " + name);
        }
        List<String> used = new ArrayList<>(predictors);
        used.add(source.target());
        if (source.by() != null) {
            used.add(source.by());
        }
        Dataset<Row> table = all.select(used.stream().map(GroupTable::column).toArray(Column[]::new));
        table = source.dropMissing() ? table.na().drop() : table;
        refuseMissing(table, where);
        return coded(table, where, source.target(), predictors, regression);
    }

    private static Dataset<Row> open(SparkSession spark, String file) {
        try {
            return file.endsWith(".parquet")
                    ? spark.read().parquet(file)
                    : spark.read()
                            .option("header", "true")
                            .option("inferSchema", "true")
                            .option("nullValue", "NA")
                            .csv(file);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // Spark's own, which its methods do not declare
            throw new IllegalArgumentException(
                    "--data " + file + " cannot be read: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + ". It must be where the driver and every executor can read it",
                    e);
        }
    }

    private static void named(List<String> names, String where, String option, String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(
                    option + ": " + where + " has no column " + name + ". Its columns are " + String.join(", ", names));
        }
    }

    private static void number(Dataset<Row> table, String where, String name, String advice) {
        DataType type = table.schema().apply(name).dataType();
        if (!(type instanceof NumericType || type instanceof BooleanType)) {
            throw new IllegalArgumentException(where + ": column " + name + " is of type " + type.simpleString()
                    + ", but must hold numbers: " + advice);
        }
    }

    private static void refuseMissing(Dataset<Row> table, String where) {
        List<Column> counts = new ArrayList<>();
        counts.add(functions.count(functions.lit(1)));
        for (String name : table.columns()) {
            counts.add(functions.sum(
                    functions.when(GroupTable.column(name).isNull(), 1L).otherwise(0L)));
        }
        Row row = table.agg(counts.get(0), counts.subList(1, counts.size()).toArray(Column[]::new))
                .collectAsList()
                .get(0);
        if (row.getLong(0) == 0) {
            throw new IllegalArgumentException(where + " has no rows to fit");
        }
        for (int j = 1; j < row.length(); j++) {
            if (row.getLong(j) > 0) {
                throw new IllegalArgumentException(where + ": column " + table.columns()[j - 1] + " has no value in "
                        + row.getLong(j) + " of " + row.getLong(0)
                        + " rows. Leave such rows out with --drop-missing, or the column with --ignore");
            }
        }
    }

    private static InputTable coded(
            Dataset<Row> table, String where, String target, List<String> predictors, Regression regression) {
        String place = where + ", target column " + target;
        if (regression.name().equals(Regression.LINEAR)) {
            number(table, where, target, "for classes use logistic or categorical");
            return new InputTable(table, predictors, List.of(), List.of());
        }
        List<Object> found =
                table.select(GroupTable.column(target)).distinct().limit(MOST_CLASSES + 1).collectAsList().stream()
                        .map(row -> row.get(0))
                        .sorted()
                        .collect(Collectors.toList());
        List<String> labels = found.stream().map(InputTable::label).toList();
        if (regression.name().equals(Regression.CATEGORICAL)) {
            if (labels.size() < 3 || labels.size() > MOST_CLASSES) {
                throw new IllegalArgumentException(place + " has "
                        + (labels.size() > MOST_CLASSES ? "more than " + MOST_CLASSES : labels.size())
                        + " different values, but a categorical regression takes 3 to " + MOST_CLASSES
                        + ". For two classes use logistic, for a quantity linear");
            }
            int[] codes = IntStream.range(0, labels.size()).toArray();
            return new InputTable(
                    replaced(table, target, found, codes),
                    predictors,
                    labels,
                    List.of(new Coding(target, labels, Coding.Kind.CLASSES)));
        }
        Levels two = new Levels(labels, IntStream.range(0, labels.size()).toArray()).twoValued();
        if (two == null) {
            throw new IllegalArgumentException(place + " has "
                    + (labels.size() > MOST_CLASSES ? "more than " + MOST_CLASSES : labels.size())
                    + " different values, but a logistic regression needs two. For more classes use categorical, for a"
                    + " quantity linear");
        }
        boolean plain = two.values().equals(List.of("0", "1"));
        return new InputTable(
                replaced(table, target, found, two.codes()),
                predictors,
                List.of(),
                plain ? List.of() : List.of(new Coding(target, two.values(), Coding.Kind.TWO_VALUES)));
    }

    /** As the command writes it: a whole number without a fraction. */
    static String label(Object value) {
        return value instanceof Number number ? Levels.label(number.doubleValue() + 0.0) : String.valueOf(value);
    }

    private static Dataset<Row> replaced(Dataset<Row> table, String target, List<Object> values, int[] codes) {
        Column coded = functions.lit(null);
        for (int i = 0; i < codes.length; i++) {
            coded = functions
                    .when(GroupTable.column(target).equalTo(functions.lit(values.get(i))), (double) codes[i])
                    .otherwise(coded);
        }
        return table.withColumn(target, coded);
    }
}
