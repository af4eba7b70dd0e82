package io.github.elbo4j.network;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.expr.Expr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A multilayer perceptron: {@code h_0 = x, h_l = activation(h_(l−1)·W_l + b_l), f = h_(L−1)·W_L + b_L}. It has no weights itself: who uses
 * it says what the matrices and biases are, parameters with a prior or points.
 *
 * <pre>{@code
 * Perceptron network = new Perceptron(8, List.of(50, 50), 1, Activation.TANH);
 * Expr f = network.of((name, extents) -> m.parameter(name, Normal.of(0, 1), extents)).apply(x); // [N][1]
 * }</pre>
 */
public final class Perceptron {
    private final List<Layer> layers = new ArrayList<>();
    private final Activation activation;

    /**
     * One step of it, h·W + b.
     *
     * @param matrix the name of W, {@code weights l}
     * @param bias the name of b, {@code biases l}; l counts from 1
     * @param inputs its rows
     * @param outputs its columns
     */
    public record Layer(String matrix, String bias, int inputs, int outputs) {}

    /** Makes the values of a network's layers: a parameter, a weight, or a part of either. */
    public interface Values {
        /** The value of this name, with these extents: [inputs][outputs] of a matrix, [outputs] of biases. */
        Expr make(String name, int... extents);
    }

    /**
     * Of these widths.
     *
     * @param hidden of the hidden layers from the inputs on; empty for a function that is linear
     * @throws IllegalArgumentException if a width is less than 1
     */
    public Perceptron(int inputs, List<Integer> hidden, int outputs, Activation activation) {
        this.activation = Objects.requireNonNull(activation, "activation is null");
        List<Integer> widths = new ArrayList<>(hidden);
        widths.add(0, inputs);
        widths.add(outputs);
        for (int width : widths) {
            if (width < 1) {
                throw new IllegalArgumentException("the widths of a network's layers are " + widths
                        + " from its inputs to its outputs, but each must be at least 1");
            }
        }
        for (int l = 1; l < widths.size(); l++) {
            layers.add(new Layer("weights " + l, "biases " + l, widths.get(l - 1), widths.get(l)));
        }
    }

    /** Its layers, from the inputs on. */
    public List<Layer> layers() {
        return List.copyOf(layers);
    }

    /** How many numbers all its matrices and biases are. */
    public int size() {
        return layers.stream()
                .mapToInt(layer -> Math.addExact(Math.multiplyExact(layer.inputs(), layer.outputs()), layer.outputs()))
                .reduce(0, Math::addExact);
    }

    /**
     * It as a function, whose values are made here, once: what it is applied to shares them.
     *
     * @return of [N][inputs], it is [N][outputs]
     */
    public UnaryOperator<Expr> of(Values values) {
        Map<Layer, Expr> matrices = new HashMap<>();
        Map<Layer, Expr> biases = new HashMap<>();
        for (Layer layer : layers) {
            matrices.put(layer, values.make(layer.matrix(), layer.inputs(), layer.outputs()));
            biases.put(layer, values.make(layer.bias(), layer.outputs()));
        }
        return x -> through(
                x,
                (layer, h) -> h.matmul(Objects.requireNonNull(matrices.get(layer)))
                        .plus(Objects.requireNonNull(biases.get(layer))));
    }

    /** What the units of a layer add up of its inputs h. */
    interface Sums {
        Expr of(Layer layer, Expr h);
    }

    /** Through all layers, with the activation between them. */
    Expr through(Expr x, Sums sums) {
        Expr h = x;
        for (int l = 0; l < layers.size(); l++) {
            Expr sum = sums.of(layers.get(l), h);
            h = l < layers.size() - 1 ? activation.of(sum) : sum;
        }
        return h;
    }

    /**
     * Values to start from, by the names of the layers: biases 0, and the elements of a matrix uniform on ±√(6/(inputs + outputs)), which keeps
     * the variance of values and gradients from layer to layer (Glorot and Bengio 2010). All zero would be a saddle, at which
     * the units of a layer are alike and stay so.
     *
     * @param key an element is a function of it, of the matrix's name and of the element's number
     * @return row-major, in the order of the layers
     */
    public Map<String, double[]> start(Key key) {
        Map<String, double[]> start = new LinkedHashMap<>();
        for (Layer layer : layers) {
            double most = StrictMath.sqrt(6.0 / (layer.inputs() + layer.outputs()));
            SplittableRandom random =
                    new SplittableRandom(key.fork(layer.matrix()).seed());
            double[] matrix = new double[layer.inputs() * layer.outputs()];
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = most * (2 * random.nextDouble() - 1);
            }
            start.put(layer.matrix(), matrix);
            start.put(layer.bias(), new double[layer.outputs()]);
        }
        return start;
    }
}
