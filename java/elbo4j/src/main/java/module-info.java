/**
 * Variational inference, from batched sampling to whole fits.
 *
 * <p>The packages exported here are for users; {@code scalar}, {@code simd} and {@code cuda} are opened through {@link
 * io.github.elbo4j.Devices}. Only the JDK's {@code java.base} is required. A device that needs more reads it when it is opened:
 * {@code simd} the module {@code jdk.incubator.vector}, {@code cuda} the jars of JCuda, as modules ({@code --add-modules jcuda}) or on
 * the class path. Where these are not there, the device is absent, with the reason. Requiring them here would warn every user of
 * an incubating module and of jars that do not name their modules.
 */
module io.github.elbo4j {
    requires static org.jspecify;

    exports io.github.elbo4j;
    exports io.github.elbo4j.device;
    exports io.github.elbo4j.family;
    exports io.github.elbo4j.expr;
    exports io.github.elbo4j.distribution;
    exports io.github.elbo4j.model;
    exports io.github.elbo4j.estimate;
    exports io.github.elbo4j.infer;
    exports io.github.elbo4j.conjugate;
    exports io.github.elbo4j.mixture;
    exports io.github.elbo4j.network;
    exports io.github.elbo4j.deep;
    exports io.github.elbo4j.factors;
}
