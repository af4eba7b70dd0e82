package io.github.elbo4j.infer;

import io.github.elbo4j.model.Standardization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Draws of several Markov chains. They give numbers where the chains agree about all coordinates, and about the number. */
final class ChainDraws extends AccountDraws {
    /** Numbers of functions that are held at most, 128 MiB: of more functions the first draws of each chain are taken. */
    private static final int MOST_NUMBERS = 1 << 24;

    private final List<String> names;
    private final double[][] columns; // [D][C·N], the draws of a chain one after the other
    private final int chains; // C
    private final double[] scores;
    private final boolean agree;

    /**
     * Draws.
     *
     * @param columns [D][C·N]
     * @param agree whether the chains agree about all coordinates
     */
    ChainDraws(List<String> names, double[][] columns, int chains, boolean agree) {
        this(names, columns, chains, Mixing.scores(chains, columns[0].length / chains), agree);
    }

    private ChainDraws(List<String> names, double[][] columns, int chains, double[] scores, boolean agree) {
        this.names = List.copyOf(names);
        this.columns = columns;
        this.chains = chains;
        this.scores = scores;
        this.agree = agree;
    }

    /** How far the chains agree about each coordinate. */
    List<Convergence> convergence() {
        return Arrays.stream(columns)
                .map(column -> new Mixing(split(column), scores).convergence())
                .toList();
    }

    @Override
    List<Account.Entry> entries() {
        return entries(names, columns, scores);
    }

    private List<Account.Entry> entries(List<String> called, double[][] values, double[] normal) {
        List<Account.Entry> entries = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            Account.Entry entry = new Mixing(split(values[i]), normal).entry(called.get(i));
            entries.add(agree && entry.isConverged() ? entry : entry.withoutNumbers());
        }
        return entries;
    }

    private double[][] split(double[] column) {
        int length = column.length / chains;
        double[][] split = new double[chains][];
        Arrays.setAll(split, c -> Arrays.copyOfRange(column, c * length, (c + 1) * length));
        return split;
    }

    @Override
    List<Account.Entry> entries(List<String> called, Function<double[], double[]> values) {
        int length = columns[0].length / chains;
        int kept = Math.min(length, MOST_NUMBERS / Math.max(1, called.size()) / chains);
        double[][] found = new double[called.size()][kept * chains];
        double[] at = new double[columns.length];
        for (int s = 0; s < kept * chains; s++) {
            int from = s / kept * length + s % kept;
            Arrays.setAll(at, d -> columns[d][from]);
            double[] here = values.apply(at);
            for (int k = 0; k < found.length; k++) {
                found[k][s] = here[k];
            }
        }
        return entries(called, found, kept == length ? scores : Mixing.scores(chains, kept));
    }

    @Override
    ChainDraws affine(Standardization.Affine map) {
        return new ChainDraws(names, affine(columns, map), chains, scores, agree);
    }
}
