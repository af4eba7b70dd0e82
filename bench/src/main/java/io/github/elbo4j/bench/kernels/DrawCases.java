package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.Case.Work;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.PointSet;
import java.util.List;
import java.util.stream.Stream;

/** Normals, and the mean-field family. */
final class DrawCases {
    private static final Index STEP = Index.of(0);
    private static final Key PAIRS = Inputs.KEY.with(PointSet.ANTITHETIC);
    private static final Key SOBOL = Inputs.KEY.with(PointSet.SOBOL);

    private DrawCases() {}

    static List<Case> all() {
        return Stream.of(normals(), meanField()).flatMap(List::stream).toList();
    }

    private static List<Case> normals() {
        return List.of(
                new Case("normal.words", "normal_words", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Words(Inputs.KEY, STEP, s, in.zeroInts(s.elements())), s, 0);
                }),
                new Case("normal.uniform", "normal_uniform", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Uniform(Inputs.KEY, STEP, s, in.zeros(s.elements())), s, 2);
                }),
                new Case("normal.normal", "normal_normal", (in, tiny) -> normals(in, tiny, Inputs.KEY)),
                new Case("normal.normalOfProblems", "normal_of_problems", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(37, 1, 24) : DrawBlock.of(1 << 16, 1, 1 << 10);
                    return work(
                            new NormalOps.NormalOfProblems(
                                    Inputs.KEY,
                                    STEP,
                                    s,
                                    in.permutation(s.problems(), 7919),
                                    STEP,
                                    in.zeros(s.elements())),
                            s,
                            2);
                }),
                new Case("normal.antithetic", "normal_antithetic", (in, tiny) -> normals(in, tiny, PAIRS)),
                new Case("sobol.normal", "sobol_normal", (in, tiny) -> normals(in, tiny, SOBOL)),
                new Case("sobol.words", "sobol_words", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(new NormalOps.Words(SOBOL, STEP, s, in.zeroInts(s.elements())), s, 0);
                }));
    }

    private static List<Case> meanField() {
        return List.of(
                new Case("meanfield.sample", "meanfield_sample", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return work(
                            new MeanFieldOps.Sample(
                                    Inputs.KEY, STEP, s, mu(in, s), omega(in, s), in.zeros(s.elements())),
                            s,
                            4);
                }),
                new Case("meanfield.logDensity of rows of 16", "meanfield_density", (in, tiny) -> {
                    DrawBlock s = rows(tiny);
                    return density(in, s, false, 5);
                }),
                new Case("meanfield.logDensity and gradient", "meanfield_density", (in, tiny) -> {
                    DrawBlock s = draws(tiny);
                    return density(in, s, true, 6);
                }),
                new Case("meanfield.entropy", "meanfield_entropy", (in, tiny) -> {
                    DrawBlock s = tiny ? DrawBlock.of(5, 1, 1100) : DrawBlock.of(1 << 16, 1, 1 << 10);
                    return work(
                            new MeanFieldOps.Entropy(
                                    s.problems(), s.dimensions(), omega(in, s), in.zeroDoubles(s.problems()), STEP),
                            s,
                            1);
                }));
    }

    private static Work normals(Inputs in, boolean tiny, Key key) {
        DrawBlock s = draws(tiny);
        return work(new NormalOps.Normal(key, STEP, s, in.zeros(s.elements())), s, 2);
    }

    static DrawBlock draws(boolean tiny) {
        return tiny ? DrawBlock.of(1, 200, 44) : DrawBlock.of(1, 1 << 16, 1 << 10);
    }

    static DrawBlock rows(boolean tiny) {
        return tiny ? DrawBlock.of(300, 1, 16) : DrawBlock.of(1 << 22, 1, 16);
    }

    static Buffer mu(Inputs in, DrawBlock s) {
        return in.normals(s.parameters());
    }

    static Buffer omega(Inputs in, DrawBlock s) {
        return in.normals(s.parameters(), 0.3);
    }

    private static Work density(Inputs in, DrawBlock s, boolean gradient, int flops) {
        return work(
                new MeanFieldOps.LogDensity(
                        s,
                        MeanFieldOps.Variable.Z,
                        mu(in, s),
                        omega(in, s),
                        in.normals(s.elements()),
                        in.zeroDoubles(s.allDraws()),
                        gradient ? in.zeros(s.elements()) : null),
                s,
                flops);
    }

    static Work work(Operation operation, DrawBlock s, double flops) {
        return new Work(operation, shape(s), s.elements(), flops * s.elements());
    }

    static String shape(DrawBlock s) {
        return "B=" + s.problems() + " S=" + s.draws() + " D=" + s.dimensions();
    }
}
