/**
 * Mixtures of Gaussians: fitted by EM or by coordinate ascent, chosen by BIC, used to cluster, to weigh and to draw rows.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.mixture;

import org.jspecify.annotations.NullMarked;
