package io.github.elbo4j.cli;

import io.github.elbo4j.device.DeviceException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code elbo4j}. */
@Command(
        name = "elbo4j",
        description = "Variational inference: fits Bayesian models by stochastic ascent on the evidence lower bound.",
        subcommands = {FitCommand.class, DevicesCommand.class, SampleCommand.class},
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpWidth = 100,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it went well",
            "1:the fit did not converge, or its k-hat says not to trust it (results are written all the same)",
            "2:the command line or the data need a correction",
            "3:something broke: a device, the disk, or elbo4j itself"
        })
public final class Main implements Runnable {
    static final int GOOD = 0;
    static final int BAD_FIT = 1;
    static final int BAD_INPUT = 2;
    static final int BROKEN = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            description = "Show where in the program an error arose.",
            scope = ScopeType.INHERIT)
    private boolean stacktrace;

    public static void main(String[] args) {
        // The terminal's encoding may be plain ASCII in a container; JSON and names are UTF-8 everywhere.
        PrintWriter out = utf8(FileDescriptor.out);
        PrintWriter err = utf8(FileDescriptor.err);
        int exitCode = run(out, err, args);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /** Runs the command with these streams and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setExpandAtFiles(false) // a column may be called @home
                .setParameterExceptionHandler(Main::misused)
                .setExecutionExceptionHandler((e, command, parsed) -> main.failed(e, command));
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            // picocli passes errors on. What was held is let go by now.
            err.println(
                    "elbo4j: Java's memory is too small for this. Give it more, for example ELBO4J_JAVA_OPTS=-Xmx8g");
            return BROKEN;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? " + commands(spec));
    }

    /** The names of the commands below {@code spec}, for a message. */
    static String commands(CommandSpec spec) {
        return "Choose " + String.join(", ", spec.subcommands().keySet());
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("elbo4j: " + Text.plain(String.valueOf(e.getMessage())));
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            NearName.of(
                            unmatched.getUnmatched().get(0),
                            command.getSubcommands().keySet())
                    .ifPresent(near -> err.println("Did you mean " + near + "?"));
        } else {
            UnmatchedArgumentException.printSuggestions(e, err);
        }
        err.println("Help: " + command.getCommandSpec().qualifiedName() + " --help");
        return BAD_INPUT;
    }

    private int failed(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        if (stacktrace) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            err.print(Text.plainLines(trace.toString()));
        }
        if (e instanceof InputException) {
            err.println("elbo4j: " + Text.plain(String.valueOf(e.getMessage())));
            return BAD_INPUT;
        }
        String what =
                e instanceof DeviceException ? String.valueOf(e.getMessage()) : "this should not have happened: " + e;
        err.println("elbo4j: " + Text.plain(what) + (stacktrace ? "" : " (--stacktrace shows where)"));
        return BROKEN;
    }

    private static PrintWriter utf8(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    /** From the jar's manifest. */
    static final class Version implements IVersionProvider {
        static String text() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(not from a jar)" : version;
        }

        @Override
        public String[] getVersion() {
            return List.of("elbo4j " + text(), "Java " + Runtime.version()).toArray(String[]::new);
        }
    }
}
