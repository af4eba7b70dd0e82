package user;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.distribution.Normal;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Fits a model with a known posterior on a device, writes the fit into a folder and reads it back. Prints the modules that it and
 * the library are in, the device, and the fit.
 */
final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        // mu ~ N(0, 5^2), 28 ~ N(mu, 15^2): precisions 1/25 and 1/225, so the mean is 2.8 and the sd sqrt(22.5) =
        // 4.743.
        Model model = Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            m.observe(new double[] {28}, Normal.of(mu, 15));
        });
        try (Device device = Devices.open(args[0]);
                LogJoint joint = model.logJoint(device)) {
            FitResult fit = Sgvi.builder().seed(1).build().fit(device, joint);
            Report.of(fit).write(folder);
            if (!FitJson.read(folder.resolve("fit.json")).equals(fit)) {
                throw new IllegalStateException("fit.json does not give the fit back");
            }
            System.out.printf("%s, %s, device %s%n", name(Main.class), name(Devices.class), device.name());
            System.out.printf(
                    Locale.ROOT,
                    "mean %.1f, sd %.2f, %s%n",
                    fit.posterior().mean(0),
                    fit.posterior().standardDeviation(0),
                    fit.verdict());
        }
    }

    private static String name(Class<?> type) {
        Module module = type.getModule();
        return module.isNamed() ? module.toString() : "unnamed module";
    }
}
