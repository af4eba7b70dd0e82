package io.github.elbo4j.infer;

import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Finds the step at which numbers ceased to be finite, and says why, by taking steps again one by one. */
final class Divergence {
    private final SgviSettings settings;
    private final SgviParts parts;
    private final Function<LogJoint, GradientAscent> steps;

    /**
     * What was found.
     *
     * @param parameters the last finite ones, in z
     * @param steps that led to them
     */
    record Found(float[] parameters, int steps, String message) {}

    /** @param steps makes steps of a joint in the coordinates of q */
    Divergence(SgviSettings settings, SgviParts parts, Function<LogJoint, GradientAscent> steps) {
        this.settings = settings;
        this.parts = parts;
        this.steps = steps;
    }

    /**
     * Takes steps again.
     *
     * @param ascent whose steps they are
     * @param from the state after step {@code first}, finite
     * @param end the step by which something was not
     */
    Found find(GradientAscent ascent, GradientAscent.Snapshot from, int first, int end, Trace trace) {
        double[] moments = new double[3];
        GradientAscent.Snapshot before = ascent.newSnapshot();
        ascent.restore(from);
        for (int step = first; step < end; step++) {
            ascent.save(before);
            String what = ascent.replay(step, parts.joint.parameterNames());
            ascent.moments().read(0, moments, 0, 3);
            if (what != null) {
                float[] last = parts.coordinates.toOriginal(before.phi);
                String message = String.format(
                        Locale.ROOT,
                        "diverged at step %d: %s (ELBO estimate %s). Kept is the state after step %d. %s",
                        step + 1,
                        inWords(ascent, what, last, step),
                        moments[0],
                        step,
                        advice(last, step));
                return new Found(last, step, message);
            }
            trace.add(moments[0], moments[2]);
        }
        return new Found(
                parts.coordinates.toOriginal(from.phi),
                first,
                "numbers were not finite between steps " + (first + 1) + " and " + end
                        + ", but not when these steps were taken again: the model does not give the same answer twice");
    }

    /** What is to be done after a step that was not finite: transform, if a draw lies where log p is not. */
    private String advice(float[] last, int step) {
        VariationalFamily other = parts.average; // free to use
        other.parameterBuffer().write(0, last, 0, last.length);
        other.update();
        String outside = Support.outside(parts.joint, other, parts.training, step, settings.draws);
        return outside == null ? "A lower learning rate or standardized data may help." : outside;
    }

    /** The fault of the step after these parameters, in the user's own coordinates. */
    private String inWords(GradientAscent ascent, String what, float[] last, int step) {
        List<String> names = parts.joint.parameterNames();
        if (what.equals(GradientAscent.NO_ELBO)) {
            return what + "; the largest parameter is " + ascent.describeLargest(last, names);
        }
        if (parts.coordinates.areOriginal()) {
            return what;
        }
        parts.q.parameterBuffer().write(0, last, 0, last.length);
        parts.q.update();
        try (GradientAscent plain = steps.apply(parts.rows)) {
            plain.gradientAt(step);
            String plainly = plain.nonFiniteGradient(names);
            return plainly == null ? what + ", in whitened coordinates" : plainly;
        }
    }
}
