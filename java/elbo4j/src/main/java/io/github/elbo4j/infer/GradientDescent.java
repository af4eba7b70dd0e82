package io.github.elbo4j.infer;

import io.github.elbo4j.device.Resources;
import java.io.Serializable;

/**
 * Steps of one rate up the gradient, {@code x ← x + a·∇f}: gradient descent, as it is called of −f. It comes to a maximum where
 * a is below twice the inverse of the largest curvature, and takes about as many steps as that is larger than the smallest.
 *
 * @param a positive
 */
public record GradientDescent(double a) implements Optimizer, Serializable {
    public GradientDescent {
        if (!(a > 0 && Double.isFinite(a))) {
            throw new IllegalArgumentException("learning rate is " + a + ", but must be positive");
        }
    }

    @Override
    public boolean adapts() {
        return false;
    }

    @Override
    public Rule open(Resources own, int parameters) {
        return new SgdRule(parameters, step -> a);
    }

    @Override
    public String describe() {
        return "gradient-descent (a " + a + ")";
    }
}
