package io.github.elbo4j.cli.subject;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What a missing cell means. */
public final class MissingOption {
    @Option(
            names = "--missing",
            paramLabel = "NAME",
            description =
                    "What an empty cell or NA in a column that is used means. refuse: an error. drop: its row is left out"
                            + " and counted. Default: refuse.")
    private String missing = "refuse";

    /** Whether its row is left out; refuses what is neither. */
    public boolean drops(CommandLine command) {
        Map<String, Boolean> choices = new LinkedHashMap<>();
        choices.put("refuse", false);
        choices.put("drop", true);
        return OptionChecks.oneOf(command, "--missing", missing, choices);
    }
}
