package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a stage ready: what no output needs is left out, inputs are loaded where they are first needed, values are stored and summed
 * as soon as they are known, and have a register for as long as they are needed.
 */
final class StageCompiler {
    /** Elementary steps of an element: of a loop over memory that is near, and of a function. */
    private static final double SIMPLE = 0.25;

    private static final double FUNCTION = 4;

    private final Stage stage;
    private final ElementwiseKernel loops;
    private final StageAxes axes;
    private final int known; // inputs and constants
    private final int values;
    /** Steps in order, their registers still open: what they read and make. */
    private final List<Draft> drafts = new ArrayList<>();

    private final Call[] calls; // of each value that an instruction makes
    private final boolean[] products; // that only a sum needs, which multiplies by itself
    private final boolean[] loaded;
    private final int[] decays; // of an operand of softplus and sigmoid: the value of exp(−|x|), or −1
    private final List<Reduction> reductions = new ArrayList<>();
    private int extra; // values that are added
    private double cost;

    /** An instruction as it is carried out. */
    private record Call(ElementwiseLoop loop, int[] reads, double cost) {}

    /** Makes a step once registers are known. */
    private interface Maker {
        Step of(int register);
    }

    /** @param made the value that it makes, or −1 */
    private record Draft(Maker maker, int[] reads, int made, boolean once) {}

    private StageCompiler(Stage stage, int draws, ElementwiseKernel loops) {
        this.stage = stage;
        this.loops = loops;
        this.axes = new StageAxes(stage, draws);
        this.known = stage.inputs().size() + stage.constants().size();
        this.values = known + stage.code().size();
        this.calls = new Call[values];
        this.products = new boolean[values];
        this.loaded = new boolean[known];
        this.decays = new int[values];
        Arrays.fill(decays, -1);
    }

    static StageCode compile(Stage stage, int draws, ElementwiseKernel loops) {
        return new StageCompiler(stage, draws, loops).code();
    }

    private StageCode code() {
        for (int v = known; v < values; v++) {
            Instruction x = stage.code().get(v - known);
            Function f = x.function();
            ElementwiseLoop loop = f != null ? loops.function(f) : loops.loop(x.opcode());
            calls[v] = new Call(loop, operands(x), f != null ? FUNCTION : SIMPLE);
        }
        join();
        boolean[] needed = needed();
        shareDecays(needed);
        for (int v = 0; v < values; v++) {
            if (v >= known && needed[v]) {
                instruction(v);
            } else if (v < known) {
                outputs(v, null);
            }
        }
        List<float[]> constants = new ArrayList<>();
        for (float constant : stage.constants()) {
            float[] block = new float[ElementwiseBlock.SIZE];
            Arrays.fill(block, constant);
            constants.add(block);
        }
        List<Step> loads = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        int registers = assign(loads, steps);
        int firstConstant = stage.inputs().size();
        return new StageCode(axes, loads, steps, reductions, constants, firstConstant, values + extra, registers, cost);
    }

    /** Which values an output depends on. */
    private boolean[] needed() {
        boolean[] needed = new boolean[values];
        stage.outputs().forEach(output -> needed[output.value()] = true);
        for (int v = values - 1; v >= known; v--) {
            if (needed[v]) {
                for (int operand : calls[v].reads) {
                    needed[operand] = true;
                }
            }
        }
        return needed;
    }

    private static int[] operands(Instruction x) {
        return switch (x.opcode().operands()) {
            case 1 -> new int[] {x.a()};
            case 2 -> new int[] {x.a(), x.b()};
            default -> new int[] {x.a(), x.b(), x.c()};
        };
    }

    /** Where both softplus and sigmoid of a value are needed, exp(−|x|) is computed once. */
    private void shareDecays(boolean[] needed) {
        boolean[] softplus = new boolean[values];
        boolean[] sigmoid = new boolean[values];
        for (int v = known; v < values; v++) {
            Instruction x = stage.code().get(v - known);
            if (needed[v]) {
                softplus[x.a()] |= x.function() == Function.SOFTPLUS;
                sigmoid[x.a()] |= x.function() == Function.SIGMOID;
            }
        }
        for (int v = 0; v < values; v++) {
            if (softplus[v] && sigmoid[v]) {
                decays[v] = values + extra++;
            }
        }
    }

    /** Pairs that are one loop: a·b − c rounded once, (a − b)·c, and a product and its sum. */
    private void join() {
        int[] uses = new int[values];
        stage.outputs().forEach(output -> uses[output.value()]++);
        for (int v = known; v < values; v++) {
            for (int operand : calls[v].reads) {
                uses[operand]++;
            }
        }
        for (int v = known; v < values; v++) {
            Instruction x = stage.code().get(v - known);
            products[v] = x.opcode() == Opcode.MULTIPLY && uses[v] == 1 && isSummed(v);
            if (x.opcode() == Opcode.FMA && is(Opcode.NEGATE, x.c())) {
                int[] reads = {x.a(), x.b(), calls[x.c()].reads[0]};
                calls[v] = new Call(loops.multiplySubtract(), reads, SIMPLE);
            } else if (x.opcode() == Opcode.MULTIPLY && !products[v]) {
                int difference = is(Opcode.SUBTRACT, x.a()) ? x.a() : x.b();
                if (is(Opcode.SUBTRACT, difference) && uses[difference] == 1) {
                    int[] of = calls[difference].reads;
                    int[] reads = {of[0], of[1], difference == x.a() ? x.b() : x.a()};
                    calls[v] = new Call(loops.subtractMultiply(), reads, SIMPLE);
                }
            }
        }
    }

    private boolean isSummed(int value) {
        return axes.inner() > 1
                && stage.outputs().stream()
                        .anyMatch(output -> output.value() == value
                                && (output.effect() == Effect.SUM || output.effect() == Effect.ADD_SUM));
    }

    private boolean is(Opcode opcode, int value) {
        return value >= known && stage.code().get(value - known).opcode() == opcode;
    }

    private void instruction(int value) {
        Call call = calls[value];
        Function f = stage.code().get(value - known).function();
        for (int operand : call.reads) {
            load(operand);
        }
        if (products[value]) {
            outputs(value, null);
            return;
        }
        int a = call.reads[0];
        int b = call.reads[Math.min(1, call.reads.length - 1)];
        int c = call.reads[call.reads.length - 1];
        ElementwiseLoop loop = call.loop;
        if ((f == Function.SOFTPLUS || f == Function.SIGMOID) && decays[a] >= 0) {
            int decay = decays[a];
            if (drafts.stream().noneMatch(draft -> draft.made == decay)) {
                apply(loops.decay(), a, a, a, decay, null, FUNCTION);
            }
            b = decay;
            c = decay;
            loop = f == Function.SOFTPLUS ? loops.softplus() : loops.sigmoid();
        }
        RowView target = stage.outputs().stream()
                .filter(output -> output.value() == value && output.effect() == Effect.STORE)
                .findFirst()
                .map(output -> new RowView(output.place(), axes))
                .orElse(null);
        apply(loop, a, b, c, value, target, call.cost);
        outputs(value, target);
    }

    private void apply(
            ElementwiseLoop loop, int a, int b, int c, int value, @Nullable RowView target, double costOfElement) {
        cost += costOfElement;
        drafts.add(new Draft(
                register -> new Step.Apply(loop, a, b, c, value, register, target), new int[] {a, b, c}, value, false));
    }

    /** Constants are at hand, and instructions done. */
    private void load(int value) {
        if (value >= stage.inputs().size() || loaded[value]) {
            return;
        }
        loaded[value] = true;
        cost += SIMPLE;
        RowView view = new RowView(stage.inputs().get(value), axes);
        boolean once = view.isOneRow();
        drafts.add(new Draft(
                register -> once
                        ? new Step.Spread(view, value, register, loops)
                        : new Step.Load(view, value, register, loops),
                new int[0],
                value,
                once));
    }

    /** @param done where an instruction has stored it, as its first output that is stored */
    private void outputs(int value, @Nullable RowView done) {
        boolean first = done != null;
        for (Output output : stage.outputs()) {
            if (output.value() != value) {
                continue;
            }
            if (first && output.effect() == Effect.STORE) {
                first = false;
                continue;
            }
            load(value);
            cost += SIMPLE;
            int[] reads = value >= known && products[value] ? calls[value].reads : new int[] {value};
            Step step = output.effect() == Effect.STORE
                    ? new Step.Store(new RowView(output.place(), axes), value)
                    : reduction(output, reads);
            drafts.add(new Draft(register -> step, reads, -1, false));
        }
    }

    private Reduction reduction(Output output, int[] factors) {
        ElementwiseLoop combine = loops.loop(output.effect() == Effect.MAX ? Opcode.MAX : Opcode.ADD);
        ElementwiseLoop begin = factors.length == 1 ? combine : loops.multiplyAdd();
        Reduction reduction = new Reduction(output, axes, reductions.size(), factors, begin, combine, loops.sums());
        reductions.add(reduction);
        return reduction;
    }

    /** Gives each value a register from where it is made to where it is last read; returns how many there are. */
    private int assign(List<Step> loads, List<Step> steps) {
        int[] last = new int[values + extra];
        for (int i = 0; i < drafts.size(); i++) {
            for (int read : drafts.get(i).reads) {
                last[read] = i;
            }
        }
        int[] registers = new int[values + extra];
        boolean[] taken = new boolean[values + extra];
        int count = 0;
        for (Draft draft : drafts) {
            if (draft.once) {
                taken[count] = true;
                loads.add(draft.maker.of(count++));
            }
        }
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            if (draft.once) {
                continue;
            }
            for (int read : draft.reads) {
                // A result may take the place of an operand: loops allow it.
                if (last[read] == i && isMade(read)) {
                    taken[registers[read]] = false;
                }
            }
            int free = 0;
            if (draft.made >= 0) {
                while (taken[free]) {
                    free++;
                }
                registers[draft.made] = free;
                taken[free] = last[draft.made] > i;
                count = Math.max(count, free + 1);
            }
            steps.add(draft.maker.of(free));
        }
        return count;
    }

    /** Whether a value has a register for a time: not constants, nor what is laid out for all blocks. */
    private boolean isMade(int value) {
        boolean constant = value >= stage.inputs().size() && value < known;
        return !constant && drafts.stream().noneMatch(draft -> draft.once && draft.made == value);
    }
}
