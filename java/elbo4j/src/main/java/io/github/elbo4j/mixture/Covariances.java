package io.github.elbo4j.mixture;

/** What the covariances of a mixture's components may be. */
public enum Covariances {
    /** Any positive definite matrix, each component its own. */
    FULL,
    /** A variance for each coordinate, each component its own. */
    DIAGONAL;

    /** The free numbers of one of D dimensions. */
    long parameters(int dimensions) {
        return this == FULL ? (long) dimensions * (dimensions + 1) / 2 : dimensions;
    }
}
