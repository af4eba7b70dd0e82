package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.infer.Posterior;
import io.github.elbo4j.report.words.Numbers;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a report shows of a fit, each with its distribution.
 *
 * @param values the model's quantities on its user's scale; empty where the parameters are shown that were fitted
 * @param draws of their own for means and standard deviations; 0 for none
 * @param accounts what accounts of the fit say of them
 */
record ShownQuantities(List<Marginal> values, long draws, Map<Account, List<Account.Entry>> accounts) {
    static final ShownQuantities NONE = new ShownQuantities(List.of(), 0, Map.of());

    /** Those of the model, or else the parameters that were fitted. */
    List<Marginal> of(Posterior posterior) {
        if (!values.isEmpty()) {
            return values;
        }
        return IntStream.range(0, posterior.dimensions())
                .mapToObj(i -> new Marginal(
                        posterior.names().get(i),
                        posterior.mean(i),
                        0,
                        posterior.standardDeviation(i),
                        Marginal.PROBABILITIES.stream()
                                .map(p -> posterior.quantile(i, p))
                                .toList(),
                        true))
                .toList();
    }

    /** What an account says of those; empty where it says nothing of them. */
    List<Account.Entry> by(Account account) {
        return values.isEmpty() ? account.entries() : accounts.getOrDefault(account, List.of());
    }

    /** The largest standard error of a mean, in standard deviations; 0 if all are exact. */
    static double largestMeanError(List<Marginal> shown) {
        return shown.stream()
                .filter(marginal -> marginal.standardDeviation() > 0)
                .mapToDouble(marginal -> marginal.meanError() / marginal.standardDeviation())
                .max()
                .orElse(0);
    }

    /**
     * How exact means are, and from what; empty if all are exact.
     *
     * @param error the largest
     */
    String meansInWords(double error) {
        if (error == 0) {
            return "";
        }
        if (draws == 0) {
            return "Means are exact or from draws; their standard errors are at most " + Numbers.fixed(100 * error, 1)
                    + " % of the sds.";
        }
        return "Means and sds are exact or from " + Numbers.grouped(draws)
                + " draws; the standard errors of the means are at most " + Numbers.significant(100 * error, 2)
                + " % of the sds. Quantiles are exact or from " + Numbers.grouped(Marginal.DRAWS) + " draws.";
    }
}
