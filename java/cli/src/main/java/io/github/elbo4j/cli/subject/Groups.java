package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.TableGroups;
import java.util.List;
import java.util.function.Function;

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

    /**
     * Of a table.
     *
     * @param open makes the model of a group's rows; threads may call it side by side
     */
    static Groups of(TableGroups groups, Function<CsvTable, Subject> open) {
        return new Groups() {
            @Override
            public String column() {
                return groups.column();
            }

            @Override
            public String file() {
                return groups.table().file();
            }

            @Override
            public List<String> names() {
                return groups.names();
            }

            @Override
            public int rows(int group) {
                return groups.rows().get(group).length;
            }

            @Override
            public Subject open(int group) {
                return open.apply(groups.group(group));
            }
        };
    }
}
