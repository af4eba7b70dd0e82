package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@link Subcommands}: which are made, and which have options. */
class SubcommandsTest {
    @Command(name = "one", description = "The first.")
    static final class One {
        @Option(names = "--size")
        private int size;
    }

    @Command(name = "two", description = "The second.")
    static final class Two {
        @Option(names = "--width")
        private int width;
    }

    @Command(name = "--three", description = "The third.")
    static final class Three {
        @Option(names = "--depth")
        private int depth;
    }

    /** Below "top", which itself is below the whole: those with options have a star. */
    @ParameterizedTest
    @CsvSource({
        "top one --size 3, one*",
        "top --help one, one*",
        "top --three --depth 3, --three*",
        "top two --width one, one* two*",
        "--help, --three one two",
        "top, --three one two",
        "top --help, --three one two",
        "top onee --size 3, --three one two",
        "top two.csv --data one, --three one* two",
        "help top, --three one two",
        "help top one, --three one* two",
        "completion, --three* one* two*",
    })
    void whatIsNamedHasOptions(String line, String expected) {
        List<String> words = List.of(line.split(" "));
        Subcommands commands = new Subcommands(words);
        Stream.of(One.class, Two.class, Three.class).forEach(commands::add);
        CommandLine top = new CommandLine(CommandLine.Model.CommandSpec.create().name("top"));
        commands.addTo(top);

        Map<String, CommandLine> made = new TreeMap<>(top.getSubcommands());
        List<String> names = new ArrayList<>();
        made.forEach((name, command) -> {
            assertThat(command.getCommandSpec().usageMessage().description()).hasSize(1);
            names.add(command.getCommandSpec().options().isEmpty() ? name : name + "*");
        });
        assertThat(String.join(" ", names)).isEqualTo(expected);
    }
}
