package io.github.elbo4j.deep;

import io.github.elbo4j.infer.FitResult;
import java.util.List;

/**
 * What {@link Training} found.
 *
 * @param networks what was trained
 * @param result how training went and how far to trust it; its ELBO and log evidence are sums over the held-out rows
 * @param diagnosis what was found at the end
 */
public record AutoencoderFit(TrainedAutoencoder networks, FitResult result, Diagnosis diagnosis) {
    /**
     * A look during training.
     *
     * @param step how many were done
     * @param minibatch what training raises, of the step's rows, a row's mean
     * @param heldOut the mean ELBO of held-out rows, the same at each look
     */
    public record Look(int step, double minibatch, double heldOut) {}

    /**
     * What was found at the end.
     *
     * @param looks in the course of training
     * @param kept the step whose weights were kept
     * @param trained of rows that trained it, 1,024 at most
     * @param heldOut of rows that did not; the same as {@code trained} if none was held out
     * @param divergence the mean KL of each latent dimension, in nats: those near 0 are not used
     * @param heldOutRows how many were held out
     */
    public record Diagnosis(
            List<Look> looks,
            int kept,
            RowEvidence trained,
            RowEvidence heldOut,
            double[] divergence,
            int heldOutRows) {}

    @Override
    public String toString() {
        return networks + "; " + result.verdict().words();
    }
}
