package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Key;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code predict} by networks that were trained before. */
class NetworkRowsTest {
    private static final Path DIGITS = Cli.data("digits.csv.gz");

    @TempDir
    private Path folder;

    private Path fit(String model, Path data, String... options) {
        Path out = folder.resolve("fit");
        List<Object> args = new ArrayList<>(List.of("fit", model, "--data", data, "--out", out, "--quiet"));
        args.addAll(List.of((Object[]) options));
        onCpu(args);
        assertThat(Cli.run(args.toArray()).exit()).isIn(Exit.GOOD, Exit.BAD_FIT);
        return out;
    }

    /** Unless a device is named: the choice would fall on the emulated one, which takes minutes. */
    private static void onCpu(List<Object> args) {
        if (!args.contains("--device")) {
            args.addAll(List.of("--device", "cpu"));
        }
    }

    private Path digits(String... more) {
        List<String> all = new ArrayList<>(List.of("--scale", "16", "--label", "digit", "--steps", "60"));
        all.addAll(List.of("--hidden", "16", "--draws", "48"));
        all.addAll(List.of(more));
        return fit("vae", DIGITS, all.toArray(String[]::new));
    }

    private Outcome predict(Path fit, Path data, String... options) {
        List<Object> args =
                new ArrayList<>(List.of("predict", "--fit", fit, "--data", data, "--out", folder.resolve("p")));
        args.addAll(List.of((Object[]) options));
        onCpu(args);
        return Cli.run(args.toArray());
    }

    private List<String> predictions() throws IOException {
        return Files.readAllLines(folder.resolve("p/predictions.csv"));
    }

    /** The header and some rows of the digits. */
    private Path some(String name, int... rows) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(DIGITS)), StandardCharsets.UTF_8))) {
            List<String> all = reader.lines().toList();
            List<String> lines = new ArrayList<>(List.of(all.get(0)));
            Arrays.stream(rows).forEach(n -> lines.add(all.get(n + 1)));
            return Files.write(folder.resolve(name), lines);
        }
    }

    /** The fields of an object within a JSON text. */
    private static String fields(String json, String name) {
        Matcher object = Pattern.compile("\"" + name + "\": \\{([^}]*)\\}").matcher(json);
        assertThat(object.find()).isTrue();
        return object.group(1).replace(" ", "");
    }

    /** Of the rows that were held out, in their order, on every device what the fit said of them on another, digit for digit. */
    @Test
    void anAutoencoderSaysOfHeldOutRowsWhatTheFitSaid() throws IOException {
        Path fit = digits("--device", "scalar", "--encode");
        int[] heldOut = new Training().heldOutRows(1797);
        Path rows = some("heldout.csv", heldOut);
        String json = Files.readString(fit.resolve("fit.json"));
        List<String> first = null;
        for (String device : List.of("scalar", "simd", "cuda")) {
            if (!Cli.opens(device)) {
                continue;
            }
            Outcome outcome = predict(fit, rows, "--json", "--device", device);
            assertThat(outcome.exit()).as(outcome.err()).isEqualTo(Exit.GOOD);
            assertThat(outcome.out().strip()).isEqualTo("{" + fields(json, "heldOut") + "}");
            first = first == null ? predictions() : first;
            assertThat(predictions()).isEqualTo(first);
        }
        assertThat(first.get(0))
                .isEqualTo("row,z1,z2,sd1,sd2,elbo,elboError,logEvidence,logEvidenceError,kHat,reliable");
        List<String> codes = Files.readAllLines(fit.resolve("codes.csv"));
        for (int n = 0; n < heldOut.length; n++) {
            String[] cells = first.get(n + 1).split(",");
            String[] code = codes.get(heldOut[n] + 1).split(",");
            assertThat(Integer.parseInt(code[0])).isEqualTo(heldOut[n] + 1);
            assertThat(Integer.parseInt(cells[0])).isEqualTo(n + 1);
            assertThat(Arrays.copyOfRange(cells, 1, 5)).containsExactly(Arrays.copyOfRange(code, 1, 5));
        }
    }

    /** More rows than are looked at at once; on the scale of the file, from 0 to 16; columns of the file that the fit does not know stay out. */
    @Test
    void anAutoencoderReconstructsRowsInAnyNumber() throws IOException {
        Outcome outcome = predict(digits(), DIGITS, "--reconstruct", "--draws", "32");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("1,797 rows by an autoencoder of 2 latent dimensions")
                .containsPattern("row +z1 +z2 +log p\\(x\\) +reliable")
                .containsPattern(
                        "score   log p\\(x\\) of a row -\\d\\d\\.\\d+ ± 0\\.\\d+ nats; of \\d+ % it rests on few draws")
                .contains("reconstructions.csv");
        assertThat(predictions()).hasSize(1798);
        List<String> rows = Files.readAllLines(folder.resolve("p/reconstructions.csv"));
        assertThat(rows).hasSize(1798);
        assertThat(rows.get(0)).startsWith("row,r1c1,r1c2").doesNotContain("digit");
        double most = 0;
        for (String cell : rows.get(1797).split(",")) {
            most = Math.max(most, cell.equals("1797") ? 0 : Double.parseDouble(cell));
        }
        assertThat(most).isBetween(4.0, 16.0);
        assertThat(Files.readString(folder.resolve("p/predictions.html")))
                .contains("Rows by an autoencoder of 2 latent dimensions")
                .contains("aria-label=\"Histogram of log p(x) over rows\"");
    }

    /** Standardized as the fit's rows were, not by themselves: a row by itself has the code that it has among all. */
    @Test
    void columnsKeepTheScaleOfTheFit() throws IOException {
        Path iris = Cli.data("iris.csv");
        Path fit = fit(
                "vae",
                iris,
                "--label",
                "species",
                "--decoder",
                "gaussian",
                "--latent",
                "1",
                "--hidden",
                "8",
                "--steps",
                "60",
                "--draws",
                "32",
                "--encode");
        List<String> codes = Files.readAllLines(fit.resolve("codes.csv"));
        List<String> lines = Files.readAllLines(iris);
        // Other columns beside them, and in another order.
        String[] names = lines.get(0).split(",");
        String[] cells = lines.get(150).split(",");
        StringBuilder csv = new StringBuilder("what");
        for (int c = names.length - 1; c >= 0; c--) {
            csv.append(',').append(names[c]);
        }
        csv.append("\nthis");
        for (int c = names.length - 1; c >= 0; c--) {
            csv.append(',').append(cells[c]);
        }
        assertThat(predict(fit, Cli.file(folder, "one.csv", csv + "\n"), "--reconstruct")
                        .exit())
                .isEqualTo(Exit.GOOD);
        assertThat(predictions().get(1).split(",")[1]).isEqualTo(codes.get(150).split(",")[1]);
        String[] row = Files.readAllLines(folder.resolve("p/reconstructions.csv"))
                .get(1)
                .split(",");
        assertThat(Double.parseDouble(row[1])).isCloseTo(6, within(3.0)); // centimetres, not sds
    }

    /** The commands of the README print what it says, up to where files are. */
    @ParameterizedTest
    @ValueSource(strings = {"vae", "factors"})
    void theReadmeSaysWhatIsPrinted(String model) throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("elbo4j.root"), "README.md"));
        String name = "digits-" + model;
        List<String> commands = readme.lines()
                .filter(line -> line.matches("./elbo4j (fit|predict) .*\\b" + name + "\\b.*"))
                .toList();
        assertThat(commands).hasSize(2);
        String printed = "";
        for (String command : commands) {
            List<Object> args = new ArrayList<>();
            for (String word : command.split(" ")) {
                args.add(word.equals(name) ? folder.resolve(name) : word.startsWith("test/") ? DIGITS : word);
            }
            args.remove(0);
            if (args.get(0).equals("predict")) {
                args.addAll(List.of("--out", folder.resolve("p")));
            }
            onCpu(args);
            printed = Cli.run(args.toArray()).out();
        }
        String shown = printed.substring(0, printed.indexOf("wrote "));
        assertThat(shown).startsWith("1,797 rows by ");
        assertThat(readme).contains("\n```\n" + shown.stripTrailing() + "\n```\n");
    }

    private Path idx(String name, int width, int height) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(16 + 30 * 6)
                .putInt(0x803)
                .putInt(30)
                .putInt(height)
                .putInt(width);
        for (int i = 0; i < 180; i++) {
            file.put((byte) (i * 37));
        }
        return Files.write(folder.resolve(name), file.array());
    }

    @Test
    void imagesInIdxArePredictedIfTheyHaveTheSize() throws IOException {
        Path images = idx("images", 2, 3);
        Path fit = fit("vae", images, "--steps", "20", "--hidden", "4", "--draws", "32");
        assertThat(predict(fit, images).out()).contains("30 rows by an autoencoder");
        assertThat(predict(fit, idx("wide", 3, 2)).words())
                .contains("--data: wide holds images of 3 × 2 pixels, but the fit is of images of 2 × 3 pixels");
        assertThat(predict(fit, idx("long", 1, 6)).words())
                .contains("--data: long holds images of 1 × 6 pixels, but the fit is of images of 2 × 3 pixels");
        assertThat(predict(fit, DIGITS).words()).contains("--data: digits.csv.gz has no column \"x1\"");
        assertThat(predict(digits(), images).words())
                .contains("--data: images holds images of 2 × 3 pixels, but the fit is of images of 8 × 8 pixels");
    }

    @Test
    void mistakesAreNamed() throws IOException {
        Path fit = digits();
        Path rows = some("some.csv", 0, 1, 2);
        String text = Files.readString(rows);
        int third = text.lastIndexOf("\n", text.length() - 2) + 1;
        Files.writeString(rows, text.substring(0, third) + "17" + text.substring(text.indexOf(',', third)));
        Outcome outcome = predict(fit, rows);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.words())
                .contains("some.csv, row 3, column \"r1c1\" is 17.0, but the fit is of values from 0 to 16.0");
        assertThat(folder.resolve("p/predictions.csv")).doesNotExist();
        Files.writeString(rows, text.replaceFirst("r1c2", "r1c99"));
        assertThat(predict(fit, rows).words()).contains("--data: some.csv has no column \"r1c2\"");
        assertThat(predict(fit, folder.resolve("none.csv")).words()).contains("--data: there is no file");
        assertThat(predict(folder.resolve("nowhere"), rows).words()).contains("--fit: there is no file");
        assertThat(predict(fit, DIGITS, "--draws", "8").words()).contains("--draws is 8, but must be 32 or more");
        assertThat(predict(fit, DIGITS, "--model", "Model.java").words())
                .contains("fit.json is of the model vae, which needs no --model");
        assertThat(predict(fit, DIGITS, "--device", "gpu").words()).contains("--device is \"gpu\"");
        Path normal = folder.resolve("normal");
        Cli.run("fit", "normal", "--data", Cli.data("air.csv"), "--target", "wind", "--out", normal, "--quiet");
        assertThat(predict(normal, DIGITS, "--reconstruct").words())
                .contains("--reconstruct is of the model vae, but --fit is of the model normal");
        assertThat(predict(normal, DIGITS, "--draws", "50").words())
                .contains("--draws is of the models vae and factors, but --fit is of the model normal");
        Outcome other = Cli.run("kl", fit, normal);
        assertThat(other.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(other.words()).contains(fit + " is a fit of the model vae, whose weights are points");
        Files.writeString(
                fit.resolve("fit.json"),
                Files.readString(fit.resolve("fit.json")).replace("\"format\": 1", "\"format\": 2"));
        assertThat(predict(fit, DIGITS).words())
                .contains(
                        "--fit: fit.json, field format: it is 2, but this version of elbo4j reads format 1; a later one");
    }

    /** As {@link io.github.elbo4j.factors.BinaryFactorAnalysis} chooses them. */
    private static int[] heldOut(int rows) {
        int[] order = new Key(0).fork("holdout").permutation(rows);
        int[] first = Arrays.copyOf(order, (int) (0.1 * rows));
        Arrays.sort(first);
        return first;
    }

    @Test
    void factorsSayOfHeldOutRowsWhatTheFitSaid() throws IOException {
        Path fit = fit(
                "factors",
                DIGITS,
                "--ignore",
                "digit",
                "--threshold",
                "7",
                "--factors",
                "6",
                "--steps",
                "60",
                "--enumerate",
                "3",
                "--device",
                "scalar");
        Path rows = some("heldout.csv", heldOut(1797));
        String json = Files.readString(fit.resolve("fit.json"));
        List<String> first = null;
        for (String device : List.of("scalar", "simd", "cuda")) {
            if (!Cli.opens(device)) {
                continue;
            }
            Outcome outcome = predict(fit, rows, "--device", device);
            assertThat(outcome.exit()).as(outcome.err()).isEqualTo(Exit.GOOD);
            assertThat(outcome.out()).contains("179 rows by 6 binary factors").contains("factor6");
            first = first == null ? predictions() : first;
            assertThat(predictions()).isEqualTo(first);
        }
        assertThat(first.get(0))
                .isEqualTo(
                        "row,factor1,factor2,factor3,factor4,factor5,factor6,elbo,elboError,logEvidence,logEvidenceError,"
                                + "kHat,reliable");
        Matcher enumerated = Pattern.compile(
                        "\\{\"elbo\": ([^,]*), \"elboStandardError\": ([^,]*), \"logEvidence\": ([^,]*), \"logEvidenceStandardError\": ([^,]*), [^{]*\"q\": \\[([^]]*)\\]")
                .matcher(json.substring(json.indexOf("\"enumerated\"")));
        for (int n = 0; n < 3; n++) {
            assertThat(enumerated.find()).isTrue();
            String[] cells = first.get(n + 1).split(",");
            for (int i = 0; i < 4; i++) {
                assertThat(Double.parseDouble(cells[7 + i])).isEqualTo(Double.parseDouble(enumerated.group(1 + i)));
            }
            String[] q = enumerated.group(5).split(", ");
            for (int d = 0; d < 6; d++) {
                assertThat(Float.parseFloat(cells[1 + d])).isEqualTo((float) Double.parseDouble(q[d]));
            }
        }
    }

    @Test
    void valuesOfFactorsAreBinaryAsInTheFit() {
        StringBuilder csv = new StringBuilder("a,b,c\n");
        for (int n = 0; n < 60; n++) {
            csv.append(n % 2)
                    .append(',')
                    .append(n % 2)
                    .append(',')
                    .append(n % 3 == 0 ? 1 : 0)
                    .append('\n');
        }
        Path fit = fit("factors", Cli.file(folder, "abc.csv", csv.toString()), "--factors", "1", "--steps", "40");
        Path two = Cli.file(folder, "two.csv", "c,b,a\n0,1,0\n1,0,1\n0,0,2\n");
        assertThat(predict(fit, two).words())
                .contains("two.csv, row 3, column \"a\" is 2.0, but must be 0 or 1, as in the fit");
        assertThat(predict(fit, two, "--reconstruct").words()).contains("--reconstruct is of the model vae");
        assertThat(predict(fit, two, "--draws", "1").words()).contains("--draws is 1, but must be 2 or more");
    }
}
