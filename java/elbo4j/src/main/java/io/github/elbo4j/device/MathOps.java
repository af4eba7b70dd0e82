package io.github.elbo4j.device;

/** Elementwise functions and the few vector operations that compose models. Kernel family {@code math}. */
public interface MathOps {
    /** A function of one real number, to the accuracy that {@code DetMath} documents. */
    enum Function {
        EXP,
        LOG,
        LOG1P,
        /** log(1 + e^x). */
        SOFTPLUS,
        /** 1 / (1 + e^-x). */
        SIGMOID,
        TANH,
        /** sin(πx). */
        SIN_PI,
        /** cos(πx). */
        COS_PI
    }

    /** {@code y[i] = f(x[i])} for i &lt; n; y may be x. */
    void map(Function f, long n, Buffer x, Buffer y);

    /**
     * {@code x[i] = value}, rounded to the type of x, for i &lt; n.
     *
     * @param x FLOAT32 or FLOAT64
     */
    void fill(long n, double value, Buffer x);

    /** {@code y[i] = fma(a, x[i], y[i])} for i &lt; n. */
    void axpy(long n, float a, Buffer x, Buffer y);

    /**
     * {@code y[i,j] = a · x[i,j]}, or {@code y[i,j] = fma(a, x[i,j], y[i,j])}, in FLOAT64, the type of log-densities: a copy
     * from view to view, with a = 1; a sum of densities; a constant of all or of each problem, where x repeats its rows or
     * columns. The views have the same extents and must not overlap.
     *
     * @param accumulate whether y's old value is kept and added to
     */
    void scale(double a, Matrix x, boolean accumulate, Matrix y);

    /** {@code z[i] = x[i] · y[i]} for i &lt; n; z may be x or y. */
    void multiply(long n, Buffer x, Buffer y, Buffer z);

    /** {@code y[i] = fma(weight, x[i] − y[i], y[i])} for i &lt; n: with weight 1/k, y is the mean of k iterates x. */
    void average(long n, float weight, Buffer x, Buffer y);

    /**
     * {@code sum[r] = Σ_j x[r,j]}, along the row.
     *
     * @param x [rows][columns]
     * @param sum [rows] FLOAT64, written
     */
    void sumRows(int rows, int columns, Buffer x, Buffer sum);

    /**
     * {@code target[r,j] = source[index[first + r], j]}: the rows of a minibatch.
     *
     * @param index INT32, each in [0, rows of source)
     * @param source [any][columns]
     * @param target [rows][columns], written
     */
    void gatherRows(int rows, int columns, Buffer index, long first, Buffer source, Buffer target);

    /**
     * {@code found[0]} = the smallest i &lt; n with x[i] NaN or infinite, or −1 if all are finite.
     *
     * @param found [1] INT32, written
     */
    void firstNonFinite(long n, Buffer x, Buffer found);
}
