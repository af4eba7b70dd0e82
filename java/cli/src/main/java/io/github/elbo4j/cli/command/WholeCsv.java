package io.github.elbo4j.cli.command;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import tools.jackson.core.io.NumberOutput;

/** A CSV file in a folder, there whole or not at all. */
final class WholeCsv implements AutoCloseable {
    private final Path target;
    private final Path draft;
    private final CsvWriter csv;
    private boolean finished;

    WholeCsv(Path folder, String name) throws IOException {
        this.target = folder.resolve(name);
        this.draft = folder.resolve("." + name + ".part");
        this.csv = CsvWriter.builder().build(draft);
    }

    void row(List<String> cells) {
        csv.writeRecord(cells);
    }

    /** A number of float32 as a cell, in the digits that tell it from others; a whole one as such. */
    static String cell(float value) {
        // Float.toString gave other digits before JDK 19.
        return value == Math.rint(value) && Math.abs(value) < 1 << 24
                ? String.valueOf((long) value)
                : NumberOutput.toString(value, true);
    }

    /** The same of float64. */
    static String cell(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? String.valueOf((long) value)
                : NumberOutput.toString(value, true);
    }

    /** Puts the file in its place; returns where that is. */
    Path finish() throws IOException {
        csv.close();
        finished = true;
        Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
        return target;
    }

    @Override
    public void close() throws IOException {
        if (!finished) {
            csv.close();
            Files.deleteIfExists(draft);
        }
    }
}
