package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Levels;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.conjugate.CaviLogistic;
import io.github.elbo4j.conjugate.CaviRegression;
import io.github.elbo4j.conjugate.LogisticRegression;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.BayesianLogisticRegression;
import io.github.elbo4j.model.ModelBuilder;
import io.github.elbo4j.model.RowsLogJoint;
import io.github.elbo4j.report.Coding;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.util.List;
import java.util.Map;

/** {@code fit logistic}. */
final class Logistic implements FitModel {
    @Override
    public String name() {
        return "logistic";
    }

    @Override
    public String summary() {
        return "Bayesian logistic regression: the target is 0 or 1, its log-odds are linear in the other columns.";
    }

    @Override
    public List<String> examples() {
        return List.of(
                "--data test/data/pima.csv --target type",
                "--data test/data/pima.csv --target type --ignore skin,bp --seed 1 --out pima-1");
    }

    /** 0 and 1 as they are; other two values by their order, which is told. */
    @Override
    public Target target(TargetColumn column) {
        double[] numbers = column.holdsWords() ? new double[0] : column.numbers();
        Levels levels = column.levels();
        Levels two = levels.twoValued();
        int count = levels.values().size();
        if (two == null && count > 1) {
            if (numbers.length == 0) {
                throw new InputException(column.where() + " holds text of " + Words.count(count, "different value")
                        + " (" + column.textExamples() + "), but a logistic regression needs two. For more classes use:"
                        + " elbo4j fit categorical");
            }
            int row = column.rows()
                    .filter(r -> numbers[r] != 0 && numbers[r] != 1)
                    .findFirst()
                    .orElseThrow();
            throw new InputException(column.place(row) + ": the target is " + Levels.label(numbers[row])
                    + ", but a logistic regression needs 0 or 1, or any other two values (there are "
                    + Numbers.grouped(count)
                    + "). For more classes use: elbo4j fit categorical. For a quantity use: elbo4j fit linear");
        }
        if (two == null) {
            String value = levels.values().get(0);
            throw column.constant(numbers.length == 0 ? Text.quote(value) : value);
        }
        return two.values().equals(List.of("0", "1"))
                ? Target.of(two.indicator(1))
                : new Target(
                        two.indicator(1), List.of(), new Coding(column.name(), two.values(), Coding.Kind.TWO_VALUES));
    }

    @Override
    public Distribution likelihood(ModelBuilder m, Problem problem, Expr predictor) {
        return Bernoulli.ofLogit(predictor);
    }

    /** The hand-written likelihood where it serves: it is faster. */
    @Override
    public RowsLogJoint joint(Device device, Problem problem) {
        return problem.isPlain()
                ? new BayesianLogisticRegression(device, problem.data(), problem.coefficientPriors()).logJoint()
                : FitModel.super.joint(device, problem);
    }

    @Override
    public Map<String, ClosedForm> closedForms(Problem problem) {
        LogisticRegression plain = new LogisticRegression(problem.data(), problem.coefficientPriors());
        return problem.isPlain()
                ? Map.of(
                        CaviRegression.NAME,
                        (device, seed, cancelled) ->
                                new CaviLogistic(ClosedForm.settings(seed, cancelled)).fit(device, plain))
                : Map.of();
    }

    /** The curvature is about {@code rows/8}, times the largest eigenvalue of the correlations. */
    @Override
    public double robbinsMonroRate(Problem problem) {
        return 20.0 / problem.data().rows();
    }

    @Override
    public GroupCentering.RowInformation information(Problem problem, int which) {
        return GroupCentering.ofBinary(problem.data().y());
    }

    @Override
    public String effect(String target) {
        return "the log-odds";
    }
}
