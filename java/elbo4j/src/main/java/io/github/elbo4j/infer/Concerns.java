package io.github.elbo4j.infer;

import io.github.elbo4j.infer.Concern.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is found against a fit, in the order in which it was found. */
final class Concerns {
    private final List<Concern> all = new ArrayList<>();

    List<Concern> all() {
        return List.copyOf(all);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void clear() {
        all.clear();
    }

    void addAll(List<Concern> found) {
        all.addAll(found);
    }

    void add(Concern found) {
        all.add(found);
    }

    void add(Kind kind, Verdict verdict, @Nullable String parameter, String words) {
        add(new Concern(kind, verdict, parameter, words));
    }

    /** Adds one unless it is good; what is NaN is neither good nor usable. */
    void judge(Kind kind, @Nullable String parameter, boolean good, boolean usable, String words) {
        if (!good) {
            add(kind, usable ? Verdict.USABLE : Verdict.DO_NOT_TRUST, parameter, words);
        }
    }

    /** A share in two digits, but never a rounded whole. */
    static String percent(double share) {
        return share >= 0.995 ? "more than 99 %" : String.format(Locale.ROOT, "%.2g %%", 100 * share);
    }
}
