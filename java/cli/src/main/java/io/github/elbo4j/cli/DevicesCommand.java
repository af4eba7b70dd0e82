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
@Command(
        name = "devices",
        description = "Lists the devices, whether each opens here, and if not, why.",
        footer = "elbo4j devices",
        exitCodeList = {"0:the list was printed", "2:" + Main.BAD_INPUT_MEANS, "3:" + Main.BROKEN_MEANS})
final class DevicesCommand implements Callable<Integer> {
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
        List<String> open = devices.stream()
                .filter(Devices.Status::opens)
                .map(Devices.Status::name)
                .toList();
        if (open.get(0).equals("cuda")) {
            String rule = String.format(
                    Locale.ROOT,
                    "auto is cuda where a step is large, draws × (rows + parameters) %,d or more, else %s.",
                    Devices.CUDA_STEP,
                    open.get(1));
            out.println(Text.wrap(rule, width, ""));
        } else {
            out.println("auto is " + open.get(0) + ".");
        }
        out.println("Every device gives the same results.");
        return Main.GOOD;
    }
}
