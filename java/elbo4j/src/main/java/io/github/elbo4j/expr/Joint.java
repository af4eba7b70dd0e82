package io.github.elbo4j.expr;

import java.util.List;

/**
 * A log-joint density as a sum of expressions: log p(x, z) = Σ_terms Σ_elements. Terms that are of the table's rows are
 * the likelihood of independent rows, which minibatches scale.
 *
 * @param parameters whose coordinates z is
 * @param terms of any extents; all elements of each are added up
 */
public record Joint(Parameters parameters, List<Expr> terms) {
    public Joint {
        terms = List.copyOf(terms);
    }
}
