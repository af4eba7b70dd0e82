/**
 * Writes a fit as {@code fit.json} and {@code report.html}, and reads {@code fit.json} back.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.elbo4j.report;

import org.jspecify.annotations.NullMarked;
