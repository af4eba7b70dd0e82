package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.model.BayesianLinearRegression;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.Standardization;
import io.github.elbo4j.report.Coding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The steps from a table to the input of a regression. */
final class RegressionReading {
    /** Variances of coefficients of smaller columns would be beyond double precision. */
    private static final double LEAST_SD = 1e-150;
    /** A column that reaches it has a larger one, as two of its values differ by an ulp of it: 1e-120·2^−54/√(2·2^31) and more. */
    private static final double SURE = 1e-120;

    private final CsvTable table;
    private final RegressionColumns columns;
    private final TargetColumn.Reader reader;
    private final boolean intercept;
    private final boolean standardize;
    private final Set<String> ignored;
    private final Set<String> categorical;
    private final BitSet dropped = new BitSet();
    private final Map<String, String> asides = new HashMap<>(); // what other columns are, by name
    private final List<Coding> codings = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<double[]> x = new ArrayList<>();

    RegressionReading(
            CsvTable table,
            RegressionColumns columns,
            TargetColumn.Reader reader,
            boolean intercept,
            boolean standardize) {
        this.table = table;
        this.columns = columns;
        this.reader = reader;
        this.intercept = intercept;
        this.standardize = standardize;
        this.ignored = named("--ignore", columns.ignore(), "it cannot be left out");
        table.names().stream().filter(name -> !columns.mayUse(name)).forEach(ignored::add);
        this.categorical = named("--categorical", columns.categorical(), "its classes need no option");
    }

    RegressionInput input() {
        CsvColumn target = table.column(columns.target(), "--target");
        aside("--offset", columns.asides().offset());
        aside("--weights", columns.asides().weights());
        aside("--group", columns.asides().group());
        if (columns.dropMissing()) {
            drop();
        }
        Target read = target(target);
        Beside beside = beside();
        for (CsvColumn column : table.columns()) {
            if (column != target && !ignored.contains(column.name()) && !asides.containsKey(column.name())) {
                add(column);
            }
        }
        refuseTwins();
        return new RegressionInput(
                table.file(),
                table.sha256(),
                target.name(),
                List.copyOf(names),
                x.toArray(double[][]::new),
                keep(read.y()),
                read.classes(),
                dropped.cardinality(),
                List.copyOf(codings),
                table.notes(),
                beside);
    }

    /** Notes that a column is no predictor, or refuses that it has two parts. */
    private void aside(String option, @Nullable String name) {
        if (name == null) {
            return;
        }
        String column = table.column(name, option).name();
        String other = column.equals(columns.target())
                ? "the target"
                : ignored.contains(column)
                        ? "left out by --ignore"
                        : categorical.contains(column) ? "among those of --categorical" : asides.get(column);
        if (other != null) {
            throw new InputException(option + ": column " + Text.quote(column) + " is " + other
                    + "; a column has one part. Copy it under another name if it is meant to have two");
        }
        asides.put(column, "that of " + option);
    }

    private Beside beside() {
        Beside.PerRow offset = perRow(
                "--offset",
                columns.asides().offset(),
                value -> !columns.asides().exposure() || value > 0,
                "the exposure of a count must be positive");
        Beside.PerRow weights =
                perRow("--weights", columns.asides().weights(), value -> value >= 0, "a weight must be 0 or more");
        if (weights != null && Arrays.stream(weights.values()).sum() == 0) {
            throw new InputException(table.file() + ", column " + Text.quote(weights.column())
                    + ": every weight is 0, so no row counts");
        }
        return offset == null && weights == null && columns.asides().group() == null
                ? Beside.NONE
                : new Beside(offset, weights, group());
    }

    private Beside.@Nullable PerRow perRow(String option, @Nullable String name, DoublePredicate allowed, String rule) {
        if (name == null) {
            return null;
        }
        CsvColumn column = table.column(name, option);
        if (column.holdsWords()) {
            throw new InputException(option + ": " + table.file() + ", column " + Text.quote(name) + " holds text ("
                    + column.textExamples() + "), but must hold numbers");
        }
        double[] values = column.numbers(dropped);
        for (int row = 0; row < values.length; row++) {
            if (!dropped.get(row) && !allowed.test(values[row])) {
                throw new InputException(table.place(row, name) + ": " + Levels.label(values[row]) + ", but " + rule);
            }
        }
        return new Beside.PerRow(name, keep(values));
    }

    private Beside.@Nullable Group group() {
        if (columns.asides().group() == null) {
            return null;
        }
        Levels levels = table.column(columns.asides().group(), "--group").levels(dropped);
        int[] of = Arrays.stream(levels.codes()).filter(code -> code >= 0).toArray();
        if (levels.values().size() < 2) {
            throw new InputException("--group: " + table.file() + ", column "
                    + Text.quote(columns.asides().group())
                    + " is constant (" + levels.values().get(0)
                    + " in every row), so all rows are one group; leave the option out");
        }
        return new Beside.Group(columns.asides().group(), levels.values(), of);
    }

    /** The columns that an option names; a name may itself hold a comma. */
    private Set<String> named(String option, List<String> given, String notTheTarget) {
        Set<String> found = new HashSet<>();
        for (String name : RegressionColumns.named(given, table::has)) {
            found.add(table.column(name, option).name());
        }
        if (found.contains(columns.target())) {
            throw new InputException(
                    option + ": column " + Text.quote(columns.target()) + " is the target; " + notTheTarget);
        }
        return found;
    }

    /** Marks the rows in which a column that is used misses its cell. */
    private void drop() {
        CsvColumn worst = null;
        int most = 0;
        for (CsvColumn column : table.columns()) {
            if (ignored.contains(column.name())) {
                continue;
            }
            int missing = 0;
            for (int row = 0; row < table.rows(); row++) {
                if (column.missing(row)) {
                    dropped.set(row);
                    missing++;
                }
            }
            if (missing > most) {
                most = missing;
                worst = column;
            }
        }
        if (worst != null && dropped.cardinality() == table.rows()) {
            throw new InputException(table.file() + ": every row misses a cell, so none is left. Most are missing in"
                    + " column " + Text.quote(worst.name()) + " (" + most + " of " + table.rows()
                    + "): leave it out with --ignore " + Text.shellQuote(worst.name()));
        }
    }

    /** Without the rows that are dropped. */
    private double[] keep(double[] values) {
        return dropped.isEmpty()
                ? values
                : IntStream.range(0, values.length)
                        .filter(row -> !dropped.get(row))
                        .mapToDouble(row -> values[row])
                        .toArray();
    }

    private void add(CsvColumn column) {
        String name = column.name();
        if (categorical.contains(name)) {
            addIndicators(column);
            return;
        }
        if (name.equals(RegressionData.INTERCEPT) || name.equals(BayesianLinearRegression.LOG_NOISE)) {
            throw new InputException(table.file() + ", column " + Text.quote(name) + " has the name of a parameter"
                    + " that elbo4j adds. Rename it, or leave it out with --ignore " + Text.shellQuote(name));
        }
        Levels words = column.holdsWords() ? column.levels(dropped) : null;
        Levels two = words == null ? null : words.twoValued();
        if (words != null && words.values().size() == 1) {
            throw constant(name, Text.quote(words.values().get(0)));
        }
        if (two != null) {
            codings.add(new Coding(name, two.values(), Coding.Kind.TWO_VALUES));
        }
        double[] values = keep(two != null ? two.indicator(1) : column.numbers(dropped));
        boolean constantAllowed = !intercept && !standardize; // it may then stand for the intercept
        if (!constantAllowed && isConstant(values)) {
            throw constant(name, Levels.label(values[0]));
        }
        refuseTiny("column " + Text.quote(name), values, ", or leave it out with --ignore " + Text.shellQuote(name));
        names.add(name);
        x.add(values);
    }

    private void addIndicators(CsvColumn column) {
        Levels levels = column.levels(dropped);
        int kept = table.rows() - dropped.cardinality();
        if (levels.values().size() == 1) {
            throw constant(column.name(), Text.quote(levels.values().get(0)));
        }
        if (levels.values().size() == kept) {
            throw new InputException("--categorical: column " + Text.quote(column.name())
                    + " has another value in every row, which tells the rows apart but predicts nothing. Leave it out"
                    + " with --ignore " + Text.shellQuote(column.name()));
        }
        boolean all = !intercept && codings.stream().noneMatch(c -> c.kind() == Coding.Kind.ALL_INDICATORS);
        Coding coding =
                new Coding(column.name(), levels.values(), all ? Coding.Kind.ALL_INDICATORS : Coding.Kind.INDICATORS);
        codings.add(coding);
        for (int value = coding.firstIndicator(); value < levels.values().size(); value++) {
            names.add(coding.indicator(value));
            x.add(keep(levels.indicator(value)));
        }
    }

    /** A column may be named as an indicator column is. */
    private void refuseTwins() {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new InputException("--categorical: two columns would be named " + Text.quote(name) + " in "
                        + table.file() + ". Rename one in the file");
            }
        }
    }

    private InputException constant(String name, String value) {
        return new InputException(table.file() + ", column " + Text.quote(name) + " is constant (" + value
                + " in every row), so its effect cannot be told from the intercept. Leave it out with --ignore "
                + Text.shellQuote(name));
    }

    /** So small that a device (single precision) or the way back to the scale of the data would make zero of it. */
    private void refuseTiny(String what, double[] values, String orElse) {
        double largest = largest(values);
        boolean tiny = standardize
                ? largest < SURE && Standardization.deviation(values) < LEAST_SD
                : largest < Float.MIN_NORMAL && largest > 0;
        if (tiny && !isConstant(values)) {
            throw new InputException(table.file() + ", " + what + " holds only numbers so near to zero (at most "
                    + largest + ") that " + (standardize ? "double" : "single")
                    + " precision cannot carry the result. Multiply it by a power of ten, that is, change its unit"
                    + orElse);
        }
    }

    private Target target(CsvColumn column) {
        TargetColumn asked = new TargetColumn(table, column, dropped);
        Target target = reader.read(asked);
        double[] kept = keep(target.y());
        if (isConstant(kept)) {
            throw asked.constant(Levels.label(kept[0]));
        }
        refuseTiny("target column " + Text.quote(column.name()), kept, "");
        if (target.coding() != null) {
            codings.add(target.coding());
        }
        return target;
    }

    private static boolean isConstant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
