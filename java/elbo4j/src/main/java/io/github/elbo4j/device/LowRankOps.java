package io.github.elbo4j.device;

import org.jspecify.annotations.Nullable;

/**
 * The Gaussian N(mu, Fᵀ·F + diag sigma²) with omega = log sigma and R factors. mu and omega are [B][D]; {@code factor} is F,
 * [B][R][D]: a row for each factor, with the loading of each coordinate. Kernel family {@code lowrank}.
 *
 * <p>A draw takes D + R normals, {@link #normals}: epsilon at the coordinates of the draw, and after them eta, one for each
 * factor: {@code z = mu + sigma·epsilon + Fᵀ·eta}.
 *
 * <p>With G = F/sigma and C = I + G·Gᵀ, R by R, all that needs the inverse of the D by D covariance goes through C⁻¹ (Woodbury).
 * Of a y with an eta,
 *
 * <pre>
 *   a = C⁻¹·(G·y − eta)      latent = a + eta      v = y − Gᵀ·a      |v|² + |latent|² = (z − mu)ᵀ·Σ⁻¹·(z − mu)
 * </pre>
 *
 * <p>whether y is epsilon and eta is known, as at a draw, or y is (z − mu)/sigma and eta zero. The first has no differences of
 * large numbers where F is much larger than sigma. {@code v/sigma = Σ⁻¹·(z − mu)} is the score in mu and {@code latent =
 * F·Σ⁻¹·(z − mu)} is what eta is expected to be, given z.
 *
 * <p>Sums: G·y along the row, its products in float32; G·Gᵀ and |latent|² along the row, of float64; products with C⁻¹ are chains of
 * fma over the factors from +0 in float64, those with F in float32.
 */
public interface LowRankOps {
    /** The most factors. */
    int MOST_RANK = 64;

    /**
     * The block of all normals of each draw, D + R of them.
     *
     * @throws IllegalArgumentException if the rank is not in 1 … {@value #MOST_RANK}, or there is no address for all of them
     */
    static DrawBlock normals(DrawBlock shape, int rank) {
        ArgumentChecks.rank(rank);
        long dimensions = (long) shape.dimensions() + rank;
        if (shape.firstDimension() + dimensions > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("dimensions and rank end at address "
                    + (shape.firstDimension() + dimensions) + ", but addresses end at 2^31 - 1");
        }
        return new DrawBlock(
                shape.problems(),
                shape.draws(),
                (int) dimensions,
                shape.firstProblem(),
                shape.firstDraw(),
                shape.firstDimension());
    }

    /** (2 + R)·D, the parameters of a problem: mu, omega and the rows of F. */
    static long width(int dimensions, int rank) {
        return (2L + rank) * dimensions;
    }

    /** R² + 1: C⁻¹, then log √det C. */
    static int capacitanceWidth(int rank) {
        return rank * rank + 1;
    }

    /**
     * {@code z[b,s,:] = mu + sigma·epsilon + Fᵀ·eta}: fma(sigma, epsilon, mu), and a chain of fma over the factors goes on from there.
     *
     * @param z [B][S][D], written
     */
    record LowRankSample(
            Key key, Index step, DrawBlock shape, int rank, Buffer mu, Buffer omega, Buffer factor, Buffer z)
            implements Operation {
        public LowRankSample {
            ArgumentChecks.address(key, shape);
            normals(shape, rank);
        }

        @Override
        public Signature signature() {
            return Signature.of("lowRankSample")
                    .index("step", step)
                    .reads("mu", mu, shape.parameters())
                    .reads("omega", omega, shape.parameters())
                    .reads("factor", factor, factorLength(shape.problems(), shape.dimensions(), rank))
                    .writes("z", z, shape.elements());
        }
    }

    /**
     * What the operations below read of each problem: {@code C⁻¹}, R by R, then {@code log √det C}. By Gauss and Jordan, a
     * pivot after the other without exchanges; no pivot is less than 1, and one that rounding makes so is taken as 1.
     *
     * @param capacitance [B][R² + 1] FLOAT64, written
     */
    record LowRankCapacitance(int problems, int dimensions, int rank, Buffer omega, Buffer factor, Buffer capacitance)
            implements Operation {
        public LowRankCapacitance {
            ArgumentChecks.rank(rank);
        }

        @Override
        public Signature signature() {
            return Signature.of("lowRankCapacitance")
                    .reads("omega", omega, ArgumentChecks.product(problems, "problems", dimensions, "dimensions"))
                    .reads("factor", factor, factorLength(problems, dimensions, rank))
                    .writesDoubles("capacitance", capacitance, capacitanceLength(problems, rank));
        }
    }

    /**
     * {@code logQ[b,s] = −(|v|² + |latent|²)/2 − Σ omega − log √det C − D/2 · log 2π} at any z, and its gradient {@code −v/sigma}
     * with respect to z.
     *
     * @param capacitance of {@link LowRankCapacitance}
     * @param logQ [B][S] FLOAT64, written
     * @param gradient [B][S][D], written; null if it is not wanted
     */
    record LowRankLogDensity(
            DrawBlock shape,
            int rank,
            Buffer mu,
            Buffer omega,
            Buffer factor,
            Buffer capacitance,
            Buffer z,
            Buffer logQ,
            @Nullable Buffer gradient)
            implements Operation {
        public LowRankLogDensity {
            ArgumentChecks.present("shape", shape);
            ArgumentChecks.rank(rank);
        }

        @Override
        public Signature signature() {
            Signature signature = scale("lowRankLogDensity", shape, rank, omega, factor, capacitance)
                    .reads("mu", mu, shape.parameters())
                    .reads("z", z, shape.elements())
                    .writesDoubles("logQ", logQ, shape.allDraws());
            return gradient == null ? signature : signature.writes("gradient", gradient, shape.elements());
        }
    }

    /**
     * The same at the draws of {@link LowRankSample} with this key, step and shape, without them: the log-density, the score {@code
     * v/sigma}, and {@code latent}.
     *
     * @param capacitance of {@link LowRankCapacitance}
     * @param logQ [B][S] FLOAT64, written; null if it is not wanted, as below
     * @param score [B][S][D], written
     * @param latent [B][S][R], written
     */
    record LowRankAtDraw(
            Key key,
            Index step,
            DrawBlock shape,
            int rank,
            Buffer omega,
            Buffer factor,
            Buffer capacitance,
            @Nullable Buffer logQ,
            @Nullable Buffer score,
            @Nullable Buffer latent)
            implements Operation {
        public LowRankAtDraw {
            ArgumentChecks.address(key, shape);
            normals(shape, rank);
        }

        @Override
        public Signature signature() {
            Signature signature = scale("lowRankAtDraw", shape, rank, omega, factor, capacitance)
                    .index("step", step);
            if (logQ != null) {
                signature.writesDoubles("logQ", logQ, shape.allDraws());
            }
            if (score != null) {
                signature.writes("score", score, shape.elements());
            }
            if (latent != null) {
                signature.writes("latent", latent, ArgumentChecks.times("latent", shape.allDraws(), rank));
            }
            return signature;
        }
    }

    /**
     * The gradient of the entropy: zero for mu, {@code sigma²·(Σ⁻¹)_dd = 1 − Σ_r (C⁻¹·G)_rd·G_rd} for omega, {@code F·Σ⁻¹ = C⁻¹·G/sigma}
     * for the rows of F. It is also the mean of the score's second half, which {@link
     * LowRankGradientOps.LowRankScoreGradient} takes off.
     *
     * @param capacitance of {@link LowRankCapacitance}
     * @param gradient [B][(2 + R)·D], written
     */
    record LowRankEntropyGradient(
            int problems, int dimensions, int rank, Buffer omega, Buffer factor, Buffer capacitance, Buffer gradient)
            implements Operation {
        public LowRankEntropyGradient {
            ArgumentChecks.rank(rank);
        }

        @Override
        public Signature signature() {
            long parameters = ArgumentChecks.product(problems, "problems", dimensions, "dimensions");
            return Signature.of("lowRankEntropyGradient")
                    .reads("omega", omega, parameters)
                    .reads("factor", factor, factorLength(problems, dimensions, rank))
                    .readsDoubles("capacitance", capacitance, capacitanceLength(problems, rank))
                    .writes("gradient", gradient, ArgumentChecks.times("gradient", parameters, 2L + rank));
        }
    }

    private static long factorLength(int problems, int dimensions, int rank) {
        return ArgumentChecks.times(
                "factor", ArgumentChecks.product(problems, "problems", dimensions, "dimensions"), rank);
    }

    private static long capacitanceLength(int problems, int rank) {
        return (long) problems * capacitanceWidth(rank);
    }

    /** What says how q is spread. */
    private static Signature scale(
            String operation, DrawBlock shape, int rank, Buffer omega, Buffer factor, Buffer capacitance) {
        return Signature.of(operation)
                .reads("omega", omega, shape.parameters())
                .reads("factor", factor, factorLength(shape.problems(), shape.dimensions(), rank))
                .readsDoubles("capacitance", capacitance, capacitanceLength(shape.problems(), rank));
    }
}
