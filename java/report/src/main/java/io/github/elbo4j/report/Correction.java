package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Marginal;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a fitted q says of a number, and beside it what importance weights make of that, or what Markov chains say. The two differ where they do by more than twice
 * the Monte Carlo error of the difference beyond a tenth of a standard deviation or of the other standard deviation.
 *
 * @param fitted by q
 * @param corrected by {@link io.github.elbo4j.infer.WeightedDraws} or a {@link io.github.elbo4j.infer.HamiltonianCheck}; NaN where they do
 *     not give it
 */
public record Correction(Marginal fitted, Account.Entry corrected) {
    /** Of a mean in standard deviations, and of a standard deviation in its own. */
    private static final double SHARE = 0.1;
    /** How many standard errors a difference must be beyond that. */
    private static final double Z = 2;

    /** What draws of an account say of each number that a report shows; empty where it has a posterior. */
    static List<Correction> of(Report report, @Nullable Account account) {
        List<Account.Entry> entries = account == null || account.hasPosterior() ? List.of() : report.shown(account);
        List<Marginal> fitted = report.marginals();
        return IntStream.range(0, entries.size())
                .mapToObj(i -> new Correction(fitted.get(i), entries.get(i)))
                .toList();
    }

    /** Whether the means differ by more than 0.1 standard deviations, beyond their errors; not where one is not known. */
    public boolean isMeanOff() {
        double error = StrictMath.hypot(corrected.meanError(), fitted.meanError());
        return Math.abs(corrected.mean() - fitted.mean()) - Z * error > SHARE * sd();
    }

    /** Whether one standard deviation is more than 1.1 times the other, beyond their errors; not where one is not known. */
    public boolean isSdOff() {
        // From draws a normal's sd has an error that is 1/√2 of that of its mean.
        double error = StrictMath.hypot(corrected.sdError(), fitted.meanError() / Math.sqrt(2)) / sd();
        double ratio = StrictMath.log(corrected.standardDeviation() / fitted.standardDeviation());
        return Math.abs(ratio) - Z * error > StrictMath.log(1 + SHARE);
    }

    boolean isOff() {
        return isMeanOff() || isSdOff();
    }

    /** The corrected one, if it is known. */
    private double sd() {
        return Double.isNaN(corrected.standardDeviation()) ? fitted.standardDeviation() : corrected.standardDeviation();
    }
}
