/** Numbers and outcomes in words, as reports and the command line have them. They may change with any version. */
@NullMarked
package io.github.elbo4j.report.words;

import org.jspecify.annotations.NullMarked;
