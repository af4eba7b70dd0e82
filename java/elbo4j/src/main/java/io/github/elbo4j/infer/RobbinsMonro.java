package io.github.elbo4j.infer;

import io.github.elbo4j.device.Resources;
import java.io.Serializable;
import java.util.Locale;

/**
 * Stochastic gradient variational inference in its original form: {@code phi ← phi + lambda(t)·∇ELBO} with {@code
 * lambda(t) = a·(t + tau)^(−kappa)}, t = 0, 1, … (Robbins and Monro 1951).
 *
 * @param a positive
 * @param tau the delay, positive
 * @param kappa in (0.5, 1], so that the steps sum to infinity and their squares do not
 */
public record RobbinsMonro(double a, double tau, double kappa) implements Optimizer, Serializable {
    public RobbinsMonro {
        if (!(a > 0 && Double.isFinite(a))) {
            throw new IllegalArgumentException("learning rate is " + a + ", but must be positive");
        }
        if (!(tau > 0 && Double.isFinite(tau))) {
            throw new IllegalArgumentException("tau is " + tau + ", but must be positive");
        }
        if (!(kappa > 0.5 && kappa <= 1)) {
            throw new IllegalArgumentException("kappa is " + kappa + ", but must be in (0.5, 1]");
        }
    }

    /** tau = 10, kappa = 0.75. */
    public RobbinsMonro(double a) {
        this(a, 10, 0.75);
    }

    /** lambda(t). */
    public double rate(int t) {
        return a * StrictMath.pow(t + tau, -kappa);
    }

    @Override
    public boolean adapts() {
        return false;
    }

    @Override
    public Rule open(Resources own, int parameters) {
        return new SgdRule(parameters, this::rate);
    }

    @Override
    public String describe() {
        return String.format(Locale.ROOT, "robbins-monro (a %s, tau %s, kappa %s)", a, tau, kappa);
    }
}
