package io.github.elbo4j.spark;

import io.github.elbo4j.cli.data.CellCounts;
import io.github.elbo4j.cli.data.RegressionColumns;
import io.github.elbo4j.cli.view.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.NumericType;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a file that are used, as they are: numbers, or cells of text that are read as the command reads those of a CSV file.
 *
 * @param cells the columns that are used, in the order of the file; of each a text or a number, or null
 * @param all what each column holds in all rows of the file
 * @param counts what it holds in those of {@code cells}
 * @param dropped rows that were left out because a cell is missing
 * @param digest of the file
 */
record InputTable(
        Source source,
        Dataset<Row> cells,
        List<CellCounts> all,
        List<CellCounts> counts,
        long dropped,
        FileDigest digest) {
    private static final String PARQUET = ".parquet";

    /** Pieces that files are cut into at least, if that makes none of below 4 MiB. */
    private static final String PIECES = "64";

    /**
     * Where the rows are, and which columns are what.
     *
     * @param file a path or an address that Spark knows
     * @param by a column that does not predict; null if there is none
     * @param categorical columns that become a 0/1 column a value
     */
    record Source(
            String file,
            String target,
            @Nullable String by,
            List<String> ignored,
            List<String> categorical,
            boolean dropMissing)
            implements Serializable {
        String where() {
            return "--data " + file;
        }

        /** The same with a name for each column, as the command takes names apart. */
        Source named(List<String> columns) {
            return new Source(
                    file,
                    target,
                    by,
                    RegressionColumns.named(ignored, columns::contains),
                    RegressionColumns.named(categorical, columns::contains),
                    dropMissing);
        }

        /** The file's name without its folders. */
        String name() {
            return new Path(file).getName();
        }
    }

    /**
     * Reads a file, by its name Parquet, or else CSV with a header.
     *
     * @throws IllegalArgumentException if it cannot be fitted, in words for the user
     */
    static InputTable read(SparkSession spark, Source given) {
        Dataset<Row> read = open(spark, given.file());
        Dataset<Row> all =
                read.toDF(Arrays.stream(read.columns()).map(Text::strip).toArray(String[]::new));
        List<String> names = Arrays.asList(all.columns());
        Source source = given.named(names);
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals("_c" + i)) { // what Spark calls it
                throw new IllegalArgumentException(
                        source.where() + ": column " + (i + 1)
                                + " has no name, as row numbers have none that other programs write. Name it, or write the file without it");
            }
        }
        for (int i = 0; i < names.size(); i++) {
            int first = names.indexOf(names.get(i));
            if (first < i) {
                throw new IllegalArgumentException(source.where() + ": columns " + (first + 1) + " and " + (i + 1)
                        + " are both named " + names.get(i));
            }
        }
        named(names, source.where(), "--target", source.target());
        source.ignored().forEach(name -> named(names, source.where(), "--ignore", name));
        source.categorical().forEach(name -> named(names, source.where(), "--categorical", name));
        if (source.by() != null) {
            named(names, source.where(), "--by", source.by());
        }
        if (source.ignored().contains(source.target())) {
            throw new IllegalArgumentException(
                    "--ignore: column " + source.target() + " is the target; it cannot be left out");
        }
        if (source.categorical().contains(source.target())) {
            throw new IllegalArgumentException(
                    "--categorical: column " + source.target() + " is the target; its classes need no option");
        }
        if (source.target().equals(source.by())) {
            throw new IllegalArgumentException("--by: column " + source.by() + " is the target; a column has one part");
        }
        List<String> used = new ArrayList<>(names);
        used.removeAll(source.ignored());
        if (source.by() != null && !used.contains(source.by())) {
            used.add(source.by());
        }
        if (used.size() == (source.by() == null ? 1 : 2)) {
            throw new IllegalArgumentException(source.where() + " has no column that predicts " + source.target());
        }
        Dataset<Row> cells =
                all.select(used.stream().map(name -> cell(all, name)).toArray(Column[]::new));
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        FileDigest digest = FileDigest.of(context, source.file(), all.inputFiles());
        List<CellCounts> counts = counted(context, cells, source);
        InputTable input = new InputTable(source, cells, counts, counts, 0, digest);
        // Rows of no group are left out with the groups: the others keep their numbers in the file.
        return source.dropMissing() && source.by() == null ? input.withoutMissing(context) : input.refusingMissing();
    }

    /**
     * Whole files in their order: where they are cut must not depend on how many processors there are. Headers must be the same in all, and
     * every row must have as many cells, whichever of them are used.
     */
    private static Dataset<Row> open(SparkSession spark, String file) {
        spark.conf().set("spark.sql.caseSensitive", "true"); // two columns, and two values, may differ by it alone
        spark.conf().set("spark.sql.files.minPartitionNum", PIECES);
        try {
            return file.endsWith(PARQUET)
                    ? spark.read().parquet(file)
                    : spark.read()
                            .option("header", "true")
                            .option("escape", "\"")
                            .option("enforceSchema", "false")
                            .option("mode", "FAILFAST")
                            .option("columnPruning", "false")
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

    private static Column cell(Dataset<Row> table, String name) {
        boolean number = table.schema().apply(name).dataType() instanceof NumericType;
        return GroupTable.column(name).cast(number ? "double" : "string").as(name);
    }

    /**
     * One pass over the rows. The different numbers are kept where they may be values of a variable; no values are where each group has
     * its own.
     */
    private static List<CellCounts> counted(JavaSparkContext context, Dataset<Row> cells, Source source) {
        List<CellCounts> zero = new ArrayList<>();
        for (String name : cells.columns()) {
            CellCounts counts = new CellCounts(
                    name.equals(source.target()) || source.categorical().contains(name));
            zero.add(source.by() == null ? counts : counts.withoutValues());
        }
        return Jobs.described(
                context,
                "elbo4j: what the columns of " + source.file() + " hold",
                () -> cells.javaRDD().treeAggregate(zero, InputTable::add, InputTable::merge, 2));
    }

    private static List<CellCounts> add(List<CellCounts> counts, Row row) {
        for (int j = 0; j < counts.size(); j++) {
            Object cell = row.get(j);
            if (cell instanceof Double value) {
                counts.get(j).add((double) value);
            } else {
                counts.get(j).add(cell == null ? "" : (String) cell);
            }
        }
        return counts;
    }

    private static List<CellCounts> merge(List<CellCounts> counts, List<CellCounts> others) {
        for (int j = 0; j < counts.size(); j++) {
            counts.get(j).merge(others.get(j));
        }
        return counts;
    }

    long rows() {
        return counts.get(0).rows();
    }

    List<String> names() {
        return Arrays.asList(cells.columns());
    }

    private InputTable refusingMissing() {
        if (rows() == 0) {
            throw new IllegalArgumentException(source.where() + " has no rows to fit");
        }
        for (int j : source.dropMissing() ? new int[0] : needed()) {
            if (counts.get(j).missing() > 0) {
                throw new IllegalArgumentException(source.where() + ": column " + names().get(j) + " has no value in "
                        + counts.get(j).missing() + " of " + rows()
                        + " rows. Leave such rows out with --missing drop, or the column with --ignore");
            }
        }
        return this;
    }

    /** Of one file of lines the line of its first row, below that of the header; else 0. */
    int firstLine() {
        return digest.note().isEmpty() && !source.file().endsWith(PARQUET) ? 2 : 0;
    }

    /** The columns that each row must have: what else a group misses is that group's affair. */
    private int[] needed() {
        return IntStream.range(0, counts.size())
                .filter(j -> source.by() == null || names().get(j).equals(source.by()))
                .toArray();
    }

    private InputTable withoutMissing(JavaSparkContext context) {
        int columns = counts.size();
        if (counts.stream().allMatch(each -> each.missing() == 0)) {
            return refusingMissing();
        }
        List<CellCounts> of = all.stream().map(CellCounts::withoutValues).toList();
        Dataset<Row> kept = cells.filter((FilterFunction<Row>)
                row -> IntStream.range(0, columns).noneMatch(j -> misses(of.get(j), row.get(j))));
        List<CellCounts> left = counted(context, kept, source);
        return new InputTable(source, kept, all, left, rows() - left.get(0).rows(), digest).refusingMissing();
    }

    static boolean misses(CellCounts counts, @Nullable Object cell) {
        return cell instanceof Double value ? Double.isNaN(value) : counts.isMissing(cell == null ? "" : (String) cell);
    }
}
