package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.Cli.Outcome;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeCommandTest {
    /** What is not given otherwise. */
    private static final Map<String, String> SHORT = Map.of("--steps", "100", "--hidden", "16", "--draws", "32");

    @TempDir
    private Path folder;

    private Outcome fit(Path data, String... args) {
        List<String> all = new ArrayList<>(List.of("fit", "vae", "--data", data.toString()));
        all.addAll(List.of("--out", folder.resolve("out").toString()));
        all.add("--quiet");
        all.addAll(List.of(args));
        SHORT.forEach((option, value) -> {
            if (!all.contains(option)) {
                all.addAll(List.of(option, value));
            }
        });
        return Cli.run((Object[]) all.toArray(String[]::new));
    }

    private static List<String> lines() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Cli.data("digits.csv.gz"))), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    private static String[] digits(String... more) {
        List<String> args = new ArrayList<>(List.of("--scale", "16", "--label", "digit"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    /** The entropy of these pixels alone is 27.9 nats a row (independent pixels by their means): 100 steps are far enough below 60. */
    @Test
    void digitsAreEncodedCompletedAndGenerated() throws IOException {
        Outcome outcome = fit(
                Cli.data("digits.csv.gz"),
                digits("--encode", "--complete", "left", "--generate", "3", "--device", "cpu"));

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(Exit.GOOD);
        assertThat(outcome.out())
                .contains("Autoencoder of 64 elements with 2 latent dimensions")
                .containsPattern("held out, 180 rows +-\\d\\d\\.\\d+ ± 0\\.\\d+ +-\\d\\d\\.\\d+")
                .contains("trained on, 1,024 rows")
                .contains("codes.csv")
                .contains("completions.csv")
                .contains("generated.csv");
        String json = Files.readString(folder.resolve("out/fit.json"));
        Matcher elbo = Pattern.compile("\"elbo\": (-[\\d.]+)").matcher(json);
        assertThat(elbo.find()).isTrue();
        assertThat(Double.parseDouble(elbo.group(1))).isBetween(-60.0, -20.0);
        assertThat(Cli.fields(json)).contains("heldOut", "trained", "verdict", "settings", "data", "trace");
        List<String> codes = Files.readAllLines(folder.resolve("out/codes.csv"));
        assertThat(codes).hasSize(1798);
        assertThat(codes.get(0)).isEqualTo("row,z1,z2,sd1,sd2");
        List<String> completions = Files.readAllLines(folder.resolve("out/completions.csv"));
        assertThat(completions).hasSize(13);
        String[] completed = completions.get(1).split(",");
        String[] row = lines().get(Integer.parseInt(completed[0])).split(",");
        for (int i = 0; i < 64; i++) {
            double value = Double.parseDouble(completed[1 + i]);
            if (i % 8 < 4) {
                assertThat(value).isEqualTo(Double.parseDouble(row[i]));
            }
            assertThat(value).isBetween(0.0, 16.0);
        }
        assertThat(Files.readAllLines(folder.resolve("out/generated.csv"))).hasSize(4);
    }

    /** Pictures are PNGs that another reader reads: one for each of six kinds, of the widths that 12 or 15 images have. */
    @Test
    void theReportShowsImagesAndRunsNothing() throws IOException {
        fit(Cli.data("digits.csv.gz"), digits("--complete", "top"));

        String html = Files.readString(folder.resolve("out/report.html"));
        assertThat(html)
                .contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
                .doesNotContain("<script")
                .contains("elbo4j fit vae --data")
                .contains("alt=\"Rows of the data, and below each what is made of it\"");
        List<Integer> widths = new ArrayList<>();
        Matcher image =
                Pattern.compile("data:image/png;base64,([A-Za-z0-9+/=]+)").matcher(html);
        while (image.find()) {
            widths.add(ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(image.group(1))))
                    .getWidth());
        }
        assertThat(widths).containsExactly(109, 109, 109, 136, 109);
    }

    @Test
    void jsonIsTheSameOnEveryDevice() {
        String[] args = digits("--json", "--steps", "20", "--importance", "2", "--prior-components", "2");
        String scalar = withoutTime(fit(Cli.data("digits.csv.gz"), add(args, "--device", "scalar")));
        assertThat(scalar).hasLineCount(1).contains("\"model\":\"vae\"");
        if (Cli.opens("simd")) {
            String other = withoutTime(fit(Cli.data("digits.csv.gz"), add(args, "--device", "simd")));
            assertThat(other.replace("\"device\":\"simd\"", "\"device\":\"scalar\""))
                    .isEqualTo(scalar);
        }
    }

    private static String[] add(String[] args, String... more) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static String withoutTime(Outcome outcome) {
        return outcome.out().replaceAll("\"seconds\":[\\d.E-]+", "");
    }

    @Test
    void numbersOfAnyScaleHaveNormals() {
        Outcome outcome = fit(Cli.data("iris.csv"), "--label", "species", "--decoder", "gaussian", "--latent", "1");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("Autoencoder of 4 elements with 1 latent dimension");
    }

    private Path idx(int count, int bytes) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(16 + bytes)
                .putInt(0x803)
                .putInt(count)
                .putInt(3)
                .putInt(2);
        for (int i = 0; i < bytes; i++) {
            file.put((byte) (i * 37));
        }
        return Files.write(folder.resolve("images-idx3-ubyte"), file.array());
    }

    @Test
    void imagesInIdxAreRead() throws IOException {
        Outcome outcome = fit(idx(30, 180), "--hold-out", "0.2");

        assertThat(outcome.out()).contains("Autoencoder of 6 elements").contains("held out, 6 rows");
        assertThat(fit(idx(30, 179)).err()).contains("the file ends in image 30 of 30");
        assertThat(fit(idx(30, 180), "--label", "digit").err()).contains("no columns that --label");
        assertThat(fit(folder.resolve("images-idx3-ubite")).err())
                .contains("there is no file")
                .contains("did you mean " + folder.resolve("images-idx3-ubyte"));
    }

    /** In a table a row is too short or too long; in IDX, whose header has one size, the bytes do not come out even. */
    @Test
    void imagesOfUnequalSizeAreRefused() throws IOException {
        String head = "a,b,c,d\n0,1,1,0\n1,0,0,1\n";
        for (String row : List.of("0,1,1", "0,1,1,0,1")) {
            Outcome outcome = fit(Cli.file(folder, "images.csv", head + row + "\n"));
            assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
            assertThat(outcome.words())
                    .contains("images.csv, row 3 (line 4) has " + row.split(",").length
                            + " cells, but the header names 4 columns");
        }
        for (int bytes : new int[] {180 - 2, 180 + 3}) {
            Outcome outcome = fit(idx(30, bytes));
            assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
            assertThat(outcome.words())
                    .contains(
                            bytes < 180
                                    ? "images-idx3-ubyte: the file ends in image 30 of 30"
                                    : "images-idx3-ubyte: the file goes on after image 30 of 30: not all images have the 3 × 2"
                                            + " pixels that the header tells of, or there are more of them");
        }
        assertThat(fit(Cli.data("digits.csv.gz"), digits("--image", "7x7")).words())
                .contains("--image is 7x7, which is 49 pixels, but a row has 64 columns");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --label digit                       | r1c3 is 5.0, but pixels must be from 0 to 1: --scale
            --scale 16 --image 7x9              | --image is 7x9, which is 63 pixels, but a row has 65 columns
            --scale 16 --image wide             | but must be a width and a height such as 28x28
            --scale 16 --complete top           | the rows are none
            --scale 16 --complete middle        | --complete is middle
            --scale 16 --latent 0               | --latent is 0
            --scale 16 --hidden 8,0             | --hidden is 0
            --scale 16 --hold-out 1             | --hold-out is 1.0, but must be from 0 to 0.9
            --scale 16 --draws 8                | --draws is 8
            --decoder gaussian --scale 2        | --scale is for --decoder bernoulli
            --decoder gaussian                  | column r1c1 has one value in all rows
            --decoder poisson                   | --decoder
            --scale 16 --label number           | number
            """)
    void mistakesAreNamed(String args, String message) {
        Outcome outcome = fit(Cli.data("digits.csv.gz"), args.trim().split(" "));

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains(message.trim());
    }

    @Test
    void aMissingPixelIsNamed() throws IOException {
        List<String> lines = new ArrayList<>(lines());
        lines.set(1500, lines.get(1500).replaceFirst("^\\d+,", ","));
        Path bad = Files.write(folder.resolve("bad.csv"), lines);

        assertThat(fit(bad, digits()).err())
                .contains("bad.csv, row 1500 (line 1501), column")
                .contains("empty");
        assertThat(fit(bad, digits("--missing", "drop", "--steps", "10")).exit())
                .isIn(Exit.GOOD, Exit.BAD_FIT);
    }
}
