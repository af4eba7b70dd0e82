package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.view.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How the cells of a table are read. */
public final class TableOptions {
    @Option(
            names = "--decimal",
            paramLabel = "SIGN",
            description = "The decimal sign of the numbers in the file: . or , (a comma). Default: a point.")
    private String decimal = ".";

    @Option(
            names = "--missing",
            paramLabel = "NAME",
            description =
                    "What an empty cell or NA in a column that is used means. refuse: an error. drop: its row is left out"
                            + " and counted. Default: refuse.")
    private String missing = "refuse";

    public char decimal(CommandLine command) {
        if (!decimal.equals(".") && !decimal.equals(",")) {
            throw new ParameterException(
                    command, "--decimal is " + Text.quote(decimal) + ", but must be . (a point) or , (a comma)");
        }
        return decimal.charAt(0);
    }

    public boolean dropMissing(CommandLine command) {
        Map<String, Boolean> choices = new LinkedHashMap<>();
        choices.put("refuse", false);
        choices.put("drop", true);
        return OptionChecks.oneOf(command, "--missing", missing, choices);
    }
}
