package io.github.elbo4j.expr;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value of a model, as it is computed from parameters and data: immutable, of up to three axes, and with one value for each
 * draw of the parameters if it varies with them. Operations broadcast from the right, as in NumPy; extents that do
 * not fit are refused where the expression is built.
 *
 * <p>On a device everything is float32, and the same bits on every device. What does not depend on parameters is computed once,
 * in float64.
 */
public final class Expr {
    private final Primitive primitive;
    private final List<Expr> operands;
    private final int[] extents;
    private final @Nullable Object detail;
    private final boolean varies;
    private final boolean ofRows;
    private final Range range;

    /** Values of a data leaf. */
    record Data(String name, double[] values) {}

    /** A slice of z: the coordinates from {@code offset} on. */
    record Slot(String name, int offset) {}

    /** Elements of an axis. */
    record Part(int axis, int from, int to) {}

    /** Which of two matrices are read as their transposes. */
    record Transposed(boolean left, boolean right) {}

    /** Along which axis, and whether from its end. */
    record Along(int axis, boolean reverse) {}

    private Expr(
            Primitive primitive,
            List<Expr> operands,
            int[] extents,
            @Nullable Object detail,
            boolean varies,
            boolean ofRows,
            Range range) {
        this.primitive = primitive;
        this.operands = operands;
        this.extents = extents;
        this.detail = detail;
        this.varies = varies;
        this.ofRows = ofRows;
        this.range = range;
    }

    /** A result; it varies if an operand does, and is of the table's rows if {@code ofRows}. */
    static Expr make(Primitive primitive, int[] extents, @Nullable Object detail, boolean ofRows, Expr... operands) {
        if (extents.length > Extents.MOST) {
            throw new IllegalArgumentException("a value of " + Extents.words(extents) + " has " + extents.length
                    + " axes, but " + Extents.MOST + " is the most besides the draws");
        }
        List<Expr> list = List.of(operands);
        boolean varies = list.stream().anyMatch(Expr::varies);
        return new Expr(primitive, list, extents, detail, varies, ofRows, Range.of(primitive, list));
    }

    // ---- leaves ----

    /** A number. */
    public static Expr of(double value) {
        return new Expr(Primitive.CONSTANT, List.of(), Extents.SCALAR, value, false, false, Range.closed(value, value));
    }

    /** A vector of data. */
    public static Expr data(String name, double... values) {
        return data(name, values.clone(), false, values.length);
    }

    /** A matrix of data, whose rows are equally long. */
    public static Expr data(String name, double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[Math.multiplyExact(rows.length, columns)];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        name + " has " + rows[i].length + " elements in row " + i + ", but " + columns + " in row 0");
            }
            System.arraycopy(rows[i], 0, values, i * columns, columns);
        }
        return data(name, values, false, rows.length, columns);
    }

    /**
     * Data of any extents. Messages count elements from 1.
     *
     * @param values row-major; kept, not copied
     * @param ofRows whether the first axis is the rows of a model's table
     */
    static Expr data(String name, double[] values, boolean ofRows, int... extents) {
        Objects.requireNonNull(name, "name is null");
        if (values.length != Extents.size(extents)) {
            throw new IllegalArgumentException(name + " has " + values.length + " elements, but must have "
                    + Extents.size(extents) + " for " + Extents.words(extents));
        }
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite((float) values[i])) {
                throw new IllegalArgumentException(Plate.element(name, extents, i, List.of()) + " is " + values[i]
                        + ", but must be finite (in float32)");
            }
            least = Math.min(least, values[i]);
            greatest = Math.max(greatest, values[i]);
        }
        Range range = values.length == 0 ? Range.ALL : Range.closed(least, greatest);
        return new Expr(Primitive.DATA, List.of(), extents.clone(), new Data(name, values), false, ofRows, range);
    }

    /** Data that were computed: an element that is not finite is found where it is used. */
    static Expr folded(String name, double[] values, boolean ofRows, int... extents) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        }
        Range range = least <= greatest ? Range.closed(least, greatest) : Range.ALL;
        return new Expr(Primitive.DATA, List.of(), extents.clone(), new Data(name, values), false, ofRows, range);
    }

    /** So many rows of data of the table's rows, which a step chooses. */
    static Expr batch(Expr data, int rows) {
        int[] extents = Extents.with(data.extents, 0, rows);
        return new Expr(
                Primitive.DATA,
                List.of(),
                extents,
                new Canonical.Batch(data.detail(Data.class)),
                false,
                true,
                data.range);
    }

    /** Coordinates of a draw z, from {@code offset} on. */
    static Expr parameter(String name, int offset, int... extents) {
        Slot slot = new Slot(name, offset);
        return new Expr(Primitive.PARAMETER, List.of(), extents.clone(), slot, true, false, Range.ALL);
    }

    // ---- arithmetic ----

    public Expr plus(Expr other) {
        return Simplify.add(this, other);
    }

    public Expr plus(double other) {
        return plus(of(other));
    }

    public Expr minus(Expr other) {
        return Simplify.subtract(this, other);
    }

    public Expr minus(double other) {
        return minus(of(other));
    }

    public Expr times(Expr other) {
        return Simplify.multiply(this, other);
    }

    public Expr times(double other) {
        return times(of(other));
    }

    public Expr over(Expr other) {
        return Simplify.divide(this, other);
    }

    public Expr over(double other) {
        return over(of(other));
    }

    public Expr negated() {
        return Simplify.negate(this);
    }

    public Expr square() {
        return times(this);
    }

    /** This to a fixed power; a power that is no whole number needs a value that is not negative. */
    public Expr power(double exponent) {
        if (exponent == 0.5) {
            return sqrt();
        }
        if (exponent == Math.rint(exponent) && Math.abs(exponent) <= 8) {
            int n = (int) Math.abs(exponent);
            Expr result = of(1);
            Expr factor = this;
            for (; n > 0; n >>= 1) {
                result = (n & 1) == 1 ? result.times(factor) : result;
                factor = factor.square();
            }
            return exponent < 0 ? of(1).over(result) : result;
        }
        return log().times(exponent).exp();
    }

    /** The smaller of two. */
    public Expr min(Expr other) {
        return Simplify.elementwise(Primitive.MIN, this, other);
    }

    /** The greater of two. */
    public Expr max(Expr other) {
        return Simplify.elementwise(Primitive.MAX, this, other);
    }

    /** {@code condition > 0 ? yes : no}, by element. Derivatives go to the chosen one; none to the condition. */
    public static Expr where(Expr condition, Expr yes, Expr no) {
        return Simplify.elementwise(Primitive.SELECT, condition, yes, no);
    }

    // ---- functions ----

    public Expr abs() {
        return range.isNotNegative() ? this : Simplify.elementwise(Primitive.ABS, this);
    }

    public Expr exp() {
        return Simplify.function(Primitive.EXP, this);
    }

    /** The natural logarithm, of what cannot be negative. */
    public Expr log() {
        return Simplify.function(Primitive.LOG, needs(Range.NOT_NEGATIVE, "log"));
    }

    /** log(1 + x), accurate for small x. */
    public Expr log1p() {
        return Simplify.function(Primitive.LOG1P, needs(new Range(-1, false, Double.POSITIVE_INFINITY, true), "log1p"));
    }

    /** exp(x) − 1, accurate for small x. */
    public Expr expm1() {
        return Simplify.function(Primitive.EXPM1, this);
    }

    public Expr sqrt() {
        return Simplify.function(Primitive.SQRT, needs(Range.NOT_NEGATIVE, "sqrt"));
    }

    /** log(1 + exp(x)). */
    public Expr softplus() {
        return Simplify.function(Primitive.SOFTPLUS, this);
    }

    /** 1/(1 + exp(−x)). */
    public Expr sigmoid() {
        return Simplify.function(Primitive.SIGMOID, this);
    }

    public Expr tanh() {
        return Simplify.function(Primitive.TANH, this);
    }

    /** log Γ(x), x &gt; 0. */
    public Expr logGamma() {
        return Simplify.function(Primitive.LOG_GAMMA, needs(Range.POSITIVE, "logGamma"));
    }

    /** The derivative of {@link #logGamma}. */
    public Expr digamma() {
        return Simplify.function(Primitive.DIGAMMA, needs(Range.POSITIVE, "digamma"));
    }

    /** log Φ(x), the logarithm of the standard normal's distribution function. */
    public Expr logNormalCdf() {
        return Simplify.function(Primitive.LOG_NORMAL_CDF, this);
    }

    /** The error function. */
    public Expr erf() {
        return Simplify.function(Primitive.ERF, this);
    }

    private Expr needs(Range domain, String function) {
        if (range.isWithin(domain)) {
            return this;
        }
        throw new IllegalArgumentException(
                "the argument of " + function + " may be anything in " + range + ", but must be in " + domain
                        + ": use exp, softplus, sigmoid, abs, a square, or a parameter whose prior keeps it there");
    }

    // ---- along axes ----

    /** The sum of all elements. */
    public Expr sum() {
        Expr result = this;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            result = result.sum(axis);
        }
        return result;
    }

    /** Sums along an axis, which goes. */
    public Expr sum(int axis) {
        return Simplify.sum(this, axis(axis));
    }

    /** The mean of all elements. */
    public Expr mean() {
        return sum().over(Extents.size(extents));
    }

    /** Means along an axis, which goes. */
    public Expr mean(int axis) {
        return sum(axis).over(extents[axis(axis)]);
    }

    /** log Σ exp(x) along an axis, which goes; it does not overflow. */
    public Expr logSumExp(int axis) {
        int along = axis(axis);
        Expr greatest = greatest(along);
        return minus(keep(greatest, along)).exp().sum(along).log().plus(greatest);
    }

    /** The greatest along an axis, which goes; a constant as far as derivatives are concerned. */
    private Expr greatest(int axis) {
        return make(Primitive.GREATEST, Extents.without(extents, axis), List.of(axis), ofRows && axis != 0, this);
    }

    private Expr keep(Expr reduced, int axis) {
        return reduced.reshape(Extents.with(extents, axis, 1));
    }

    /** Sums of this element and those before it along an axis. */
    public Expr cumulativeSum(int axis) {
        int along = notRows(axis(axis), "cumulativeSum");
        return make(Primitive.CUMULATIVE_SUM, extents, new Along(along, false), ofRows, this);
    }

    /**
     * The product of two matrices, or of a matrix and a vector.
     *
     * @param other [K] or [K][N], if this is [K] or [M][K]
     */
    public Expr matmul(Expr other) {
        return Simplify.matmul(this, other);
    }

    /** {@code result[n] = this[levels[n]]}: along the first axis, one element for each row. */
    public Expr at(Levels levels) {
        if (extents.length == 0 || extents[0] != levels.count()) {
            throw new IllegalArgumentException("a value of " + Extents.words(extents) + " is indexed by " + levels
                    + ", but must have " + levels.count() + " elements along its first axis");
        }
        return make(Primitive.GATHER, Extents.with(extents, 0, levels.of().length), levels, levels.ofRows(), this);
    }

    // ---- other views ----

    /** One element along the first axis, which goes. */
    public Expr get(int i) {
        return slice(0, i, i + 1).reshape(Arrays.copyOfRange(extents, 1, extents.length));
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
    public Expr slice(int axis, int from, int to) {
        int along = notRows(axis(axis), "slice");
        if (from < 0 || to < from || to > extents[along]) {
            throw new IllegalArgumentException("elements " + from + " to " + to + " of axis " + axis + ", which has "
                    + extents[along] + " elements");
        }
        if (from == 0 && to == extents[along]) {
            return this;
        }
        return make(Primitive.SLICE, Extents.with(extents, along, to - from), new Part(along, from, to), ofRows, this);
    }

    /** Values one after the other along an axis. */
    public static Expr concatenate(int axis, Expr... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("nothing to concatenate");
        }
        Expr first = parts[0];
        int along = first.notRows(first.axis(axis), "concatenate");
        int total = 0;
        boolean ofRows = false;
        for (Expr part : parts) {
            if (part.extents.length != first.extents.length
                    || !Arrays.equals(Extents.without(part.extents, along), Extents.without(first.extents, along))) {
                throw new IllegalArgumentException("along axis " + axis + ", " + Extents.words(part.extents)
                        + " does not continue " + Extents.words(first.extents));
            }
            total += part.extents[along];
            ofRows |= part.ofRows;
        }
        return parts.length == 1
                ? first
                : make(Primitive.CONCATENATE, Extents.with(first.extents, along, total), along, ofRows, parts);
    }

    /** Scalars as a vector. */
    public static Expr vector(Expr... elements) {
        Expr[] parts = new Expr[elements.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = elements[i].reshape(1);
        }
        return concatenate(0, parts);
    }

    /** The transpose of a matrix. */
    public Expr transpose() {
        if (extents.length != 2) {
            throw new IllegalArgumentException("transpose takes a matrix, but this is " + Extents.words(extents));
        }
        notRows(0, "transpose");
        return make(Primitive.TRANSPOSE, new int[] {extents[1], extents[0]}, null, false, this);
    }

    /** The same elements, in the same order, with other extents. */
    public Expr reshape(int... to) {
        if (Arrays.equals(extents, to)) {
            return this;
        }
        if (Extents.size(to) != Extents.size(extents)) {
            throw new IllegalArgumentException(Extents.words(extents) + " has " + Extents.size(extents)
                    + " elements, but " + Extents.words(to) + " has " + Extents.size(to));
        }
        boolean rowsStay = ofRows && to.length > 0 && extents[0] == to[0];
        if (ofRows && !rowsStay) {
            throw new IllegalArgumentException("the rows of the table stay the first axis, so " + Extents.words(extents)
                    + " cannot become " + Extents.words(to));
        }
        return make(Primitive.RESHAPE, to.clone(), null, rowsStay, this);
    }

    /** The same elements, repeated along the axes of {@code to} where this has one or none. */
    public Expr broadcastTo(int... to) {
        if (!Arrays.equals(Extents.broadcast(extents, to), to)) {
            throw new IllegalArgumentException(this + " does not broadcast to " + Extents.words(to)
                    + "; from the right, each of its extents must be equal or 1");
        }
        return broadcast(to.clone(), ofRows);
    }

    /** With every axis of {@code to}, repeated where this has one element. */
    Expr broadcast(int[] to, boolean rows) {
        return Arrays.equals(extents, to) ? this : make(Primitive.BROADCAST, to, null, rows, this);
    }

    private int axis(int axis) {
        int place = axis < 0 ? axis + extents.length : axis;
        if (place < 0 || place >= extents.length) {
            throw new IllegalArgumentException(
                    "axis " + axis + " of " + Extents.words(extents) + ", which has " + extents.length + " axes");
        }
        return place;
    }

    private int notRows(int axis, String what) {
        if (ofRows && axis == 0) {
            throw new IllegalArgumentException(what
                    + " along the rows of the table, which are independent and from which minibatches are taken; pass"
                    + " such data as an array of its own");
        }
        return axis;
    }

    // ---- what it is ----

    Primitive primitive() {
        return primitive;
    }

    List<Expr> operands() {
        return operands;
    }

    /** What its operands have become. */
    Expr[] operandsIn(Map<Expr, Expr> become) {
        Expr[] others = new Expr[operands.size()];
        for (int i = 0; i < others.length; i++) {
            others[i] = Objects.requireNonNull(become.get(operands.get(i)));
        }
        return others;
    }

    /** The extents of its axes besides the draws; none for a scalar. */
    public int[] extents() {
        return extents.clone();
    }

    /** Without a copy. */
    int[] ownExtents() {
        return extents;
    }

    /** How many elements it has for a draw. */
    public int size() {
        return Extents.size(extents);
    }

    /** Whether it depends on parameters. */
    public boolean varies() {
        return varies;
    }

    /** The parameters that it depends on. */
    public List<Expr> parameters() {
        return Order.of(List.of(this)).stream()
                .filter(e -> e.primitive == Primitive.PARAMETER)
                .toList();
    }

    /** Whether its first axis is the rows of a model's table. */
    public boolean ofRows() {
        return ofRows;
    }

    /** Whether its elements are coordinates of z, as they are. */
    public boolean isParameter() {
        return primitive == Primitive.PARAMETER;
    }

    /**
     * Whether each element rises (1) or falls (−1) with the coordinate of its own place and depends on no other; 0 if that is not
     * known. Quantiles of such a value are the value at quantiles.
     */
    public int direction() {
        return switch (primitive) {
            case PARAMETER -> 1;
            case NEGATE -> -operands.get(0).direction();
            case EXP, LOG, LOG1P, EXPM1, SQRT, SOFTPLUS, SIGMOID, TANH, ERF, LOG_NORMAL_CDF ->
                operands.get(0).direction();
            case ADD ->
                oneVaries() ? operands.get(operands.get(0).varies ? 0 : 1).direction() : 0;
            case SUBTRACT -> {
                int sign = operands.get(0).varies ? 1 : -1;
                yield oneVaries() ? sign * operands.get(sign > 0 ? 0 : 1).direction() : 0;
            }
            case MULTIPLY -> {
                Range factor = operands.get(operands.get(0).varies ? 1 : 0).range;
                int sign = factor.isPositive() ? 1 : factor.isNegative() ? -1 : 0;
                yield oneVaries()
                        ? sign * operands.get(operands.get(0).varies ? 0 : 1).direction()
                        : 0;
            }
            default -> 0;
        };
    }

    /** Whether one of two operands varies, and has all the elements. */
    private boolean oneVaries() {
        Expr first = operands.get(0);
        Expr second = operands.get(1);
        return first.varies != second.varies && (first.varies ? first : second).size() == size();
    }

    /** Which values it can have, as far as that is known before anything is computed. */
    public Range range() {
        return range;
    }

    @Nullable
    Object detail() {
        return detail;
    }

    <T> T detail(Class<T> type) {
        return type.cast(Objects.requireNonNull(detail));
    }

    boolean isConstant(double value) {
        return primitive == Primitive.CONSTANT && detail(Double.class) == value;
    }

    /**
     * Its elements at a draw, row-major, in float64 on the host.
     *
     * @param z the draw, [D]; nothing for what does not vary
     */
    public double[] value(double... z) {
        return new Evaluator(z).value(this).clone();
    }

    /** What data and parameters are called, and what any other value is. */
    public String name() {
        return switch (primitive) {
            case CONSTANT -> String.valueOf(detail);
            case DATA -> detail instanceof Data data ? data.name() : "rows of a minibatch";
            case PARAMETER -> detail(Slot.class).name();
            default -> primitive.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        };
    }

    /** Its name and extents, for messages. */
    @Override
    public String toString() {
        return extents.length == 0 ? name() : name() + Arrays.toString(extents);
    }
}
