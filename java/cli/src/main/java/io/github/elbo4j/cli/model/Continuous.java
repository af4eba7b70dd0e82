package io.github.elbo4j.cli.model;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.Target;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.model.NormalPrior;

/** What regressions of quantities share: the target is linear in the other columns, plus noise, whose scale may be inferred. */
abstract class Continuous implements FitModel {
    /** Of the log of the noise's scale: where the target is standardized, and where nothing is known of its unit. */
    private static final NormalPrior LOG_SCALE = new NormalPrior(0, 2);

    private static final NormalPrior LOG_SCALE_ANY_UNIT = new NormalPrior(0, 10);

    @Override
    public final Target target(TargetColumn column) {
        if (column.holdsWords()) {
            throw new InputException(column.where() + " holds text (" + column.textExamples()
                    + "). The target must be a number; for two classes use: elbo4j fit logistic, for"
                    + " more: elbo4j fit categorical");
        }
        return Target.of(column.numbers());
    }

    @Override
    public final boolean standardizesTarget() {
        return true;
    }

    @Override
    public final GroupCentering.RowInformation information(Problem problem, int which) {
        return GroupCentering.ofQuantities(problem.data().y(), problem.group());
    }

    @Override
    public final String effect(String target) {
        return target;
    }

    /** The prior of the log of the noise's scale. */
    static NormalPrior logScalePrior(Problem problem) {
        return problem.scale() == null ? LOG_SCALE_ANY_UNIT : LOG_SCALE;
    }
}
