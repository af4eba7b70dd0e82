package io.github.elbo4j.infer;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a fit may be trusted, decided in this one place: the verdict is the worst that any {@link Concern} allows, and good
 * where there is none.
 *
 * <p>Concerns come from how the run ended, from what its start saw of the posterior, and from the importance weights
 * {@code p/q} of fresh draws: their Pareto k-hat, their effective sample size, and what they do to means and standard
 * deviations. Where the weights are nearly uniform k-hat says nothing (its tail is noise among equal weights), so it is
 * not used.
 *
 * @param kHat the Pareto shape of the weights (Vehtari et al. 2024); NaN if there is none
 * @param efficiency {@link io.github.elbo4j.estimate.LogWeights#efficiency} of the weights; NaN if there is none
 * @param draws how many weights there were
 * @param concerns the worst first
 */
public record Assessment(Verdict verdict, double kHat, double efficiency, int draws, List<Concern> concerns)
        implements Serializable {
    public Assessment {
        concerns = List.copyOf(concerns);
    }

    /**
     * From what was found.
     *
     * @param found the concerns in any order
     */
    public static Assessment of(double kHat, double efficiency, int draws, List<Concern> found) {
        List<Concern> concerns = found.stream()
                .sorted((a, b) -> b.verdict().compareTo(a.verdict()))
                .toList();
        Verdict verdict = concerns.isEmpty() ? Verdict.GOOD : concerns.get(0).verdict();
        return new Assessment(verdict, kHat, efficiency, draws, concerns);
    }

    /** With other concerns, too. */
    Assessment with(List<Concern> others) {
        List<Concern> all = new ArrayList<>(concerns);
        all.addAll(others);
        return of(kHat, efficiency, draws, all);
    }
}
