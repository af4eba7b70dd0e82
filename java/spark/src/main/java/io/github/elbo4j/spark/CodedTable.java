package io.github.elbo4j.spark;

import io.github.elbo4j.cli.data.CellCounts;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.report.Coding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * The columns of an {@link InputTable} as numbers, as {@code elbo4j fit} codes them: yes and no as 0 and 1, a column that {@code --categorical} names as
 * a 0/1 column for each value but the first.
 *
 * @param predictors in the order of the file
 * @param classes the names of the classes; of a categorical regression alone
 * @param codings how columns that hold no numbers became numbers, the target's first
 */
record CodedTable(Dataset<Row> table, List<String> predictors, List<String> classes, List<Coding> codings) {
    /** As many as {@code elbo4j fit categorical} takes. */
    private static final int MOST_CLASSES = 50;

    /** @throws IllegalArgumentException if a column cannot be fitted, in words for the user */
    static CodedTable of(InputTable input, Regression regression) {
        return new Coder(input, regression).coded();
    }

    private static final class Coder {
        private final InputTable input;
        private final InputTable.Source source;
        private final Regression regression;
        private final List<Column> columns = new ArrayList<>();
        private final List<String> predictors = new ArrayList<>();
        private final List<Coding> codings = new ArrayList<>();
        private List<String> classes = List.of();

        Coder(InputTable input, Regression regression) {
            this.input = input;
            this.source = input.source();
            this.regression = regression;
        }

        CodedTable coded() {
            int target = input.names().indexOf(source.target());
            Column last = target(target).as(source.target());
            for (int j = 0; j < input.names().size(); j++) {
                if (j != target) {
                    predictor(j);
                }
            }
            if (new HashSet<>(predictors).size() < predictors.size() || predictors.contains(source.target())) {
                throw new IllegalArgumentException("--categorical: two columns would have one name in " + source.file()
                        + ": " + String.join(", ", predictors) + ". Rename one in the file");
            }
            columns.add(last);
            return new CodedTable(
                    input.cells().select(columns.toArray(Column[]::new)), predictors, classes, List.copyOf(codings));
        }

        private String where(int column) {
            return source.where() + ": column " + input.names().get(column);
        }

        private Column target(int column) {
            String place = source.where() + ", target column " + source.target();
            if (regression.name().equals(Regression.LINEAR)) {
                return number(column, ". For classes use logistic or categorical");
            }
            CellCounts counts = input.counts().get(column);
            if (!input.all().get(column).holdsWords()) {
                number(column, ""); // or a refusal
            }
            Levels found = counts.levels();
            int count = found.values().size();
            String many = counts.hasTooMany() ? "too many" : String.valueOf(count);
            if (regression.name().equals(Regression.CATEGORICAL)) {
                if (count < 3 || count > MOST_CLASSES) {
                    throw new IllegalArgumentException(place + " has " + many
                            + " different values, but a categorical regression takes 3 to " + MOST_CLASSES
                            + ". For two classes use logistic, for a quantity linear");
                }
                classes = found.values();
                codings.add(new Coding(source.target(), classes, Coding.Kind.CLASSES));
                return coded(column, found);
            }
            Levels two = found.twoValued();
            if (two == null) {
                throw new IllegalArgumentException(place + " has " + many
                        + " different values, but a logistic regression needs two. For more classes use categorical, for a"
                        + " quantity linear");
            }
            if (!two.values().equals(List.of("0", "1"))) {
                codings.add(new Coding(source.target(), two.values(), Coding.Kind.TWO_VALUES));
            }
            return coded(column, new Levels(found.values(), two.codes()));
        }

        private void predictor(int column) {
            String name = input.names().get(column);
            CellCounts counts = input.counts().get(column);
            Levels levels = counts.levels();
            if (source.categorical().contains(name)) {
                indicators(column, levels);
                return;
            }
            if (name.equals(RegressionData.INTERCEPT) || name.equals(BayesianLinearRegression.LOG_NOISE)) {
                throw new IllegalArgumentException(
                        where(column) + " has the name of a parameter that elbo4j adds. Rename"
                                + " it, or leave it out with --ignore " + name);
            }
            boolean words = input.all().get(column).holdsWords();
            Levels two = words ? levels.twoValued() : null;
            if (words && levels.values().size() == 1) {
                throw constant(column, levels.values().get(0));
            }
            if (two != null) {
                codings.add(new Coding(name, two.values(), Coding.Kind.TWO_VALUES));
            }
            add(
                    name,
                    two != null
                            ? coded(column, new Levels(levels.values(), two.codes()))
                            : number(column, ", or leave it out with --ignore " + name));
        }

        private void indicators(int column, Levels levels) {
            String name = input.names().get(column);
            if (levels.values().size() == 1) {
                throw constant(column, levels.values().get(0));
            }
            if (input.counts().get(column).hasTooMany() || levels.values().size() == input.rows()) {
                throw new IllegalArgumentException("--categorical: column " + name + " has "
                        + (input.counts().get(column).hasTooMany()
                                ? "too many different values"
                                : "another value in every row, which tells the rows apart but predicts nothing")
                        + ". Leave it out with --ignore " + name);
            }
            boolean all = !regression.intercept()
                    && codings.stream().noneMatch(each -> each.kind() == Coding.Kind.ALL_INDICATORS);
            Coding coding =
                    new Coding(name, levels.values(), all ? Coding.Kind.ALL_INDICATORS : Coding.Kind.INDICATORS);
            codings.add(coding);
            for (int value = coding.firstIndicator(); value < levels.values().size(); value++) {
                String own = levels.values().get(value);
                UDF1<Object, Double> isThis = cell -> label(cell).equals(own) ? 1.0 : 0.0;
                add(
                        coding.indicator(value),
                        functions.udf(isThis, DataTypes.DoubleType).apply(cell(column)));
            }
        }

        private void add(String name, Column values) {
            predictors.add(name);
            columns.add(values.as(name));
        }

        private IllegalArgumentException constant(int column, String value) {
            return new IllegalArgumentException(where(column) + " is constant (" + value
                    + " in every row), so its effect cannot be told from the intercept. Leave it out with --ignore "
                    + input.names().get(column));
        }

        /** The column's numbers; refused if it holds anything else. */
        private Column number(int column, String orElse) {
            CellCounts counts = input.all().get(column);
            if (counts.hasTexts()) {
                throw new IllegalArgumentException(where(column) + " holds text (" + counts.textExamples()
                        + "), and only numbers and two words, such as yes and no, can be fitted as they are"
                        + (orElse.contains("--ignore")
                                ? ". Give each value but one a 0/1 column with --categorical "
                                        + input.names().get(column)
                                : "")
                        + orElse);
            }
            UDF1<Object, Double> number =
                    cell -> cell instanceof Double value ? value : (Double) CellCounts.number((String) cell);
            return functions.udf(number, DataTypes.DoubleType).apply(cell(column));
        }

        /** The code of each value; {@code codes} go with the places of the values. */
        private Column coded(int column, Levels levels) {
            Map<String, Double> codes = new HashMap<>();
            for (int i = 0; i < levels.values().size(); i++) {
                codes.put(levels.values().get(i), (double) levels.codes()[i]);
            }
            UDF1<Object, Double> code = cell -> codes.get(label(cell));
            return functions.udf(code, DataTypes.DoubleType).apply(cell(column));
        }

        private static String label(Object cell) {
            return cell instanceof Double value ? Levels.label(value + 0.0) : CellCounts.label((String) cell);
        }

        private Column cell(int column) {
            return GroupTable.column(input.names().get(column));
        }
    }
}
