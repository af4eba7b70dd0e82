package io.github.elbo4j.distribution;

import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Plate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A probability distribution whose parameters are expressions. A value's last axes are its event (none for a number, one for a
 * vector of {@link Dirichlet}, two for a matrix of {@link LkjCholesky}); over the axes before them, its plates, elements are
 * independent, and parameters broadcast.
 *
 * <p>A distribution of one's own extends this class. {@code z} is a draw of the unconstrained coordinates of a model's
 * parameters, as {@link Expr#value} takes it.
 */
public abstract class Distribution {
    /** For distributions of one's own. */
    protected Distribution() {}

    /** Where it has mass. */
    public abstract Support support();

    /** The extents of a value without further plates: what its parameters broadcast to, and the event. */
    public abstract int[] extents();

    /**
     * log p(x) with all constants, by element of the plates: the extents of x without its event.
     *
     * @param x inside the support
     */
    public abstract Expr logDensity(Expr x);

    /**
     * A value in the middle, where a fit may start: a mean, a median or the like, in float64.
     *
     * @param extents of the value, row-major
     */
    public abstract double[] centre(int[] extents, double... z);

    /** A random value in float64, a function of the words that the generator gives. */
    public abstract double[] draw(int[] extents, RandomGenerator random, double... z);

    /**
     * The coordinates of a random value, as {@link Support#constrain} takes them, as an expression of standard normals; null if
     * there is none in closed form, and draws are made on the host.
     *
     * @param normal standard normals, one for each coordinate
     * @param more makes as many further ones
     */
    @Nullable
    Expr ofNormals(Expr normal, Supplier<Expr> more) {
        return null;
    }

    /**
     * The extents of a value with these plates.
     *
     * @throws IllegalArgumentException if the parameters do not broadcast to them
     */
    public int[] extents(int... plates) {
        int[] own = extents();
        int batch = own.length - support().axes();
        if (plates.length == 0) {
            return own;
        }
        checkFits(Arrays.copyOf(own, batch), plates);
        int[] extents = Arrays.copyOf(plates, plates.length + support().axes());
        System.arraycopy(own, batch, extents, plates.length, support().axes());
        return extents;
    }

    final void checkFits(int[] own, int[] plates) {
        boolean fits = own.length <= plates.length;
        for (int i = 1; fits && i <= own.length; i++) {
            fits = own[own.length - i] == plates[plates.length - i] || own[own.length - i] == 1;
        }
        if (!fits) {
            throw new IllegalArgumentException("the parameters of " + this + " have extents " + Arrays.toString(own)
                    + ", which do not fit a value of " + Arrays.toString(plates)
                    + "; from the right, each must be equal or 1");
        }
    }

    /**
     * Makes a parameter of a model that has this prior. {@link Latent} says what belongs to it.
     *
     * @param extents plates; none for those of the distribution's own parameters
     * @throws IllegalArgumentException if the distribution is discrete, or its parameters do not fit the extents
     */
    public Latent latent(Parameters parameters, String name, int... extents) {
        return new Latent(this, this, parameters, name, extents(extents), x -> x);
    }

    /**
     * {@link #logDensity} of data.
     *
     * @throws IllegalArgumentException if y depends on parameters, lies outside the support (the message names the
     *     element), or does not have the extents that the parameters make
     */
    public final Expr observed(Expr y) {
        if (y.varies()) {
            throw new IllegalArgumentException(y + " depends on parameters, so it is not observed; add its log-density"
                    + " as a factor, with the Jacobian of the transformation if there is one");
        }
        checkFits(extents(), y.extents());
        checkInside(y);
        return checked(logDensity(y), y);
    }

    /** Refuses data outside the support. */
    void checkInside(Expr y) {
        double[] values = y.value();
        Support support = support();
        int plates = y.extents().length - support.axes();
        int event = Elements.size(y.extents(), plates);
        for (int from = 0; from < values.length; from += event) {
            double[] one = Arrays.copyOfRange(values, from, from + event);
            if (!support.contains(one)) {
                String value = support.axes() == 0 ? String.valueOf(one[0]) : Arrays.toString(one);
                throw outside(y, from / event, value, support.toString());
            }
        }
    }

    final IllegalArgumentException outside(Expr y, int i, String value, String support) {
        int[] plates = Arrays.copyOf(y.extents(), y.extents().length - support().axes());
        return new IllegalArgumentException(Plate.element(y.name(), plates, i, List.of()) + " is " + value
                + ", which is outside the support of " + this + ": " + support);
    }

    /**
     * The same distribution for what is observed with a weight: log p(y) counts so many times, as if the observation had been
     * made so often. Random values do not depend on weights.
     *
     * @param weights data, none of them negative, with extents that fit the values
     * @throws IllegalArgumentException if a weight is negative or depends on parameters; the message names the element
     */
    public final Distribution weighted(Expr weights) {
        return new Weighted(this, weights);
    }

    /** A log-density that has the extents of the plates. */
    final Expr checked(Expr logDensity, Expr x) {
        int[] plates = Arrays.copyOf(x.extents(), x.extents().length - support().axes());
        if (!Arrays.equals(logDensity.extents(), plates)) {
            throw new IllegalArgumentException("the log-density of " + this + " at " + x + " is " + logDensity
                    + ", but must have the extents " + Arrays.toString(plates));
        }
        return logDensity;
    }

    /** Its name, for messages. */
    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
