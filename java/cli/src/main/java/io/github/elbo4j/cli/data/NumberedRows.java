package io.github.elbo4j.cli.data;

import io.github.elbo4j.mixture.MixtureData;
import io.github.elbo4j.report.DataSource;
import java.util.Arrays;
import java.util.List;

/** Rows of numbers of a file. */
public interface NumberedRows extends MixtureData.Source, AutoCloseable {
    /** Rows that are read at once. */
    int BLOCK = 1024;

    /** The names of the columns, in their order. */
    List<String> columns();

    /** How many rows there are, those that are left out not counted. */
    int rows();

    /** The number in the file, from 1, of row n, from 0. */
    int numberInFile(int n);

    /** Where they are from; its predictors are the columns. */
    DataSource source();

    /** All of them, [rows][columns]. */
    default double[][] values() {
        int width = columns().size();
        double[][] values = new double[rows()][];
        double[] block = new double[0];
        for (int n = 0; n < values.length; n++) {
            int at = n % BLOCK;
            if (at == 0) {
                int count = Math.min(BLOCK, values.length - n);
                block = new double[Math.multiplyExact(count, width)];
                read(n, count, block);
            }
            values[n] = Arrays.copyOfRange(block, at * width, (at + 1) * width);
        }
        return values;
    }

    /** Lets the file go. */
    @Override
    default void close() {}
}
