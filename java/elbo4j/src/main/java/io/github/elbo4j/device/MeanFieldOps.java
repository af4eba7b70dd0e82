package io.github.elbo4j.device;

import io.github.elbo4j.device.Signature.Access;
import org.jspecify.annotations.Nullable;

/**
 * The diagonal Gaussian N(mu, diag sigma²) with omega = log sigma, as a variational family, as a prior and as a target.
 * Kernel family {@code meanfield}.
 *
 * <p>Below, {@code h[b,s,d] = (z[b,s,d] − mu[b,d]) · exp(−omega[b,d])}. mu and omega are [B][D].
 */
public interface MeanFieldOps {
    /** With respect to what a log-density is differentiated. */
    enum Variable {
        /** −h / sigma. */
        Z,
        /** h / sigma. */
        MU,
        /** h² − 1. */
        OMEGA
    }

    /**
     * {@code z[b,s,d] = fma(exp(omega[b,d]), epsilon[b,s,d], mu[b,d])}.
     *
     * @param z [B][S][D], written
     */
    record Sample(Key key, Index step, DrawBlock shape, Buffer mu, Buffer omega, Buffer z) implements Operation {
        @Override
        public Signature signature() {
            return Signature.ofDraws("sample", key, step, shape)
                    .diagonal("", mu, omega, shape.parameters())
                    .writes("z", z, shape.elements());
        }
    }

    /**
     * {@code logQ[b,s] = Σ_d (−h²/2 − omega) − D/2 · log 2π}, the sum along the row, and the gradient of each draw's with
     * respect to z, mu or omega, in one pass.
     *
     * @param variable of the gradient
     * @param logQ [B][S] FLOAT64, written; null if it is not wanted
     * @param gradient [B][S][D], written; null if it is not wanted
     */
    record LogDensity(
            DrawBlock shape,
            Variable variable,
            Buffer mu,
            Buffer omega,
            Buffer z,
            @Nullable Buffer logQ,
            @Nullable Buffer gradient)
            implements Operation {
        public LogDensity {
            ArgumentChecks.present("shape", shape);
            ArgumentChecks.present("variable", variable);
        }

        @Override
        public Signature signature() {
            return Signature.of("logDensity")
                    .diagonal("", mu, omega, shape.parameters())
                    .reads("z", z, shape.elements())
                    .optional("logQ", ElementType.FLOAT64, logQ, shape.allDraws(), Access.WRITES)
                    .optional("gradient", ElementType.FLOAT32, gradient, shape.elements(), Access.WRITES);
        }
    }

    /**
     * {@code entropy[slot·B + b] = Σ_d omega[b,d] + D/2 · log(2πe)}.
     *
     * @param entropy at least [slot+1][B] FLOAT64, record {@code slot} written
     */
    record Entropy(int problems, int dimensions, Buffer omega, Buffer entropy, Index slot) implements Operation {
        @Override
        public Signature signature() {
            return Signature.of("entropy")
                    .reads("omega", omega, ArgumentChecks.parameters(problems, dimensions))
                    .index("slot", slot)
                    .updatesDoubles("entropy", entropy, ArgumentChecks.records(slot, problems, 1));
        }
    }
}
