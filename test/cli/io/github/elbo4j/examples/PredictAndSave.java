package io.github.elbo4j.examples;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.PhiloxRandom;
import io.github.elbo4j.distribution.Bernoulli;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Prediction;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A fit that is written, read again, and asked what it says of new rows. */
public class PredictAndSave {
    static Model model(double[][] x, double[] y) {
        return Model.define(m -> {
            Expr beta = m.parameter("beta", Normal.of(0, 2.5), x[0].length);
            m.observe("y", y, Bernoulli.ofLogit(Expr.data("x", x).matmul(beta)));
        });
    }

    static FitResult fitAndSave(Device device, Model model, Path file) throws IOException {
        try (LogJoint joint = model.logJoint(device)) {
            FitResult fit = Sgvi.builder().seed(1).build().fit(device, joint);
            Report.of(fit).writeJson(file);
            return fit;
        }
    }

    /** For each new row the distribution of y and the log predictive density of what it was. */
    static List<Prediction> predict(Path file, Model newRows) throws IOException {
        double[][] draws = FitJson.read(file).posterior().draws(new Key(1), 4000);
        return Prediction.of(newRows, draws, 1).get("y");
    }

    public static void main(String[] args) throws IOException {
        PhiloxRandom random = new PhiloxRandom(new Key(2));
        double[][] x = new double[400][];
        Arrays.setAll(x, i -> new double[] {1, random.nextGaussian(), random.nextGaussian()});
        double[] y = Arrays.stream(x)
                .mapToDouble(r -> random.nextDouble() < 0.5 + 0.2 * Math.signum(r[1]) ? 1 : 0)
                .toArray();
        Path file = Files.createTempFile("fit", ".json");
        try (Device device = Devices.open("auto")) {
            System.out.println(fitAndSave(device, model(Arrays.copyOf(x, 300), Arrays.copyOf(y, 300)), file));
        }
        Model newRows = model(Arrays.copyOfRange(x, 300, 400), Arrays.copyOfRange(y, 300, 400));
        System.out.println(predict(file, newRows).stream()
                .mapToDouble(p -> p.logDensity().value())
                .sum());
    }
}
