package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.ModelTable;
import io.github.elbo4j.cli.data.TableGroups;
import io.github.elbo4j.cli.model.JavaModel;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A model that a user has written in a Java file. */
public final class JavaOptions implements ModelOptions {
    /** A file that takes longer than that to make its model is told of. */
    private static final long PATIENCE_MILLIS = 5000;

    private final Path path;

    @Option(
            names = "--data",
            paramLabel = "FILE.csv",
            description =
                    "The table that the model takes: a header row that names the columns, then numbers and words."
                            + " Comma, semicolon, tab or bar; gzip too. Or a NumPy array in a .npy file; its columns are x1, x2, …")
    private @Nullable Path data;

    @Mixin
    private final TableOptions cells = new TableOptions();

    /** @param path of the file */
    public JavaOptions(Path path) {
        this.path = path;
    }

    @Override
    public void validate(CommandLine command) {
        cells.decimal(command);
        cells.dropMissing(command);
    }

    @Override
    public Subject open(CommandLine command, long seed, Consumer<String> note) {
        JavaModel source = JavaModel.compile(path);
        ModelTable table = data == null ? null : ModelTable.of(cells.read(command, data), cells.dropMissing(command));
        if (table != null) {
            notes(table, note);
        }
        return new JavaSubject(command, path, source, define(command, source, table), table);
    }

    @Override
    public Groups groups(CommandLine command, String by, Consumer<String> note) {
        if (data == null) {
            throw new ParameterException(command, "--by needs a table; name its file with --data");
        }
        JavaModel source = JavaModel.compile(path);
        boolean dropMissing = cells.dropMissing(command);
        CsvTable csv = cells.read(command, data);
        TableGroups groups = TableGroups.of(csv, by, "--by", dropMissing);
        csv.notes().forEach(text -> note.accept(csv.file() + ": " + text));
        return Groups.of(groups, rows -> {
            ModelTable table = ModelTable.of(rows, dropMissing);
            Model model;
            synchronized (source) { // a user's method need not expect several threads
                model = source.define(table.table());
            }
            return new JavaSubject(command, path, source, model, table);
        });
    }

    @Override
    public String stem() {
        return OptionChecks.stem(data == null ? path : data);
    }

    @Override
    public String withoutCurvature() {
        return "a model of your own";
    }

    /** Runs the file's method. Signals end it as they end any program: nothing has been computed yet. */
    private static Model define(CommandLine command, JavaModel source, @Nullable ModelTable table) {
        Thread clock = new Thread(
                () -> {
                    try {
                        Thread.sleep(PATIENCE_MILLIS);
                        command.getErr()
                                .println("elbo4j: " + Words.plain(source.file())
                                        + " is still at work on its model; Ctrl-C ends it");
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // the model is there
                    }
                },
                "elbo4j-model-clock");
        clock.setDaemon(true);
        clock.start();
        try {
            return source.define(table == null ? null : table.table());
        } finally {
            clock.interrupt();
        }
    }

    private static void notes(ModelTable table, Consumer<String> note) {
        table.notes().forEach(text -> note.accept(table.file() + ": " + text));
        if (table.droppedRows() > 0) {
            note.accept(table.file() + ": " + Numbers.grouped(table.droppedRows()) + " of "
                    + Words.count(table.rows() + table.droppedRows(), "row") + " dropped, since a cell is missing");
        }
    }
}
