package io.github.elbo4j;

import static io.github.elbo4j.OpCase.KEY;
import static io.github.elbo4j.OpCase.STEP;

import io.github.elbo4j.OpCase.Call;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.Operation;
import java.util.List;
import java.util.function.BiFunction;

/** The cases of {@link OpCases} of the low-rank family: of few factors, and of more than a warp has lanes. */
final class LowRankCases {
    private static final int FEW = 3;
    private static final int MANY = 37;

    private LowRankCases() {}

    static void addTo(List<OpCase> all) {
        add(all, "lowRankSample", "", (c, rank) -> {
            long n = c.shape.parameters();
            return new LowRankOps.LowRankSample(
                    KEY,
                    Index.of(STEP),
                    c.shape,
                    rank,
                    c.normals(n),
                    c.logs(n),
                    c.normals(n * rank),
                    c.arena.out(c.shape.elements()));
        });
        add(all, "lowRankCapacitance", "", (c, rank) -> {
            long n = c.shape.parameters();
            Buffer capacitance = c.arena.doubles((long) c.problems() * LowRankOps.capacitanceWidth(rank));
            return new LowRankOps.LowRankCapacitance(
                    c.problems(), c.dimensions(), rank, c.logs(n), c.normals(n * rank), capacitance);
        });
        for (boolean gradient : new boolean[] {false, true}) {
            add(all, "lowRankLogDensity", gradient ? "and gradient" : "", (c, rank) -> {
                long n = c.shape.parameters();
                return new LowRankOps.LowRankLogDensity(
                        c.shape,
                        rank,
                        c.normals(n),
                        c.logs(n),
                        c.normals(n * rank),
                        capacitance(c, rank),
                        c.normals(c.shape.elements()),
                        c.arena.doubles(c.shape.allDraws()),
                        gradient ? c.arena.out(c.shape.elements()) : null);
            });
        }
        for (boolean score : new boolean[] {false, true}) {
            add(all, "lowRankAtDraw", score ? "score" : "log-density", (c, rank) -> {
                long n = c.shape.parameters();
                return new LowRankOps.LowRankAtDraw(
                        KEY,
                        Index.of(STEP),
                        c.shape,
                        rank,
                        c.logs(n),
                        c.normals(n * rank),
                        capacitance(c, rank),
                        score ? null : c.arena.doubles(c.shape.allDraws()),
                        score ? c.arena.out(c.shape.elements()) : null,
                        score ? c.arena.out(c.shape.allDraws() * rank) : null);
            });
        }
        add(all, "lowRankEntropyGradient", "", (c, rank) -> {
            long n = c.shape.parameters();
            Buffer gradient = c.arena.out(n * (2 + rank));
            return new LowRankOps.LowRankEntropyGradient(
                    c.problems(), c.dimensions(), rank, c.logs(n), c.normals(n * rank), capacitance(c, rank), gradient);
        });
        gradients(all);
    }

    private static void gradients(List<OpCase> all) {
        for (boolean path : new boolean[] {false, true}) {
            add(
                    all,
                    "lowRankReparam",
                    path ? "path" : "",
                    (c, rank) -> new LowRankGradientOps.LowRankReparam(
                            KEY,
                            Index.of(STEP),
                            c.shape,
                            rank,
                            c.logs(c.shape.parameters()),
                            c.normals(c.shape.elements()),
                            path ? c.normals(c.shape.elements()) : null,
                            c.runs(LowRankOps.width(c.dimensions(), rank))));
        }
        for (boolean controlled : new boolean[] {false, true}) {
            add(all, "lowRankScoreGradient", controlled ? "controlled" : "", (c, rank) -> {
                long n = c.shape.parameters();
                return new LowRankGradientOps.LowRankScoreGradient(
                        c.shape,
                        rank,
                        c.logs(n),
                        c.normals(c.shape.elements()),
                        c.normals(c.shape.allDraws() * rank),
                        c.normals(n * (2 + rank)),
                        c.normals(c.shape.allDraws()),
                        controlled ? c.squares(2 * n * (2 + rank)) : null,
                        c.draws() + 1,
                        c.runs(LowRankOps.width(c.dimensions(), rank)));
            });
        }
        add(all, "lowRankScoreSquares", "", (c, rank) -> {
            long n = c.shape.parameters();
            return new LowRankGradientOps.LowRankScoreSquares(
                    c.shape,
                    rank,
                    c.logs(n),
                    c.normals(c.shape.elements()),
                    c.normals(c.shape.allDraws() * rank),
                    c.normals(n * (2 + rank)),
                    c.normals(c.shape.allDraws()),
                    c.runs(2 * LowRankOps.width(c.dimensions(), rank)));
        });
    }

    private static Buffer capacitance(Call c, int rank) {
        return c.doubles((long) c.problems() * LowRankOps.capacitanceWidth(rank));
    }

    private static void add(
            List<OpCase> all, String operation, String mode, BiFunction<Call, Integer, Operation> body) {
        OpCases.add(all, operation, mode, c -> body.apply(c, FEW));
        OpCases.addSquare(all, operation, (mode + " of " + MANY + " factors").strip(), c -> body.apply(c, MANY));
    }
}
