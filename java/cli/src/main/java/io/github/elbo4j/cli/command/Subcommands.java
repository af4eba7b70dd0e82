package io.github.elbo4j.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands below another one. Only those that the command line names have options, since picocli reads them by reflection, and that of all
 * commands takes longer than a short fit. The others are there by name and description where they are listed, or none of them follows.
 */
public final class Subcommands {
    /** @param whole with its options */
    private record Entry(String name, List<String> description, Supplier<CommandLine> whole) {
        /** Without them. */
        CommandLine bare() {
            return new CommandLine(CommandSpec.create().name(name));
        }
    }

    private final List<String> words;
    private final List<Entry> entries = new ArrayList<>();

    /**
     * None yet.
     *
     * @param words of the whole command line
     */
    public Subcommands(List<String> words) {
        this.words = words;
    }

    /** One that is annotated with {@link Command}. */
    public void add(Class<?> command) {
        add(command, whole -> {});
    }

    /**
     * One that is annotated, and more.
     *
     * @param more gives it what is not annotated, such as commands of its own
     */
    public void add(Class<?> command, Consumer<CommandLine> more) {
        Command about = Objects.requireNonNull(command.getAnnotation(Command.class), "no command");
        add(about.name(), List.of(about.description()), () -> {
            CommandLine whole = new CommandLine(command);
            more.accept(whole);
            return whole;
        });
    }

    /** @param whole makes it with its options */
    void add(String name, List<String> description, Supplier<CommandLine> whole) {
        entries.add(new Entry(name, description, whole));
    }

    /** Puts them below their parent. */
    public void addTo(CommandLine parent) {
        boolean all = words.contains(CompletionCommand.NAME);
        boolean listed = all || words.contains(HelpCommand.NAME) || !isNext(parent.getCommandName());
        for (Entry each : entries) {
            boolean whole = all || words.contains(each.name);
            if (whole || listed) {
                CommandLine command = whole ? each.whole.get() : each.bare();
                command.getCommandSpec().usageMessage().description(each.description.toArray(String[]::new));
                parent.addSubcommand(each.name, command);
            }
        }
    }

    /** Whether the word after the parent's, or the first if that has none, is one of them. */
    private boolean isNext(String parent) {
        return words.stream()
                .skip(words.indexOf(parent) + 1)
                .filter(word -> !word.startsWith("-") || isEntry(word))
                .findFirst()
                .filter(this::isEntry)
                .isPresent();
    }

    private boolean isEntry(String word) {
        return entries.stream().anyMatch(each -> each.name.equals(word));
    }
}
