package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.internal.LowerTriangle;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The evidence where it can be computed: log p(x) with its constants, in float64. */
public final class ExactEvidence {
    /** The most terms that a sum over all values of z may have. */
    public static final long MOST_POINTS = 1L << 32;

    private static final int CHUNK = 1 << 14;
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    private ExactEvidence() {}

    /**
     * A sum over all values of z: {@code log Σ_z p(x, z)}. The terms are those of the log-joint on the device, as exact as it is.
     *
     * @param joint over whole numbers, one coordinate each
     * @param box their ranges
     * @throws IllegalArgumentException if there are more than {@link #MOST_POINTS}, or a side is an interval
     */
    public static double enumerated(Device device, LogJoint joint, Box box) {
        if (box.dimensions() != joint.dimensions()) {
            throw new IllegalArgumentException(
                    "the model has " + joint.dimensions() + " dimensions, but the box has " + box.dimensions());
        }
        long points = box.points();
        if (points > MOST_POINTS) {
            throw new IllegalArgumentException(
                    "there are " + points + " values of z, but no more than " + MOST_POINTS + " are summed over");
        }
        int dimensions = box.dimensions();
        float[] block = new float[Math.toIntExact(Math.min(CHUNK, points)) * dimensions];
        double[] terms = new double[block.length / dimensions];
        LogMean mean = new LogMean();
        try (Resources own = new Resources(device)) {
            Buffer z = own.allocate(block.length);
            Buffer logP = own.allocate(ElementType.FLOAT64, terms.length);
            for (long from = 0; from < points; from += CHUNK) {
                int count = (int) Math.min(CHUNK, points - from);
                for (int i = 0; i < count; i++) {
                    box.point(from + i, block, i * dimensions);
                }
                z.write(0, block, 0, count * dimensions);
                joint.evaluate(DrawBlock.of(1, count, dimensions), z, logP, null);
                logP.read(0, terms, 0, count);
                for (int i = 0; i < count; i++) {
                    mean.add(terms[i]);
                }
            }
        }
        return mean.value() + StrictMath.log((double) points);
    }

    /**
     * Linear regression with known noise: {@code y_n ~ N(x_n·beta, s²)}, each row counted {@code w_n} times, and independent normal
     * priors. With m the posterior mean and A the posterior precision {@code S₀⁻¹ + XᵀWX/s²} (Bishop 2006, section 3.5),
     * {@code log p(y) = log p(y, m) + K/2·log 2π − 1/2·log |A|}.
     *
     * @param priors one for each column
     * @param weights null, or [N]
     */
    public static double linear(
            RegressionData data, List<NormalPrior> priors, double noiseSd, double @Nullable [] weights) {
        int k = data.columns().size();
        if (priors.size() != k) {
            throw new IllegalArgumentException("there are " + priors.size() + " priors for " + k + " columns");
        }
        if (!(noiseSd > 0 && noiseSd < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("noiseSd is " + noiseSd + ", but must be positive and finite");
        }
        if (weights != null && weights.length != data.rows()) {
            throw new IllegalArgumentException("there are " + weights.length + " weights for " + data.rows() + " rows");
        }
        double[][] precision = new double[k][k];
        double[] right = new double[k]; // A·m
        for (int i = 0; i < k; i++) {
            double sd = priors.get(i).sd();
            precision[i][i] = 1 / (sd * sd);
            right[i] = priors.get(i).mean() / (sd * sd);
        }
        double[] x = data.x();
        double perUnit = 1 / (noiseSd * noiseSd);
        for (int n = 0; n < data.rows(); n++) {
            double weight = perUnit * (weights == null ? 1 : weights[n]);
            for (int i = 0; i < k; i++) {
                double each = weight * x[n * k + i];
                right[i] += each * data.y()[n];
                for (int j = 0; j <= i; j++) {
                    precision[i][j] += each * x[n * k + j];
                }
            }
        }
        double[][] factor = new double[k][k];
        LowerTriangle.factor(precision, 0, 0, factor); // proper priors make it positive definite
        double[] mean = LowerTriangle.solve(factor, right);
        double log = 0;
        for (int i = 0; i < k; i++) {
            log += logNormal(mean[i], priors.get(i).mean(), priors.get(i).sd());
        }
        for (int n = 0; n < data.rows(); n++) {
            double eta = 0;
            for (int i = 0; i < k; i++) {
                eta += x[n * k + i] * mean[i];
            }
            log += (weights == null ? 1 : weights[n]) * logNormal(data.y()[n], eta, noiseSd);
        }
        return log + 0.5 * k * LOG_TWO_PI - LowerTriangle.logDeterminant(factor);
    }

    private static double logNormal(double x, double mean, double sd) {
        double unit = (x - mean) / sd;
        return -0.5 * unit * unit - StrictMath.log(sd) - 0.5 * LOG_TWO_PI;
    }
}
