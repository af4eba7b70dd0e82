package io.github.elbo4j.cli.subject;

import java.util.List;

/** The rows of a table apart by the values of a column, each of which a model is fitted to. */
public interface Groups {
    /** The name of the column. */
    String column();

    /** The file's name without its folders. */
    String file();

    /** The values of the column; a group is numbered by its place. */
    List<String> names();

    /** Rows of a group. */
    int rows(int group);

    /**
     * The model of a group, as it is of a table that holds no other rows; threads may call it side by side.
     *
     * @throws io.github.elbo4j.cli.data.InputException if its rows cannot be fitted
     */
    Subject open(int group);
}
