package io.github.elbo4j.infer;

/** What the Pareto k-hat of the importance ratios says of a fit (Vehtari et al. 2024; Yao et al. 2018). */
public enum Verdict {
    /** k-hat below 0.5: q is close to the posterior. */
    GOOD("good"),
    /** k-hat in [0.5, 0.7): usable, above all after importance weighting. */
    USABLE("usable"),
    /** k-hat of 0.7 or more, or none. */
    DO_NOT_TRUST("do not trust");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** The verdict in words. */
    public String words() {
        return words;
    }

    /** The verdict on a k-hat; NaN is not to be trusted. */
    public static Verdict of(double kHat) {
        if (kHat < 0.5) {
            return GOOD;
        }
        return kHat < 0.7 ? USABLE : DO_NOT_TRUST;
    }
}
