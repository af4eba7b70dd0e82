package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;

/**
 * A way to find the posterior of a model: {@link Sgvi} is one. Another one is a new class and changes no other: report,
 * {@code fit.json} and the command line take its {@link FitResult} as it is.
 *
 * @param <M> what it fits: {@link io.github.elbo4j.model.LogJoint} where any log-joint will do
 */
public interface Method<M> {
    /**
     * Fits the model.
     *
     * @param model on the same device, if it is on any
     * @return what was found, however the fit ended
     */
    FitResult fit(Device device, M model);
}
