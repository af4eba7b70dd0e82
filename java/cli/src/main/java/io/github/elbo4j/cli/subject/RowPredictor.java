package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.NumberedRows;
import java.util.List;

/** What trained networks that were written before say of rows as a whole: how their latent variables may be, and how probable each row is. */
public interface RowPredictor {
    /**
     * A row.
     *
     * @param number in the file, from 1
     * @param code of its latent variables, as {@link #heads} names it
     * @param elboError its standard error
     * @param standardError of logEvidence
     * @param isReliable whether logEvidence and its error can be relied on
     */
    record Row(
            int number,
            List<Double> code,
            double elbo,
            double elboError,
            double logEvidence,
            double standardError,
            double kHat,
            boolean isReliable) {}

    /** By what, in words. */
    String model();

    /** The columns of the data, in their order. */
    List<String> columns();

    /** What the numbers of a code are called. */
    List<String> heads();

    /** How many of these are worth showing on a terminal. */
    int shown();

    /** Draws for each row. */
    int draws();

    /** Rows whose draws are addressed together. */
    int block();

    /**
     * Some of the rows.
     *
     * @param first the number of the first one, from 0, a multiple of {@link #block}
     */
    List<Row> predict(NumberedRows rows, int first, int count);
}
