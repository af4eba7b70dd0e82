package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitFileException;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fit that was written before, as an option of the command line names it.
 *
 * @param option for messages, such as {@code --continue}
 * @param file the name of the file
 */
public record Saved(String option, String file, SavedFit fit) {
    /** Among the options of a model that is a program: its name. */
    static final String PROGRAM = "program";

    /** Reads a {@code fit.json}, or the one in a folder. */
    public static Saved open(String option, Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("fit.json") : path;
        try {
            return new Saved(option, String.valueOf(file.getFileName()), FitJson.open(file));
        } catch (FitFileException e) {
            throw new InputException(option + ": " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new InputException(option + ": there is no file " + file, e);
        } catch (IOException e) {
            throw new InputException(option + ": cannot read " + file + ": " + CsvTable.reason(e), e);
        }
    }

    /** Refuses the fit unless both are equal. */
    void same(String what, @Nullable Object there, Object here) {
        if (!here.equals(there)) {
            throw refusal("has " + what + " " + there + ", but this fit has " + here);
        }
    }

    /** The fit is not one that serves. */
    InputException refusal(String why) {
        return new InputException(option + ": " + file + " " + why);
    }

    /**
     * The fit, of the same program.
     *
     * @param model what kind of program it is
     */
    FitResult ofProgram(String model, String program, List<String> parameters) {
        same("the model", fit.model(), model);
        same("the program", fit.options().get(PROGRAM), program);
        same("the parameters", fit.fit().parameterNames(), parameters);
        return fit.fit();
    }
}
