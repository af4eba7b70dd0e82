package io.github.elbo4j.cli;

import io.github.elbo4j.cli.command.BenchCommand;
import io.github.elbo4j.cli.command.CompletionCommand;
import io.github.elbo4j.cli.command.DevicesCommand;
import io.github.elbo4j.cli.command.DrawsCommand;
import io.github.elbo4j.cli.command.EvidenceCommand;
import io.github.elbo4j.cli.command.Exit;
import io.github.elbo4j.cli.command.FitCommand;
import io.github.elbo4j.cli.command.GradientsCommand;
import io.github.elbo4j.cli.command.HelpCommand;
import io.github.elbo4j.cli.command.KlCommand;
import io.github.elbo4j.cli.command.LooCommand;
import io.github.elbo4j.cli.command.PredictCommand;
import io.github.elbo4j.cli.command.SampleCommand;
import io.github.elbo4j.cli.command.Subcommands;
import io.github.elbo4j.cli.command.VerifyCommand;
import io.github.elbo4j.cli.command.Version;
import io.github.elbo4j.cli.command.VersionCommand;
import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NearName;
import io.github.elbo4j.cli.view.HelpText;
import io.github.elbo4j.cli.view.Output;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.report.words.Words;
import java.io.FileDescriptor;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code elbo4j}. */
@Command(
        name = "elbo4j",
        description =
                "Variational inference: fits Bayesian models, predicts, and estimates evidence, on a CPU or a GPU.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "Commands:",
        footer = {"elbo4j fit logistic --data test/data/pima.csv --target type", "elbo4j help fit logistic"},
        exitCodeList = {
            "0:it went well",
            "1:" + Exit.BAD_FIT_MEANS,
            "2:" + Exit.BAD_INPUT_MEANS,
            "3:" + Exit.BROKEN_MEANS,
            "129, 130, 143:" + Exit.SIGNALLED_MEANS
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            description = "Show where in the program an error arose.",
            scope = ScopeType.INHERIT)
    private boolean stacktrace;

    public static void main(String[] args) {
        String launcher = System.getProperty("elbo4j.launcher", "");
        if (!launcher.isEmpty()) {
            leaveWith(Long.parseLong(launcher));
        }
        Output output = new Output(FileDescriptor.out);
        PrintWriter out = utf8(output);
        PrintWriter err = utf8(new Output(FileDescriptor.err));
        int exitCode = run(out, err, args);
        out.flush();
        if (output.readerIsGone()) {
            exitCode = Exit.NO_READER;
        } else if (output.failure() != null) {
            err.println("elbo4j: what was printed is lost: " + output.failure().getMessage());
            exitCode = Exit.BROKEN;
        }
        err.flush();
        System.exit(exitCode == Exit.BAD_FIT && !launcher.isEmpty() ? Exit.LAUNCHED_BAD_FIT : exitCode);
    }

    /** The launcher passes signals on, but SIGKILL cannot be passed on. */
    private static void leaveWith(long launcher) {
        ProcessHandle.of(launcher).ifPresent(process -> {
            var unused = process.onExit().thenRun(() -> Runtime.getRuntime().halt(Exit.BROKEN));
        });
    }

    /** Runs the command with these streams and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        List<String> words = List.of(args);
        Subcommands commands = new Subcommands(words);
        commands.add(FitCommand.class, fit -> FitCommand.addModels(fit, words));
        commands.add(PredictCommand.class);
        commands.add(LooCommand.class);
        commands.add(VerifyCommand.class);
        commands.add(DrawsCommand.class);
        commands.add(EvidenceCommand.class, evidence -> EvidenceCommand.addModels(evidence, words));
        commands.add(GradientsCommand.class, gradients -> GradientsCommand.addModels(gradients, words));
        commands.add(KlCommand.class);
        commands.add(DevicesCommand.class);
        commands.add(BenchCommand.class);
        commands.add(SampleCommand.class);
        // A command may be called --stan.
        commands.add(HelpCommand.class, help -> help.setUnmatchedOptionsArePositionalParams(true));
        commands.add(VersionCommand.class);
        commands.add(CompletionCommand.class);
        commands.addTo(line);
        line.setOut(out)
                .setErr(err)
                .setExpandAtFiles(false) // a column may be called @home
                .setHelpSectionKeys(List.of("all"))
                .setHelpSectionMap(Map.of("all", help -> HelpText.of(help.commandSpec(), Terminal.width())))
                .setParameterExceptionHandler(Main::misused)
                .setExecutionExceptionHandler((e, command, parsed) -> main.failed(e, command));
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            // picocli passes errors on. Everything has been closed by now.
            err.println(
                    "elbo4j: Java's memory is too small for this. Give it more, for example ELBO4J_JAVA_OPTS=-Xmx8g");
            return Exit.BROKEN;
        } catch (Error e) { // a jar that lacks a part, too deep a recursion
            if (main.stacktrace) {
                e.printStackTrace(err);
            }
            say(err, unexpected(e, main.stacktrace));
            return Exit.BROKEN;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? " + FitCommand.commands(spec));
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        say(err, "elbo4j: " + Words.plain(String.valueOf(e.getMessage())));
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            NearName.of(
                            unmatched.getUnmatched().get(0),
                            command.getSubcommands().keySet())
                    .ifPresent(near -> err.println("Did you mean " + near + "?"));
        } else {
            UnmatchedArgumentException.printSuggestions(e, err);
        }
        err.println("Help: " + command.getCommandSpec().qualifiedName() + " --help");
        return Exit.BAD_INPUT;
    }

    private int failed(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        if (stacktrace) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            err.print(Words.plainLines(trace.toString()));
        }
        if (e instanceof InputException input) {
            say(err, "elbo4j: " + Words.plain(String.valueOf(e.getMessage())));
            input.lines().forEach(text -> err.println(Words.plain(text)));
            return Exit.BAD_INPUT;
        }
        say(err, Words.plain(unexpected(e, stacktrace)));
        return Exit.BROKEN;
    }

    /** A message, broken into lines where a terminal shows it. */
    static void say(PrintWriter err, String message) {
        int columns = Terminal.columns();
        err.println(columns == 0 ? message : Text.wrap(message, columns - 1, "  "));
    }

    private static String unexpected(Throwable e, boolean traced) {
        String what =
                e instanceof DeviceException ? String.valueOf(e.getMessage()) : "this should not have happened: " + e;
        return "elbo4j: " + what + (traced ? "" : " (--stacktrace shows where)");
    }

    /** The terminal's encoding may be plain ASCII in a container; JSON and names are UTF-8 everywhere. */
    private static PrintWriter utf8(Output output) {
        return new PrintWriter(new OutputStreamWriter(output, StandardCharsets.UTF_8), true);
    }
}
