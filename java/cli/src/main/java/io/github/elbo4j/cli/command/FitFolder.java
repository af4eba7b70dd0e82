package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.report.DataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The fit that a command goes on from. */
final class FitFolder {
    @Option(
            names = "--fit",
            required = true,
            paramLabel = "DIR",
            description = "The folder that a fit was written to, or its fit.json.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path fit;

    Saved open() {
        return Saved.open("--fit", fit);
    }

    /** Where the fit's files are; null at the root of all folders. */
    @Nullable
    Path path() {
        return of(fit);
    }

    private static @Nullable Path of(Path fit) {
        return Files.isDirectory(fit) ? fit : fit.toAbsolutePath().getParent();
    }

    /** The data of the fit by their name: here, in the fit's folder, or beside it. */
    Path data(Saved saved) {
        DataSource source = saved.fit().data();
        if (source == null) {
            throw new InputException(saved.option() + ": " + saved.file() + " does not say what data it was fitted to");
        }
        return data(fit, source.file());
    }

    /** The same of any fit. */
    static Path data(Path fit, String name) {
        Path folder = of(fit);
        List<Path> places = new ArrayList<>(List.of(Path.of(name)));
        if (folder != null) {
            places.add(folder.resolve(name));
            places.add(folder.toAbsolutePath().resolveSibling(name));
        }
        return places.stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new InputException("the fit is of " + name
                        + ", but there is no such file here, nor beside the fit: name it with --data"));
    }
}
