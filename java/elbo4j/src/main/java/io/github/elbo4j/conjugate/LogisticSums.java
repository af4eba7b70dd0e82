package io.github.elbo4j.conjugate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sweep of {@link CaviLogistic} needs of the rows, summed on the device: with xi_n² = x_nᵀ(S + m·mᵀ)x_n and
 * {@code lambda(xi) = tanh(xi/2)/(4·xi)}, the matrix {@code Xᵀ·diag(2·lambda)·X} in float64, and {@code Σ_n (log sigmoid(xi_n) −
 * xi_n/2 + lambda·xi_n²)} of float32 terms.
 */
final class LogisticSums implements AutoCloseable {
    /** Memory for the products of some rows; no result depends on it. */
    private static final long WORKSPACE = 64L << 20;
    /** xi² of a row of zeros, which has no influence; lambda is 1/8 to float32 below 1e-3. */
    private static final float LEAST = 1e-20f;

    private final Resources own;
    private final int rows;
    private final int columns;
    private final Buffer squares; // [N] xi²
    private final Buffer factors; // [K][K + 1] a square root of S, and m
    private final Buffer gram; // [K][K] FLOAT64
    private final Buffer sum; // [1] FLOAT64
    private final double[] linear; // Xᵀ(y − 1/2)
    private final Program weigh;
    private final Program square;

    LogisticSums(Device device, RegressionData data) {
        own = new Resources(device);
        rows = data.rows();
        columns = data.columns().size();
        linear = LeastSquares.of(device, data, -0.5).xy();
        try {
            squares = own.allocate(rows);
            factors = own.allocate((long) columns * (columns + 1));
            gram = own.allocate(ElementType.FLOAT64, (long) columns * columns);
            sum = own.allocate(ElementType.FLOAT64, 1);
            Buffer exact = own.allocate(ElementType.FLOAT64, (long) rows * columns);
            exact.write(0, data.x(), 0, rows * columns);
            weigh = own(device.bind(weighing(exact)));
            square = own(device.bind(squaring(own.copyOf(data.roundedX()))));
            device.run(new MathOps.Fill(rows, 1, squares)); // where nothing is known: lambda(1) is 0.92 of the largest
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private Program own(Program program) {
        own.add(program::close);
        return program;
    }

    /** From xi² the weights 2·lambda and the terms, and their sums. */
    private List<Operation> weighing(Buffer exact) {
        Buffer weights = own.allocate(rows);
        Buffer terms = own.allocate(rows);
        // values: 0 xi²; 1 to 3 constants; then one for each instruction
        List<Instruction> code = List.of(
                of(Opcode.MAX, 0, 1),
                function(Function.SQRT, 4), // 5: xi
                of(Opcode.MULTIPLY, 5, 2), // 6: xi/2
                function(Function.TANH, 6),
                of(Opcode.ADD, 5, 5),
                of(Opcode.DIVIDE, 7, 8), // 9: 2·lambda
                of(Opcode.NEGATE, 5, 0),
                function(Function.SOFTPLUS, 10), // 11: −log sigmoid(xi)
                of(Opcode.MULTIPLY, 7, 2),
                of(Opcode.SUBTRACT, 12, 3),
                of(Opcode.MULTIPLY, 6, 13), // 14: xi/2·(tanh(xi/2)/2 − 1) = lambda·xi² − xi/2
                of(Opcode.SUBTRACT, 14, 11));
        Stage stage = new Stage(
                1,
                1,
                1,
                0,
                List.of(alongRows(squares, 0)),
                List.of(LEAST, 0.5f, 1f),
                code,
                List.of(
                        new Output(Effect.STORE, 9, 1, alongRows(weights, 0)),
                        new Output(Effect.STORE, 15, 1, alongRows(terms, 0))));
        return List.of(
                new Elementwise(rows, List.of(stage)),
                new MathOps.SumRows(1, rows, terms, sum),
                new GramOps.Gram(Matrix.of(exact, rows, columns), weights, gram));
    }

    /** From the factors xi², the sum of the squares of {@code [R m]ᵀ·x_n}, R·Rᵀ = S. */
    private List<Operation> squaring(Buffer x) {
        long fit = Math.max(1, WORKSPACE / Float.BYTES / (columns + 1));
        int most = (int) Math.min(rows, fit);
        Buffer products = own.allocate((long) (columns + 1) * most);
        Matrix left = Matrix.of(factors, columns, columns + 1).transposed();
        List<Operation> all = new ArrayList<>();
        for (int from = 0; from < rows; from += most) {
            int count = Math.min(most, rows - from);
            Matrix block = new Matrix(x, (long) from * columns, count, columns, columns, 1);
            all.add(new GemmOps.Gemm(left, block.transposed(), false, Matrix.of(products, columns + 1, count)));
            Stage stage = new Stage(
                    1,
                    1,
                    columns + 1,
                    1,
                    List.of(new Place(products, 0, 0, 0, count, 1)),
                    List.of(),
                    List.of(of(Opcode.MULTIPLY, 0, 0)),
                    List.of(new Output(Effect.SUM, 1, 1, alongRows(squares, from))));
            all.add(new Elementwise(count, List.of(stage)));
        }
        return all;
    }

    /** Rows stand where draws do. */
    private static Place alongRows(Buffer buffer, int from) {
        return new Place(buffer, from, 0, 0, 0, 1);
    }

    private static Instruction of(Opcode opcode, int a, int b) {
        return new Instruction(opcode, null, a, b, 0);
    }

    private static Instruction function(Function function, int a) {
        return new Instruction(Opcode.FUNCTION, function, a, 0, 0);
    }

    /** Weighs the rows by their xi; returns {@code Xᵀ·diag(2·lambda)·X}, [K][K]. */
    double[][] weighted() {
        weigh.run();
        double[] values = gram.toDoubles();
        double[][] matrix = new double[columns][columns];
        for (int i = 0; i < columns; i++) {
            System.arraycopy(values, i * columns, matrix[i], 0, columns);
        }
        return matrix;
    }

    /** The sum of the terms of the same xi. */
    double terms() {
        return sum.toDoubles()[0];
    }

    /** {@code Xᵀ(y − 1/2)}. */
    double[] linear() {
        return linear;
    }

    /**
     * Moves xi to where the bound of this Gaussian is the best.
     *
     * @param inverseFactor L⁻¹, where {@code S = L⁻ᵀ·L⁻¹}
     */
    void moveTo(double[] m, double[][] inverseFactor) {
        float[] values = new float[columns * (columns + 1)];
        for (int i = 0; i < columns; i++) {
            for (int j = i; j < columns; j++) {
                values[i * (columns + 1) + j] = (float) inverseFactor[j][i];
            }
            values[i * (columns + 1) + columns] = (float) m[i];
        }
        factors.write(0, values, 0, values.length);
        square.run();
    }

    @Override
    public void close() {
        own.close();
    }
}
