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
 * Operations on a GPU: a {@link Stretch} of those that only launch kernels, and between two of them what does more, calls of
 * Java code and of NVIDIA's libraries. It has a workspace of its own, whose addresses stand in the launches.
 */
final class CudaProgram implements Program {
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
        workspace = workspace(cuda, launchers, operations);
        try {
            record(launchers, operations);
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

    /** As much as the operation takes that takes most: they run one after the other. */
    private static long workspace(Cuda cuda, Launchers launchers, List<? extends Operation> operations) {
        long most = 0;
        for (Operation operation : operations) {
            if (!(operation instanceof HostCall)) {
                Recording recording = cuda.record(0, launchers.of(operation));
                most = Math.max(most, recording.isWhole() ? recording.taken() : 0);
            }
        }
        return most == 0 ? 0 : cuda.allocate(most, "the workspace of a program");
    }

    private void record(Launchers launchers, List<? extends Operation> operations) {
        List<Launch> launches = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation instanceof HostCall call) {
                endStretch(launches);
                steps.add(() -> {
                    device.call(call);
                    checkOpen();
                });
                continue;
            }
            Runnable launcher = launchers.of(operation);
            Recording recording = cuda.record(workspace, launcher);
            if (recording.isWhole()) {
                launches.addAll(recording.launches());
            } else {
                endStretch(launches);
                steps.add(() -> device.launch(launcher));
            }
        }
        endStretch(launches);
    }

    private void endStretch(List<Launch> launches) {
        if (!launches.isEmpty()) {
            Stretch stretch = cuda.stretch(List.copyOf(launches));
            launches.clear();
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
