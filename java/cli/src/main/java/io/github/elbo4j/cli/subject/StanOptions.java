package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.model.StanScale;
import io.github.elbo4j.model.StanModel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model that BridgeStan has compiled. */
public final class StanOptions implements ModelOptions {
    @Parameters(
            paramLabel = "LIBRARY",
            description = "What BridgeStan has made of the program, such as schools_model.so.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path library;

    @Option(
            names = "--data",
            paramLabel = "FILE.json",
            description = "The data, in JSON as CmdStan takes it. Without it, the program gets none.")
    @Nullable
    Path data;

    @Override
    public void validate(CommandLine command) {}

    @Override
    public Subject open(CommandLine command, long seed, Consumer<String> note) {
        StanModel model = open(library, data, seed);
        try {
            return new StanSubject(this, model, StanScale.of(model));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    static StanModel open(Path library, @Nullable Path data, long seed) {
        try {
            return StanModel.open(library, data, (int) seed);
        } catch (UnsupportedOperationException e) {
            throw new InputException("--stan: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new InputException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String stem() {
        return OptionChecks.stem(data == null ? library : data);
    }

    @Override
    public String withoutCurvature() {
        return "a Stan model";
    }
}
