package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Numbers;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Workspace;

/** A program of three kernels, {@code x = (value + y)²}, with its buffers. */
final class ProgramThree implements AutoCloseable {
    static final int N = 100;

    private final Buffer x;
    private final Buffer y;
    private final Buffer value;
    private final Program program;

    ProgramThree(Device device) {
        x = device.allocate(N);
        y = device.copyOf(Numbers.normals(1, N));
        value = device.allocate(1);
        Recorder recorder = new Recorder(new Workspace(device));
        recorder.run(new MathOps.Scale(1, new Matrix(value, 0, 1, N, 0, 0), false, Matrix.of(x, 1, N)));
        recorder.run(new MathOps.Axpy(N, 1, y, x));
        recorder.run(new MathOps.Multiply(N, x, x, x));
        try {
            program = recorder.bind();
        } catch (RuntimeException e) {
            closeBuffers();
            throw e;
        }
    }

    void run(float number) {
        value.write(0, new float[] {number}, 0, 1);
        program.run();
    }

    void runAndCheck(float number) {
        run(number);
        float[] want = y.toFloats();
        for (int i = 0; i < N; i++) {
            want[i] = (want[i] + number) * (want[i] + number);
        }
        assertThat(x.toFloats()).isEqualTo(want);
    }

    Program program() {
        return program;
    }

    @Override
    public void close() {
        program.close();
        closeBuffers();
    }

    private void closeBuffers() {
        value.close();
        y.close();
        x.close();
    }
}
