package io.github.elbo4j.estimate;

/** How the gradient of the ELBO is estimated. All are unbiased. */
public enum Gradient {
    /** Pathwise, with the entropy in closed form (Kingma and Welling 2014). */
    REPARAM,
    /** Pathwise without the score term, "sticking the landing" (Roeder, Wu and Duvenaud 2017). */
    PATH,
    /** Score function with a baseline (Ranganath, Gerrish and Blei 2014); needs no gradient of the model. */
    SCORE,
    /**
     * REPARAM until the ELBO first stops rising, then PATH: far from the posterior the one is steadier, near it the other
     * has next to no noise.
     */
    AUTO
}
