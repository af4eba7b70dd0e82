package io.github.elbo4j.infer;

import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.Concern.Kind;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether float32 tells draws apart, float64 values of log p, and the model itself its data. */
final class Resolution {
    /** Spacing of float64 at log p, in nats, that still counts as none. */
    private static final double COARSE = 0.25;
    /** Spacings of float32 at a mean that its standard deviation must have. */
    private static final double SPACINGS = 8;

    private Resolution() {}

    /** @param elbo about the value of log p */
    static List<Concern> concerns(LogJoint joint, Gaussian posterior, double elbo) {
        List<Concern> concerns = new ArrayList<>();
        double spacing = Math.ulp(elbo);
        if (Double.isFinite(spacing) && spacing > COARSE) {
            concerns.add(concern(
                    null,
                    String.format(
                            Locale.ROOT,
                            "log p is about %.3g, where neighbouring float64 numbers are %.2g nats apart",
                            elbo,
                            spacing)));
        }
        String lost = joint.roundingLoss();
        if (lost != null) {
            concerns.add(concern(null, lost));
        }
        int worst = 0;
        double fewest = Double.POSITIVE_INFINITY;
        for (int d = 0; d < posterior.dimensions(); d++) {
            double spacings = posterior.standardDeviation(d) / Math.ulp((float) posterior.mean(d));
            if (spacings < fewest) {
                worst = d;
                fewest = spacings;
            }
        }
        if (fewest < SPACINGS) {
            String name = joint.parameterNames().get(worst);
            concerns.add(concern(
                    name,
                    String.format(
                            Locale.ROOT,
                            "the standard deviation of %s is %.2g of float32's spacing at its mean, %.6g",
                            name,
                            fewest,
                            posterior.mean(worst))));
        }
        return concerns;
    }

    private static Concern concern(@Nullable String parameter, String words) {
        return new Concern(Kind.PRECISION, Verdict.DO_NOT_TRUST, parameter, words);
    }
}
