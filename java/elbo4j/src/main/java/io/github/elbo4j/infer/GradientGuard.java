package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.GradientCheck;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares a user's gradient with differences at a few draws of q, and keeps the first fault. */
final class GradientGuard {
    private static final int DRAWS = 4;

    private final Device device;
    private final LogJoint joint;
    private final VariationalFamily q;
    private final Key key;
    private final boolean isOn;
    private GradientCheck.@Nullable Report wrong;

    /**
     * Checks only gradients that a user's host function writes.
     *
     * @param isWanted false if nothing is to be checked
     * @param q of z, free to use
     */
    GradientGuard(boolean isWanted, LogJoint joint, VariationalFamily q, Key key) {
        this.device = q.device();
        this.joint = joint;
        this.q = q;
        this.key = key;
        isOn = isWanted && joint instanceof HostLogJoint;
    }

    /** What is wrong at draws of a normal, as a list of one; none where that has no draws. */
    static List<Concern> concerns(Device device, LogJoint joint, Gaussian normal, Key key) {
        if (!(joint instanceof HostLogJoint)) {
            return List.of();
        }
        try (VariationalFamily q = normal.on(device)) {
            GradientGuard guard = new GradientGuard(true, joint, q, key);
            guard.check(q.parameterBuffer().toFloats());
            Concern concern = guard.concern();
            return concern == null ? List.of() : List.of(concern);
        } catch (IllegalStateException e) { // not positive definite, which those who judge the normal say
            return List.of();
        }
    }

    /** What was found wrong; null if nothing. */
    @Nullable
    Concern concern() {
        return wrong == null
                ? null
                : new Concern(
                        Concern.Kind.WRONG_GRADIENT,
                        Verdict.DO_NOT_TRUST,
                        wrong.coordinate() < 0 ? null : wrong.name(),
                        wrong.message());
    }

    /** Checks at the q with these parameters in z. */
    void check(float[] parameters) {
        if (!isOn || wrong != null) {
            return;
        }
        q.parameterBuffer().write(0, parameters, 0, parameters.length);
        q.update();
        Gaussian here = q.toGaussian(parameters);
        int dimensions = joint.dimensions();
        double[][] at = new double[DRAWS][dimensions];
        double[] scale = new double[dimensions];
        float[] z = new float[DRAWS * dimensions];
        try (Buffer drawn = device.allocate(z.length)) {
            q.sample(key.fork("gradient check"), 0, q.block(DRAWS, 0), drawn);
            drawn.read(0, z, 0, z.length);
        }
        for (int d = 0; d < dimensions; d++) {
            scale[d] = here.standardDeviation(d);
            for (int s = 0; s < DRAWS; s++) {
                at[s][d] = z[s * dimensions + d];
            }
        }
        GradientCheck.Report report = GradientCheck.check(device, joint, at, scale);
        if (!report.passed()) {
            wrong = report;
        }
    }
}
