package io.github.elbo4j.factors;

import io.github.elbo4j.expr.Expr;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * A model and its encoder as expressions of their weights. The encoder gives the logits of {@code q(z | x) = Π_d Bernoulli}: {@code
 * c + x·E}, and with hidden units {@code c + x·E + tanh(e + x·G)·F}. A row's q is a function of the row, so that minibatches need not keep
 * each row's own logits up to date, and new rows have a q too.
 */
final class Network {
    private final FactorModel model;
    private final WeightLayout layout;
    private final Map<String, Expr> weights = new HashMap<>();

    /** @param weight of a name and extents */
    Network(FactorModel model, WeightLayout layout, BiFunction<String, int[], Expr> weight) {
        this.model = model;
        this.layout = layout;
        layout.extents().forEach((name, extents) -> weights.put(name, weight.apply(name, extents)));
    }

    private Expr weight(String name) {
        return Objects.requireNonNull(weights.get(name));
    }

    /** [n][D] of x [n][P]. */
    Expr logits(Expr x) {
        Expr linear = x.matmul(weight(WeightLayout.INPUT)).plus(weight(WeightLayout.BIAS));
        if (layout.hidden() == 0) {
            return linear;
        }
        Expr units = x.matmul(weight(WeightLayout.HIDDEN_INPUT))
                .plus(weight(WeightLayout.HIDDEN_BIAS))
                .tanh();
        return linear.plus(units.matmul(weight(WeightLayout.OUTPUT)));
    }

    /** log p(x, z), [n][k], of x [n][P] and z [n][k][D]. */
    Expr logJoint(Expr x, Expr z) {
        Expr prior = weight(WeightLayout.PRIOR);
        Expr total =
                z.matmul(model.effect(weight(WeightLayout.LOADINGS))).plus(model.effect(weight(WeightLayout.BASE)));
        Expr ones = x.reshape(x.extents()[0], 1, layout.columns());
        return model.logLikelihood(ones, total)
                .sum(2)
                .plus(z.matmul(prior))
                .minus(prior.softplus().sum());
    }

    /** The ELBO of each row, [n], with derivatives by an estimator. */
    Expr elbo(Expr x, Expr epsilon, Estimator estimator) {
        Expr logits = logits(x);
        Expr z = estimator.draw(epsilon, logits);
        return estimator.expectation(logJoint(x, z), z, logits).plus(Estimator.entropy(logits));
    }

    /** The weak penalty of the model's weights; the encoder has none. */
    Expr penalty() {
        return model.penalty(weight(WeightLayout.LOADINGS))
                .sum()
                .plus(model.penalty(weight(WeightLayout.BASE)).sum())
                .plus(FactorModel.SIGMOID.penalty(weight(WeightLayout.PRIOR)).sum());
    }
}
