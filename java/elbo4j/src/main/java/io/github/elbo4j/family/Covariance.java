package io.github.elbo4j.family;

import java.io.Serializable;

/** How the coordinates of a {@link Gaussian} vary together, held by its structure. It never changes. */
sealed interface Covariance extends Serializable permits BlockCovariance, DenseCovariance, FactorCovariance {
    /** D. */
    int dimensions();

    /** The covariance of two coordinates. */
    double at(int i, int j);

    /** {@code √at(i, i)}. */
    double standardDeviation(int i);

    /** Whether no two coordinates are correlated, by construction. */
    boolean isIndependent();

    /** How many columns, the first ones, have all that is not zero below the diagonal. */
    int columns();

    /**
     * The covariance of y for z of this one, in blocks of K coordinates: {@code y_i = scale·z_i}, and the first y of a block is
     * {@code Σ first_j·z_j} over the block.
     *
     * @param scale [K]
     * @param first [D]
     */
    Covariance mapped(double[] scale, double[] first);

    /**
     * That of z + loadings·eta, with independent standard normals eta.
     *
     * @param loadings [D][R], which nobody else keeps
     */
    Covariance plus(double[][] loadings);

    /**
     * Makes the square root.
     *
     * @throws IllegalStateException if this is not positive definite
     */
    SquareRoot root();

    /** Whether another is held in the same way by the same numbers: quicker than to compare element by element. */
    boolean isHeldAs(Covariance other);
}
