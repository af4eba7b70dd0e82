package io.github.elbo4j.device;

/**
 * Kullback–Leibler divergences KL(q ‖ p), one per problem, and their gradients with respect to q. Parameters as in
 * {@link MeanFieldOps} and {@link FullRankOps}. Kernel family {@code kl}.
 */
public interface KlOps {
    /**
     * {@code kl[b] = Σ_d (mu² + sigma² − 1)/2 − omega}, to the standard normal.
     *
     * @param kl [B] FLOAT64, written
     */
    record KlToStandard(int problems, int dimensions, Buffer mu, Buffer omega, Buffer kl) implements Operation {
        @Override
        public Signature signature() {
            long n = ArgumentChecks.parameters(problems, dimensions);
            return Signature.of("klToStandard").diagonal("", mu, omega, n).writesDoubles("kl", kl, problems);
        }
    }

    /** Its gradient: {@code mu} and {@code sigma² − 1}; both [B][D], written. */
    record KlToStandardGradient(int problems, int dimensions, Buffer mu, Buffer omega, Buffer gradMu, Buffer gradOmega)
            implements Operation {
        @Override
        public Signature signature() {
            long n = ArgumentChecks.parameters(problems, dimensions);
            return Signature.of("klToStandardGradient")
                    .diagonal("", mu, omega, n)
                    .writes("gradMu", gradMu, n)
                    .writes("gradOmega", gradOmega, n);
        }
    }

    /**
     * {@code kl[b] = Σ_d (e² + r² − 1)/2 − log r} with r = sigmaQ/sigmaP and e = (muQ − muP)/sigmaP.
     *
     * @param kl [B] FLOAT64, written
     */
    record KlDiagonal(int problems, int dimensions, Buffer muQ, Buffer omegaQ, Buffer muP, Buffer omegaP, Buffer kl)
            implements Operation {
        @Override
        public Signature signature() {
            long n = ArgumentChecks.parameters(problems, dimensions);
            return Signature.of("klDiagonal")
                    .diagonal("Q", muQ, omegaQ, n)
                    .diagonal("P", muP, omegaP, n)
                    .writesDoubles("kl", kl, problems);
        }
    }

    /** Its gradient: {@code e/sigmaP} and {@code r² − 1}; both [B][D], written. */
    record KlDiagonalGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer omegaQ,
            Buffer muP,
            Buffer omegaP,
            Buffer gradMu,
            Buffer gradOmega)
            implements Operation {
        @Override
        public Signature signature() {
            long n = ArgumentChecks.parameters(problems, dimensions);
            return Signature.of("klDiagonalGradient")
                    .diagonal("Q", muQ, omegaQ, n)
                    .diagonal("P", muP, omegaP, n)
                    .writes("gradMu", gradMu, n)
                    .writes("gradOmega", gradOmega, n);
        }
    }

    /**
     * {@code kl[b] = (‖M‖² + |e|² − D)/2 + Σ_i (log P_ii − log Q_ii)} with P·M = Q, P·e = muQ − muP; Q and P are the
     * Cholesky factors.
     *
     * @param kl [B] FLOAT64, written
     */
    record KlFull(int problems, int dimensions, Buffer muQ, Buffer factorQ, Buffer muP, Buffer factorP, Buffer kl)
            implements Operation {
        @Override
        public Signature signature() {
            return Signature.of("klFull")
                    .full("Q", muQ, factorQ, problems, dimensions)
                    .full("P", muP, factorP, problems, dimensions)
                    .writesDoubles("kl", kl, problems);
        }
    }

    /**
     * Its gradient: {@code P⁻ᵀ·e}, and the lower triangle of {@code P⁻ᵀ·M}, on the diagonal (which is a logarithm)
     * times Q_ii minus 1; zero above.
     *
     * @param gradMu [B][D], written
     * @param gradFactor [B][D][D], written
     */
    record KlFullGradient(
            int problems,
            int dimensions,
            Buffer muQ,
            Buffer factorQ,
            Buffer muP,
            Buffer factorP,
            Buffer gradMu,
            Buffer gradFactor)
            implements Operation {
        @Override
        public Signature signature() {
            long n = ArgumentChecks.parameters(problems, dimensions);
            return Signature.of("klFullGradient")
                    .full("Q", muQ, factorQ, problems, dimensions)
                    .full("P", muP, factorP, problems, dimensions)
                    .writes("gradMu", gradMu, n)
                    .writes("gradFactor", gradFactor, ArgumentChecks.factor("gradFactor", problems, dimensions));
        }
    }

    /**
     * The Monte Carlo estimate of KL(q ‖ p) from draws of q: mean, variance and standard error over s of
     * {@code logQ[b,s] − logP[b,s]}; as {@link ElboOps.Moments}.
     *
     * @param kl [B][3] FLOAT64, written
     */
    record KlMonteCarlo(int problems, int draws, Buffer logQ, Buffer logP, Buffer kl) implements Operation {
        public KlMonteCarlo {
            ArgumentChecks.positive("draws", draws);
        }

        @Override
        public Signature signature() {
            long rows = ArgumentChecks.product(problems, "problems", draws, "draws");
            return Signature.of("klMonteCarlo")
                    .readsDoubles("logQ", logQ, rows)
                    .readsDoubles("logP", logP, rows)
                    .writesDoubles("kl", kl, 3L * problems);
        }
    }
}
