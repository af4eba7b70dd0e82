package io.github.elbo4j.spark;

/**
 * The sums over all rows.
 *
 * @param sums [S]
 * @param slopes [S][D]; empty if they were not wanted
 */
record PassTotals(double[] sums, float[] slopes) {}
