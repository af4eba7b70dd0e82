package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionColumns;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.data.TableGroups;
import io.github.elbo4j.cli.data.TargetColumn;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A table, the column of it to predict, and those that predict it. */
public final class ColumnOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE.csv",
            description =
                    "The data: a header row that names the columns, then numbers. Comma, semicolon, tab or bar; gzip too. Or"
                            + " a NumPy array in a .npy file; its columns are x1, x2, …")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path data;

    @Mixin
    private final ColumnNames names = new ColumnNames();

    @Mixin
    private final TableOptions cells = new TableOptions();

    void validate(CommandLine command) {
        cells.decimal(command);
        cells.dropMissing(command);
    }

    /** What a folder of results is named after. */
    String stem() {
        return OptionChecks.stem(data);
    }

    /** Reads the table. */
    CsvTable table(CommandLine command) {
        return cells.read(command, data);
    }

    /**
     * Its rows apart by the values of a column that has no other part.
     *
     * @param asides the columns that neither are the target nor predict
     */
    TableGroups groups(CommandLine command, String by, Beside.Names asides) {
        if (by.equals(names.target()) || asides.has(by)) {
            throw new InputException("--by: column " + Text.quote(by) + " is "
                    + (by.equals(names.target()) ? "the target" : "that of another option")
                    + "; a column has one part. Copy it under another name if it is meant to have two");
        }
        return TableGroups.of(table(command), by, "--by", cells.dropMissing(command));
    }

    /**
     * Takes the columns apart.
     *
     * @param by the column that made the rows a group, which is constant in them; null if they are all
     * @param asides the columns that neither are the target nor predict
     * @param predictors whether other columns predict
     */
    RegressionInput read(
            CommandLine command,
            CsvTable table,
            @Nullable String by,
            Beside.Names asides,
            boolean predictors,
            TargetColumn.Reader reader,
            boolean intercept,
            boolean standardize) {
        List<String> left = new ArrayList<>(names.ignore());
        if (by != null) {
            left.add(by);
        }
        return RegressionInput.of(
                table,
                new RegressionColumns(
                        names.target(), left, names.categorical(), cells.dropMissing(command), asides, predictors),
                reader,
                intercept,
                standardize);
    }

    /** Tells how it was read. */
    static void notes(RegressionInput input, Consumer<String> note) {
        input.notes().forEach(text -> note.accept(input.file() + ": " + text));
        if (input.droppedRows() > 0) {
            note.accept(input.file() + ": " + Numbers.grouped(input.droppedRows()) + " of "
                    + Words.count(input.rows() + input.droppedRows(), "row")
                    + " dropped, since a cell in a column that is used is missing");
        }
        input.codings().forEach(coding -> note.accept(coding.words()));
    }
}
