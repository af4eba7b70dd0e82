package io.github.elbo4j.cli;

/** The models that {@code fit} knows. */
enum RegressionModel {
    LOGISTIC("logistic"),
    LINEAR("linear");

    final String label;

    RegressionModel(String label) {
        this.label = label;
    }
}
