package io.github.elbo4j.cli.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What {@code --help} prints, from picocli's model of a command: the options that must be there come first, and every line
 * fits the terminal (picocli's own layout needs 55 columns). Examples are the command's footer; its header is program text, a
 * line that names it first.
 */
public final class HelpText {
    /** From so many columns on, explanations stand beside what they explain; else below it. */
    private static final int BESIDE = 70;

    private static final String INDENT = "  ";
    /** Between an option and its value, while lines are broken. */
    private static final char TIE = '\u00a0';

    private final CommandSpec spec;
    private final int width;
    private final StringBuilder text = new StringBuilder();

    private HelpText(CommandSpec spec, int width) {
        this.spec = spec;
        this.width = width;
    }

    public static String of(CommandSpec spec, int width) {
        return new HelpText(spec, width).write();
    }

    private String write() {
        List<OptionSpec> required =
                spec.options().stream().filter(OptionSpec::required).toList();
        // What every command has comes last.
        List<OptionSpec> others = Stream.concat(
                        spec.options().stream().filter(o -> !o.required() && !general(o)),
                        spec.options().stream().filter(HelpText::general))
                .toList();
        paragraph("Usage: " + synopsis(required), " ".repeat(7));
        for (String line : spec.usageMessage().description()) {
            paragraph(line, "");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            parameters.put(parameter.paramLabel(), String.join(" ", parameter.description()));
        }
        list("Arguments:", parameters);
        list("Required:", options(required));
        list("Options:", options(others));
        Map<String, String> commands = new LinkedHashMap<>();
        spec.subcommands().forEach((name, command) -> commands.put(name, firstSentence(command)));
        list(spec.usageMessage().commandListHeading().strip(), commands);
        program(spec.usageMessage().header());
        examples(spec.usageMessage().footer());
        list("Exit codes:", spec.usageMessage().exitCodeList());
        return text.toString().replace(TIE, ' ');
    }

    private String synopsis(List<OptionSpec> required) {
        List<String> words = new ArrayList<>(List.of(spec.qualifiedName()));
        spec.positionalParameters().stream()
                .filter(PositionalParamSpec::required)
                .forEach(p -> words.add(p.paramLabel()));
        required.forEach(option -> words.add(option.longestName() + TIE + option.paramLabel()));
        words.add("[OPTIONS]");
        spec.positionalParameters().stream()
                .filter(p -> !p.required())
                .forEach(p -> words.add("[" + p.paramLabel() + "]"));
        if (!spec.subcommands().isEmpty()) {
            words.add(spec.usageMessage().synopsisSubcommandLabel());
        }
        return String.join(" ", words);
    }

    private static boolean general(OptionSpec option) {
        return option.inherited() || option.usageHelp() || option.versionHelp();
    }

    private static Map<String, String> options(List<OptionSpec> options) {
        Map<String, String> items = new LinkedHashMap<>();
        for (OptionSpec option : options) {
            String names = Arrays.stream(option.names())
                    .map(name -> option.negatable() ? name.replaceFirst("^--", "--[no-]") : name)
                    .collect(Collectors.joining(", "));
            String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
            items.put(names + value, String.join(" ", option.description()));
        }
        return items;
    }

    private static String firstSentence(CommandLine command) {
        return String.join(" ", command.getCommandSpec().usageMessage().description())
                .replaceFirst("(?s)(?<=[.]) .*", "");
    }

    private void list(String heading, Map<String, String> items) {
        if (items.isEmpty()) {
            return;
        }
        text.append('\n').append(heading).append('\n');
        int column = items.keySet().stream().mapToInt(Text::width).max().orElse(0) + INDENT.length() + 2;
        items.forEach((item, about) -> {
            if (width >= BESIDE) {
                paragraph(Text.pad(INDENT + item, column) + about, " ".repeat(column));
            } else {
                paragraph(INDENT + item, INDENT);
                paragraph(INDENT + INDENT + about, INDENT + INDENT);
            }
        });
    }

    /** Its lines as they are, where the terminal is wide enough. */
    private void program(String[] lines) {
        for (int i = 0; i < lines.length; i++) {
            paragraph(i == 0 ? '\n' + lines[i] : lines[i].isEmpty() ? "" : INDENT + lines[i], " ".repeat(8));
        }
    }

    /** Commands to copy: a line that is too long goes on after a backslash. */
    private void examples(String[] lines) {
        if (lines.length > 0) {
            text.append('\n')
                    .append(lines.length == 1 ? "Example:" : "Examples:")
                    .append('\n');
        }
        for (String line : lines) {
            String tied = line.replaceAll("(--\\S+) (?!--)", "$1" + TIE);
            String[] parts =
                    Text.wrap(INDENT + tied, width - 2, INDENT + INDENT).split("\n", -1);
            text.append(String.join(" \\\n", parts)).append('\n');
        }
    }

    private void paragraph(String paragraph, String indent) {
        text.append(Text.wrap(paragraph, width, indent)).append('\n');
    }
}
