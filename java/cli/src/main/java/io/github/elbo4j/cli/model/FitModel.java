package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.model.DataLogJoint;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** A regression that {@code fit} knows: all that differs from one to the next. Fields with picocli's annotations are its options. */
public interface FitModel {
    /** The name of the command, such as {@code logistic}. */
    String name();

    /** What it is, for the help text; its first sentence also for the list of models. */
    String summary();

    /** Command lines to copy. */
    List<String> examples();

    /** Refuses options of its own that no fit could use. */
    default void validate(CommandLine command) {}

    /** Reads the target, or refuses it. */
    Target target(TargetColumn column);

    /** Whether the target is moved and scaled, too, where columns are. */
    default boolean standardizesTarget() {
        return false;
    }

    /** Refuses what only the data can show to be wrong. */
    default void check(Problem problem) {}

    /** The names of the parameters. */
    List<String> parameters(Problem problem);

    /** How many coefficients each column has: the first parameters are those of all columns, so many times. */
    default int coefficients(Problem problem) {
        return 1;
    }

    /** The log-joint on a device; the caller closes it. */
    DataLogJoint joint(Device device, Problem problem);

    /**
     * The factor a of Robbins–Monro steps, which do not adapt to the gradient's size. It follows from the curvature of
     * standardized data, and did not overshoot on several data sets.
     */
    double robbinsMonroRate(Problem problem);

    /** The way from the fitted parameters back to those of the data; null if they are the same. */
    default Standardization.@Nullable Affine back(Problem problem) {
        Standardization scale = problem.scale();
        return scale == null ? null : scale.toOriginal(parameters(problem).size());
    }

    /** What was asked for or chosen, of this model alone. */
    default Map<String, Object> options(Problem problem) {
        return Map.of();
    }

    /** What a coefficient has an effect on. */
    String effect(String target);

    /** A sentence on what the parameters mean; empty where there is no need. */
    default String note() {
        return "";
    }

    /** The parameters that are logarithms, and what each is the logarithm of. */
    default Map<String, String> logarithms() {
        return Map.of();
    }
}
