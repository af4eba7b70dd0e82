package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Instruction;
import io.github.elbo4j.device.ElementwiseOps.Opcode;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import io.github.elbo4j.device.MathOps.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Elementwise code at random, the same for the same seed: all opcodes, awkward extents, layouts and broadcasts, stages that read what others wrote. */
public final class RandomElementwise {
    private static final int[] DRAWS = {1, 3, 32, 64, 100, 1100};
    private static final int[] EXTENTS = {1, 1, 2, 3, 8, 31, 32, 33, 85, 1023, 1025, 2500};
    private static final float[] CONSTANTS = {0, -0f, 1, -1, 0.5f, -2, 3.7f, 1e30f, 1e-40f};
    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    private static final int MOST_ELEMENTS = 60_000;

    private final SplittableRandom random;
    private final Arena arena;
    private final Function[] functions;
    private final boolean special;
    private final int draws;
    /** What stages before have stored or summed, with the extents of its rows. */
    private final List<Written> written = new ArrayList<>();

    private record Written(Place place, int[] extents) {}

    private RandomElementwise(long seed, Arena arena, Function[] functions, boolean special) {
        this.random = new SplittableRandom(seed);
        this.arena = arena;
        this.functions = functions;
        this.special = special;
        this.draws = pick(DRAWS);
    }

    /**
     * @param functions those that are called
     * @param special whether NaN and infinities are among the constants and data, and extents may be 0
     */
    public static Elementwise of(long seed, Arena arena, Function[] functions, boolean special) {
        return new RandomElementwise(seed, arena, functions, special).operation();
    }

    private int pick(int[] from) {
        return from[random.nextInt(from.length)];
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private Elementwise operation() {
        List<Stage> stages = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            stages.add(stage());
        }
        return new Elementwise(draws, stages);
    }

    private int[] extents() {
        if (!written.isEmpty() && chance(2)) {
            return written.get(random.nextInt(written.size())).extents.clone();
        }
        int[] extents = new int[3];
        do {
            for (int i = 0; i < 3; i++) {
                extents[i] = chance(2) ? 1 : special && chance(40) ? 0 : pick(EXTENTS);
            }
        } while ((long) extents[0] * extents[1] * extents[2] * draws > MOST_ELEMENTS);
        return extents;
    }

    private Stage stage() {
        int[] extents = extents();
        List<Place> inputs = new ArrayList<>();
        int wanted = random.nextInt(6);
        for (int i = 0; i < wanted; i++) {
            inputs.add(input(extents));
        }
        List<Float> constants = new ArrayList<>();
        for (int i = chance(2) || inputs.isEmpty() ? -1 : 0; i < random.nextInt(4); i++) {
            boolean odd = special && chance(6);
            constants.add(odd ? SPECIAL[random.nextInt(SPECIAL.length)] : CONSTANTS[random.nextInt(CONSTANTS.length)]);
        }
        int known = inputs.size() + constants.size();
        List<Instruction> code = new ArrayList<>();
        int length = chance(10) ? 60 : random.nextInt(20);
        for (int i = 0; i < length; i++) {
            code.add(instruction(known++));
        }
        int summed = random.nextInt(4);
        List<Output> outputs = new ArrayList<>();
        List<Written> made = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            outputs.add(output(random.nextInt(known), extents, summed, made));
        }
        written.addAll(made); // not before: outputs of this stage are no inputs of it
        return new Stage(extents[0], extents[1], extents[2], summed, inputs, constants, code, outputs);
    }

    private Instruction instruction(int known) {
        Opcode[] all = Opcode.values();
        Opcode opcode = chance(4) ? Opcode.FUNCTION : all[random.nextInt(all.length)];
        Function f = opcode == Opcode.FUNCTION ? functions[random.nextInt(functions.length)] : null;
        return new Instruction(opcode, f, operand(known), operand(known), operand(known));
    }

    /** Mostly a late one, so that chains are long. */
    private int operand(int known) {
        return chance(2) ? random.nextInt(known) : known - 1 - random.nextInt(Math.min(3, known));
    }

    private Place input(int[] extents) {
        if (!written.isEmpty() && chance(2)) {
            Written before = written.get(random.nextInt(written.size()));
            boolean fits = true;
            for (int i = 0; i < 3; i++) {
                fits &= before.extents[i] == extents[i] || before.extents[i] == 1;
            }
            if (fits) {
                Place p = before.place;
                return new Place(
                        p.buffer(),
                        p.offset(),
                        before.extents[0] == extents[0] ? p.stride0() : 0,
                        before.extents[1] == extents[1] ? p.stride1() : 0,
                        before.extents[2] == extents[2] ? p.stride2() : 0,
                        p.drawStride());
            }
        }
        int[] of = extents.clone();
        for (int i = 0; i < 3; i++) {
            of[i] = chance(3) ? 0 : of[i]; // repeats
        }
        long[] layout = layout(of, chance(3) ? 0 : draws);
        float[] x = Numbers.normals(random.nextInt(), layout[5]);
        for (int i = 0; special && chance(3) && i < x.length; i += 1 + random.nextInt(50)) {
            x[i] = chance(2) ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextInt(2) * -0f;
        }
        return place(arena.of(x), layout);
    }

    private static Place place(Buffer buffer, long[] layout) {
        return new Place(buffer, layout[4], layout[0], layout[1], layout[2], layout[3]);
    }

    /** Strides of three axes and the draws, the offset and the length; axes of extent 0 have stride 0. */
    private long[] layout(int[] extents, int draws) {
        int[][] orders = {{3, 2, 1, 0}, {3, 2, 1, 0}, {2, 1, 0, 3}, {2, 3, 1, 0}, {1, 3, 2, 0}};
        int[] order = orders[random.nextInt(orders.length)];
        long[] layout = new long[6];
        long step = 1;
        for (int axis : order) {
            int extent = axis == 3 ? draws : extents[axis];
            layout[axis] = extent == 0 ? 0 : step;
            step *= Math.max(1, extent);
            step += chance(8) ? random.nextInt(3) : 0;
        }
        layout[4] = chance(2) ? 0 : random.nextInt(5);
        layout[5] = layout[4] + step;
        return layout;
    }

    private Output output(int value, int[] extents, int summed, List<Written> made) {
        Effect effect = chance(2) ? Effect.STORE : Effect.values()[random.nextInt(4)];
        int[] of = extents.clone();
        for (int i = 0; effect != Effect.STORE && i < summed; i++) {
            of[2 - i] = 1;
        }
        long[] layout = layout(of, draws);
        for (int i = 0; i < 3; i++) {
            layout[i] = of[i] == 1 ? 0 : layout[i];
        }
        if (effect == Effect.ADD_SUM) {
            Buffer target = arena.inOut(Numbers.doubles(Numbers.normals(random.nextInt(), layout[5])));
            return new Output(effect, value, 0.1 + random.nextInt(3), place(target, layout));
        }
        Place place = place(arena.out(layout[5]), layout);
        made.add(new Written(place, of));
        return new Output(effect, value, 1, place);
    }
}
