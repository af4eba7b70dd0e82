package io.github.elbo4j.cli.subject;

import io.github.elbo4j.model.NormalPrior;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** On which scale the columns of a regression are fitted, and the prior of its coefficients there. */
public final class ScaleOptions {
    @Option(names = "--no-intercept", description = "No intercept. Columns are then scaled but not centred.")
    private boolean noIntercept;

    @Option(
            names = "--standardize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Fit the columns (and a target that is a quantity) as they are, or, by default, moved and scaled"
                            + " to mean 0 and sd 1. Results are on the scale of the data either way; priors are on the scale that"
                            + " is fitted.")
    private boolean standardize = true;

    @Option(names = "--prior-mean", paramLabel = "M", description = "Prior mean of each coefficient. Default: 0.")
    private double priorMean;

    @Option(names = "--prior-sd", paramLabel = "S", description = "Prior sd of each coefficient. Default: 2.5.")
    private double priorSd = 2.5;

    /** Refuses what is no prior. */
    public void validate(CommandLine command) {
        OptionChecks.positive(command, "--prior-sd", priorSd);
        if (!Float.isFinite((float) priorMean)) {
            throw new ParameterException(command, "--prior-mean is " + priorMean + ", but must be a finite number");
        }
    }

    public boolean intercept() {
        return !noIntercept;
    }

    public boolean standardize() {
        return standardize;
    }

    /** Of each coefficient. */
    public NormalPrior prior() {
        return new NormalPrior(priorMean, priorSd);
    }
}
