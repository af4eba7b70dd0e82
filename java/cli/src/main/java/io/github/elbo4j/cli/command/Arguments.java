package io.github.elbo4j.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What {@code elbo4j fit} was asked for, word by word, as {@code fit.json} has it: without what no number depends on, and with
 * files by their names alone, so that the same fit has the same words wherever it is made.
 */
public final class Arguments {
    /** Where it ran, and how it was shown. */
    private static final Set<String> ASIDE =
            Set.of("--device", "--threads", "--partitions", "--out", "--json", "--quiet", "--stacktrace");
    /** Files. */
    private static final Set<String> FILES = Set.of("--data", "--continue");

    private Arguments() {}

    /** Of a command below {@code fit} that was given. */
    static List<String> of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        List<String> given = spec.root().commandLine().getParseResult().originalArgs();
        return of(spec, given.subList(given.indexOf("fit") + 1, given.size()));
    }

    /**
     * Of a program that fits what {@code elbo4j fit} does.
     *
     * @param spec its options
     * @param given the words of its command line
     */
    public static List<String> of(CommandSpec spec, List<String> given) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            if (!word.startsWith("--") || word.equals(spec.name())) {
                kept.add(name(word));
                continue;
            }
            int equals = word.indexOf('=');
            String option = equals < 0 ? word : word.substring(0, equals);
            boolean isFile = FILES.contains(option);
            List<String> words = new ArrayList<>(List.of(option));
            if (equals >= 0) {
                words.add(value(isFile, word.substring(equals + 1)));
            } else if (takesValue(spec, option)) {
                words.add(value(isFile, given.get(++i)));
            }
            if (!ASIDE.contains(option)) {
                kept.addAll(words);
            }
        }
        return kept;
    }

    private static boolean takesValue(CommandSpec spec, String option) {
        OptionSpec known = spec.findOption(option);
        return known != null && known.arity().max() > 0 && !option.startsWith("--no-");
    }

    private static String value(boolean isFile, String value) {
        return isFile ? name(value) : value;
    }

    private static String name(String file) {
        return String.valueOf(Path.of(file).getFileName());
    }
}
