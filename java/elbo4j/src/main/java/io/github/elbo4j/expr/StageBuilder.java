package io.github.elbo4j.expr;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The code of one stage: values of one shape, what they read and what is done with them. */
final class StageBuilder {
    private record Input(Expr base, int offset, List<Integer> steps) {}

    private final int[] shape;
    private final int[] axes; // the shape's axes in the order of the stage: those that are summed over last
    private final int summed;
    private final Map<Expr, Integer> uses;
    private final List<Input> inputs = new ArrayList<>();
    private final List<Float> constants = new ArrayList<>();
    private final List<Expr> nodes;
    private final Map<Expr, Integer> numbers = new HashMap<>();
    private final List<Plan.Request> requests;

    /**
     * Of these nodes, in their order, and requests of them or of what is in memory.
     *
     * @param summed by axis of the shape
     * @param uses how often each node is used in this stage; 1 means that it need not be a value of its own
     */
    StageBuilder(
            int[] shape, boolean[] summed, List<Expr> nodes, List<Plan.Request> requests, Map<Expr, Integer> uses) {
        this.shape = shape;
        this.nodes = nodes;
        this.requests = requests;
        this.uses = uses;
        this.axes = new int[shape.length];
        int at = 0;
        int count = 0;
        for (int turn = 0; turn < 2; turn++) {
            for (int axis = 0; axis < shape.length; axis++) {
                if (summed[axis] == (turn == 1)) {
                    axes[at++] = axis;
                    count += turn;
                }
            }
        }
        this.summed = count;
        for (Expr node : nodes) {
            node.operands().forEach(operand -> find(operand, node));
        }
        for (Plan.Request request : requests) {
            find(request.value(), request.value());
        }
    }

    /** Whether the stage is one that devices take. */
    boolean fits(long outputs) {
        return inputs.size() <= Stage.MOST_INPUTS
                && constants.size() + 1 <= Stage.MOST_CONSTANTS
                && nodes.size() * 2 <= Stage.MOST_INSTRUCTIONS
                && outputs <= Stage.MOST_OUTPUTS;
    }

    private void find(Expr operand, Expr user) {
        if (nodes.contains(operand)) {
            return;
        }
        Layout layout = Objects.requireNonNull(Layout.of(operand));
        if (layout.base().primitive() == Primitive.CONSTANT) {
            constant(layout.base().detail(Double.class));
        } else {
            Input input = input(layout, operand, user);
            if (!inputs.contains(input)) {
                inputs.add(input);
            }
        }
    }

    private void constant(double value) {
        if (!constants.contains((float) value)) {
            constants.add((float) value);
        }
    }

    /** An operand as it is read along the shape of its user. */
    private Input input(Layout layout, Expr operand, Expr user) {
        int[] along = layout.repeated(operand.ownExtents(), user.ownExtents());
        List<Integer> steps = new ArrayList<>();
        for (int axis = 0; axis < along.length; axis++) {
            if (user.ownExtents()[axis] != 1) {
                steps.add(along[axis]);
            }
        }
        return new Input(layout.base(), layout.offset(), steps);
    }

    private int number(Expr operand, Expr user) {
        Integer known = numbers.get(operand);
        if (known != null) {
            return known;
        }
        Layout layout = Objects.requireNonNull(Layout.of(operand));
        if (layout.base().primitive() == Primitive.CONSTANT) {
            double value = layout.base().detail(Double.class);
            return inputs.size() + constants.indexOf((float) value);
        }
        return inputs.indexOf(input(layout, operand, user));
    }

    /** The stage in memory. */
    Stage build(Emission memory) {
        List<Instruction> code = new ArrayList<>();
        for (Expr node : nodes) {
            if (!isPartOfSum(node)) {
                numbers.put(node, emit(node, code));
            }
        }
        List<Place> places = new ArrayList<>();
        for (Input input : inputs) {
            places.add(memory.place(input.base(), input.offset(), padded(array(input.steps()))));
        }
        List<Output> outputs = new ArrayList<>();
        for (Plan.Request request : requests) {
            Expr value = request.value();
            int[] steps = request.target().steps();
            Place place = memory.place(request.target(), padded(withoutOnes(value.ownExtents(), steps)));
            outputs.add(new Output(request.effect(), number(value, value), request.scale(), place));
        }
        int[] extents = extents();
        return new Stage(extents[0], extents[1], extents[2], summed, places, constants, code, outputs);
    }

    private int[] extents() {
        int[] extents = {1, 1, 1};
        for (int i = 0; i < axes.length; i++) {
            extents[3 - axes.length + i] = shape[axes[i]];
        }
        return extents;
    }

    private int[] padded(int[] steps) {
        int[] padded = new int[3];
        for (int i = 0; i < axes.length; i++) {
            padded[3 - axes.length + i] = steps[axes[i]];
        }
        return padded;
    }

    private static int[] withoutOnes(int[] extents, int[] steps) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] != 1) {
                kept.add(steps[i]);
            }
        }
        return array(kept);
    }

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(i -> i).toArray();
    }

    // ---- instructions ----

    /** A product that only one sum uses becomes part of it, as one fma. */
    private boolean isPartOfSum(Expr node) {
        return node.primitive() == Primitive.MULTIPLY
                && uses.getOrDefault(node, 0) == 1
                && nodes.stream().anyMatch(user -> user.primitive() == Primitive.ADD && partOf(user) == node);
    }

    private @Nullable Expr partOf(Expr sum) {
        for (Expr operand : sum.operands()) {
            if (operand.primitive() == Primitive.MULTIPLY
                    && uses.getOrDefault(operand, 0) == 1
                    && nodes.contains(operand)) {
                return operand;
            }
        }
        return null;
    }

    private int emit(Expr node, List<Instruction> code) {
        Expr product = node.primitive() == Primitive.ADD ? partOf(node) : null;
        if (product != null) {
            Expr other = node.operands().get(0) == product
                    ? node.operands().get(1)
                    : node.operands().get(0);
            return add(
                    code,
                    new Instruction(
                            Opcode.FMA,
                            null,
                            number(product.operands().get(0), product),
                            number(product.operands().get(1), product),
                            number(other, node)));
        }
        int[] operands = new int[3];
        for (int i = 0; i < node.operands().size(); i++) {
            operands[i] = number(node.operands().get(i), node);
        }
        MathOps.Function function = node.primitive().isFunction()
                ? MathOps.Function.valueOf(node.primitive().name())
                : null;
        Opcode opcode = function != null
                ? Opcode.FUNCTION
                : Opcode.valueOf(node.primitive().name());
        return add(code, new Instruction(opcode, function, operands[0], operands[1], operands[2]));
    }

    private int add(List<Instruction> code, Instruction instruction) {
        code.add(instruction);
        return inputs.size() + constants.size() + code.size() - 1;
    }

    /** By axis of the shape: whether a request sums over it; empty for one that stores. */
    static boolean[] summed(Plan.Request request) {
        if (request.effect() == Effect.STORE) {
            return new boolean[0];
        }
        int[] extents = request.value().ownExtents();
        boolean[] summed =
                new boolean[(int) Arrays.stream(extents).filter(e -> e != 1).count()];
        int at = 0;
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] != 1) {
                summed[at++] = request.summed()[axis];
            }
        }
        return summed;
    }
}
