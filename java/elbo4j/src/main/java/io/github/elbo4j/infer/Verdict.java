package io.github.elbo4j.infer;

/** How far a fit may be trusted; {@link Assessment} decides. */
public enum Verdict {
    /** q is close to the posterior: means, standard deviations and intervals can be used as they are. */
    GOOD("good"),
    /** q misses some of the posterior: means are usable, intervals and tails with care. */
    USABLE("usable"),
    /** q and the posterior differ where it matters, or nothing is known of it. */
    DO_NOT_TRUST("do not trust");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** The verdict in words. */
    public String words() {
        return words;
    }
}
