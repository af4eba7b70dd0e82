/** How results are written to files. It may change with any version. */
@NullMarked
package io.github.elbo4j.report.files;

import org.jspecify.annotations.NullMarked;
