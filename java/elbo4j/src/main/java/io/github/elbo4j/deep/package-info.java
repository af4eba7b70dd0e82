/**
 * Deep latent variables: autoencoders, whose encoder gives each row a q(z | x) of its own (amortized inference) and whose decoder is
 * p(x | z).
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.deep;

import org.jspecify.annotations.NullMarked;
