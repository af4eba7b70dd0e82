package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that results go to, tried before a fit starts, so that a full disk is found then and not afterwards. */
final class OutputFolder {
    private OutputFolder() {}

    /** Results could not be written. */
    static InputException unwritable(Path folder, IOException e) {
        return new InputException("--out: cannot write to " + folder + ": " + CsvTable.reason(e), e);
    }

    /** Makes the folder if need be. */
    static Path open(Path folder) {
        try {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new InputException("--out: " + folder + " is a file; results need a folder");
            }
            Report.prepare(folder);
            return folder;
        } catch (IOException e) {
            throw new InputException(
                    "--out: cannot write to " + folder + ": " + CsvTable.reason(e) + ". Name another folder", e);
        }
    }
}
