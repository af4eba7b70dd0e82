package io.github.elbo4j;

import io.github.elbo4j.OpCase.Call;
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

/** The cases of {@link OpCases} of the family elementwise. {@link ElementwiseTest} has code at random. */
final class ElementwiseCases {
    private ElementwiseCases() {}

    static void addTo(List<OpCase> all) {
        OpCases.add(all, "elementwise", "every opcode", ElementwiseCases::everyOpcode);
        OpCases.add(all, "elementwise", "likelihood", ElementwiseCases::likelihood);
        OpCases.add(all, "elementwise", "softmax", ElementwiseCases::softmax);
    }

    static Instruction call(Function f, int a) {
        return new Instruction(Opcode.FUNCTION, f, a, 0, 0);
    }

    static Instruction of(Opcode opcode, int a, int b, int c) {
        return new Instruction(opcode, null, a, b, c);
    }

    /** {@code x[B][D][S]}: a data axis is rows, a draw is a column. */
    private static Place rows(Buffer x, Call c) {
        return new Place(x, 0, (long) c.dimensions() * c.draws(), c.draws(), 0, 1);
    }

    /** {@code x[B][S]} */
    private static Place sums(Buffer x, Call c) {
        return new Place(x, 0, c.draws(), 0, 0, 1);
    }

    /** {@code x[B][S][D]}, as draws lie. */
    private static Place draws(Buffer x, Call c) {
        return new Place(x, 0, (long) c.draws() * c.dimensions(), 1, 0, c.dimensions());
    }

    /** A chain through all opcodes and functions, of two inputs that are as wide as all, and of a number for each row. */
    private static Elementwise everyOpcode(Call c) {
        long n = c.shape.elements();
        List<Instruction> code = new ArrayList<>();
        int last = 0;
        int known = 4;
        for (Opcode opcode : Opcode.values()) {
            if (opcode != Opcode.FUNCTION) {
                code.add(of(opcode, last, 1, 2));
                last = known++;
            }
        }
        code.add(of(Opcode.ADD, last, 3, 0)); // |x| + 0.5 by now: inside every function's domain
        last = known++;
        int arguments = last;
        for (Function f : Function.values()) {
            code.add(call(f, arguments));
            code.add(of(Opcode.FMA, known, 3, last));
            last = known + 1;
            known += 2;
        }
        Place first = rows(c.normals(n), c);
        Place second = draws(c.normals(n), c);
        Place third = new Place(c.normals(c.shape.parameters()), 0, c.dimensions(), 1, 0, 0);
        List<Output> outputs = List.of(
                new Output(Effect.STORE, last, 1, rows(c.arena.out(n), c)),
                new Output(Effect.STORE, arguments, 1, draws(c.arena.out(n), c)));
        return one(
                c,
                new Stage(
                        c.problems(),
                        c.dimensions(),
                        1,
                        0,
                        List.of(first, second, third),
                        List.of(0.5f),
                        code,
                        outputs));
    }

    private static Elementwise one(Call c, Stage stage) {
        return new Elementwise(c.draws(), List.of(stage));
    }

    /** Value and residual of a Bernoulli likelihood over D observations: sums over their axis, one for each draw. */
    private static Elementwise likelihood(Call c) {
        long n = c.shape.elements();
        Place eta = rows(c.normals(n), c);
        Place y = new Place(c.zerosAndOnes((int) c.shape.parameters()), 0, c.dimensions(), 1, 0, 0);
        List<Instruction> code = List.of(
                call(Function.SOFTPLUS, 0), // 3
                of(Opcode.NEGATE, 3, 0, 0),
                of(Opcode.FMA, 1, 0, 4), // 5: y·eta − softplus(eta)
                call(Function.SIGMOID, 0),
                of(Opcode.SUBTRACT, 1, 6, 0),
                of(Opcode.MULTIPLY, 7, 2, 0)); // 8: scale·(y − sigmoid(eta))
        List<Output> outputs = List.of(
                new Output(Effect.STORE, 8, 1, rows(c.arena.out(n), c)),
                new Output(Effect.ADD_SUM, 5, 3, sums(c.changedDoubles(c.shape.allDraws()), c)),
                new Output(Effect.SUM, 8, 1, sums(c.arena.out(c.shape.allDraws()), c)),
                new Output(Effect.MAX, 0, 1, sums(c.arena.out(c.shape.allDraws()), c)));
        // The sums are over the last of three axes, so the observations are it.
        List<Place> inputs = List.of(last(eta), last(y));
        List<Output> turned = outputs.stream()
                .map(o -> new Output(o.effect(), o.value(), o.scale(), last(o.place())))
                .toList();
        return one(c, new Stage(c.problems(), 1, c.dimensions(), 1, inputs, List.of(1.5f), code, turned));
    }

    /** The second axis as the third. */
    private static Place last(Place p) {
        return new Place(p.buffer(), p.offset(), p.stride0(), 0, p.stride1(), p.drawStride());
    }

    /** Softmax over the coordinates of each draw, in three stages that read what those before them found. */
    private static Elementwise softmax(Call c) {
        long n = c.shape.elements();
        Place z = last(draws(c.normals(n), c));
        Place greatest = sums(c.arena.out(c.shape.allDraws()), c);
        Place terms = last(rows(c.arena.out(n), c));
        Place sum = sums(c.arena.out(c.shape.allDraws()), c);
        Place result = last(draws(c.arena.out(n), c));
        int d = c.dimensions();
        int b = c.problems();
        Stage first = new Stage(
                b, 1, d, 1, List.of(z), List.of(), List.of(), List.of(new Output(Effect.MAX, 0, 1, greatest)));
        Stage second = new Stage(
                b,
                1,
                d,
                1,
                List.of(z, greatest),
                List.of(),
                List.of(of(Opcode.SUBTRACT, 0, 1, 0), call(Function.EXP, 2)),
                List.of(new Output(Effect.STORE, 3, 1, terms), new Output(Effect.SUM, 3, 1, sum)));
        Stage third = new Stage(
                b,
                1,
                d,
                0,
                List.of(terms, sum),
                List.of(),
                List.of(of(Opcode.DIVIDE, 0, 1, 0)),
                List.of(new Output(Effect.STORE, 2, 1, result)));
        return new Elementwise(c.draws(), List.of(first, second, third));
    }
}
