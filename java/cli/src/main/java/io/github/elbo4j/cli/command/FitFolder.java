package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.subject.Saved;
import java.nio.file.Files;
import java.nio.file.Path;
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
        return Files.isDirectory(fit) ? fit : fit.toAbsolutePath().getParent();
    }
}
