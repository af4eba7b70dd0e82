package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/** The sums of squares and products of a table's columns: what least squares needs of its rows. Kernel family {@code gram}. */
public interface GramOps {
    /**
     * {@code gram[i,j] = Σ_n w[n]·x[n,i]·x[n,j]}, in float64 throughout, since solving with it multiplies its errors by the
     * square of the columns' condition number. For j ≤ i each sum is {@code fma(w[n]·x[n,i], x[n,j], sum)} over n in the order of
     * gemm: chains in panels of 1024 rows, which are added as a binary tree; {@code gram[j,i]} is the same number.
     *
     * @param x N × K, FLOAT64, its columns beside each other
     * @param weights [N] FLOAT32; null for ones
     * @param gram [K][K] FLOAT64, written
     */
    record Gram(Matrix x, @Nullable Buffer weights, Buffer gram) implements Operation {
        public Gram {
            ArgumentChecks.present("x", x);
            if (x.columnStride() != 1) {
                throw new IllegalArgumentException("x has a column stride of " + x.columnStride()
                        + ", but its columns must lie beside each other");
            }
        }

        @Override
        public Signature signature() {
            Signature signature = Signature.of("gram").matrix("x", ElementType.FLOAT64, x, Access.READS);
            if (weights != null) {
                signature.reads("weights", weights, x.rows());
            }
            return signature.writesDoubles("gram", gram, (long) x.columns() * x.columns());
        }
    }
}
