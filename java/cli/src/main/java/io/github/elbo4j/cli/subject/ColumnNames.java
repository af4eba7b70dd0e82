package io.github.elbo4j.cli.subject;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which columns of a table are what. Where several are named, {@code RegressionColumns.named} takes them apart. */
public final class ColumnNames {
    @Option(names = "--target", required = true, paramLabel = "COLUMN", description = "The column to predict.")
    private String target = "";

    @Option(
            names = "--ignore",
            paramLabel = "COLUMN[,…]",
            description = "Columns to leave out. Without it, every column but the target predicts.")
    private List<String> ignore = new ArrayList<>();

    @Option(
            names = "--categorical",
            paramLabel = "COLUMN[,…]",
            description =
                    "Columns of which each value but the first, in order, becomes a 0/1 column COLUMN=VALUE (without"
                            + " an intercept, the first value of the first such column too). Columns of two words, such"
                            + " as yes and no, need it not.")
    private List<String> categorical = new ArrayList<>();

    public String target() {
        return target;
    }

    public List<String> ignore() {
        return List.copyOf(ignore);
    }

    public List<String> categorical() {
        return List.copyOf(categorical);
    }
}
