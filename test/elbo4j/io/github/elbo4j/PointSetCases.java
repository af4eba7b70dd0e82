package io.github.elbo4j;

import static io.github.elbo4j.OpCase.KEY;
import static io.github.elbo4j.OpCase.STEP;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.PointSet;
import io.github.elbo4j.device.ReparamOps;
import java.util.List;

/** Operations with other point sets than independent draws: those that make them, and of those that use them one of each kind. */
final class PointSetCases {
    private PointSetCases() {}

    /** There are no long rows of Sobol's points: 1,024 dimensions are the most. */
    static void addTo(List<OpCase> all) {
        OpCases.addSquare(all, "words", PointSet.SOBOL, c -> {
            Buffer words = c.arena.out(ElementType.INT32, c.shape.elements());
            return new NormalOps.Words(KEY.with(PointSet.SOBOL), Index.of(STEP), c.shape, words);
        });
        for (PointSet points : List.of(PointSet.ANTITHETIC, PointSet.SOBOL)) {
            Key key = KEY.with(points);
            Index step = Index.of(STEP);
            OpCases.addSquare(
                    all,
                    "normal",
                    points,
                    c -> new NormalOps.Normal(key, step, c.shape, c.arena.out(c.shape.elements())));
            OpCases.addSquare(
                    all,
                    "meanFieldSample",
                    points,
                    c -> new MeanFieldOps.Sample(
                            key,
                            step,
                            c.shape,
                            c.normals(c.shape.parameters()),
                            c.logs(c.shape.parameters()),
                            c.arena.out(c.shape.elements())));
            OpCases.addSquare(
                    all,
                    "meanFieldReparam",
                    points,
                    c -> new ReparamOps.MeanFieldReparam(
                            key,
                            step,
                            c.shape,
                            true,
                            c.logs(c.shape.parameters()),
                            c.normals(c.shape.elements()),
                            c.runs(2L * c.dimensions())));
            OpCases.addSquare(
                    all,
                    "fullRankSample",
                    points,
                    c -> new FullRankOps.FullRankSample(
                            key,
                            step,
                            c.shape,
                            c.normals(c.shape.parameters()),
                            c.factor(),
                            c.arena.out(c.shape.elements())));
            OpCases.addSquare(
                    all,
                    "fullRankLogDensityAtDraw",
                    points,
                    c -> new FullRankOps.FullRankLogDensityAtDraw(
                            key, step, c.shape, c.factor(), c.arena.out(ElementType.FLOAT64, c.shape.allDraws())));
        }
    }
}
