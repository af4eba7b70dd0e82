package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where log p has no finite value although every real number is allowed: a parameter that needs a transformation. */
final class Support {
    private Support() {}

    /**
     * A draw of q at which log p is not finite, and the coordinates that make it so, in words; null if there is none.
     *
     * @param q in z
     */
    static @Nullable String outside(LogJoint joint, VariationalFamily q, Key key, int step, int draws) {
        int n = joint.dimensions();
        Device device = q.device();
        float[] z = new float[Math.multiplyExact(draws, n)];
        try (Buffer buffer = device.allocate(z.length);
                PointDensity density = new PointDensity(device, joint)) {
            q.sample(key, step, q.block(draws, 0), buffer);
            buffer.read(0, z, 0, z.length);
            double[][] points = new double[draws][n];
            for (int i = 0; i < z.length; i++) {
                points[i / n][i % n] = z[i];
            }
            return outside(joint.parameterNames(), density, q.toGaussian(0).mean(), points);
        }
    }

    /**
     * The first of these draws at which log p is not finite, likewise.
     *
     * @param mean of q
     */
    static @Nullable String outside(List<String> names, PointDensity density, double[] mean, double[][] draws) {
        double[] logP = new double[draws.length];
        Points.evaluate(density, draws, logP, null);
        for (int s = 0; s < draws.length; s++) {
            if (!Double.isFinite(logP[s])) {
                return describe(names, density, mean, draws[s], logP[s]);
            }
        }
        return null;
    }

    private static String describe(
            List<String> names, PointDensity density, double[] mean, double[] draw, double value) {
        int n = draw.length;
        double[] points = new double[(n + 1) * n];
        for (int i = 0; i <= n; i++) {
            System.arraycopy(mean, 0, points, i * n, n);
            if (i < n) {
                points[i * n + i] = draw[i]; // this coordinate alone as in the draw
            }
        }
        double[] logP = new double[n + 1];
        density.evaluate(n + 1, points, logP, null);
        StringBuilder alone = new StringBuilder();
        for (int i = 0; i < n && Double.isFinite(logP[n]); i++) {
            if (!Double.isFinite(logP[i])) {
                alone.append(alone.isEmpty() ? "" : ", ")
                        .append(String.format(Locale.ROOT, "%s = %.4g", names.get(i), draw[i]));
            }
        }
        String where = alone.isEmpty() ? "a draw of q" : alone.toString();
        return String.format(
                Locale.ROOT,
                "log p is %s at %s: every real value of a parameter must be allowed, so transform what is limited (exp"
                        + " of a parameter for what is positive, a logistic function for an interval, with the"
                        + " logarithm of the derivative in log p), or check log p there.",
                Double.isNaN(value) ? "NaN" : value > 0 ? "infinite" : "-infinity",
                where);
    }
}
