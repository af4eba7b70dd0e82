package io.github.elbo4j.infer;

/** When to stop. */
public record StoppingRule(double tolerance) {
    public StoppingRule {
        if (!(tolerance > 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException("tolerance is " + tolerance + ", but must be positive");
        }
    }
}
