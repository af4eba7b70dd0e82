/** How often the verdict of a fit is true: posteriors with known answers, fitted with the library's defaults. */
@NullMarked
package io.github.elbo4j.bench.verdicts;

import org.jspecify.annotations.NullMarked;
