package io.github.elbo4j.device;

/**
 * Mixtures of Gaussians seen from their data: which component a row may come from, and what an EM or a coordinate-ascent step
 * needs to know of the rows. Kernel family {@code mixture}.
 *
 * <p>R runs (restarts, say) of K components each stand beside each other; c = r·K + k counts the components of all runs. Rows are
 * x [D][N], a coordinate's values beside each other, so that neighbouring rows are neighbouring lanes on every device. Of a row n and
 * a component c,
 *
 * <pre>
 *   d_i = (x[i,n] − high_i) − low_i               the mean is high + low, float32 both: d keeps its digits near the mean
 *   y_i = Σ_j≤i factor_ij·d_j, or factor_i·d_i    chain of fma over j from +0; Σ⁻¹ = factorᵀ·factor
 *   q   = Σ_i y_i²                                chain of fma over i from +0
 *   l   = offset − q/2                            float64; the offset is log weight + log det factor, say
 * </pre>
 *
 * <p>means are [R·K][2][D], high before low; factors [R·K][D·(D + 1)/2], lower triangles row by row, or [R·K][D] where covariances are
 * diagonal; offsets FLOAT64 [R·K]. l is float64 because q and l lie on grids of float32 numbers: what an offset is beyond the grid would
 * be rounded away in the same direction for all rows. A component whose offset is −∞ has no part in anything: so runs may have
 * fewer than K.
 *
 * <p>Sums over rows are those along a row, taken for the tiles of a call: {@code sums[lane]} gets the tiles whose number is
 * lane modulo {@value #LANES}, one after the other, in float64. Folded 16, 8, 4, 2, 1 they are the sum over as many rows as a call may have,
 * {@value #MOST_ROWS}. So data may be cut into calls at multiples of 32 tiles, 32768 rows, of which all but the first accumulate.
 */
public interface MixtureOps {
    /** Of the sums. */
    int LANES = 32;

    /** A call's rows at most: 1024 tiles, which {@value #LANES} lanes hold. */
    int MOST_ROWS = 1024 * 1024;

    /**
     * The sizes of a call.
     *
     * @param rows N
     * @param dimensions D
     * @param runs R
     * @param components K of each run
     * @param full whether factors are triangles
     */
    record Shape(int rows, int dimensions, int runs, int components, boolean full) {
        public Shape {
            ArgumentChecks.notNegative("rows", rows);
            ArgumentChecks.atMost("rows", rows, MOST_ROWS);
            ArgumentChecks.positive("dimensions", dimensions);
            ArgumentChecks.positive("runs", runs);
            ArgumentChecks.positive("components", components);
            ArgumentChecks.atMost("runs times components", (long) runs * components, Integer.MAX_VALUE);
            ArgumentChecks.atMost("the sums of a component", width(dimensions, full), Integer.MAX_VALUE);
        }

        /** R·K. */
        public int allComponents() {
            return runs * components;
        }

        /** The elements of a component's factor. */
        public int factor() {
            return (int) (width(dimensions, full) - 1 - dimensions);
        }

        /** The sums of a component: 1 + D + the elements of a factor. */
        public int width() {
            return (int) width(dimensions, full);
        }

        private static long width(long dimensions, boolean full) {
            return 1 + dimensions + (full ? dimensions * (dimensions + 1) / 2 : dimensions);
        }

        long perComponent(long each) {
            return ArgumentChecks.times("components", each, allComponents());
        }
    }

    /**
     * {@code responsibilities[c,n] = e_c/s}, where {@code e_c = exp(l_c − m)} in float32, of the difference rounded once, m is the largest l of the
     * run's components and s = Σ e_c, added in float32 in the order of c: the probability that the row comes from the component, where offsets are those of
     * normalized densities. Of each run, over the rows,
     *
     * <pre>
     *   sums[lane,r,0] (+)= Σ (m + log s)     float64 elements: the run's log density of the rows
     *   sums[lane,r,1] (+)= Σ log s           −log of the row's largest responsibility
     * </pre>
     *
     * @param x [D][N]
     * @param accumulate whether to add to the old sums
     * @param responsibilities [R·K][N], written
     * @param sums FLOAT64 [{@value #LANES}][R][2], written, or added to if {@code accumulate}
     */
    record MixtureResponsibilities(
            Shape shape,
            Buffer x,
            Buffer means,
            Buffer factors,
            Buffer offsets,
            boolean accumulate,
            Buffer responsibilities,
            Buffer sums)
            implements Operation {
        public MixtureResponsibilities {
            ArgumentChecks.present("shape", shape);
        }

        @Override
        public Signature signature() {
            return Signature.of("mixtureResponsibilities")
                    .reads("x", x, (long) shape.dimensions * shape.rows)
                    .reads("means", means, shape.perComponent(2L * shape.dimensions))
                    .reads("factors", factors, shape.perComponent(shape.factor()))
                    .readsDoubles("offsets", offsets, shape.allComponents())
                    .writes("responsibilities", responsibilities, shape.perComponent(shape.rows))
                    .add("sums", ElementType.FLOAT64, sums, 2L * LANES * shape.runs, access(accumulate));
        }
    }

    /**
     * Of each component, with r its responsibilities and d as above, over the rows,
     *
     * <pre>
     *   sums[lane,c,0]             (+)= Σ r
     *   sums[lane,c,1 + i]         (+)= Σ r·d_i
     *   sums[lane,c,1 + D + ij]    (+)= Σ (r·d_i)·d_j     j ≤ i, row by row; of i = j only where covariances are diagonal
     * </pre>
     *
     * where a lane of a tile is a chain of fma. Being taken around the component's present mean, they lose nothing by differences.
     *
     * @param x [D][N]
     * @param responsibilities [R·K][N]
     * @param accumulate whether to add to the old sums
     * @param sums FLOAT64 [{@value #LANES}][R·K][{@link Shape#width()}], written, or added to if {@code accumulate}
     */
    record MixtureStatistics(
            Shape shape, Buffer x, Buffer means, Buffer responsibilities, boolean accumulate, Buffer sums)
            implements Operation {
        public MixtureStatistics {
            ArgumentChecks.present("shape", shape);
        }

        @Override
        public Signature signature() {
            return Signature.of("mixtureStatistics")
                    .reads("x", x, (long) shape.dimensions * shape.rows)
                    .reads("means", means, shape.perComponent(2L * shape.dimensions))
                    .reads("responsibilities", responsibilities, shape.perComponent(shape.rows))
                    .add(
                            "sums",
                            ElementType.FLOAT64,
                            sums,
                            shape.perComponent((long) LANES * shape.width()),
                            access(accumulate));
        }
    }

    private static Signature.Access access(boolean accumulate) {
        return accumulate ? Signature.Access.UPDATES : Signature.Access.WRITES;
    }
}
