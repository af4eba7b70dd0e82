package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code elbo4j devices}. */
@Command(name = "devices", description = "Lists the devices, whether each opens here, and if not, why.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Devices.Status> devices = Devices.list();
        for (Devices.Status device : devices) {
            out.printf("%-7s  %-3s  %s%n", device.name(), device.opens() ? "yes" : "no", device.words());
            for (String note : device.notes()) {
                out.printf("%14s%s%n", "", note);
            }
        }
        out.println(auto());
        out.println("Every device gives the same results.");
        return Main.GOOD;
    }

    /** What auto does here, found out by asking for it. */
    private static String auto() {
        String small = choice(1);
        String large = choice(Devices.CUDA_STEP);
        if (small.equals(large)) {
            return "auto " + large + ".";
        }
        return String.format(
                Locale.ROOT,
                "auto %s where a step is large, draws × (rows + parameters) %,d or more, else %s.",
                large,
                Devices.CUDA_STEP,
                small.replaceFirst("^is ", ""));
    }

    private static String choice(long stepSize) {
        Devices.Request auto = Devices.Request.of("auto").withStepSize(stepSize);
        try (Device device = Devices.choose(auto).device()) {
            return "is " + device.name();
        } catch (DeviceException e) {
            return "fails, since a device is there but broken (" + e.getMessage() + "); --device cpu does not need it";
        }
    }
}
