/** A user's module. The report's module brings the library's along. */
module user {
    requires io.github.elbo4j.report;
}
