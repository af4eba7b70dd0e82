package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.estimate.Gradient;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import java.util.ArrayList;
import java.util.List;

/** ELBO and reparameterization gradient of a Bayesian logistic regression, 10,000 rows of 64, 64 draws. */
@SuppressWarnings("NullAway.Init") // joint() is the constructor
public class LogisticWork extends GradientWork {
    private int columns;
    private float[] x; // [10,000][64]
    private float[] y; // [10,000], 0 or 1

    public LogisticWork() {
        super(Work.W3, Gradient.REPARAM);
    }

    /** By the hand-written likelihood; what computes the same in another way overrides it. */
    @Override
    protected LogJoint joint(Device on, DrawBlock shape) {
        return new BayesianLogisticRegression(on, data(shape), NormalPrior.STANDARD).logJoint();
    }

    /** The rows, kept for the check. */
    protected final RegressionData data(DrawBlock shape) {
        columns = shape.dimensions();
        int rows = Work.observations(size());
        x = Work.uniform((long) rows * columns, -0.5, 0.5, 2);
        y = Work.uniform(rows, 0, 1, 3);
        for (int n = 0; n < y.length; n++) {
            y[n] = Math.round(y[n]);
        }
        List<String> names = new ArrayList<>(columns);
        for (int k = 0; k < columns; k++) {
            names.add("x" + k);
        }
        return new RegressionData(names, doubles(x), doubles(y));
    }

    @Override
    Host.LogJoint onHost() {
        return (z, from, gradient) -> {
            double logP = 0;
            for (int k = 0; k < columns; k++) {
                double beta = z[from + k];
                logP -= beta * beta / 2 + Host.HALF_LOG_2PI;
                gradient[k] = -beta;
            }
            for (int n = 0; n < y.length; n++) {
                double eta = 0;
                for (int k = 0; k < columns; k++) {
                    eta += (double) x[n * columns + k] * z[from + k];
                }
                logP += y[n] * eta - Math.max(eta, 0) - Math.log1p(Math.exp(-Math.abs(eta)));
                double residual = y[n] - 1 / (1 + Math.exp(-eta));
                for (int k = 0; k < columns; k++) {
                    gradient[k] += residual * x[n * columns + k];
                }
            }
            return logP;
        };
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
