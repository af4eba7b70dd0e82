package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.model.ClosedForm;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.network.NetworkModel;
import io.github.elbo4j.report.Report;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model with its data, as a command line names it; all that could be checked of them has been. */
public interface Subject extends AutoCloseable {
    /** What the coordinates are called in which it is fitted. */
    List<String> parameters();

    /** Rows of the data, each of which an evaluation looks at; 0 where the model does not say. */
    int rows();

    /** The log-joint on a device; the caller closes it. */
    LogJoint joint(Device device);

    /** The model in expressions, with a copy of its data; null where it is another program's. */
    @Nullable
    Model model();

    /** Whether the model has weights, which are points beside its parameters. */
    default boolean hasWeights() {
        Model model = model();
        return model != null && model.hasWeights();
    }

    /** The fits by closed-form updates, by the name of the method. */
    default Map<String, ClosedForm> closedForms() {
        return Map.of();
    }

    /** The network that it is, whose noise may be drawn at its units; null of other models. */
    default @Nullable NetworkModel network() {
        return null;
    }

    /** Refuses minibatches of so many rows where they cannot be drawn. */
    void checkBatch(int batch);

    /** The factor a of Robbins–Monro steps if none was given; of no use where one must be given. */
    default double robbinsMonroRate() {
        return 1;
    }

    /** Settings of stochastic ascent that suit it better than the usual ones. */
    default Sgvi.Builder settings(Sgvi.Builder settings) {
        return settings;
    }

    /** Whether independent normals are fitted unless another family is asked for, though its parameters are few. */
    default boolean prefersMeanField() {
        return false;
    }

    /** An ELBO of what is fitted, on the scale of the data. */
    default double elbo(double fitted) {
        return fitted;
    }

    /** log p(x) of the data, where it is known in closed form; null elsewhere. */
    default @Nullable Double logEvidence() {
        return null;
    }

    /** A fit of this model that was written before, in the coordinates that are fitted; refuses one of another model. */
    FitResult saved(Saved saved);

    /** The report, on the scale of the data, with the model and what it was fitted to. */
    Report report(FitResult fitted);

    /** The report with what the model gives on its user's scale, where that is not what was fitted. */
    default Report quantities(Report report) {
        return report;
    }

    /** {@link #quantities(Report)} of a model that computes them on the device. */
    default Report quantities(Device device, Report report) {
        return quantities(report);
    }

    /** Draws from the prior, summed up. */
    List<Marginal> prior(int draws, long seed);

    /** What is to be said of the model once a fit has ended; empty if nothing. */
    default String afterwards(FitResult fitted) {
        return "";
    }

    @Override
    default void close() {}
}
