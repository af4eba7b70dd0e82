package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.view.ReadingView;
import io.github.elbo4j.cli.view.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How the cells of a table are read. */
public final class TableOptions {
    @Option(
            names = "--decimal",
            paramLabel = "SIGN",
            description = "The decimal sign of the numbers in the file: . or , (a comma). Default: a point.")
    private String decimal = ".";

    @Mixin
    private final MissingOption missing = new MissingOption();

    /** Reads a table, with a bar on a terminal if that takes long and the command is not to be silent. */
    public CsvTable read(CommandLine command, Path data) {
        try (ReadingView view = progress(command, data)) {
            return CsvTable.read(data, decimal(command), view);
        }
    }

    /**
     * What reads the rows of a table of numbers, with a bar as well.
     *
     * @param view how far it is
     * @param folder where rows go that are more than memory is to hold
     */
    public NumberRows.Reader rows(CommandLine command, Path data, ReadingView view, Supplier<Path> folder) {
        return new NumberRows.Reader(data, decimal(command), dropMissing(command), view, folder);
    }

    /** All columns but these, with a bar while they are read; the caller closes them. */
    public NumberRows allBut(List<String> ignore, CommandLine command, Path data, Supplier<Path> folder) {
        try (ReadingView view = progress(command, data)) {
            return rows(command, data, view, folder).allBut(ignore);
        }
    }

    /** A bar for a file that is read; the caller closes it. */
    public static ReadingView progress(CommandLine command, Path data) {
        boolean isSilent = Stream.of("--quiet", "--json")
                .map(name -> command.getCommandSpec().findOption(name))
                .anyMatch(option -> option != null && Boolean.TRUE.equals(option.getValue()));
        return new ReadingView(command.getErr(), isSilent, data);
    }

    public char decimal(CommandLine command) {
        if (!decimal.equals(".") && !decimal.equals(",")) {
            throw new ParameterException(
                    command, "--decimal is " + Text.quote(decimal) + ", but must be . (a point) or , (a comma)");
        }
        return decimal.charAt(0);
    }

    public boolean dropMissing(CommandLine command) {
        return missing.drops(command);
    }
}
