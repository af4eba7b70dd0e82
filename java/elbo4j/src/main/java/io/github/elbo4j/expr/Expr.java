package io.github.elbo4j.expr;

import java.util.Arrays;
import java.util.List;
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

    /** What has no operands. */
    static Expr leaf(Primitive primitive, int[] extents, Object detail, boolean ofRows, Range range) {
        boolean varies = primitive == Primitive.PARAMETER || primitive == Primitive.NORMALS;
        return new Expr(primitive, List.of(), extents, detail, varies, ofRows, range);
    }

    /** A result; it varies if an operand does, and is of the table's rows if {@code ofRows}. */
    static Expr make(Primitive primitive, int[] extents, @Nullable Object detail, boolean ofRows, Expr... operands) {
        Extents.check(extents);
        List<Expr> list = List.of(operands);
        boolean varies = list.stream().anyMatch(Expr::varies);
        return new Expr(primitive, list, extents, detail, varies, ofRows, Range.of(primitive, list));
    }

    // ---- leaves ----

    /** A number. */
    public static Expr of(double value) {
        return leaf(Primitive.CONSTANT, Extents.SCALAR, value, false, Range.closed(value, value));
    }

    /** A vector of data. */
    public static Expr data(String name, double... values) {
        return Leaves.data(name, values.clone(), false, values.length);
    }

    /** A matrix of data, whose rows are equally long. */
    public static Expr data(String name, double[][] rows) {
        return Leaves.matrix(name, rows);
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
        return Functions.power(this, exponent);
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
        return Simplify.function(Primitive.LOG, Functions.needs(this, Range.NOT_NEGATIVE, "log"));
    }

    /** log(1 + x), accurate for small x. */
    public Expr log1p() {
        return Simplify.function(
                Primitive.LOG1P, Functions.needs(this, new Range(-1, false, Double.POSITIVE_INFINITY, true), "log1p"));
    }

    /** exp(x) − 1, accurate for small x. */
    public Expr expm1() {
        return Simplify.function(Primitive.EXPM1, this);
    }

    public Expr sqrt() {
        return Simplify.function(Primitive.SQRT, Functions.needs(this, Range.NOT_NEGATIVE, "sqrt"));
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
        return Simplify.function(Primitive.LOG_GAMMA, Functions.needs(this, Range.POSITIVE, "logGamma"));
    }

    /** The derivative of {@link #logGamma}. */
    public Expr digamma() {
        return Simplify.function(Primitive.DIGAMMA, Functions.needs(this, Range.POSITIVE, "digamma"));
    }

    /** log Φ(x), the logarithm of the standard normal's distribution function. */
    public Expr logNormalCdf() {
        return Simplify.function(Primitive.LOG_NORMAL_CDF, this);
    }

    /** The error function. */
    public Expr erf() {
        return Simplify.function(Primitive.ERF, this);
    }

    // ---- along axes ----

    /** The sum of all elements. */
    public Expr sum() {
        return Shapes.sum(this);
    }

    /** Sums along an axis, which goes. */
    public Expr sum(int axis) {
        return Simplify.sum(this, Shapes.axis(this, axis));
    }

    /** The mean of all elements. */
    public Expr mean() {
        return sum().over(Extents.size(extents));
    }

    /** Means along an axis, which goes. */
    public Expr mean(int axis) {
        return sum(axis).over(extents[Shapes.axis(this, axis)]);
    }

    /** log Σ exp(x) along an axis, which goes; it does not overflow. */
    public Expr logSumExp(int axis) {
        return Shapes.logSumExp(this, axis);
    }

    /** Sums of this element and those before it along an axis. */
    public Expr cumulativeSum(int axis) {
        return Shapes.cumulativeSum(this, axis);
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
        return Shapes.at(this, levels);
    }

    // ---- other views ----

    /** One element along the first axis, which goes. */
    public Expr get(int i) {
        return slice(0, i, i + 1).reshape(Arrays.copyOfRange(extents, 1, extents.length));
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
    public Expr slice(int axis, int from, int to) {
        return Shapes.slice(this, axis, from, to);
    }

    /** Values one after the other along an axis. */
    public static Expr concatenate(int axis, Expr... parts) {
        return Shapes.concatenate(axis, parts);
    }

    /** Scalars as a vector. */
    public static Expr vector(Expr... elements) {
        return Shapes.vector(elements);
    }

    /** The transpose of a matrix. */
    public Expr transpose() {
        return Shapes.transpose(this);
    }

    /** The same elements, in the same order, with other extents. */
    public Expr reshape(int... to) {
        return Shapes.reshape(this, to);
    }

    /** The same elements, repeated along the axes of {@code to} where this has one or none. */
    public Expr broadcastTo(int... to) {
        return Shapes.broadcastTo(this, to);
    }

    /** With every axis of {@code to}, repeated where this has one element. */
    Expr broadcast(int[] to, boolean rows) {
        return Arrays.equals(extents, to) ? this : make(Primitive.BROADCAST, to, null, rows, this);
    }

    // ---- other derivatives ----

    /**
     * This value, with the derivatives of another one of the same extents in the place of its own: for estimators of gradients, such
     * as those of values that have no derivative.
     */
    public Expr derivedAs(Expr surrogate) {
        return Surrogates.derivedAs(this, surrogate);
    }

    /** This value, with no derivatives: a constant as far as these are concerned. */
    public Expr detached() {
        return varies ? derivedAs(of(0).broadcast(extents, ofRows)) : this;
    }

    // ---- what it is ----

    Primitive primitive() {
        return primitive;
    }

    List<Expr> operands() {
        return operands;
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

    /** Whether it depends on parameters, or on normals that a step draws. */
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
        return Direction.of(this);
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
     * Its elements at a draw, row-major, in float64 on the host; not of what depends on normals that a step draws.
     *
     * @param z the draw, [D]; nothing for what does not vary
     */
    public double[] value(double... z) {
        return new Evaluator(z).value(this).clone();
    }

    /** What data and parameters are called, and what any other value is. */
    public String name() {
        return Detail.name(this);
    }

    /** Its name and extents, for messages. */
    @Override
    public String toString() {
        return extents.length == 0 ? name() : name() + Arrays.toString(extents);
    }
}
