package io.github.elbo4j.cli;

import io.github.elbo4j.Devices;
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
        List<String> open = devices.stream()
                .filter(Devices.Status::opens)
                .map(Devices.Status::name)
                .toList();
        if (open.get(0).equals("cuda")) {
            out.printf(
                    Locale.ROOT,
                    "auto is cuda where a step is large, draws × (rows + parameters) %,d or more, else %s.%n",
                    Devices.CUDA_STEP,
                    open.get(1));
        } else {
            out.println("auto is " + open.get(0) + ".");
        }
        out.println("Every device gives the same results.");
        return Main.GOOD;
    }
}
