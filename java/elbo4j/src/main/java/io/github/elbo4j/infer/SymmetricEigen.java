package io.github.elbo4j.infer;

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix, {@code A = QᵀΛQ} with an eigenvector in each row of Q: Householder's
 * reduction to a tridiagonal matrix and implicit QR steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, algorithms
 * 8.3.1 to 8.3.3), on the host in float64 and in one order, so that the bits are the same everywhere. About 10·n³ operations; eigenvalues are
 * within rounding of the largest one.
 *
 * @param values [n], in no order
 * @param vectors [n][n], row i is that of value i
 */
record SymmetricEigen(double[] values, double[][] vectors) {
    /** QR steps that an eigenvalue may take; it takes about two. */
    private static final int MOST_STEPS = 60;

    private static final double EPSILON = 0x1p-53;
    /** Squares of lengths below it are nothing beside a matrix whose largest element is near 1, and would lose digits. */
    private static final double NOTHING = 0x1p-900;

    /**
     * Of a matrix.
     *
     * @param matrix [n][n], symmetric; not changed
     * @throws ArithmeticException if a number in it is not finite
     */
    static SymmetricEigen of(double[][] matrix) {
        int n = matrix.length;
        double largest = 0;
        for (double[] row : matrix) {
            for (double each : row) {
                largest = Math.max(largest, Math.abs(each));
            }
        }
        int exponent = Math.getExponent(largest);
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = Math.scalb(matrix[i][j], -exponent);
            }
        }
        double[] diagonal = new double[n];
        double[] beside = new double[n]; // [i] is right of diagonal[i]
        double[][] vectors = tridiagonal(a, diagonal, beside);
        diagonalize(diagonal, beside, vectors);
        for (int i = 0; i < n; i++) {
            diagonal[i] = Math.scalb(diagonal[i], exponent);
        }
        return new SymmetricEigen(diagonal, vectors);
    }

    /** Reduces A to T with {@code A = QᵀTQ}; returns Q. A is overwritten: column k below the diagonal holds the k-th reflector. */
    private static double[][] tridiagonal(double[][] a, double[] diagonal, double[] beside) {
        int n = a.length;
        double[] beta = new double[n]; // of the reflector I − beta·v·vᵀ
        for (int k = 0; k < n; k++) {
            diagonal[k] = a[k][k];
            if (k == n - 1) {
                break;
            }
            double[] v = new double[n]; // column k below the diagonal, less its image
            for (int i = k + 1; i < n; i++) {
                v[i] = a[i][k];
            }
            double squares = InverseHessian.dot(v, v);
            if (squares < NOTHING) {
                continue; // beta is 0
            }
            beside[k] = v[k + 1] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
            v[k + 1] -= beside[k];
            beta[k] = 2 / InverseHessian.dot(v, v);
            reflect(a, v, beta[k], k + 1);
            for (int i = k + 1; i < n; i++) {
                a[i][k] = v[i];
            }
        }
        double[][] q = new double[n][n];
        for (int i = 0; i < n; i++) {
            q[i][i] = 1;
        }
        for (int k = n - 2;
                k >= 0;
                k--) { // Q·H, from the last reflector on: it changes rows and columns from k + 1 only
            for (int i = k + 1; i < n; i++) {
                double along = 0;
                for (int j = k + 1; j < n; j++) {
                    along += q[i][j] * a[j][k];
                }
                for (int j = k + 1; j < n; j++) {
                    q[i][j] -= beta[k] * along * a[j][k];
                }
            }
        }
        return q;
    }

    /** {@code H·A·H} for the rows and columns from one on: A − v·wᵀ − w·vᵀ. */
    private static void reflect(double[][] a, double[] v, double beta, int from) {
        int n = a.length;
        double[] w = new double[n];
        double both = 0;
        for (int i = from; i < n; i++) {
            double sum = 0;
            for (int j = from; j < n; j++) {
                sum += a[i][j] * v[j];
            }
            w[i] = beta * sum;
            both += w[i] * v[i];
        }
        for (int i = from; i < n; i++) {
            w[i] -= 0.5 * beta * both * v[i];
        }
        for (int i = from; i < n; i++) {
            for (int j = from; j < n; j++) {
                a[i][j] -= v[i] * w[j] + w[i] * v[j];
            }
        }
    }

    /** QR steps on blocks from the last one up, until nothing is beside the diagonal. */
    private static void diagonalize(double[] diagonal, double[] beside, double[][] vectors) {
        int steps = 0;
        int last = diagonal.length - 1;
        while (last > 0) {
            if (isNothing(last - 1, diagonal, beside)) {
                last--;
                steps = 0;
                continue;
            }
            int first = last - 1;
            while (first > 0 && !isNothing(first - 1, diagonal, beside)) {
                first--;
            }
            if (++steps > MOST_STEPS) {
                throw new ArithmeticException("a matrix has no eigenvalues: a number in it is not finite");
            }
            step(first, last, diagonal, beside, vectors);
        }
    }

    private static boolean isNothing(int i, double[] diagonal, double[] beside) {
        return Math.abs(beside[i]) <= EPSILON * (Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1]))
                || Math.abs(beside[i]) < Double.MIN_NORMAL;
    }

    private static void step(int first, int last, double[] diagonal, double[] beside, double[][] vectors) {
        double half = (diagonal[last - 1] - diagonal[last]) / 2;
        double off = beside[last - 1];
        double root = StrictMath.hypot(half, off);
        double shift = diagonal[last] - off * (off / (half + (half < 0 ? -root : root)));
        double x = diagonal[first] - shift;
        double z = beside[first];
        for (int k = first; k < last; k++) {
            double length = StrictMath.hypot(x, z);
            double c = length > 0 ? x / length : 1;
            double s = length > 0 ? z / length : 0;
            if (k > first) {
                beside[k - 1] = length;
            }
            double upper = diagonal[k];
            double lower = diagonal[k + 1];
            double between = beside[k];
            diagonal[k] = c * (c * upper + s * between) + s * (c * between + s * lower);
            diagonal[k + 1] = s * (s * upper - c * between) - c * (s * between - c * lower);
            beside[k] = c * s * (lower - upper) + (c * c - s * s) * between;
            if (k + 1 < last) {
                x = beside[k];
                z = s * beside[k + 1];
                beside[k + 1] *= c;
            }
            rotate(vectors[k], vectors[k + 1], c, s);
        }
    }

    private static void rotate(double[] upper, double[] lower, double c, double s) {
        for (int i = 0; i < upper.length; i++) {
            double u = upper[i];
            double l = lower[i];
            upper[i] = c * u + s * l;
            lower[i] = c * l - s * u;
        }
    }
}
