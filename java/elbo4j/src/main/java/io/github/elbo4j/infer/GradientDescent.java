package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Runner;
import io.github.elbo4j.device.Scalar;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps of one rate up the gradient, {@code x ← x + a·∇f}: gradient descent, as it is called of −f. It comes to a maximum where
 * a is below twice the inverse of the largest curvature, and takes about as many steps as that is larger than the smallest.
 *
 * @param a positive
 */
public record GradientDescent(double a) implements Optimizer {
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
        return new Rule() {
            @Override
            public int scalars() {
                return 1;
            }

            @Override
            public void scalars(int step, int since, int phase, double[] row) {
                row[0] = a;
            }

            @Override
            public void record(
                    Runner to, Buffer gradient, @Nullable Buffer scale, Buffer parameter, List<Scalar> scalars) {
                to.run(new OptimizerOps.Sgd(parameters, scalars.get(0), gradient, parameter));
            }

            @Override
            public List<Buffer> moments() {
                return List.of();
            }
        };
    }

    @Override
    public String describe() {
        return "gradient-descent (a " + a + ")";
    }
}
