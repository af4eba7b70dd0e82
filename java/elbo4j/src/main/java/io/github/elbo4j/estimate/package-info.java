/** Estimates of the ELBO, of KL divergences, of the evidence and of gradients: numbers that carry standard errors. */
@NullMarked
package io.github.elbo4j.estimate;

import org.jspecify.annotations.NullMarked;
