package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Whole fits from the command line. */
class FitTest {
    /** At the end of a command: run it as it is written, without options that make it quicker. */
    private static final String EXACTLY = " ";

    @TempDir
    Path folder;

    private Cli.Outcome fit(String command, String out, Object... more) {
        List<Object> args = new ArrayList<>();
        for (String word : command.split(" ")) {
            args.add(word.endsWith(".csv") ? Cli.data(word) : word);
        }
        args.addAll(List.of("--out", folder.resolve(out)));
        args.addAll(List.of(more));
        if (!command.endsWith(EXACTLY)) {
            args.addAll(List.of("--evaluation-draws", 4096)); // a tenth of the time
        }
        return Cli.run(args.toArray());
    }

    /** fit.json without what may differ: the timings and the device's name. */
    private String comparable(String out) throws IOException {
        return Files.readString(folder.resolve(out).resolve("fit.json"))
                .replaceAll("\"(seconds|drawsPerSecond)\": [^,]*,", "")
                .replaceAll("\"device\": \"[a-z]*\",", "");
    }

    /** The numbers of a field of the parameters, by parameter. */
    private static Map<String, Double> parameters(String json, String field) {
        Map<String, Double> values = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            String name = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "name".equals(parser.currentName())) {
                    name = parser.getString();
                } else if (token == JsonToken.VALUE_NUMBER_FLOAT && field.equals(parser.currentName())) {
                    values.put(name, parser.getDoubleValue());
                }
            }
        }
        return values;
    }

    @Test
    void thePimaDataFitWellWithoutAnyOption() throws IOException {
        Cli.Outcome outcome = fit("fit logistic --data pima.csv --target type" + EXACTLY, "o");
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("Bayesian logistic regression of type, 200 rows of pima.csv, full-rank Gaussian")
                .containsPattern("(?m)^glu +0\\.03\\d+ ")
                .containsPattern(
                        "(?m)^weights +effective sample size \\d+ % of [0-9,]+, Pareto k-hat -?0\\.\\d\\d( \\(moot: weights are nearly even\\))?$")
                .contains(folder.resolve("o/fit.json").toString());
        assertThat(Files.list(folder.resolve("o")))
                .extracting(p -> p.getFileName().toString())
                .containsExactlyInAnyOrder("fit.json", "report.html");
        assertThat(Files.readString(folder.resolve("o/report.html"))).contains("Bayesian logistic regression of type");
    }

    @Test
    void jsonIsTheOnlyOutputAndHasTheFirstFieldsOfTheFile() throws IOException {
        Cli.Outcome outcome = fit("fit linear --data air.csv --target ozone --noise-sd 21", "o", "--json");
        assertThat(outcome.exit()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out().lines()).hasSize(1);
        List<String> fields = Cli.fields(outcome.out());
        assertThat(fields).startsWith("model", "method").endsWith("seconds", "drawsPerSecond");
        assertThat(Cli.fields(Files.readString(folder.resolve("o/fit.json"))))
                .startsWith(fields.toArray(String[]::new));
    }

    @Test
    void quietPrintsTheResultOnly() {
        Cli.Outcome outcome = fit("fit linear --data air.csv --target ozone --noise-sd 21 --quiet", "o");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("parameter").contains("ELBO");
    }

    /** lm(ozone ~ ., air): the prior of sd 2.5 on the standardized scale moves nothing by more than a part of an sd. */
    @Test
    void theLinearFitAgreesWithLeastSquares() {
        String json = fit("fit linear --data air.csv --target ozone --seed 3", "o", "--json")
                .out();
        Map<String, Double> mean = parameters(json, "mean");
        Map<String, Double> sd = parameters(json, "sd");
        Map<String, double[]> leastSquares = Map.of(
                "intercept", new double[] {-64.34208, 23.05472},
                "solar", new double[] {0.05982, 0.02319},
                "wind", new double[] {-3.33359, 0.65441},
                "temp", new double[] {1.65209, 0.25353});
        leastSquares.forEach((name, want) -> {
            assertThat(mean.get(name)).as(name).isCloseTo(want[0], within(0.15 * want[1]));
            assertThat(sd.get(name)).as(name).isCloseTo(want[1], within(0.1 * want[1]));
        });
        assertThat(Math.exp(mean.get("log noise sd"))).isCloseTo(21.18, within(0.5));
    }

    @ParameterizedTest
    @CsvSource({
        "fit logistic --data pima.csv --target type",
        "fit logistic --data pima.csv --target type --family mean-field --optimizer robbins-monro --steps 300",
        "fit logistic --data pima.csv --target type --gradient score --steps 300",
        "fit logistic --data pima.csv --target type --gradient path --batch 50 --steps 300",
        "fit linear --data air.csv --target ozone",
        "fit linear --data air.csv --target ozone --noise-sd 21 --no-standardize --prior-sd 100 --steps 300",
        "fit linear --data air.csv --target ozone --no-intercept --steps 300",
    })
    void oneSeedGivesTheSameBytesOnEveryDeviceWithAnyNumberOfThreads(String command) throws IOException {
        fit(command, "scalar1", "--device", "scalar", "--threads", 1, "--quiet");
        fit(command, "scalar2", "--device", "scalar", "--threads", 2, "--quiet");
        fit(command, "cpu1", "--device", "cpu", "--threads", 1, "--quiet");
        fit(command, "cpu3", "--device", "cpu", "--threads", 3, "--quiet");
        String first = comparable("scalar1");
        assertThat(first).contains("\"elbo\": {\"value\": -");
        assertThat(comparable("scalar2")).isEqualTo(first);
        assertThat(comparable("cpu1")).isEqualTo(first);
        assertThat(comparable("cpu3")).isEqualTo(first);
    }

    /** Whether a cuda device opens; where one is required, it must. */
    private static boolean cuda(String test) {
        boolean there = Cli.opens("cuda");
        if (!there) {
            System.out.println(test + ": not run, no cuda device opens");
            boolean required = System.getProperty("elbo4j.require", "").contains("cuda")
                    && "true".equals(System.getProperty("elbo4j.expect.vector"));
            assertThat(required).as("cuda is required, but does not open").isFalse();
        }
        return there;
    }

    /** In a process of its own: the device is lost in the middle of the fit, or while it is judged. */
    @ParameterizedTest
    @CsvSource({
        "sgvi, 1500, failed after step, weights not measured",
        "sgvi, 1940, measuring the result failed, The device failed",
        "mixture, 925, measuring the result failed, The device failed"
    })
    void aLostDeviceLeavesTheStateOfTheLastLook(String method, int launch, String words, String more)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(cuda("aLostDeviceLeavesTheStateOfTheLastLook"), "no cuda device opens");
        Assumptions.assumeFalse(
                System.getProperty("elbo4j.emulator", "").isEmpty(), "only the emulated device is lost on demand");
        Path out = folder.resolve("lost");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of("fit", "logistic", "--data", Cli.data("pima.csv").toString(), "--target", "type"));
        command.addAll(List.of("--method", method, "--device", "cuda", "--out", out.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("ELBO4J_EMULATOR_FAIL", "kernel:" + launch + ":719");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(output).isEqualTo(3);
        assertThat(output).contains(words, "--device cpu", more).doesNotContain("not given back");
        assertThat(output).doesNotContain("Exception");
        String json = Files.readString(out.resolve("fit.json"));
        assertThat(json).contains("\"status\": \"failed\"");
        assertThat(parameters(json, "mean").values())
                .hasSize(8)
                .allSatisfy(v -> assertThat(v).isFinite());
        assertThat(out.resolve("report.html")).isNotEmptyFile();
    }

    /** Few steps: the emulated device takes its time. */
    @Test
    void cudaGivesTheBytesOfScalar() throws IOException {
        Assumptions.assumeTrue(cuda("cudaGivesTheBytesOfScalar"), "no cuda device opens");
        int n = 0;
        for (String command : List.of(
                "fit logistic --data pima.csv --target type --steps 40",
                "fit logistic --data pima.csv --target type --steps 40 --family mean-field --gradient score --draws 65",
                "fit linear --data air.csv --target ozone --steps 40 --batch 37",
                "fit linear --data air.csv --target ozone --steps 40 --optimizer robbins-monro --noise-sd 21")) {
            n++;
            fit(command + EXACTLY, "scalar" + n, "--device", "scalar", "--quiet", "--evaluation-draws", 130);
            Cli.Outcome outcome = fit(command + EXACTLY, "cuda" + n, "--device", "cuda", "--evaluation-draws", 130);
            assertThat(outcome.out()).contains("device  cuda");
            assertThat(comparable("cuda" + n)).as(command).isEqualTo(comparable("scalar" + n));
        }
    }

    @Test
    void anotherSeedGivesOtherBytes() throws IOException {
        fit("fit linear --data air.csv --target ozone --noise-sd 21 --seed 1 --quiet", "a");
        fit("fit linear --data air.csv --target ozone --noise-sd 21 --seed 2 --quiet", "b");
        assertThat(comparable("a")).isNotEqualTo(comparable("b"));
    }

    @Test
    void tooFewStepsEndWithOneButWriteTheirResults() {
        Cli.Outcome outcome =
                fit("fit logistic --data pima.csv --target type --steps 20 --optimizer robbins-monro", "o");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("Not converged")
                .contains("- Give it more steps: --steps")
                .contains("- Use --optimizer adam");
        assertThat(folder.resolve("o/fit.json")).content().contains("\"status\": \"step limit\"");
        assertThat(folder.resolve("o/report.html")).exists();
    }

    @Test
    void aDivergedFitEndsWithOneAndKeepsItsLastFiniteState() {
        Cli.Outcome outcome = fit(
                "fit linear --data air.csv --target ozone --no-standardize --optimizer robbins-monro --learning-rate 1e30",
                "o");
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isEqualTo(1);
        assertThat(outcome.out()).contains("Diverged").contains("--learning-rate");
        assertThat(folder.resolve("o/fit.json")).content().contains("\"status\": \"diverged\"");
    }

    @Test
    void fewerRowsThanParametersAreAllowedAndNoted() {
        Path file = Cli.file(folder, "few.csv", "a,b,c,d,y\n1,2,3,4,0\n2,1,5,2,1\n0,4,1,1,0\n");
        Cli.Outcome outcome = fit("fit logistic --target y", "o", "--data", file, "--prior-sd", 1);
        assertThat(outcome.err()).contains("note: 3 rows for 5 parameters").contains("--prior-sd");
        assertThat(outcome.exit()).as(outcome.out()).isLessThan(2);
    }

    @Test
    void moreThreadsThanProcessorsAreNoted() {
        int processors = Runtime.getRuntime().availableProcessors();
        String command = "fit linear --data air.csv --target ozone --noise-sd 21 --steps 5";
        assertThat(fit(command, "o", "--threads", processors + 1).err())
                .contains("note: --threads " + (processors + 1) + ", but there ");
        assertThat(fit(command, "o", "--threads", processors).err()).isEmpty();
        assertThat(fit(command, "o", "--threads", processors + 1, "--quiet").err())
                .isEmpty();
    }

    @Test
    void onlyAnInterceptCanBeFitted() {
        Path file = Cli.file(folder, "one.csv", "y\n" + "0\n1\n1\n".repeat(40));
        Cli.Outcome outcome = fit("fit logistic --target y", "o", "--data", file, "--quiet");
        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out()).contains("intercept");
    }

    @Test
    void namesFromTheHeaderCanDoNoHarm() throws IOException {
        String evil = "\"</script><script>alert(1)</script>\"";
        Path file = Cli.file(folder, "evil.csv", evil + ",y\n1,0\n2,1\n4,0\n3,1\n");
        fit("fit logistic --target y", "o", "--data", file, "--quiet");
        assertThat(Files.readString(folder.resolve("o/report.html"))).doesNotContain("<script>alert");
    }

    @Test
    void oldResultsAreReplaced() throws IOException {
        Files.createDirectory(folder.resolve("o"));
        Cli.file(folder.resolve("o"), "fit.json", "old");
        fit("fit linear --data air.csv --target ozone --noise-sd 21 --quiet", "o");
        assertThat(folder.resolve("o/fit.json")).content().startsWith("{\n  \"model\": \"linear\",");
    }

    @Test
    void defaultFamilyDependsOnTheNumberOfParameters() {
        StringBuilder text = new StringBuilder("y");
        for (int c = 0; c < 210; c++) {
            text.append(",c").append(c);
        }
        for (int row = 0; row < 40; row++) {
            text.append('\n').append(row % 2);
            for (int c = 0; c < 210; c++) {
                text.append(',').append((row * 7919 + c * 104729) % 100_003);
            }
        }
        Path file = Cli.file(folder, "wide.csv", text + "\n");
        assertThat(fit("fit logistic --target y --steps 5 --json", "o", "--data", file)
                        .out())
                .contains("\"family\":\"mean-field\"");
        assertThat(fit("fit logistic --target y --steps 5 --json", "o", "--data", file, "--family", "full-rank")
                        .out())
                .contains("\"family\":\"full-rank\"");
    }

    @Test
    void standardizeCanBeSaidBothWays() throws IOException {
        String base = "fit linear --data air.csv --target ozone --noise-sd 21 --steps 5 --quiet";
        fit(base, "a");
        fit(base + " --standardize", "b");
        fit(base + " --no-standardize", "c");
        assertThat(comparable("a"))
                .contains("\"standardize\": true")
                .isEqualTo(comparable("b").replaceFirst("    \"--standardize\",\n", "")); // of the arguments
        assertThat(comparable("c")).contains("\"standardize\": false");
    }
}
