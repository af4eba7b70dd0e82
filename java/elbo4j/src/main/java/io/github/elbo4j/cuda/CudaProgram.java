package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Signature;
import io.github.elbo4j.device.internal.Leak;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Operations on a GPU: a {@link Stretch} of those that only launch kernels, in which one waits for another only if they touch
 * the same buffer, and between two stretches what does more, calls of Java code and of NVIDIA's libraries. It has a workspace of its
 * own, whose addresses stand in the launches.
 */
final class CudaProgram implements Program {
    /** Bytes up to which each operation has a workspace of its own; beyond, all have one, and come one after the other. */
    private static final long APART = 1L << 26;

    private final CudaDevice device;
    private final Cuda cuda;
    private final Buffer[] buffers; // each once
    private final List<Runnable> steps = new ArrayList<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private final long workspace; // 0: none
    private final Leak leak;

    /** The operations' arguments have been checked, and {@link Cuda#begin} called. */
    CudaProgram(CudaDevice device, Cuda cuda, Launchers launchers, List<? extends Operation> operations) {
        this.device = device;
        this.cuda = cuda;
        buffers = buffers(operations);
        Places places = Places.of(cuda, launchers, operations);
        workspace = places.bytes == 0 ? 0 : cuda.allocate(places.bytes, "the workspace of a program");
        try {
            record(launchers, operations, places);
        } catch (RuntimeException | Error e) {
            try {
                release();
            } catch (RuntimeException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
        leak = new Leak(this, Program.class, "cuda program of " + operations.size() + " operations", "bound");
    }

    private static Buffer[] buffers(List<? extends Operation> operations) {
        Set<Buffer> all = new LinkedHashSet<>();
        for (Operation operation : operations) {
            for (Signature.Argument argument : operation.signature().arguments()) {
                all.add(argument.buffer());
            }
        }
        return all.toArray(new Buffer[0]);
    }

    /** The places of the operations' workspaces, relative to the program's; how much that has in all. */
    private record Places(long[] first, long bytes, boolean shared) {
        static Places of(Cuda cuda, Launchers launchers, List<? extends Operation> operations) {
            long[] first = new long[operations.size()];
            long all = 0;
            long most = 0;
            for (int i = 0; i < first.length; i++) {
                first[i] = all;
                if (!(operations.get(i) instanceof HostCall)) {
                    Recording recording = cuda.record(0, launchers.of(operations.get(i)));
                    long taken = recording.isWhole() ? recording.taken() : 0;
                    all = Math.addExact(all, taken);
                    most = Math.max(most, taken);
                }
            }
            return all <= APART ? new Places(first, all, false) : new Places(new long[first.length], most, true);
        }
    }

    private void record(Launchers launchers, List<? extends Operation> operations, Places places) {
        Part part = new Part();
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            if (operation instanceof HostCall call) {
                end(part);
                part = new Part();
                steps.add(() -> {
                    device.call(call);
                    checkOpen();
                });
                continue;
            }
            Runnable launcher = launchers.of(operation);
            Recording recording = cuda.record(workspace + places.first[i], launcher);
            if (recording.isWhole()) {
                part.add(operation, recording, places.shared && recording.taken() > 0);
            } else {
                end(part);
                part = new Part();
                steps.add(() -> device.launch(launcher));
            }
        }
        end(part);
    }

    /** Operations that become one stretch. */
    private static final class Part {
        final List<Stretch.Node> nodes = new ArrayList<>();
        private final Dependencies dependencies = new Dependencies();
        private final List<Integer> last = new ArrayList<>(); // of each operation: its last node

        /** The launches of an operation come one after the other. */
        void add(Operation operation, Recording recording, boolean inSharedMemory) {
            if (recording.launches().isEmpty()) {
                return;
            }
            List<Integer> after = dependencies.add(operation, inSharedMemory ? List.of(this) : List.of()).stream()
                    .map(last::get)
                    .toList();
            for (Launch launch : recording.launches()) {
                nodes.add(new Stretch.Node(launch, after));
                after = List.of(nodes.size() - 1);
            }
            last.add(nodes.size() - 1);
        }
    }

    private void end(Part part) {
        if (!part.nodes.isEmpty()) {
            Stretch stretch = cuda.stretch(part.nodes);
            stretches.add(stretch);
            steps.add(() -> device.launch(stretch::run));
        }
    }

    @Override
    public void run() {
        checkOpen();
        for (Runnable step : steps) {
            step.run();
        }
    }

    private void checkOpen() {
        if (leak.isClosed()) {
            throw new IllegalStateException("the program is closed");
        }
        for (Buffer buffer : buffers) {
            if (buffer.isClosed()) {
                throw new IllegalStateException("a program's argument is a " + buffer);
            }
        }
    }

    @Override
    public void close() {
        if (leak.close()) {
            device.giveBack(this::release);
        }
    }

    private void release() {
        for (Stretch stretch : stretches) {
            cuda.free(stretch);
        }
        cuda.free(workspace);
    }
}
