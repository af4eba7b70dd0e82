package io.github.elbo4j.cli.subject;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.Model;
import java.util.List;

/** What a model gives of a posterior. */
public final class Quantities {
    private Quantities() {}

    /** None where a fit went so wrong that no draws can be taken; the coordinates are then shown. */
    public static List<Marginal> of(Model model, FitResult fitted) {
        try {
            return fitted.isPoint()
                    ? Marginal.ofPoint(model, fitted.posterior())
                    : Marginal.of(model, fitted.posterior(), fitted.seed());
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            return List.of();
        }
    }
}
