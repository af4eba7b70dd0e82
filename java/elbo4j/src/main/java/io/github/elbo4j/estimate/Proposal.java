package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.Model;

/**
 * A distribution r(z) whose draws the {@link Evidence} is estimated from: it draws z, and it knows its log-density there. Every draw
 * is a pure function of the key and of its address.
 */
public interface Proposal extends AutoCloseable {
    Device device();

    /** The number of its first problem: the address b of its draws. */
    default int firstProblem() {
        return 0;
    }

    /** B. */
    default int problems() {
        return 1;
    }

    /** D. */
    int dimensions();

    /** About how many floats a draw takes on the device, besides z. */
    default int floatsPerDraw() {
        return 0;
    }

    /**
     * Records what draws, and what computes the log-density there.
     *
     * @param z [B][S][D], written
     * @param logDensity {@code log r(z[b,s])} with its constants, [B][S] FLOAT64, written
     */
    void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z, Buffer logDensity);

    @Override
    default void close() {}

    /** A member of a family, which stays open when this is closed. */
    static Proposal of(VariationalFamily q) {
        return new Proposals.OfFamily(q, false);
    }

    /**
     * A Gaussian, by whichever family holds it: {@link Gaussian#on}.
     *
     * @return to be closed
     * @throws IllegalStateException if the covariance is not positive definite
     */
    static Proposal of(Device device, Gaussian q) {
        return new Proposals.OfFamily(q.on(device), true);
    }

    /**
     * The prior of a model: the mean weight is then that of the likelihood, {@code p(x) = E_{p(z)}[p(x | z)]}.
     *
     * @return to be closed
     * @throws IllegalArgumentException if a prior is improper
     */
    static Proposal prior(Device device, Model model) {
        return new Proposals.OfPrior(device, model.prior());
    }

    /**
     * All values of a model's parameters alike, on the user's scale: naive Monte Carlo, {@code p(x) = |Z|·E[p(x, z)]} for z uniform
     * over a set Z of finite volume |Z|.
     *
     * @return to be closed
     * @throws IllegalArgumentException if the values of a parameter have no finite volume; the message names it
     */
    static Proposal uniform(Device device, Model model) {
        return new Proposals.OfPrior(device, model.uniform());
    }

    /** The same over a box of coordinates, of which some may be whole numbers. Draws are made on the host. */
    static Proposal uniform(Device device, Box box) {
        return new Proposals.OfBox(device, box);
    }
}
