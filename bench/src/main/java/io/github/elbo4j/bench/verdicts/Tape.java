package io.github.elbo4j.bench.verdicts;

import java.util.Arrays;

/**
 * Derivatives by reverse accumulation: each operation notes its value, what it was computed of, and its partial
 * derivatives; {@link #differentiate} walks back over the notes. Float64. A tape is used again for each point, by one
 * thread at a time.
 */
final class Tape {
    private double[] adjoints = new double[64];
    private int[] firstEdge = new int[65]; // of each node; the next node's is one past its last
    private int[] parents = new int[128];
    private double[] partials = new double[128];
    private int nodes;

    /** A number on the tape. */
    final class Variable {
        private final int node;
        private final double value;

        private Variable(int node, double value) {
            this.node = node;
            this.value = value;
        }

        double value() {
            return value;
        }

        /** {@code ∂result/∂this}, after {@link #differentiate}. */
        double derivative() {
            return adjoints[node];
        }

        Tape tape() {
            return Tape.this;
        }

        Variable plus(Variable other) {
            return node(value + other.value, this, 1, other, 1);
        }

        Variable plus(double constant) {
            return node(value + constant, this, 1);
        }

        Variable minus(Variable other) {
            return node(value - other.value, this, 1, other, -1);
        }

        Variable times(Variable other) {
            return node(value * other.value, this, other.value, other, value);
        }

        Variable times(double constant) {
            return node(value * constant, this, constant);
        }

        Variable square() {
            return node(value * value, this, 2 * value);
        }

        Variable exp() {
            double exp = StrictMath.exp(value);
            return node(exp, this, exp);
        }

        Variable log() {
            return node(StrictMath.log(value), this, 1 / value);
        }

        Variable log1p() {
            return node(StrictMath.log1p(value), this, 1 / (1 + value));
        }

        /** {@code log(1/(1 + exp(−x)))}, with no overflow. */
        Variable logSigmoid() {
            double small = StrictMath.exp(-Math.abs(value)); // sigmoid(x) = 1/(1 + small), or small/(1 + small) below 0
            return node(
                    Math.min(value, 0) - StrictMath.log1p(small),
                    this,
                    (value < 0 ? 1 : small) / (1 + small)); // sigmoid(−x)
        }
    }

    /** Forgets all variables. */
    void clear() {
        nodes = 0;
    }

    /** A number that was computed of nothing. */
    Variable variable(double value) {
        return add(value, firstEdge[nodes]);
    }

    /**
     * The result of a computation whose derivatives are known.
     *
     * @param partials {@code ∂value/∂of[i]}
     */
    Variable node(double value, Variable[] of, double[] partials) {
        int end = firstEdge[nodes];
        for (int i = 0; i < of.length; i++) {
            end = edge(end, of[i], partials[i]);
        }
        return add(value, end);
    }

    private Variable node(double value, Variable a, double da) {
        return add(value, edge(firstEdge[nodes], a, da));
    }

    private Variable node(double value, Variable a, double da, Variable b, double db) {
        return add(value, edge(edge(firstEdge[nodes], a, da), b, db));
    }

    /** Fills in the derivatives of one variable in all those before it. */
    void differentiate(Variable result) {
        if (adjoints.length < nodes) {
            adjoints = new double[firstEdge.length];
        }
        Arrays.fill(adjoints, 0, nodes, 0);
        adjoints[result.node] = 1;
        for (int i = result.node; i >= 0; i--) {
            double adjoint = adjoints[i];
            for (int e = firstEdge[i]; e < firstEdge[i + 1]; e++) {
                adjoints[parents[e]] += adjoint * partials[e];
            }
        }
    }

    private int edge(int at, Variable parent, double partial) {
        if (at == parents.length) {
            parents = Arrays.copyOf(parents, 2 * at);
            partials = Arrays.copyOf(partials, 2 * at);
        }
        parents[at] = parent.node;
        partials[at] = partial;
        return at + 1;
    }

    private Variable add(double value, int end) {
        if (nodes + 1 == firstEdge.length) {
            firstEdge = Arrays.copyOf(firstEdge, 2 * firstEdge.length);
        }
        firstEdge[nodes + 1] = end;
        return new Variable(nodes++, value);
    }
}
