package io.github.elbo4j.infer;

import io.github.elbo4j.estimate.Estimate;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of several separate modes of the posterior that a fit's starts came upon.
 *
 * @param at where log p is largest, [D]
 * @param sd the standard deviations of the normal there, [D]
 * @param logEvidence the mode's part of the evidence, importance-weighted from that normal
 */
public record Mode(double[] at, double[] sd, Estimate logEvidence) implements Serializable {
    public Mode {
        at = at.clone();
        sd = sd.clone();
    }

    @Override
    public double[] at() {
        return at.clone();
    }

    @Override
    public double[] sd() {
        return sd.clone();
    }

    /** By value, arrays included. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Mode that
                && Arrays.equals(at, that.at)
                && Arrays.equals(sd, that.sd)
                && logEvidence.equals(that.logEvidence);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(at), Arrays.hashCode(sd), logEvidence);
    }

    /** {@code at [0.1, 2.0], sd [1.0, 0.5], log evidence -3.1 ± 0.01 (4096 draws)}. */
    @Override
    public String toString() {
        return "at " + Arrays.toString(at) + ", sd " + Arrays.toString(sd) + ", log evidence " + logEvidence;
    }

    /** The modes in words: where they are and their shares of the evidence. */
    static String describe(List<Mode> modes, List<String> names) {
        int apart = 0;
        double most = 0;
        double[] a = modes.get(0).at();
        double[] b = modes.get(1).at();
        double[] sd = modes.get(0).sd();
        double logSum = 0;
        for (int d = 0; d < a.length; d++) {
            double distance = Math.abs(a[d] - b[d]) / sd[d];
            if (distance > most) {
                most = distance;
                apart = d;
            }
        }
        String name = names.get(apart);
        StringBuilder words = new StringBuilder("the posterior has ")
                .append(modes.size())
                .append(" separate modes or more, of which this is one: ");
        double largest = modes.get(0).logEvidence().value();
        for (int m = 0; m < modes.size(); m++) {
            Mode mode = modes.get(m);
            logSum += StrictMath.exp(mode.logEvidence().value() - largest);
            words.append(m == 0 ? "" : ", ")
                    .append(String.format(
                            Locale.ROOT,
                            "%s near %.4g (log evidence %.4g)",
                            name,
                            mode.at()[apart],
                            mode.logEvidence().value()));
        }
        return words.append(String.format(
                        Locale.ROOT, "; together their log evidence is %.4g", largest + StrictMath.log(logSum)))
                .toString();
    }
}
