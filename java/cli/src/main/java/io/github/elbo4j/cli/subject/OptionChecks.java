package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.NearName;
import io.github.elbo4j.cli.view.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Refuses values of options; each message names the option, what it was and what it must be. */
public final class OptionChecks {
    private OptionChecks() {}

    public static void atLeastOne(CommandLine command, String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new ParameterException(command, option + " is " + value + ", but must be 1 or more");
        }
    }

    public static void positive(CommandLine command, String option, @Nullable Double value) {
        if (value != null && !((float) (double) value > 0 && Float.isFinite((float) (double) value))) {
            throw new ParameterException(command, option + " is " + value + ", but must be a positive number");
        }
    }

    /** A constant's name on the command line: LEAVE_ONE_OUT is leave-one-out. */
    public static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static <E extends Enum<E>> Map<String, E> names(E[] values) {
        Map<String, E> names = new LinkedHashMap<>();
        for (E value : values) {
            names.put(name(value), value);
        }
        return names;
    }

    public static <T> T oneOf(CommandLine command, String option, String name, Map<String, T> choices) {
        T choice = choices.get(name);
        if (choice == null) {
            String near = (name.startsWith("gpu") ? Optional.of("cuda") : NearName.of(name, choices.keySet()))
                    .filter(choices::containsKey)
                    .map(n -> " (did you mean " + n + "?)")
                    .orElse("");
            throw new ParameterException(
                    command,
                    option + " is " + Text.quote(name) + ", but must be one of " + String.join(", ", choices.keySet())
                            + near);
        }
        return choice;
    }

    /** What a file's name becomes in that of the folder of its results: without endings. */
    public static String stem(Path data) {
        return String.valueOf(data.getFileName()).replaceFirst("(\\.[^.]+)?\\.gz$|\\.[^.]*$", "");
    }
}
