package io.github.elbo4j.cli.subject;

import io.github.elbo4j.infer.Prediction;
import java.util.List;

/** Values to predict by a fit that was written before. */
public interface Predictor {
    /** What is predicted. */
    String target();

    /** What the values 0, 1, … are called; empty if they are numbers. */
    List<String> classes();

    /** What a value is called: the row of the file, or an element of what a model observes. */
    String label(int i);

    /** How many values. */
    int size();

    /** Whether they are known, so that predictions can be judged. */
    boolean isKnown();

    /**
     * Predicts some of them.
     *
     * @param from the first
     * @param to behind the last
     */
    List<Prediction> predict(int from, int to);

    /** What else is known of each value, as the heads of columns, such as parts of its variance. */
    default List<String> parts() {
        return List.of();
    }

    /** That of some of them, [values][parts]. */
    default double[][] parts(int from, int to) {
        return new double[to - from][0];
    }
}
