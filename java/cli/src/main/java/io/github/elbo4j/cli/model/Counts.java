package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import java.util.Arrays;

/** What regressions of counts share: the log of the mean is linear, an offset is the exposure. */
abstract class Counts implements FitModel {
    /** Whole numbers up to this are exact in float32. */
    private static final double MOST = 1 << 24;

    @Override
    public final Target target(TargetColumn column) {
        if (column.holdsWords()) {
            throw new InputException(column.where() + " holds text (" + column.textExamples()
                    + "). The target must be a count: 0, 1, 2 and so on");
        }
        double[] y = column.numbers();
        column.rows()
                .filter(row -> !(y[row] >= 0 && y[row] == Math.rint(y[row])))
                .findFirst()
                .ifPresent(row -> {
                    throw new InputException(column.place(row) + ": the target is " + Levels.label(y[row])
                            + ", but a count is 0, 1, 2 and so on. For a quantity use: elbo4j fit linear");
                });
        column.rows().filter(row -> y[row] > MOST).findFirst().ifPresent(row -> {
            throw new InputException(column.place(row) + ": the target is " + Levels.label(y[row])
                    + ", but counts beyond " + Levels.label(MOST)
                    + " are not exact in single precision. Their logarithm"
                    + " is nearly normal: use elbo4j fit linear for it");
        });
        return Target.of(y);
    }

    @Override
    public final boolean offsetIsExposure() {
        return true;
    }

    /** The log of the mean, by exposure if there is an offset. */
    @Override
    public final double centre(RegressionInput input) {
        Beside.PerRow exposure = input.beside().offset();
        Beside.PerRow weights = input.beside().weights();
        double counts = 0;
        double exposed = 0;
        for (int row = 0; row < input.rows(); row++) {
            double weight = weights == null ? 1 : weights.values()[row];
            counts += weight * input.y()[row];
            exposed += weight * (exposure == null ? 1 : exposure.values()[row]);
        }
        return counts > 0 ? StrictMath.log(counts / exposed) : 0;
    }

    @Override
    public GroupCentering.RowInformation information(Problem problem, int which) {
        double[] y = problem.data().y();
        double[] mean = means(problem.input());
        return GroupCentering.ofCounts(y, mean, overdispersion(y, mean));
    }

    /** How many times larger the variance is than a Poisson's. */
    double overdispersion(double[] y, double[] mean) {
        return 1;
    }

    private double[] means(RegressionInput input) {
        double rate = StrictMath.exp(centre(input));
        Beside.PerRow exposure = input.beside().offset();
        double[] means = new double[input.rows()];
        Arrays.setAll(means, row -> rate * (exposure == null ? 1 : exposure.values()[row]));
        return means;
    }

    /** The curvature is about the sum of the counts, times the largest eigenvalue of the correlations. */
    @Override
    public final double robbinsMonroRate(Problem problem) {
        return 2.5 / Math.max(1, Arrays.stream(problem.data().y()).sum());
    }

    @Override
    public final String effect(String target) {
        return "the log of the mean";
    }
}
