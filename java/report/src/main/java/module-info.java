/** Writes a fit as {@code fit.json} and as a page to look at, and reads {@code fit.json} back. */
module io.github.elbo4j.report {
    requires transitive io.github.elbo4j;
    requires tools.jackson.core;
    requires static org.jspecify;

    exports io.github.elbo4j.report;
}
