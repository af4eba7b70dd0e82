package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.deep.Autoencoder;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.AbsentDeviceException;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.factors.BinaryData;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.FactorFit;
import io.github.elbo4j.factors.FactorModel;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.network.Activation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that were written are read back to the last bit, and nothing else is. */
class NetworksJsonReadTest {
    private static final List<String> COLUMNS = List.of("a \"quoted\" <name>\n", "größe", "c", "d");
    private static final DataSource DATA =
            new DataSource("d.csv", "00ff", 60, "kind", COLUMNS, 2, List.of(), List.of("a note"), Map.of());

    @TempDir
    private Path folder;

    private static void onEveryDevice(Consumer<Device> test) {
        for (String name : List.of("scalar", "simd", "cuda")) {
            try (Device device = Devices.open(name)) {
                test.accept(device);
            } catch (AbsentDeviceException e) {
                assertThat(name).isNotEqualTo("scalar");
            }
        }
    }

    private static double[][] rows() {
        SplittableRandom random = new SplittableRandom(9);
        double[][] rows = new double[60][4];
        for (double[] row : rows) {
            int like = random.nextInt(2);
            Arrays.setAll(row, i -> random.nextInt(5) == 0 ? 1 - like : like);
        }
        return rows;
    }

    private static AutoencoderFit autoencoder(Device device, Decoder decoder) {
        Autoencoder model = new Autoencoder(2, List.of(5, 3), Activation.TANH, decoder, 2, 3);
        return new Training()
                .steps(20)
                .batch(16)
                .draws(48)
                .heldOut(decoder == Decoder.GAUSSIAN ? 0 : 0.2)
                .seed(7)
                .fit(device, model, rows());
    }

    private Path written(AutoencoderFit fit) {
        AutoencoderReport.Plane plane = new AutoencoderReport.Plane(0, 1, List.of(), List.of(), List.of());
        DataSource scaled = DATA.scaled(Map.of(
                COLUMNS.get(0),
                new DataSource.Scale(0.1, 1 / 3.0),
                COLUMNS.get(1),
                new DataSource.Scale(-0.0, Math.PI),
                "c",
                new DataSource.Scale(1e-30, 7),
                "d",
                new DataSource.Scale(0, 1)));
        try {
            return new AutoencoderReport(fit, scaled, null, plane, "", "")
                    .write(folder)
                    .get(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static FactorFit factors(Device device, FactorModel model, int hidden) {
        double[] values = Arrays.stream(rows()).flatMapToDouble(Arrays::stream).toArray();
        return BinaryFactorAnalysis.of(model, 2)
                .hidden(hidden)
                .steps(30)
                .holdout(0.2)
                .judgingDraws(64)
                .seed(7)
                .build()
                .fit(device, BinaryData.of(COLUMNS, values));
    }

    private Path written(FactorFit fit) {
        try {
            return new FactorReport(fit, DATA, 0.5, null, 0, "", "")
                    .write(folder)
                    .get(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SavedFit open(Path file) {
        try {
            return FitJson.open(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Fitted on each device, in turn, and opened on no device at all: the same fit, weight for weight. */
    @ParameterizedTest
    @EnumSource(Decoder.class)
    void anAutoencoderComesBack(Decoder decoder) {
        onEveryDevice(device -> {
            AutoencoderFit fit = autoencoder(device, decoder);
            SavedFit saved = open(written(fit));
            assertThat(saved.autoencoder()).isEqualTo(fit.networks());
            assertThat(saved.autoencoder().weights())
                    .containsExactly(fit.networks().weights());
            assertThat(saved.fit()).isEqualTo(fit.result()).hasSameHashCodeAs(fit.result());
            // That no row was held out is one.
            assertThat(fit.result().assessment().concerns().isEmpty()).isEqualTo(decoder != Decoder.GAUSSIAN);
            assertThat(saved.model()).isEqualTo("vae");
            assertThat(saved.data().predictors()).isEqualTo(COLUMNS);
            assertThat(saved.data().target()).isEqualTo("kind");
            assertThat(saved.data().scales().get(COLUMNS.get(0))).isEqualTo(new DataSource.Scale(0.1, 1 / 3.0));
            assertThat(saved.data().scales().get("c")).isEqualTo(new DataSource.Scale(1e-30, 7));
            assertThat(saved.density()).isNull();
            assertThat(saved.factors()).isNull();
        });
    }

    @ParameterizedTest
    @CsvSource({"SIGMOID, 0", "SIGMOID, 3", "NOISY_OR, 2"})
    void soDoFactors(FactorModel model, int hidden) {
        onEveryDevice(device -> {
            FactorFit fit = factors(device, model, hidden);
            SavedFit saved = open(written(fit));
            assertThat(saved.factors()).isEqualTo(fit.factors());
            assertThat(saved.factors().weights()).containsExactly(fit.factors().weights());
            assertThat(saved.fit()).isEqualTo(fit.result()).hasSameHashCodeAs(fit.result());
            assertThat(saved.data()).isEqualTo(DATA);
            assertThat(saved.options()).isEqualTo(Map.of(SavedFit.THRESHOLD, 0.5));
            assertThat(saved.autoencoder()).isNull();
        });
    }

    /** Another reader finds them, too: little-endian float32 in base64, in the order of the shape. */
    @Test
    void theWeightsAreLittleEndianFloat32() throws IOException {
        try (Device device = Devices.open("scalar")) {
            AutoencoderFit fit = autoencoder(device, Decoder.BERNOULLI);
            Matcher array = Pattern.compile(
                            "\\{\"name\": \"encoder weights 1\", \"shape\": \\[4, 5], \"float32\": \"([^\"]*)\"}")
                    .matcher(Files.readString(written(fit)));
            assertThat(array.find()).isTrue();
            ByteBuffer bytes =
                    ByteBuffer.wrap(Base64.getDecoder().decode(array.group(1))).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(bytes.remaining()).isEqualTo(4 * 5 * 4);
            for (int i = 0; i < 20; i++) {
                assertThat(bytes.getFloat()).isEqualTo(fit.networks().weights()[i]);
            }
        }
    }

    private static final String AN_ARRAY = "\"shape\": [5], \"float32\": \"";

    private void refused(Path file, String is, String instead, String message) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(is);
        int at = text.indexOf(is);
        Files.writeString(file, text.substring(0, at) + instead + text.substring(at + is.length()));
        assertThatThrownBy(() -> FitJson.open(file))
                .isInstanceOf(FitFileException.class)
                .hasMessageStartingWith("fit.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "format": 1; "format": 2; field format: it is 2, but this version of elbo4j reads format 1; a later one wrote the file
            "networks"; "network"; an older version of elbo4j wrote it, which left the weights of the networks out
            "name": "encoder biases 1"; "name": "encoder bias 1"; field networks[1].name: it is "encoder bias 1", but must be "encoder biases 1"
            "shape": [4, 5]; "shape": [5, 4]; field networks[0].shape: it is [5, 4], but encoder weights 1 of this model must have [4, 5]
            "shape": [5], "float32": "; "shape": [5], "float32": "AAAA; field networks[1].float32: it holds 23 bytes, but 5 numbers of float32 have 20
            "shape": [5], "float32": "; "shape": [5], "float32": "?; field networks[1].float32: it is no base64: Illegal base64 character 3f
            "shape": [5], "float32"; "shape": [5], "float64"; field networks[1].float32: it is missing
            "hidden": [5, 3]; "hidden": [5]; field networks: it has 15 arrays, but the model has 11
            "hidden": [5, 3]; "hidden": [0, 3]; field autoencoder: the hidden layers have the widths [0, 3]
            "hidden": [5, 3]; "hidden": [2000000000, 2000000000]; its networks have more weights than 2^31 - 1
            "latent": 2, "hidden": [; "latent": 0, "hidden": [; field autoencoder: latent is 0, but must be from 1 to 4096
            [5, 3], "activation": "tanh"; [5, 3], "activation": "tan"; field autoencoder.activation: it is "tan", but must be one of
            "width": 4; "width": 5; field autoencoder.width: it is 5, but data.predictors are 4
            "draws": 48}; "draws": 7}; field settings.draws: it is 7, but must be 32 or more
            "sd": 7.0; "sd": -7.0; field data.scales.c.sd: it is -7.0, but must be positive
            "c": {"mean"; "e": {"mean"; field data.scales.c: it is missing
            "rng":; "rgn":; field rng: it is missing
            """)
    void aDamagedFileIsRefusedInItsField(String is, String instead, String message) throws IOException {
        try (Device device = Devices.open("scalar")) {
            refused(written(autoencoder(device, Decoder.BERNOULLI)), is, instead, message);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            "networks"; "network"; an older version of elbo4j wrote it, which left the weights of the networks out
            "factors": 2; "factors": 3; field networks[0].shape: it is [2], but prior of this model must have [3]
            "factors": 2; "factors": 0; field factors: it is 0, and data.predictors are 4
            "hidden": 0; "hidden": 2; field networks: it has 5 arrays, but the model has 8
            "method": "sigmoid"; "method": "or"; field method: it is "or", but must be one of sigmoid, noisy-or
            "judgingDraws": 64; "judgingDraws": 1; field settings.judgingDraws: it is 1, but must be 2 or more
            "threshold": 0.5; "threshold": "half"; field threshold: it is "half", but must be a finite number
            """)
    void soIsOneOfFactors(String is, String instead, String message) throws IOException {
        try (Device device = Devices.open("scalar")) {
            refused(written(factors(device, FactorModel.SIGMOID, 0)), is, instead, message);
        }
    }

    @Test
    void aWeightThatIsNoNumberIsRefused() throws IOException {
        try (Device device = Devices.open("scalar")) {
            Path file = written(autoencoder(device, Decoder.BERNOULLI));
            byte[] bytes = new byte[20];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(8, Float.NaN);
            String text = Files.readString(file);
            int at = text.indexOf(AN_ARRAY) + AN_ARRAY.length();
            String is = AN_ARRAY + text.substring(at, text.indexOf('"', at));
            refused(
                    file,
                    is,
                    AN_ARRAY + Base64.getEncoder().encodeToString(bytes),
                    "field networks[1].float32: number 3 is NaN, but must be finite");
        }
    }

    @Test
    void aFileThatIsCutOffIsNotWhole() throws IOException {
        try (Device device = Devices.open("scalar")) {
            Path file = written(autoencoder(device, Decoder.BERNOULLI));
            String text = Files.readString(file);
            Files.writeString(file, text.substring(0, text.indexOf("decoder weights 2") + 90));
            assertThatThrownBy(() -> FitJson.open(file))
                    .isInstanceOf(FitFileException.class)
                    .hasMessageStartingWith("fit.json is not whole JSON");
        }
    }

    /** A user may call a model as elbo4j calls its own. */
    @ParameterizedTest
    @CsvSource({"vae", "factors"})
    void aModelOfParametersMayHaveTheName(String name) throws IOException {
        Report report = ExampleFit.of(List.of("a", "b"), 0.3, Status.CONVERGED).model(ModelDescription.of(name));
        SavedFit saved = FitJson.open(report.write(folder).get(0));
        assertThat(saved.fit()).isEqualTo(report.fit());
        assertThat(saved.model()).isEqualTo(name);
        assertThat(saved.autoencoder()).isNull();
    }
}
