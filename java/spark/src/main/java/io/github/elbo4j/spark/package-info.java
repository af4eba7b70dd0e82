/** Fits and sums on Apache Spark, with the bits of one machine whatever the partitions and executors. */
@NullMarked
package io.github.elbo4j.spark;

import org.jspecify.annotations.NullMarked;
