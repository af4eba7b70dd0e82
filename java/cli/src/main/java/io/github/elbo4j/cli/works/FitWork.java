package io.github.elbo4j.cli.works;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.NormalPrior;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.report.words.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A whole fit with the defaults: a full-rank Gaussian of a logistic regression, the ELBO and the verdict with it. */
@SuppressWarnings("NullAway.Init") // prepare() is the constructor
public final class FitWork extends Execution {
    private static final int ROWS = 2000;
    private static final int COLUMNS = 16;
    /** At the tiny size. */
    private static final int FEW = 60;

    private Device device;
    private LogJoint joint;
    private double[] beta; // what the rows were made with

    /** What is fitted, in words. */
    public static String words(Work.Size size) {
        return "a whole fit: full-rank, logistic regression of " + Numbers.grouped(rows(size)) + " rows, "
                + columns(size) + " columns";
    }

    private static int rows(Work.Size size) {
        return size == Work.Size.TINY ? FEW : ROWS;
    }

    private static int columns(Work.Size size) {
        return size == Work.Size.TINY ? 2 : COLUMNS;
    }

    @Override
    void prepare(Device on) {
        device = on;
        int rows = rows(size());
        int columns = columns(size());
        SplittableRandom random = new SplittableRandom(11);
        beta = random.doubles(columns, -1, 1).toArray();
        double[] x = new double[rows * columns];
        double[] y = new double[rows];
        List<String> names = new ArrayList<>();
        for (int k = 0; k < columns; k++) {
            names.add("x" + k);
        }
        for (int n = 0; n < rows; n++) {
            double eta = 0;
            for (int k = 0; k < columns; k++) {
                x[n * columns + k] = (float) (2 * random.nextDouble() - 1);
                eta += x[n * columns + k] * beta[k];
            }
            y[n] = random.nextDouble() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
        }
        joint = own(
                new BayesianLogisticRegression(on, new RegressionData(names, x, y), NormalPrior.STANDARD).logJoint());
    }

    @Override
    public FitResult step() {
        return Sgvi.builder().build().fit(device, joint);
    }

    /** The coefficients that made the rows are within 6 posterior sds: of 16, once in 3e7 data sets beyond; the data are fixed. */
    @Override
    void check() {
        FitResult fit = step();
        if (fit.status() != Status.CONVERGED) {
            throw new IllegalStateException("the fit did not converge, but " + fit.message() + ": not timed");
        }
        for (int k = 0; k < beta.length; k++) {
            Expect.close(
                    "coefficient " + k,
                    fit.posterior().mean(k),
                    beta[k],
                    6 * fit.posterior().standardDeviation(k));
        }
    }
}
