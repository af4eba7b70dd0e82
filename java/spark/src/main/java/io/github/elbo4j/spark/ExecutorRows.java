package io.github.elbo4j.spark;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.model.RowSumModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a partition on a device of this virtual machine, and the programs that sum them: a device and what is on it cannot be sent,
 * so each executor keeps its own from pass to pass.
 */
final class ExecutorRows implements AutoCloseable {
    private static final Map<Place, ExecutorRows> HELD = new ConcurrentHashMap<>();
    /** GPUs by name: a context for each partition would not fit. Of a processor each partition has its own, for its task's thread. */
    private static final Map<String, Device> GPUS = new ConcurrentHashMap<>();

    private final Resources own;
    private final Workspace workspace;
    private final List<Long> numbers = new ArrayList<>();
    private final List<RowSumModel> models = new ArrayList<>();
    private final Map<Form, Bound> bound = new HashMap<>();

    /**
     * Whose rows they are.
     *
     * @param fit its own name
     */
    record Place(String fit, int partition, String device) {}

    /** What a program depends on. */
    private record Form(int draws, boolean gradient) {}

    /** A program for each panel, one after the other, with what they read and write. */
    private record Bound(Buffer z, Buffer sums, @Nullable Buffer slopes, List<Program> programs) {}

    /** @param panels read if the rows are not here yet */
    static PassSums sums(Place place, Iterator<Panel> panels, RowModel model, List<String> columns, Pass pass) {
        if (!HELD.containsKey(place) && !panels.hasNext()) {
            return PassSums.empty(pass); // which takes no device
        }
        return HELD.computeIfAbsent(place, p -> new ExecutorRows(p.device(), panels, model, columns))
                .sums(pass);
    }

    /** Closes what a fit has in this virtual machine. */
    static void release(String fit) {
        List<Place> places =
                HELD.keySet().stream().filter(place -> place.fit().equals(fit)).toList();
        for (Place place : places) {
            ExecutorRows rows = HELD.remove(place);
            if (rows != null) {
                rows.close();
            }
        }
    }

    /** How many partitions are held here. */
    static int held() {
        return HELD.size();
    }

    private ExecutorRows(String name, Iterator<Panel> panels, RowModel model, List<String> columns) {
        Device device = name.startsWith("cuda")
                ? GPUS.computeIfAbsent(name, gpu -> Devices.open(gpu, 1))
                : Devices.open(name, 1);
        own = new Resources(device);
        try {
            if (!name.startsWith("cuda")) {
                own.add(device::close);
            }
            workspace = new Workspace(device);
            own.add(workspace::close);
            while (panels.hasNext()) {
                Panel panel = panels.next();
                RowSumModel of = model.on(device, panel.data(columns));
                own.add(of::close);
                numbers.add(panel.number());
                models.add(of);
            }
        } catch (RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private synchronized PassSums sums(Pass pass) {
        PassSums all = PassSums.empty(pass);
        int dimensions = pass.dimensions();
        for (int chunk = 0; chunk < pass.chunks() && !models.isEmpty(); chunk++) {
            int draws = pass.size(chunk);
            Bound to = bound.computeIfAbsent(new Form(draws, pass.gradient()), form -> bind(form, dimensions));
            to.z()
                    .write(
                            0,
                            Arrays.copyOfRange(
                                    pass.z(),
                                    chunk * Pass.CHUNK * dimensions,
                                    (chunk * Pass.CHUNK + draws) * dimensions),
                            0,
                            draws * dimensions);
            for (int i = 0; i < models.size(); i++) {
                to.programs().get(i).run();
                all.sums().get(chunk).add(numbers.get(i), to.sums().toDoubles());
                Buffer slopes = to.slopes();
                if (slopes != null) {
                    all.slopes().get(chunk).add(numbers.get(i), wide(slopes.toFloats()));
                }
            }
        }
        return all;
    }

    private Bound bind(Form form, int dimensions) {
        DrawBlock shape = DrawBlock.of(1, form.draws(), dimensions);
        Buffer z = own.allocate(shape.elements());
        Buffer sums = own.allocate(ElementType.FLOAT64, form.draws());
        Buffer slopes = form.gradient() ? own.allocate(shape.elements()) : null;
        List<Program> programs = new ArrayList<>();
        for (RowSumModel model : models) {
            Recorder recorder = new Recorder(workspace);
            model.recordSums(recorder, shape, z, sums, slopes);
            Program program = recorder.bind();
            own.add(program::close);
            programs.add(program);
        }
        return new Bound(z, sums, slopes, programs);
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @Override
    public synchronized void close() {
        own.close();
    }
}
