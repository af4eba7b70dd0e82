package io.github.elbo4j.spark;

import io.github.elbo4j.cli.command.GroupFailure;
import io.github.elbo4j.cli.command.MethodLimits;
import io.github.elbo4j.cli.data.CellCounts;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.cli.data.RegressionColumns;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.CoefficientPriors;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Models;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.RowsLogJoint;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Groups of rows of cells, each read and fitted by the classes of the command: what a column's words mean, and which values it has, is a
 * matter of the group's rows alone.
 *
 * @param columns of the rows
 * @param firstLine that of the first row in the file, if there is one file of lines; else 0
 * @param method by its name
 */
record CellGroups(
        Regression regression, InputTable.Source source, List<String> columns, int firstLine, String method, long seed)
        implements GroupModel<@Nullable Object[]> {
    /** What the command knows of a regression. */
    static FitModel command(String name) {
        return Models.TABLE.stream()
                .map(supplier -> supplier.get())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static final String NUMBER = "elbo4j number";
    private static final String WORD = "elbo4j word";

    /** The groups of a table, in the order of the command: numbers before words. */
    static GroupTable table(InputTable input) {
        String name = String.valueOf(input.source().by());
        Column by = GroupTable.column(name);
        CellCounts counts = input.all().get(input.names().indexOf(name)).withoutValues();
        UDF1<Object, Double> number = cell -> cell instanceof Double value ? value : numberOf(String.valueOf(cell));
        UDF1<Object, @Nullable String> word = cell -> InputTable.misses(counts, cell)
                ? null // and no group
                : cell instanceof Double || numberOf((String) cell) < Double.POSITIVE_INFINITY
                        ? ""
                        : CellCounts.label((String) cell);
        Dataset<Row> table = input.cells()
                .withColumn(NUMBER, functions.udf(number, DataTypes.DoubleType).apply(by))
                .withColumn(WORD, functions.udf(word, DataTypes.StringType).apply(by));
        String target = input.source().target();
        return new GroupTable(
                table,
                List.of(NUMBER, WORD),
                target,
                GroupTable.column(target),
                input.source().dropMissing());
    }

    /** Behind all numbers if it is none. */
    private static double numberOf(String cell) {
        double value = CellCounts.number(cell);
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
    }

    /** A group's value as the command writes it. */
    static String label(GroupTable.Key key) {
        String word = (String) key.values().get(1);
        return word.isEmpty() ? Levels.label((double) key.values().get(0)) : word;
    }

    @Override
    public int width() {
        return columns.size();
    }

    /** As the command has it. */
    @Override
    public GroupOutcome failed(Rows<@Nullable Object[]> group, RuntimeException failure) {
        return new GroupOutcome(
                group.group(), group.rows().size(), null, GroupFailure.words(failure), GroupFailure.isBroken(failure));
    }

    @Override
    public FitResult fit(Device device, Rows<@Nullable Object[]> group) {
        CsvTable table = CsvTable.of(
                source.name(),
                columns,
                group.numbers().stream()
                        .mapToInt(row -> (int) Math.min(row, Integer.MAX_VALUE))
                        .toArray(),
                group.rows(),
                firstLine);
        FitModel model = command(regression.name());
        RegressionInput input = RegressionInput.of(
                table,
                new RegressionColumns(
                        source.target(),
                        List.of(String.valueOf(source.by())),
                        source.categorical().stream().filter(columns::contains).toList(),
                        source.dropMissing()),
                model::target,
                regression.intercept(),
                regression.standardize());
        Problem problem = new Problem(
                model,
                input,
                regression.intercept(),
                regression.standardize(),
                new CoefficientPriors(
                        regression.prior(),
                        regression.prior(),
                        regression.prior().sd()));
        try (RowsLogJoint joint = model.joint(device, problem)) {
            MethodLimits.check(method, joint.dimensions());
            return problem.toOriginal(
                    Regression.method(method, seed, group.group()).fit(device, joint));
        }
    }
}
