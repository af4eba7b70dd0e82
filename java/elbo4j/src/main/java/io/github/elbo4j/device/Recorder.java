package io.github.elbo4j.device;

import io.github.elbo4j.device.internal.Interrupts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Keeps operations, in their order, to bind them as one {@link Program}; and takes the memory that they need between them. */
public final class Recorder implements Runner {
    private final Workspace workspace;
    private final List<Buffer> taken = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();

    /** @param workspace closed after the program */
    public Recorder(Workspace workspace) {
        this.workspace = workspace;
    }

    /** Runs what {@code body} records, once, and gives its memory back. */
    public static void run(Device device, Consumer<Recorder> body) {
        try (Workspace workspace = new Workspace(device)) {
            run(workspace, body);
        }
    }

    /** Runs what {@code body} records, once; the next recorder may then use its memory. */
    public static void run(Workspace workspace, Consumer<Recorder> body) {
        Recorder recorder = new Recorder(workspace);
        body.accept(recorder);
        workspace.giveBack(recorder.taken);
        for (Operation operation : recorder.operations) {
            Interrupts.check();
            workspace.device().run(operation);
        }
    }

    /** On which the operations are to run. */
    public Device device() {
        return workspace.device();
    }

    @Override
    public void run(Operation operation) {
        operations.add(operation);
    }

    /** Those so far, in their order, to be read only. */
    public List<Operation> operations() {
        return Collections.unmodifiableList(operations);
    }

    /** A call of Java code between the operations before and those after. */
    public void call(String name, Runnable body) {
        operations.add(new HostCall(name, body));
    }

    /** Memory of this program alone while it runs; of any content at first. */
    public Buffer scratch(ElementType type, long length) {
        Buffer buffer = workspace.take(type, length);
        taken.add(buffer);
        return buffer;
    }

    /** {@link #scratch(ElementType, long)} of float32. */
    public Buffer scratch(long length) {
        return scratch(ElementType.FLOAT32, length);
    }

    /** The operations, bound; other recorders may then take the memory of this one. */
    public Program bind() {
        workspace.giveBack(taken);
        taken.clear();
        return workspace.device().bind(operations);
    }
}
