package io.github.elbo4j.cli.command;

import io.github.elbo4j.Devices;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.cli.view.Text;
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
@Command(
        name = "devices",
        description = "Lists the devices, whether each opens here, and if not, why.",
        footer = "elbo4j devices",
        exitCodeList = {"0:the list was printed", "2:" + Exit.BAD_INPUT_MEANS, "3:" + Exit.BROKEN_MEANS})
public final class DevicesCommand implements Callable<Integer> {
    /** With fewer columns, reasons begin further left. */
    private static final int NARROW = 60;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Devices.Status> devices = Devices.list();
        int width = Terminal.width();
        String indent = " ".repeat(width < NARROW ? 4 : 14);
        for (Devices.Status device : devices) {
            String line = String.format(
                    Locale.ROOT, "%-7s  %-3s  %s", device.name(), device.opens() ? "yes" : "no", device.words());
            out.println(Text.wrap(line, width, indent));
            for (String note : device.notes()) {
                out.println(Text.wrap(indent + note, width, indent));
            }
        }
        out.println(Text.wrap(auto(), width, ""));
        String fits = choice(Devices.Request.of("auto").withStepSize(1).withColdStart());
        if (fits.equals("is scalar")
                && devices.stream().anyMatch(device -> device.name().equals("simd") && device.opens())) {
            String words = String.format(
                    Locale.ROOT, "Fits whose steps are below %,d go to scalar: it starts sooner.", Devices.SIMD_STEP);
            out.println(Text.wrap(words, width, ""));
        }
        out.println("Every device gives the same results.");
        return Exit.GOOD;
    }

    /** What auto does here, found out by asking for it. */
    private static String auto() {
        String small = choice(Devices.Request.of("auto").withStepSize(1));
        String large = choice(Devices.Request.of("auto").withStepSize(Devices.CUDA_STEP));
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

    private static String choice(Devices.Request auto) {
        try (Device device = Devices.choose(auto).device()) {
            return "is " + device.name();
        } catch (DeviceException e) {
            return "fails, since a device is there but broken (" + e.getMessage() + "); --device cpu does not need it";
        }
    }
}
