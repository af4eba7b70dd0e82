package io.github.elbo4j;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.MixtureOps.Shape;
import java.util.List;

/** The cases of {@link OpCases} of mixtures. The shape's dimensions are rows, so that some have several tiles. */
final class MixtureCases {
    private MixtureCases() {}

    static void addTo(List<OpCase> all) {
        for (boolean full : new boolean[] {false, true}) {
            for (boolean accumulate : new boolean[] {false, true}) {
                String mode = (full ? "full" : "diagonal") + (accumulate ? " accumulated" : "");
                OpCases.add(all, "mixtureResponsibilities", mode, c -> {
                    Shape shape = shape(c, full);
                    return new MixtureOps.MixtureResponsibilities(
                            shape,
                            c.normals((long) shape.dimensions() * shape.rows()),
                            means(c, shape),
                            c.normals((long) shape.allComponents() * shape.factor()),
                            c.doubles(shape.allComponents()),
                            accumulate,
                            c.arena.out((long) shape.allComponents() * shape.rows()),
                            sums(c, accumulate, 2L * shape.runs()));
                });
                OpCases.add(all, "mixtureStatistics", mode, c -> {
                    Shape shape = shape(c, full);
                    return new MixtureOps.MixtureStatistics(
                            shape,
                            c.normals((long) shape.dimensions() * shape.rows()),
                            means(c, shape),
                            c.positive((long) shape.allComponents() * shape.rows()),
                            accumulate,
                            sums(c, accumulate, (long) shape.allComponents() * shape.width()));
                });
            }
        }
    }

    private static Shape shape(OpCase.Call c, boolean full) {
        return new Shape(c.dimensions(), 1 + c.draws() % 19, 1 + c.problems() % 5, 3, full);
    }

    /** High parts near 1, low ones below their last digit. */
    private static Buffer means(OpCase.Call c, Shape shape) {
        int dims = shape.dimensions();
        float[] means = Numbers.normals(7, 2L * shape.allComponents() * dims);
        for (int at = 0; at < means.length; at++) {
            means[at] *= at / dims % 2 == 1 ? 0x1p-25f : 1;
        }
        return c.arena.of(means);
    }

    private static Buffer sums(OpCase.Call c, boolean accumulate, long perLane) {
        long n = MixtureOps.LANES * perLane;
        return accumulate ? c.changedDoubles(n) : c.arena.out(ElementType.FLOAT64, n);
    }
}
