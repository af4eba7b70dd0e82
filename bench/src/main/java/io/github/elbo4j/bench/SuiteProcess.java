package io.github.elbo4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link SuiteWorker} from outside: it answers with one line of JSON for each class, the first time with its devices. */
final class SuiteProcess {
    private final Process process;
    private final Writer in;
    private final BlockingQueue<Optional<Map<String, Object>>> answers = new LinkedBlockingQueue<>();
    private final Thread reader;
    private boolean late;
    private volatile String summary = "";

    /** It runs under a command, if that is not empty; a report of the virtual machine's own end goes beside the file. */
    SuiteProcess(String under, List<String> required, Path out, PrintWriter log) throws IOException {
        List<String> command = new ArrayList<>();
        if (!under.isEmpty()) {
            command.addAll(Arrays.asList(under.trim().split(" +")));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-Delbo4j.require=" + String.join(",", required));
        command.add("-XX:ErrorFile=" + out.toAbsolutePath().resolveSibling("hs_err_%p.log"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SuiteWorker.class.getName()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader text =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        reader = new Thread(() -> read(text, log), "worker's output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(BufferedReader text, PrintWriter log) {
        try {
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                if (line.startsWith(SuiteWorker.MARK)) {
                    answers.add(Optional.of(Json.parse(line.substring(SuiteWorker.MARK.length()))));
                } else {
                    log.println(line);
                    if (line.contains("ERROR SUMMARY:")) {
                        summary = ": " + line.replaceAll("^=+ *", "");
                    }
                    log.flush();
                }
            }
        } catch (IOException e) {
            // it was ended
        }
        answers.add(Optional.empty());
    }

    void ask(String name) {
        try {
            in.write(name + "\n");
            in.flush();
        } catch (IOException e) {
            // it is gone, which its answer says
        }
    }

    /** Empty if the process ended, or did not answer in time. */
    Optional<Map<String, Object>> answer(long seconds) throws InterruptedException {
        Optional<Map<String, Object>> answer = answers.poll(seconds, TimeUnit.SECONDS);
        if (answer == null) {
            late = true;
            return Optional.empty();
        }
        if (answer.isEmpty()) {
            process.waitFor(10, TimeUnit.SECONDS);
        }
        return answer;
    }

    /** What compute-sanitizer summed up, behind a colon; empty if it did not run. */
    String summary() {
        return summary;
    }

    /** Whether the last answer is missing because it took too long. */
    boolean isLate() {
        return late;
    }

    /** Ends it, and says how it ended or that it did not. */
    String end() throws IOException, InterruptedException {
        if (!late) {
            return "ended with exit code " + process.exitValue() + "; the log has its last words";
        }
        // Where it hangs goes to the log.
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                .start()
                .waitFor(5, TimeUnit.SECONDS);
        Thread.sleep(1000);
        kill();
        return "did not answer in time; the log has its threads";
    }

    /** Lets it end by itself; its exit code. */
    int close(long seconds) throws IOException, InterruptedException {
        in.close();
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            kill();
        }
        reader.join(5000);
        return process.waitFor();
    }

    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        reader.join(5000);
    }
}
