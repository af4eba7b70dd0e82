package io.github.elbo4j.expr;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sum of terms taken apart into addends: {@code Σ_terms Σ_elements term = constant + Σ_a weight_a · Σ_elements a}. An
 * addend that is smaller than its term is counted as often as it repeats, and what does not vary is added up
 * in float64. So log sigma of N observations is computed once, and constants lose nothing.
 */
final class Addends {
    /**
     * One addend.
     *
     * @param ofRows whether its elements are rows, of which a minibatch sums some
     */
    record Addend(Expr value, double weight, boolean ofRows) {}

    private final Map<Expr, Double> weights = new LinkedHashMap<>();
    private final Evaluator evaluator = new Evaluator(new double[0]);
    private double constant;

    /** @param terms canonical, so that equal addends are one */
    Addends(List<Expr> terms) {
        for (Expr term : terms) {
            split(term, 1, term.ownExtents());
        }
    }

    double constant() {
        return constant;
    }

    List<Addend> list() {
        List<Addend> list = new ArrayList<>();
        weights.forEach((value, weight) -> list.add(new Addend(value, weight, value.ofRows())));
        return list;
    }

    private void split(Expr e, double weight, int[] extents) {
        double times = (double) Extents.size(extents) / Math.max(1, e.size());
        if (e.size() == 0 || Extents.size(extents) == 0) {
            return;
        }
        if (!e.varies()) {
            double sum = 0;
            for (double value : evaluator.value(e)) {
                sum += value;
            }
            constant += weight * times * sum;
            return;
        }
        double own = weight * times;
        List<Expr> operands = e.operands();
        switch (e.primitive()) {
            case ADD -> {
                split(operands.get(0), own, e.ownExtents());
                split(operands.get(1), own, e.ownExtents());
            }
            case SUBTRACT -> {
                split(operands.get(0), own, e.ownExtents());
                split(operands.get(1), -own, e.ownExtents());
            }
            case NEGATE -> split(operands.get(0), -own, e.ownExtents());
            case MULTIPLY -> {
                if (operands.get(1).primitive() == Primitive.CONSTANT) {
                    split(operands.get(0), own * operands.get(1).detail(Double.class), e.ownExtents());
                } else {
                    weights.merge(e, own, Double::sum);
                }
            }
            case SUM, RESHAPE -> {
                Expr whole = operands.get(0);
                split(whole, own, whole.ownExtents());
            }
            default -> weights.merge(e, own, Double::sum);
        }
    }
}
