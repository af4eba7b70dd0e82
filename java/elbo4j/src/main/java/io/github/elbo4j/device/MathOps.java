package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;

/** Elementwise functions and the few vector operations that compose models. Kernel family {@code math}. */
public interface MathOps {
    /** A function of one real number, to the accuracy that {@code DetMath} and, from LOG_GAMMA on, {@code DetSpecial} document. */
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
        COS_PI,
        /** √x, rounded to nearest. */
        SQRT,
        /** e^x − 1. */
        EXPM1,
        /** log Γ(x), x ≥ 0; NaN for x &lt; 0. */
        LOG_GAMMA,
        /** The derivative of log Γ(x), x ≥ 0; NaN for x &lt; 0. */
        DIGAMMA,
        /** The derivative of digamma, x ≥ 0; NaN for x &lt; 0. */
        TRIGAMMA,
        /** log Φ(x), Φ the standard normal CDF. */
        LOG_NORMAL_CDF,
        /** φ(x)/Φ(x), the derivative of log Φ(x). */
        INVERSE_MILLS,
        /** The error function. */
        ERF
    }

    /** {@code y[i] = f(x[i])} for i &lt; n; y may be x. */
    record Map(Function f, long n, Buffer x, Buffer y) implements Operation {
        public Map {
            ArgumentChecks.present("f", f);
            ArgumentChecks.notNegative("n", n);
        }

        @Override
        public Signature signature() {
            return Signature.of("map").reads("x", x, n).writes("y", y, n);
        }
    }

    /**
     * {@code x[i] = value}, rounded to the type of x, for i &lt; n.
     *
     * @param x FLOAT32 or FLOAT64, written
     */
    record Fill(long n, double value, Buffer x) implements Operation {
        public Fill {
            ArgumentChecks.notNegative("n", n);
        }

        @Override
        public Signature signature() {
            ElementType type = ArgumentChecks.present("x", x).type() == ElementType.FLOAT64
                    ? ElementType.FLOAT64
                    : ElementType.FLOAT32;
            return Signature.of("fill").add("x", type, x, n, Access.WRITES);
        }
    }

    /** {@code y[i] = fma(a, x[i], y[i])} for i &lt; n. */
    record Axpy(long n, float a, Buffer x, Buffer y) implements Operation {
        public Axpy {
            ArgumentChecks.notNegative("n", n);
            ArgumentChecks.notNaN("a", a);
        }

        @Override
        public Signature signature() {
            return Signature.of("axpy").reads("x", x, n).updates("y", y, n);
        }
    }

    /**
     * {@code y[i,j] = a · x[i,j]}, or {@code y[i,j] = fma(a, x[i,j], y[i,j])}, in the type of y: a copy from view to view,
     * with a = 1; a sum of densities; a constant of all or of each problem, where x repeats its rows or columns. The views
     * have the same extents and must not overlap. In FLOAT32, a is rounded to it.
     *
     * @param x of the type of y
     * @param accumulate whether y's old value is kept and added to
     * @param y FLOAT64, the type of log-densities, or FLOAT32
     */
    record Scale(double a, Matrix x, boolean accumulate, Matrix y) implements Operation {
        public Scale {
            ArgumentChecks.notNaN("a", a);
            ArgumentChecks.present("x", x);
            ArgumentChecks.present("y", y);
            if (x.rows() != y.rows() || x.columns() != y.columns()) {
                throw new IllegalArgumentException("x is " + ArgumentChecks.extents(x) + ", but must be "
                        + ArgumentChecks.extents(y) + " as y is");
            }
            if (x.buffer().type() != y.buffer().type()) {
                throw new IllegalArgumentException("x holds " + x.buffer().type() + ", but y holds "
                        + y.buffer().type() + ": both must hold FLOAT64, or both FLOAT32");
            }
        }

        /** FLOAT64 or FLOAT32. */
        public ElementType type() {
            return y.buffer().type() == ElementType.FLOAT32 ? ElementType.FLOAT32 : ElementType.FLOAT64;
        }

        @Override
        public Signature signature() {
            return Signature.of("scale")
                    .matrix("x", type(), x, Access.READS)
                    .matrix("y", type(), y, accumulate ? Access.UPDATES : Access.WRITES);
        }
    }

    /** {@code z[i] = x[i] · y[i]} for i &lt; n; z may be x or y. */
    record Multiply(long n, Buffer x, Buffer y, Buffer z) implements Operation {
        public Multiply {
            ArgumentChecks.notNegative("n", n);
        }

        @Override
        public Signature signature() {
            return Signature.of("multiply").reads("x", x, n).reads("y", y, n).writes("z", z, n);
        }
    }

    /** {@code y[i] = fma(weight, x[i] − y[i], y[i])} for i &lt; n: with weight 1/k, y is the mean of k iterates x. */
    record Average(long n, Scalar weight, Buffer x, Buffer y) implements Operation {
        public Average {
            ArgumentChecks.notNegative("n", n);
            ArgumentChecks.present("weight", weight).notNaN("weight");
        }

        @Override
        public Signature signature() {
            return Signature.of("average")
                    .scalar("weight", weight)
                    .reads("x", x, n)
                    .updates("y", y, n);
        }
    }

    /**
     * {@code sum[r] = Σ_j x[r,j]}, along the row.
     *
     * @param x [rows][columns]
     * @param sum [rows] FLOAT64, written
     */
    record SumRows(int rows, int columns, Buffer x, Buffer sum) implements Operation {
        @Override
        public Signature signature() {
            return Signature.of("sumRows")
                    .reads("x", x, ArgumentChecks.product(rows, "rows", columns, "columns"))
                    .writesDoubles("sum", sum, rows);
        }
    }

    /**
     * {@code target[r,j] = source[index[first + r], j]}: the rows of a minibatch.
     *
     * @param index INT32, each in [0, rows of source)
     * @param source [any][columns]
     * @param target [rows][columns], written
     */
    record GatherRows(int rows, int columns, Buffer index, Index first, Buffer source, Buffer target)
            implements Operation {
        public GatherRows {
            ArgumentChecks.present("first", first).notNegative("first");
        }

        @Override
        public Signature signature() {
            long elements = ArgumentChecks.product(rows, "rows", columns, "columns");
            return Signature.of("gatherRows")
                    .index("first", first)
                    .add(
                            "index",
                            ElementType.INT32,
                            index,
                            ArgumentChecks.sum(first.isFixed() ? first.base() : 0, rows, "first"),
                            Access.READS)
                    .reads("source", source, 0)
                    .writes("target", target, elements);
        }
    }

    /**
     * {@code found[0]} = the smallest i &lt; n with x[i] NaN or infinite, or −1 if all are finite.
     *
     * @param found [1] INT32, written
     */
    record FirstNonFinite(long n, Buffer x, Buffer found) implements Operation {
        public FirstNonFinite {
            ArgumentChecks.notNegative("n", n);
            ArgumentChecks.atMost("n", n, Integer.MAX_VALUE); // the index is an int
        }

        @Override
        public Signature signature() {
            return Signature.of("firstNonFinite")
                    .reads("x", x, n)
                    .add("found", ElementType.INT32, found, 1, Access.WRITES);
        }
    }

    /**
     * {@code counter[i] += by[i]} for i &lt; n: at the end of a {@link Program}, what its {@link Index}es count.
     *
     * @param by [n] INT32
     * @param counter [n] INT32, updated
     */
    record Advance(int n, Buffer by, Buffer counter) implements Operation {
        public Advance {
            ArgumentChecks.notNegative("n", n);
        }

        @Override
        public Signature signature() {
            return Signature.of("advance")
                    .add("by", ElementType.INT32, by, n, Access.READS)
                    .add("counter", ElementType.INT32, counter, n, Access.UPDATES);
        }
    }
}
