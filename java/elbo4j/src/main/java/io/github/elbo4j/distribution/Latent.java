package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of a model: coordinates on the whole real line, the value that they stand for, and the log-density of its prior in
 * those coordinates. {@link Distribution#latent} makes it.
 */
public final class Latent {
    private final Distribution prior;
    private final Distribution fitted;
    private final int[] extents;
    private final Expr coordinates;
    private final int offset;
    private final Expr value;
    private final Expr logDensity;
    private final Expr logPrior;
    private final double @Nullable [] start; // where a fit begins; null for the centre of the prior

    /**
     * @param prior of the value, in messages
     * @param fitted the distribution of what the coordinates stand for
     * @param extents of the value
     * @param map from what the coordinates stand for to the value
     */
    Latent(
            Distribution prior,
            Distribution fitted,
            Parameters parameters,
            String name,
            int[] extents,
            UnaryOperator<Expr> map) {
        Support support = fitted.support();
        if (support.isDiscrete()) {
            throw new IllegalArgumentException(name + " has the prior " + prior + ", which is discrete, but a parameter"
                    + " must be continuous; sum over its values instead, as Mixture does");
        }
        this.prior = prior;
        this.fitted = fitted;
        this.extents = extents;
        offset = parameters.dimensions();
        coordinates = parameters.add(name, support.free(extents));
        Constrained constrained = support.constrain(coordinates);
        Expr density = fitted.checked(fitted.logDensity(constrained.value()), constrained.value());
        if (density.ofRows()) {
            throw new IllegalArgumentException("the prior " + prior + " of " + name
                    + " depends on the rows of the table,"
                    + " which are observations; give " + name + " the extents of a plate, such as levels(column), and"
                    + " choose its element for each row by at(index(column))");
        }
        logDensity = constrained.logJacobian() == null ? density : density.plus(constrained.logJacobian());
        value = map.apply(constrained.value());
        logPrior = prior == fitted ? density : prior.checked(prior.logDensity(value), value);
        start = null;
    }

    private Latent(Latent same, double[] start) {
        prior = same.prior;
        fitted = same.fitted;
        extents = same.extents;
        coordinates = same.coordinates;
        offset = same.offset;
        value = same.value;
        logDensity = same.logDensity;
        logPrior = same.logPrior;
        this.start = start;
    }

    /**
     * The same, where a fit begins at these coordinates in the place of the prior's centre.
     *
     * @throws IllegalArgumentException if there are not as many as it has
     */
    public Latent startingAt(double... from) {
        if (from.length != coordinates.size()) {
            throw new IllegalArgumentException("a start of " + from.length + " coordinates for " + coordinates
                    + ", but there must be " + coordinates.size());
        }
        return new Latent(this, from.clone());
    }

    /** Its coordinates in a draw z. */
    public Expr coordinates() {
        return coordinates;
    }

    /** The first of its coordinates in a draw z. */
    public int offset() {
        return offset;
    }

    /** The value, on the user's scale. */
    public Expr value() {
        return value;
    }

    /** The log-density of the coordinates: that of the prior with the Jacobian of the map, by element of the plates. */
    public Expr logDensity() {
        return logDensity;
    }

    /** The values that its prior allows. */
    public Support support() {
        return prior.support();
    }

    /** Its plates: the extents of the value without the event. */
    public int[] plates() {
        return Arrays.copyOf(extents, extents.length - support().axes());
    }

    /** The prior that makes all values alike; null if they have no finite volume, or it is not known. */
    public @Nullable Distribution uniform() {
        return prior == fitted ? support().uniform(extents) : null;
    }

    /** The log-density of the value, on the user's scale, by element of the plates. */
    public Expr logPrior() {
        return logPrior;
    }

    /** What a coordinate is called beside the value: {@code log tau}. */
    public String coordinateName(String of) {
        return prior == fitted ? fitted.support().coordinate(of) : "standardized " + of;
    }

    /** Sets its coordinates to where a fit begins: the centre of the prior, given the coordinates of what that depends on. */
    public void centre(double[] z) {
        if (start != null) {
            System.arraycopy(start, 0, z, offset, start.length);
        } else {
            set(z, fitted.centre(extents, z));
        }
    }

    /**
     * Its coordinates as an expression of the coordinates of what the prior depends on and of standard normals, of which {@link
     * #coordinates} stand for as many as there are coordinates; null if there is none, and {@link #draw} is to do.
     *
     * @param more makes further standard normals of these extents
     */
    public @Nullable Expr ofNormals(Function<int[], Expr> more) {
        return fitted.ofNormals(coordinates, () -> more.apply(coordinates.extents()));
    }

    /** Sets its coordinates to a draw of the prior, given the coordinates of what the prior depends on. */
    public void draw(double[] z, RandomGenerator random) {
        set(z, fitted.draw(extents, random, z));
    }

    private void set(double[] z, double[] x) {
        double[] free = fitted.support().free(x, extents);
        System.arraycopy(free, 0, z, offset, free.length);
    }
}
