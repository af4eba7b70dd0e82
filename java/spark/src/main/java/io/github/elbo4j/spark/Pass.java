package io.github.elbo4j.spark;

import java.io.Serializable;

/**
 * What one pass over all rows is asked for.
 *
 * @param z [S][D]
 * @param gradient whether slopes are wanted
 */
record Pass(int draws, float[] z, boolean gradient) implements Serializable {
    /** Draws that an executor takes at a time: their linear predictors of a panel are a mebibyte. */
    static final int CHUNK = 256;

    int dimensions() {
        return z.length / draws;
    }

    int chunks() {
        return (draws + CHUNK - 1) / CHUNK;
    }

    /** Draws of a chunk. */
    int size(int chunk) {
        return Math.min(CHUNK, draws - chunk * CHUNK);
    }
}
