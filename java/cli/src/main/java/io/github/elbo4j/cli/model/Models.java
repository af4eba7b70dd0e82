package io.github.elbo4j.cli.model;

import java.util.List;
import java.util.function.Supplier;

/** The table of models: a new one adds its line here, and a file. */
public final class Models {
    /** In the order of the help text; each run takes a new one, which picocli gives its options. */
    public static final List<Supplier<FitModel>> TABLE = List.of(
            Logistic::new,
            Linear::new,
            Categorical::new,
            Poisson::new,
            NegativeBinomial::new,
            Robust::new,
            NormalDistribution::new);

    private Models() {}
}
