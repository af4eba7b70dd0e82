package io.github.elbo4j.infer;

import java.util.List;

/**
 * The ELBO of a family of normals from draws that are the same at every point, so that it is a function like any other, up to the
 * constant {@code D/2·(1 + log 2·pi)}. What {@link FixedDraws} climbs.
 *
 * @param <C> what is known of its curvature
 */
interface FixedElbo<C extends TrustRegion.Curvature> extends Objective {
    /** The point of the normal that it was made for. */
    double[] start();

    /** About the inverse of the diagonal of {@code A = −∇∇F} near that: that of a Gaussian posterior. */
    double[] scale();

    /** The normal at a point. */
    StartNormal normal(double[] phi);

    /** {@code A} at a point. */
    C curvature(double[] phi);

    /**
     * What its optimum says of the posterior, with errors by the jackknife over blocks of pairs: its own normals first.
     *
     * @param names of the parameters
     */
    List<Account> accounts(List<String> names, TrustRegion.Summit<C> top);
}
