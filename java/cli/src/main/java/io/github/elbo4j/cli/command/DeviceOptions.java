package io.github.elbo4j.cli.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all commands that fit or draw have in common: the seed, where they run, and where results go. */
class DeviceOptions extends ComputeOptions {
    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Seed.class,
            description = "All randomness follows from it: 64 bits, from -2^63 to 2^64 - 1. Default: 0.")
    long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the files with the results, made if need be. Default: elbo4j-COMMAND-NAME, such as"
                            + " elbo4j-fit-NAME, after the data.")
    @Nullable
    Path out;

    @Option(names = "--json", description = "Print the result as one line of JSON and nothing else.")
    boolean json;

    @Option(names = "--quiet", description = "No progress and no notes: the result only.")
    boolean quiet;

    /** The folder for the results, made if need be: the one that was named, or {@code elbo4j-NAME}. */
    Path folder(String name) {
        return OutputFolder.open(out == null ? Path.of("elbo4j-" + name) : out);
    }

    /** Whether only the result is to be printed. */
    boolean isSilent() {
        return quiet || json;
    }
}
