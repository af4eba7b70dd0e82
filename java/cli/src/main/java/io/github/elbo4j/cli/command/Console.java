package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine;

/** What a command says besides its result. */
final class Console {
    private final CommandLine command;
    private final boolean silent;

    /** @param silent whether notes are left out */
    Console(CommandLine command, boolean silent) {
        this.command = command;
        this.silent = silent;
    }

    /** Whether only the result is to be printed. */
    boolean isSilent() {
        return silent;
    }

    PrintWriter out() {
        return command.getOut();
    }

    PrintWriter err() {
        return command.getErr();
    }

    /** Says something that is neither result nor error. */
    void note(String text) {
        if (!silent) {
            err().println(Text.wrap("note: " + Words.plain(text), Terminal.width(), "      "));
        }
    }

    /**
     * Prints the result, and that alone where it is one line of JSON.
     *
     * @param line of JSON, with its end
     * @param view prints it for people
     */
    void result(boolean json, Supplier<String> line, Consumer<PrintWriter> view) {
        if (json) {
            out().print(line.get());
        } else {
            view.accept(out());
        }
        out().flush();
    }

    /** The command line as it was given, fit to be pasted into a shell. */
    String commandLine() {
        StringBuilder line = new StringBuilder("elbo4j");
        for (String word :
                command.getCommandSpec().root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Text.shellQuote(word));
        }
        return line.toString();
    }
}
