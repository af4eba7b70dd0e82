package io.github.elbo4j.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code elbo4j version}. */
@Command(
        name = "version",
        description = "Prints the versions of elbo4j and of Java.",
        footer = "elbo4j version",
        exitCodeList = {"0:it was printed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS})
public final class VersionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        spec.root().commandLine().printVersionHelp(spec.commandLine().getOut());
    }
}
