package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.Beside;
import io.github.elbo4j.cli.data.CsvTable;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.RegressionInput;
import io.github.elbo4j.cli.model.FitModel;
import io.github.elbo4j.cli.model.Problem;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.DataSource;
import io.github.elbo4j.report.FitFileException;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fit that {@code --continue} names. The rows may be other ones; what the parameters mean must be the same. */
final class Continued {
    /** Among the options of a model that is a program: its name. */
    static final String PROGRAM = "program";

    private Continued() {}

    /** The fit in the file, on the scale that is fitted now. */
    static FitResult read(Path file, FitModel model, RegressionInput input, Problem problem, FitOptions options) {
        SavedFit saved = open(file);
        String name = String.valueOf(file.getFileName());
        DataSource data = saved.data();
        if (data == null) {
            throw new InputException("--continue: " + name + " does not say what it was fitted to");
        }
        same(name, "the model", saved.model(), model.name());
        same(name, "the target", data.target(), input.target());
        same(name, "the predictors", data.predictors(), input.predictors());
        same(name, "the codings", data.codings(), input.codings());
        same(name, "standardize", saved.options().get("standardize"), options.standardize);
        Beside.PerRow offset = input.beside().offset();
        Object there = saved.options().get(model.offsetIsExposure() ? "exposure" : "offset");
        same(name, "the offset", there == null ? "none" : there, offset == null ? "none" : offset.column());
        same(name, "the parameters", saved.fit().parameterNames(), problem.parameters());
        return problem.toFitted(saved.fit());
    }

    /**
     * The fit in the file, of the same program.
     *
     * @param model what kind of program it is
     */
    static FitResult read(Path file, String model, String program, List<String> parameters) {
        SavedFit saved = open(file);
        String name = String.valueOf(file.getFileName());
        same(name, "the model", saved.model(), model);
        same(name, "the program", saved.options().get(PROGRAM), program);
        same(name, "the parameters", saved.fit().parameterNames(), parameters);
        return saved.fit();
    }

    private static SavedFit open(Path file) {
        try {
            return FitJson.open(file);
        } catch (FitFileException e) {
            throw new InputException("--continue: " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new InputException("--continue: there is no file " + file, e);
        } catch (IOException e) {
            throw new InputException("--continue: cannot read " + file + ": " + CsvTable.reason(e), e);
        }
    }

    private static void same(String file, String what, @Nullable Object there, Object here) {
        if (!here.equals(there)) {
            throw new InputException(
                    "--continue: " + file + " has " + what + " " + there + ", but this fit has " + here);
        }
    }
}
