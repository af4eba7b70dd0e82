package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Ops;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.estimate.GradientEstimator;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a fit, {@code phi ← phi + lambda·∇ELBO} or Adam's, with all that a step changes: it can be kept on the host
 * and gone back to. Steps make no garbage and copy nothing to the host.
 */
final class Ascent implements AutoCloseable {
    /** That log p − log q is not finite, though its gradient is. */
    static final String NO_ELBO = "log p or log q is not finite at a draw";

    private final Ops ops;
    private final VariationalFamily q;
    private final Gradient gradient;
    private final Optimizer optimizer;
    private final Coordinates coordinates;
    private final Key key;
    private final GradientEstimator estimator;
    private final int parameters;
    private final Buffer m; // [P], Adam's first moment
    private final Buffer v; // [P], Adam's second moment
    private final Buffer found; // [1]
    private final Closer opened = new Closer();
    private final int[] foundOnHost = new int[1];
    private int phase;
    private float adamRate;
    private int adamSteps; // since its moments began

    /** @param coordinates that give the unit of each parameter's steps */
    Ascent(
            Sgvi.Builder settings,
            Device device,
            LogJoint joint,
            VariationalFamily q,
            Coordinates coordinates,
            Key key) {
        this.coordinates = coordinates;
        this.ops = device.ops();
        this.q = q;
        this.optimizer = settings.optimizer;
        this.key = key;
        this.gradient = settings.gradient;
        this.parameters = q.parameters();
        try {
            m = device.allocate(parameters);
            opened.add(m::close);
            v = device.allocate(parameters);
            opened.add(v::close);
            found = device.allocate(ElementType.INT32, 1);
            opened.add(found::close);
            estimator = new GradientEstimator(
                    joint, q, gradient, settings.baseline, settings.draws, settings.workspaceBytes);
            opened.add(estimator::close);
            setPhase();
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The gradient at step t, and the ELBO's moments in a slot. */
    void gradient(int t, Buffer moments, long slot) {
        estimator.estimate(key, t, moments, slot);
    }

    /** Follows the latest gradient, that of step t. */
    void follow(int t) {
        if (optimizer instanceof Adam adam) {
            adamSteps++;
            ops.adam(
                    parameters,
                    adamSteps,
                    adamRate,
                    (float) adam.beta1(),
                    (float) adam.beta2(),
                    Adam.GUARD,
                    estimator.gradient(),
                    coordinates.scale(),
                    m,
                    v,
                    q.parameterBuffer());
        } else if (optimizer instanceof RobbinsMonro robbinsMonro) {
            ops.sgd(parameters, (float) robbinsMonro.rate(t), estimator.gradient(), q.parameterBuffer());
        }
        q.update();
    }

    /** From now on with a lower rate, if the rate is Adam's, and with the gradient that suits a q near the posterior. */
    void nextPhase() {
        phase++;
        setPhase();
    }

    /** Goes on from other parameters. Adam's moments begin anew: they remember gradients of another place. */
    void moveTo(float[] phi) {
        q.parameterBuffer().write(0, phi, 0, parameters);
        q.update();
        adamSteps = 0;
        ops.fill(parameters, 0f, m);
        ops.fill(parameters, 0f, v);
    }

    /**
     * Takes step t, the ELBO's moments going to slot 0, and says in words what was not finite; null if all was.
     *
     * @return of the gradient, of the ELBO, or of the parameters that follow
     */
    @Nullable
    String replay(int t, Buffer moments, List<String> names) {
        gradient(t, moments, 0);
        String what = nonFiniteGradient(names);
        if (what != null) {
            return what;
        }
        double[] elbo = new double[1];
        moments.read(0, elbo, 0, 1);
        if (!Double.isFinite(elbo[0])) {
            return NO_ELBO;
        }
        follow(t);
        return nonFinite("", q.parameterBuffer(), names);
    }

    /** What is not finite in the latest gradient, in words; null if all is finite. */
    @Nullable
    String nonFiniteGradient(List<String> names) {
        return nonFinite("the gradient of ", estimator.gradient(), names);
    }

    /** The parameter of largest magnitude, and its value. */
    String describeLargest(float[] values, List<String> names) {
        int largest = 0;
        for (int p = 1; p < values.length; p++) {
            largest = Math.abs(values[p]) > Math.abs(values[largest]) ? p : largest;
        }
        return q.describe(largest, names) + " with " + values[largest];
    }

    private @Nullable String nonFinite(String prefix, Buffer buffer, List<String> names) {
        ops.firstNonFinite(parameters, buffer, found);
        found.read(0, foundOnHost, 0, 1);
        if (foundOnHost[0] < 0) {
            return null;
        }
        float[] value = new float[1];
        buffer.read(foundOnHost[0], value, 0, 1);
        return prefix + q.describe(foundOnHost[0], names) + " is " + value[0];
    }

    /** All that a step changes, on the host. */
    static final class Snapshot {
        final float[] phi;
        private final float[] m;
        private final float[] v;
        private int phase;
        private int adamSteps;
        private GradientEstimator.State estimator = GradientEstimator.State.NONE;

        Snapshot(int parameters) {
            phi = new float[parameters];
            m = new float[parameters];
            v = new float[parameters];
        }

        boolean isFinite() {
            for (float value : phi) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Keeps the state before the next step. */
    void save(Snapshot snapshot) {
        q.parameterBuffer().read(0, snapshot.phi, 0, parameters);
        if (optimizer instanceof Adam) {
            m.read(0, snapshot.m, 0, parameters);
            v.read(0, snapshot.v, 0, parameters);
        }
        snapshot.phase = phase;
        snapshot.adamSteps = adamSteps;
        snapshot.estimator = estimator.state();
    }

    /** Goes back. */
    void restore(Snapshot snapshot) {
        q.parameterBuffer().write(0, snapshot.phi, 0, parameters);
        q.update();
        m.write(0, snapshot.m, 0, parameters);
        v.write(0, snapshot.v, 0, parameters);
        phase = snapshot.phase;
        adamSteps = snapshot.adamSteps;
        setPhase();
        estimator.restore(snapshot.estimator);
    }

    private void setPhase() {
        if (optimizer instanceof Adam adam) {
            adamRate = (float) adam.rate(phase);
        }
        if (gradient == Gradient.AUTO) {
            estimator.path(phase > 0);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
