package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.PointDensity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A second witness of a fit: Markov chains by Hamiltonian Monte Carlo (Neal 2011) from draws of its q, many in one batch on the device. They do
 * not take q for true: where they agree with each other, means, standard deviations and quantiles are the posterior's, within Monte
 * Carlo errors, whatever q is.
 *
 * <p>They agree where each parameter's {@link Convergence} is reached, R-hat at most 1.01 and effective sample sizes of 400 or more, and at most
 * one trajectory in a thousand diverged; that is looked at after 100, 200, 400 and 800 draws of each chain. Else there is no answer.
 *
 * <p>What the chains say lowers a verdict and never raises it. A mean that is off by more than 0.1 of the chains' standard deviation, or a
 * standard deviation by more than a factor of 1.15, both beyond two Monte Carlo errors, leaves a fit usable at most; 0.3 or 1/0.7, not to be
 * trusted: the limits of the verdict's own rule for importance weights. A fit of which chains do not agree is usable at most,
 * too: of a good q they are as good as standard normal, and have no difficulty. A verdict that fresh draws lowered stays, even if
 * chains agree with q: means and sds of parameters do not say whether tails, correlations and the evidence are right, of which the weights
 * spoke, and chains from draws of q see no mode that q does not know. The reader has the chains' own numbers.
 */
public final class HamiltonianCheck {
    /** What its account is called. */
    public static final String NAME = "Hamiltonian Monte Carlo";

    /** Chains that split R-hat takes at least. */
    private static final int LEAST_CHAINS = 4;

    private static final int MOST_CHAINS = 4096;
    /** Draws of a chain after which it is first looked at whether they agree; then after twice as many each time. */
    private static final int FIRST = 100;

    private static final int LAST = 800;
    /** Numbers that are held at most, 256 MiB. */
    private static final long MOST_NUMBERS = 1L << 25;
    /** Trajectories, of so many of which one may diverge. */
    private static final int DIVERGENT_IN = 1000;

    private final int chains;
    private final long seed;
    private final BooleanSupplier cancelled;

    private HamiltonianCheck(int chains, long seed, BooleanSupplier cancelled) {
        this.chains = chains;
        this.seed = seed;
        this.cancelled = cancelled;
    }

    /** The defaults. */
    public HamiltonianCheck() {
        this(64, 0, () -> false);
    }

    /** Chains; 64. */
    public HamiltonianCheck chains(int value) {
        if (value < LEAST_CHAINS || value > MOST_CHAINS) {
            throw new IllegalArgumentException("chains is " + value + ", but must be from " + LEAST_CHAINS + " to "
                    + MOST_CHAINS + ": agreement is that of several");
        }
        return new HamiltonianCheck(value, seed, cancelled);
    }

    /** Of all draws; 0. */
    public HamiltonianCheck seed(long value) {
        return new HamiltonianCheck(chains, value, cancelled);
    }

    /** Asked before each trajectory; once it returns true, the fit comes back without an answer of chains. */
    public HamiltonianCheck cancelled(BooleanSupplier value) {
        return new HamiltonianCheck(chains, seed, Objects.requireNonNull(value));
    }

    /**
     * Why a fit cannot be checked, in a clause that begins with what there is; null if it can.
     *
     * @param joint what was fitted
     */
    private @Nullable String refusal(LogJoint joint, FitResult fit) {
        if (fit.isPoint()) {
            return "is a point, found by " + fit.method();
        }
        if (!(fit.posterior() instanceof GaussianPosterior || fit.posterior() instanceof NormalMixture)) {
            return "is a " + fit.posterior().getClass().getSimpleName() + ", found by " + fit.method();
        }
        return fit.posterior().dimensions() == joint.dimensions()
                ? null
                : "has " + fit.posterior().dimensions() + " parameters, and the log-joint " + joint.dimensions();
    }

    /**
     * The same fit with the account of the chains behind its others, see {@link FitResult#byChains()}, and with a concern where they differ
     * from q or do not agree. A fit that did not come to an end comes back as it is. The account holds its draws, up to 256 MiB, until {@link
     * FitResult#withoutDraws}; seconds and draws of the result stay those of the fit.
     *
     * @param joint that was fitted, on its own scale and of all rows
     * @param fit of a Gaussian q or a mixture, as by {@link VariationalMixture}, {@link Sgvi}, {@link FixedDraws}, {@link Pathfinder} and {@link
     *     ModeSearch#laplace}
     * @throws IllegalArgumentException if q is no Gaussian and no mixture over the joint's parameters, or these are so many that their draws do not fit
     */
    public FitResult check(Device device, LogJoint joint, FitResult fit) {
        String refusal = refusal(joint, fit);
        if (refusal != null) {
            throw new IllegalArgumentException(
                    "chains begin at draws of a Gaussian q, or of a mixture, of the log-joint's parameters, but this fit's "
                            + refusal);
        }
        long most = MOST_NUMBERS / FIRST / chains;
        if (joint.dimensions() > most) {
            throw new IllegalArgumentException("there are " + joint.dimensions() + " parameters, but the draws of "
                    + chains + " chains are kept of at most " + most);
        }
        if (fit.status() == Status.DIVERGED || fit.status() == Status.INTERRUPTED || fit.status() == Status.FAILED) {
            return fit;
        }
        try (PointDensity density = new PointDensity(device, joint)) {
            return chained(density, joint.parameterNames(), fit);
        } catch (CancellationException e) {
            return unanswered(fit, "the chains were stopped before they could agree");
        } catch (DeviceException e) {
            return unanswered(fit, "the device failed while the chains ran: " + e.getMessage());
        }
    }

    private FitResult chained(PointDensity density, List<String> names, FitResult fit) {
        HamiltonianChains run =
                new HamiltonianChains(density, fit.posterior(), chains, new Key(seed).fork("hamiltonian"), cancelled);
        try {
            if (!run.start()) {
                return unanswered(fit, "the posterior's density or its gradient is not finite at draws of q");
            }
        } catch (IllegalStateException e) { // no positive definite covariance
            return unanswered(fit, "chains have no draws of q to begin at: " + e.getMessage());
        }
        run.warmUp();
        double[][] columns = new double[names.size()][0];
        int length = 0;
        String trouble;
        do {
            int more = length == 0 ? FIRST : 2 * length;
            columns = longer(columns, length, more);
            run.sample(columns, length, more);
            length = more;
            trouble =
                    trouble(names, new ChainDraws(names, columns, chains, true).convergence(), run.divergent(), length);
        } while (trouble != null && 2 * length <= LAST && 2L * length * chains * names.size() <= MOST_NUMBERS);
        Account account = new Account(NAME, new ChainDraws(names, columns, chains, trouble == null));
        Map<String, Object> settings = new LinkedHashMap<>(fit.settings());
        settings.put("chains", chains);
        settings.put("chainDraws", length);
        settings.put("chainStep", run.size());
        settings.put("chainDivergent", run.divergent());
        settings.put("chainEvaluations", run.evaluations());
        return fit.checked(
                settings,
                account,
                trouble == null
                        ? differences(fit.posterior(), account)
                        : List.of(unmixed(String.format(
                                Locale.ROOT,
                                "%d chains of Hamiltonian Monte Carlo did not agree: %s",
                                chains,
                                trouble))));
    }

    private double[][] longer(double[][] columns, int from, int to) {
        double[][] longer = new double[columns.length][chains * to];
        for (int d = 0; d < columns.length; d++) {
            for (int c = 0; c < chains; c++) {
                System.arraycopy(columns[d], c * from, longer[d], c * to, from);
            }
        }
        return longer;
    }

    /** What keeps chains from an answer, in a clause; null if they agree. */
    private @Nullable String trouble(List<String> names, List<Convergence> found, int divergent, int length) {
        int worst = 0;
        int least = 0;
        for (int d = 1; d < found.size(); d++) {
            worst = rHat(found.get(d)) > rHat(found.get(worst)) ? d : worst;
            least = ess(found.get(d)) < ess(found.get(least)) ? d : least;
        }
        if (rHat(found.get(worst)) > Convergence.MOST_R_HAT) {
            return String.format(
                    Locale.ROOT,
                    "R-hat of %s is %.3f, and must be at most %.2f",
                    names.get(worst),
                    rHat(found.get(worst)),
                    Convergence.MOST_R_HAT);
        }
        if (ess(found.get(least)) < Convergence.LEAST_ESS) {
            return String.format(
                    Locale.ROOT,
                    "the effective sample size of %s is %.0f, and must be %.0f or more",
                    names.get(least),
                    ess(found.get(least)),
                    Convergence.LEAST_ESS);
        }
        return (long) divergent * DIVERGENT_IN <= (long) chains * length
                ? null
                : String.format(
                        Locale.ROOT,
                        "%d of %d trajectories diverged, so that a part of the posterior may not be reached",
                        divergent,
                        chains * length);
    }

    private static double rHat(Convergence of) {
        return Double.isNaN(of.rHat()) ? Double.POSITIVE_INFINITY : of.rHat();
    }

    private static double ess(Convergence of) {
        double least = Math.min(of.bulkEss(), of.tailEss());
        return Double.isNaN(least) ? 0 : least;
    }

    /** How q differs from what the chains agree about, the worst mean and the worst standard deviation. */
    private static List<Concern> differences(Posterior q, Account account) {
        double shift = Double.NEGATIVE_INFINITY;
        double width = Double.NEGATIVE_INFINITY;
        int shifted = 0;
        int wider = 0;
        for (int d = 0; d < q.dimensions(); d++) {
            Account.Entry entry = account.entries().get(d);
            double sd = entry.standardDeviation();
            double off = (Math.abs(q.mean(d) - entry.mean()) - Evaluation.Z * entry.meanError()) / sd;
            double ratio = Math.abs(StrictMath.log(q.standardDeviation(d) / sd)) - Evaluation.Z * entry.sdError() / sd;
            shifted = off > shift ? d : shifted;
            shift = Math.max(shift, off);
            wider = ratio > width ? d : wider;
            width = Math.max(width, ratio);
        }
        Concerns concerns = new Concerns();
        Account.Entry entry = account.entries().get(shifted);
        concerns.judge(
                Concern.Kind.CHAINS_DIFFER,
                q.names().get(shifted),
                shift <= Evaluation.GOOD_SHIFT,
                shift <= Evaluation.USABLE_SHIFT,
                String.format(
                        Locale.ROOT,
                        "Hamiltonian Monte Carlo moves the mean of %s by %.2f sd",
                        entry.name(),
                        (entry.mean() - q.mean(shifted)) / entry.standardDeviation()));
        entry = account.entries().get(wider);
        concerns.judge(
                Concern.Kind.CHAINS_DIFFER,
                q.names().get(wider),
                width <= StrictMath.log(Evaluation.GOOD_RATIO),
                width <= StrictMath.log(Evaluation.USABLE_RATIO),
                String.format(
                        Locale.ROOT,
                        "Hamiltonian Monte Carlo multiplies the standard deviation of %s by %.2f",
                        entry.name(),
                        entry.standardDeviation() / q.standardDeviation(wider)));
        return concerns.all();
    }

    private static Concern unmixed(String words) {
        return new Concern(Concern.Kind.CHAINS_UNMIXED, Verdict.USABLE, null, words);
    }

    private static FitResult unanswered(FitResult fit, String words) {
        return fit.checked(fit.settings(), null, List.of(unmixed(words)));
    }
}
