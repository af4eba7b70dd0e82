package io.github.elbo4j.cli.command;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.Model;
import java.util.List;

/** What a model gives of a posterior. */
final class Quantities {
    private Quantities() {}

    /** None where a fit went so wrong that no draws can be taken; the coordinates are then shown. */
    static List<Marginal> of(Model model, FitResult fitted) {
        try {
            return Marginal.of(model, fitted.posterior(), fitted.seed());
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            return List.of();
        }
    }
}
