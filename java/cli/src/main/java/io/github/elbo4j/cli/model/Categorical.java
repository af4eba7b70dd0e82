package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.BayesianCategoricalRegression;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.RegressionData;
import io.github.elbo4j.model.RowsLogJoint;
import io.github.elbo4j.model.Standardization;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.words.Words;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code fit categorical}. */
final class Categorical implements FitModel {
    /** More values than that are a quantity, or tell the rows apart. */
    private static final int MOST_CLASSES = 50;

    @Override
    public String name() {
        return "categorical";
    }

    @Override
    public String summary() {
        return "Bayesian categorical regression: the target has three classes or more, numbers or words; each has a score"
                + " that is linear in the other columns, and scores differ by the log of the odds.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/iris.csv --target species",
                "--data test/data/iris.csv --target species --ignore sepal_length --prior-sd 5");
    }

    @Override
    public Target target(TargetColumn column) {
        if (!column.holdsWords()) {
            column.numbers(); // or a refusal that names the cell
        }
        Levels levels = column.levels();
        List<String> classes = levels.values();
        int count = classes.size();
        if (count == 1) {
            throw column.constant(classes.get(0));
        }
        if (count == 2) {
            throw new InputException(column.where() + " has two values (" + String.join(" and ", classes)
                    + "). For two classes use: elbo4j fit logistic");
        }
        if (count > MOST_CLASSES) {
            throw new InputException(column.where() + " has " + Words.count(count, "different value")
                    + ", but a categorical regression takes at most " + MOST_CLASSES
                    + (column.holdsWords() ? " classes" : " classes. For a quantity use: elbo4j fit linear"));
        }
        double[] y = Arrays.stream(levels.codes()).asDoubleStream().toArray();
        return new Target(y, classes, new Coding(column.name(), classes, Coding.Kind.CLASSES));
    }

    @Override
    public List<String> classes(Problem problem) {
        return problem.input().classes();
    }

    @Override
    public void check(Problem problem) {
        Beside.PerRow offset = problem.input().beside().offset();
        if (offset != null) {
            throw new InputException("--offset: column " + Text.quote(offset.column()) + " would add the same to the"
                    + " scores of all classes, which changes nothing; leave the option out");
        }
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        return io.github.elbo4j.distribution.Categorical.ofLogits(predictor);
    }

    /** The hand-written likelihood where it serves: it is faster. */
    @Override
    public RowsLogJoint joint(Device device, Problem problem) {
        if (!problem.isPlain()) {
            return FitModel.super.joint(device, problem);
        }
        RegressionData data = problem.data();
        double scale = interceptScale(problem);
        if (scale != 1) {
            double[] x = data.x().clone();
            for (int row = 0; row < data.rows(); row++) {
                x[row * data.columns().size()] = scale;
            }
            data = new RegressionData(data.columns(), x, data.y());
        }
        return new BayesianCategoricalRegression(
                        device,
                        data,
                        problem.input().classes(),
                        problem.priors().coefficient())
                .logJoint();
    }

    /**
     * What stands in the column of the intercept, so that one prior serves all coefficients: with a coefficient b ~ N(m, s²)
     * the intercept {@code scale·b + m·(1 − scale)} is N(m, (scale·s)²). The second term is the same for all classes, and what
     * is added to all scores leaves the likelihood as it is, so the column alone need be scaled.
     */
    private static double interceptScale(Problem problem) {
        return problem.hasIntercept()
                ? problem.priors().intercept().sd()
                        / problem.priors().coefficient().sd()
                : 1;
    }

    /** The way back of one class, which is that of all. */
    @Override
    public Standardization.@Nullable Affine back(Problem problem) {
        if (!problem.isPlain()) {
            return problem.affine();
        }
        double scale = interceptScale(problem);
        int k = problem.data().columns().size();
        Standardization standardization = problem.scale();
        if (standardization == null && scale == 1) {
            return null;
        }
        double[] ones = new double[k];
        Arrays.fill(ones, 1);
        Standardization.Affine back = standardization == null
                ? new Standardization.Affine(new double[k], ones, new double[k])
                : standardization.toOriginal(k);
        if (scale != 1) {
            back.shift()[0] += back.scale()[0] * problem.priors().coefficient().mean() * (1 - scale);
            back.scale()[0] *= scale;
        }
        return back;
    }

    /** The curvature is that of a logistic regression at most, {@code p·(1 − p)} a row. */
    @Override
    public double robbinsMonroRate(Problem problem) {
        return 20.0 / problem.data().rows();
    }

    @Override
    public GroupCentering.RowInformation information(Problem problem, int which) {
        return GroupCentering.ofBinary(
                Arrays.stream(problem.data().y()).map(y -> y == which ? 1 : 0).toArray());
    }

    @Override
    public String effect(String target) {
        return "the class's score";
    }

    @Override
    public String note() {
        return "The scores of two classes differ by the log of their odds. The data tell these differences only: what is"
                + " added to the coefficients of all classes is left to the prior, so compare classes, and read the"
                + " correlations with that in mind.";
    }
}
