package io.github.elbo4j.cli.subject;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.Report;
import java.util.ArrayList;
import java.util.List;

/** What a model gives of a posterior. */
public final class Quantities {
    private Quantities() {}

    /** With those of a fit, and what each of its accounts says of them. */
    static Report shown(Model model, Report report) {
        return report.quantities(of(model, report.fit())).accounts(model);
    }

    /** None where a fit went so wrong that no draws can be taken; the coordinates are then shown. */
    public static List<Marginal> of(Model model, FitResult fitted) {
        try {
            List<Marginal> points = Marginal.ofPoint(model, fitted.posterior());
            if (fitted.isPoint()) {
                return points;
            }
            List<Marginal> marginals = new ArrayList<>(Marginal.of(model, fitted.posterior(), fitted.seed()));
            int at = 0;
            for (String name : model.names()) {
                int size = model.elementNames(name).size();
                for (int i = at; i < at + size && model.isOfWeights(name); i++) {
                    marginals.set(i, points.get(i)); // an estimate with its standard error
                }
                at += size;
            }
            return marginals;
        } catch (IllegalStateException e) { // a covariance that is not positive definite
            return List.of();
        }
    }
}
