package io.github.elbo4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** A program of {@code bench/peers} that answers each line with a line. */
final class Peer implements AutoCloseable {
    private final Process process;
    private final PrintWriter ask;
    private final BufferedReader answers;

    /** {@code $PEERS_PYTHON} runs it. */
    Peer(Path home, String program, PeerFolder folder) throws IOException {
        process = new ProcessBuilder(
                        System.getenv().getOrDefault("PEERS_PYTHON", "python3"),
                        home.resolve("peers").resolve(program).toString(),
                        folder.path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ask = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    String ask(String line) throws IOException {
        ask.println(line);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException(
                    "the peer has ended; it needs JAX, and bench/README.md says how $PEERS_PYTHON gets it");
        }
        return answer;
    }

    double[] numbers(String line) throws IOException {
        return Arrays.stream(ask(line).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
