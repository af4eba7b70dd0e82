package io.github.elbo4j.model;

import io.github.elbo4j.distribution.Distribution;
import io.github.elbo4j.distribution.Flat;
import io.github.elbo4j.distribution.Latent;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Plate;
import io.github.elbo4j.expr.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The statements of {@link Model#define}. */
public final class ModelBuilder {
    private final Parameters parameters = new Parameters();
    private final Map<String, Latent> latents = new LinkedHashMap<>();
    private final Set<String> weights = new LinkedHashSet<>();
    private final Map<String, Quantity> quantities = new LinkedHashMap<>();
    private final Map<String, Model.Observed> observed = new LinkedHashMap<>();
    /** Observations and factors. */
    private final List<Expr> evidence = new ArrayList<>();

    private @Nullable Table table;
    private boolean built;

    ModelBuilder() {}

    /**
     * A parameter with its prior. One that is constrained, such as a scale, is fitted in coordinates on the whole real line, and is
     * what it should be everywhere else.
     *
     * @param extents plates: so many independent elements, called {@code theta[1]}, {@code theta[2]} …; none for
     *     the extents of the prior's own parameters. The event of a prior of vectors or matrices follows them.
     * @return its value
     * @throws IllegalArgumentException if the name is taken, the prior is discrete, or its parameters do not fit the extents
     */
    public Expr parameter(String name, Distribution prior, int... extents) {
        return parameter(name, prior, List.of(), extents);
    }

    /**
     * A parameter with an element for each element of these plates, such as {@link Table#levels}: {@code alpha[AITKIN]}.
     */
    public Expr parameter(String name, Distribution prior, Plate first, Plate... others) {
        List<Plate> axes = new ArrayList<>(List.of(others));
        axes.add(0, first);
        return parameter(name, prior, axes, axes.stream().mapToInt(Plate::size).toArray());
    }

    /**
     * A weight: a point parameter theta without a distribution, which a fit finds beside that of the parameters, as {@link
     * io.github.elbo4j.infer.VariationalEm} does.
     *
     * @param where {@link Flat#real} or {@link Flat#positive}; a fit starts at 0 or at 1
     * @return its value
     * @throws IllegalArgumentException if the name is taken
     */
    public Expr weight(String name, Flat where, int... extents) {
        Expr value = parameter(name, where, List.of(), extents);
        weights.add(name);
        return value;
    }

    /** A weight with an element for each element of these plates. */
    public Expr weight(String name, Flat where, Plate first, Plate... others) {
        Expr value = parameter(name, where, first, others);
        weights.add(name);
        return value;
    }

    /**
     * Lets a fit begin elsewhere than at the prior's centre: at these coordinates of a parameter or weight, those in which it is
     * fitted (log tau of a positive tau), row-major.
     *
     * @throws IllegalArgumentException if there is none of that name, or it has another number of coordinates
     */
    public void startAt(String name, double... coordinates) {
        checkOpen();
        Latent latent = latents.get(name);
        if (latent == null) {
            throw new IllegalArgumentException("there is no parameter " + name + " to start elsewhere");
        }
        latents.put(name, named("parameter " + name, () -> latent.startingAt(coordinates)));
    }

    private Expr parameter(String name, Distribution prior, List<Plate> axes, int... extents) {
        checkNew(name, quantities.keySet(), "parameter or report");
        for (int extent : extents) {
            if (extent < 1) {
                throw new IllegalArgumentException("parameter " + name + " has the extents " + Arrays.toString(extents)
                        + ", but each must be at least 1");
            }
        }
        Latent latent = named("parameter " + name, () -> prior.latent(parameters, name, extents));
        latents.put(name, latent);
        quantities.put(name, new Quantity(name, latent.value(), axes));
        return latent.value();
    }

    /**
     * Takes the rows of a table as independent observations: what is observed by row is a sum over them, from which
     * minibatches may be taken, scaled by the number of rows.
     *
     * @return the table whose columns, indexes and levels the model uses
     */
    public Table rows(Table of) {
        checkOpen();
        if (table != null) {
            throw new IllegalArgumentException(
                    "the model has taken the rows of a table already; use columns of another table as they are");
        }
        if (of.rows() < 1) {
            throw new IllegalArgumentException("the table has no rows");
        }
        table = of.asRows();
        return table;
    }

    /**
     * Adds log p(y). The name of the data names it.
     *
     * @param y data, inside the support, with the extents that the distribution's parameters broadcast to
     * @throws IllegalArgumentException if an element is outside the support (the message says which), or the extents do not fit
     */
    public void observe(Expr y, Distribution distribution) {
        observe(free(y.name()), y, distribution);
    }

    /** Adds log p(y). If the distribution has parameters by row of the table, y[n] is of row n. */
    public void observe(double[] y, Distribution distribution) {
        observe(free("y"), y, distribution);
    }

    /** Adds log p(y). If the distribution has parameters by row of the table, y[n] is of row n. */
    public void observe(int[] y, Distribution distribution) {
        observe(free("y"), y, distribution);
    }

    /** {@link #observe(double[], Distribution)} under a name of its own. */
    public void observe(String name, double[] y, Distribution distribution) {
        observe(name, Expr.data(name, y), distribution);
    }

    /** {@link #observe(int[], Distribution)} under a name of its own. */
    public void observe(String name, int[] y, Distribution distribution) {
        observe(name, Arrays.stream(y).asDoubleStream().toArray(), distribution);
    }

    /** {@link #observe(Expr, Distribution)} under a name of its own. */
    public void observe(String name, Expr y, Distribution distribution) {
        checkNew(name, observed.keySet(), "observed quantity");
        String what = "observed " + name;
        Expr data = y;
        Expr density = named(what, () -> distribution.observed(y));
        if (density.ofRows() && !y.ofRows() && table != null) {
            if (y.extents().length != 1) {
                throw new IllegalArgumentException(
                        what
                                + " is an array, but its distribution is of the table's rows; take it from the table by columns(...)");
            }
            Expr byRow = table.data(name, y.value());
            data = byRow;
            density = named(what, () -> distribution.observed(byRow));
        }
        evidence.add(checkRows(what, density));
        observed.put(name, new Model.Observed(data, distribution));
    }

    /** Adds any term to the log-joint: the sum of all elements. */
    public void factor(String name, Expr logDensity) {
        checkOpen();
        evidence.add(checkRows("factor " + name, logDensity));
    }

    /**
     * A value to report with its posterior.
     *
     * @param axes names of the elements along the first of its axes; those of others are counted from 1
     */
    public void report(String name, Expr value, Plate... axes) {
        checkNew(name, quantities.keySet(), "parameter or report");
        int[] extents = value.extents();
        boolean fits = axes.length <= extents.length;
        for (int i = 0; fits && i < axes.length; i++) {
            fits = axes[i].size() == extents[i];
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "report " + name + " is " + value + ", which does not have the axes " + Arrays.toString(axes));
        }
        quantities.put(name, new Quantity(name, value, List.of(axes)));
    }

    /** A name of data that is not taken, by a number if need be. */
    private String free(String name) {
        String free = name;
        for (int i = 2; observed.containsKey(free); i++) {
            free = name + " " + i;
        }
        return free;
    }

    private void checkNew(String name, Set<String> taken, String what) {
        checkOpen();
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a " + what + " is blank");
        }
        if (taken.contains(name)) {
            throw new IllegalArgumentException(
                    "there are two of the name " + name + "; give each " + what + " its own");
        }
    }

    private void checkOpen() {
        if (built) {
            throw new IllegalStateException(
                    "the model is complete; its statements end with the function that defines it");
        }
    }

    private Expr checkRows(String what, Expr term) {
        if (term.ofRows() && (table == null || term.extents()[0] != table.rows())) {
            throw new IllegalArgumentException(
                    what + " is of the rows of a table that the model has not taken by rows(table)");
        }
        return term;
    }

    private static <T> T named(String what, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
        }
    }

    Model build() {
        built = true;
        if (latents.isEmpty()) {
            throw new IllegalArgumentException(
                    "the model has no parameters; parameter(name, prior) makes one, and there is nothing to infer without");
        }
        checkUsed();
        return new Model(
                parameters,
                latents,
                weights,
                quantities,
                observed,
                evidence,
                table == null ? null : Integer.valueOf(table.rows()));
    }

    /** Without observations and factors a model is its prior, of which every parameter is a part. */
    private void checkUsed() {
        if (evidence.isEmpty()) {
            return;
        }
        Set<Expr> used = Collections.newSetFromMap(new IdentityHashMap<>());
        evidence.forEach(term -> used.addAll(term.parameters()));
        for (Latent latent : latents.values()) {
            // Of a prior that is not centred, the value depends on what the density does not.
            latent.value().plus(latent.logDensity().sum()).parameters().stream()
                    .filter(other -> other != latent.coordinates())
                    .forEach(used::add);
        }
        for (Quantity quantity : quantities.values()) {
            if (!latents.containsKey(quantity.name())) {
                used.addAll(quantity.value().parameters());
            }
        }
        latents.forEach((name, latent) -> {
            if (!used.contains(latent.coordinates())) {
                throw new IllegalArgumentException("nothing depends on the parameter " + name
                        + " but its own prior; use it in what is observed or reported, or leave it out");
            }
        });
    }
}
