package io.github.elbo4j.family;

/** R with R·Rᵀ a {@link Covariance}: it turns standard normals into draws, and gives densities of points. */
interface SquareRoot {
    /** R·epsilon, [D]. */
    double[] times(double[] epsilon);

    /** Rᵀ·x, [D]. */
    double[] transposedTimes(double[] x);

    /** The epsilon of which {@link #times} makes this deviation from the mean, [D]. */
    double[] solve(double[] deviation);

    /** {@code Σ epsilon²}, in the order in which {@link #solve} finds them. */
    default double squares(double[] epsilon) {
        double sum = 0;
        for (double each : epsilon) {
            sum += each * each;
        }
        return sum;
    }

    /** {@code log |det R|}. */
    double logDeterminant();

    /** The root of what is left of a variance, where some of it belongs to other coordinates. */
    static double positive(double left, int coordinate, Covariance of) {
        if (!(left > 0 && left < Double.POSITIVE_INFINITY)) {
            throw new IllegalStateException("the covariance is not positive definite (coordinate " + coordinate
                    + ", whose variance is " + of.at(coordinate, coordinate) + ")");
        }
        return Math.sqrt(left);
    }

    /** {@code Σ log x}. */
    static double sumOfLogs(double[] x) {
        double sum = 0;
        for (double each : x) {
            sum += StrictMath.log(each);
        }
        return sum;
    }
}
