package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.family.FullRankGaussian;
import io.github.elbo4j.family.MeanFieldGaussian;
import io.github.elbo4j.family.VariationalFamily;

/** Kullback–Leibler divergences {@code KL(q ‖ p)} between members of families, one for each problem. */
public final class Kl {
    private Kl() {}

    /** To the standard normal, in closed form. */
    public static double[] toStandard(MeanFieldGaussian q) {
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device().run(new KlOps.KlToStandard(q.problems(), q.dimensions(), q.mu(), q.omega(), kl));
            return kl.toDoubles();
        }
    }

    /** Between diagonal Gaussians, in closed form. */
    public static double[] closed(MeanFieldGaussian q, MeanFieldGaussian p) {
        same(q, p);
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device()
                    .run(new KlOps.KlDiagonal(q.problems(), q.dimensions(), q.mu(), q.omega(), p.mu(), p.omega(), kl));
            return kl.toDoubles();
        }
    }

    /** Between full-rank Gaussians, in closed form. */
    public static double[] closed(FullRankGaussian q, FullRankGaussian p) {
        same(q, p);
        try (Buffer kl = q.device().allocate(ElementType.FLOAT64, q.problems())) {
            q.device().run(new KlOps.KlFull(q.problems(), q.dimensions(), q.mu(), q.factor(), p.mu(), p.factor(), kl));
            return kl.toDoubles();
        }
    }

    /** From draws of q: the mean of {@code log q − log p}, for any two families. */
    public static Estimate[] monteCarlo(
            VariationalFamily q, VariationalFamily p, Key key, int draws, long workspaceBytes) {
        same(q, p);
        EstimateChecks.draws(draws);
        Device device = q.device();
        int problems = q.problems();
        long all = (long) problems * draws;
        try (Resources own = new Resources(device)) {
            DrawChunks chunks = new DrawChunks(problems, draws, q.dimensions(), q.dimensions(), workspaceBytes);
            Buffer z = own.allocate(chunks.largest().elements());
            Buffer part = own.allocate(ElementType.FLOAT64, chunks.largest().allDraws());
            Buffer logQ = own.allocate(ElementType.FLOAT64, all);
            Buffer logP = own.allocate(ElementType.FLOAT64, all);
            Buffer kl = own.allocate(ElementType.FLOAT64, 3L * problems);
            for (int w = 0; w < chunks.count(); w++) {
                DrawBlock shape = chunks.shape(w);
                q.sample(key, 0, shape, z);
                q.logDensity(shape, z, part);
                chunks.gather(device, w, part, logQ);
                p.logDensity(shape, z, part);
                chunks.gather(device, w, part, logP);
            }
            device.run(new KlOps.KlMonteCarlo(problems, draws, logQ, logP, kl));
            double[] moments = kl.toDoubles();
            Estimate[] estimates = new Estimate[problems];
            for (int b = 0; b < problems; b++) {
                estimates[b] = new Estimate(moments[3 * b], moments[3 * b + 2], draws);
            }
            return estimates;
        }
    }

    private static void same(VariationalFamily q, VariationalFamily p) {
        if (q.problems() != p.problems() || q.dimensions() != p.dimensions()) {
            throw new IllegalArgumentException("q has " + q.problems() + " problems of " + q.dimensions()
                    + " dimensions, but p has " + p.problems() + " of " + p.dimensions());
        }
    }
}
