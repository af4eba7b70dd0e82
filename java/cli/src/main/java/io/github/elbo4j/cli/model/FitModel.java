package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.RowsLogJoint;
import io.github.elbo4j.model.Standardization;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** A regression that {@code fit} knows: all that differs from one to the next. Fields with picocli's annotations are its options. */
public interface FitModel {
    /** The name of the command, such as {@code logistic}. */
    String name();

    /** The name within a sentence. */
    default String title() {
        return name();
    }

    /** What it is, for the help text; its first sentence also for the list of models. */
    String summary();

    /** Command lines to copy. */
    List<String> examples();

    /** Refuses options of its own that no fit could use. */
    default void validate(CommandLine command) {}

    /** Reads the target, or refuses it. */
    Target target(TargetColumn column);

    /** Whether the target is moved and scaled, too, where columns are. An offset is then subtracted from it. */
    default boolean standardizesTarget() {
        return false;
    }

    /** Whether an offset is the exposure of a count, whose log is added to the linear predictor. */
    default boolean offsetIsExposure() {
        return false;
    }

    /** What is taken out of the linear predictor of standardized data, so that its intercept is near 0. */
    default double centre(RegressionInput input) {
        return 0;
    }

    /** Refuses what only the data can show to be wrong. */
    default void check(Problem problem) {}

    /**
     * The distribution of the target.
     *
     * @param m takes what parameters the likelihood has of its own, called as in {@link #ownParameters}
     * @param predictor the linear predictor, [rows], or [rows][classes] of several classes
     */
    Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor);

    /** The coordinates of the parameters of the likelihood, which follow those of the linear predictor. */
    default List<OwnParameter> ownParameters(Problem problem) {
        return List.of();
    }

    /**
     * A parameter of the likelihood.
     *
     * @param coordinate its name as it is fitted
     * @param logInTargetUnits whether it is the log of something in the unit of the target
     */
    record OwnParameter(String coordinate, boolean logInTargetUnits) {}

    /** The classes that have a linear predictor each; one, without a name, if there are none. */
    default List<String> classes(Problem problem) {
        return List.of("");
    }

    /**
     * What a row tells of its group's intercept, roughly.
     *
     * @param which class
     */
    GroupCentering.RowInformation information(Problem problem, int which);

    /** The log-joint on a device; the caller closes it. */
    default RowsLogJoint joint(Device device, Problem problem) {
        return problem.model().logJoint(device);
    }

    /** log p of the fitted target given the columns, where it is known in closed form; null elsewhere. */
    default @Nullable Double logEvidence(Problem problem) {
        return null;
    }

    /** The fits by closed-form updates, by the name of the method. */
    default Map<String, ClosedForm> closedForms(Problem problem) {
        return Map.of();
    }

    /** What is to be said of a fit once it has ended; empty if nothing. */
    default String afterwards(FitResult fitted) {
        return "";
    }

    /** Whether other columns predict the target. */
    default boolean hasPredictors() {
        return true;
    }

    /** What is fitted, as a heading has it. */
    default String heading(String target) {
        return title() + " regression of " + target;
    }

    /**
     * The factor a of Robbins–Monro steps, which do not adapt to the gradient's size. It follows from the curvature of
     * standardized data, and did not overshoot on several data sets.
     */
    double robbinsMonroRate(Problem problem);

    /** The way from the fitted parameters back to those of the data; null if they are the same. */
    default Standardization.@Nullable Affine back(Problem problem) {
        return problem.affine();
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
