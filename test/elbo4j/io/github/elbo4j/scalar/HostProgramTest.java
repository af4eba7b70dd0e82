package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Scalar;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostProgramTest {
    private static final Key KEY = new Key(3);
    private static final DrawBlock SHAPE = DrawBlock.of(3, 70, 33);

    private final Device device = HostDevice.scalar(2);
    private final Arena arena = new Arena(device);

    @AfterEach
    void close() {
        arena.close();
        device.close();
    }

    @Test
    void whatIsCountedAndLookedUpIsReadInEachRun() {
        int n = (int) SHAPE.elements();
        double[] rates = {0.5, 0.1, 1 / 3.0};
        Buffer counter = arena.of(new int[] {7, 0});
        Buffer table = arena.of(rates);
        Buffer normals = arena.of(new float[n]);
        Buffer sum = arena.of(new float[n]);
        Buffer wanted = arena.of(new float[n]);
        try (Program program = device.bind(List.of(
                new NormalOps.Normal(KEY, Index.counted(counter, 0), SHAPE, normals),
                new OptimizerOps.Sgd(n, Scalar.lookedUp(table, Index.counted(counter, 1)), normals, sum),
                new MathOps.Advance(2, arena.of(new int[] {2, 1}), counter)))) {
            for (int k = 0; k < 3; k++) {
                program.run();

                Buffer now = arena.of(new float[n]);
                device.run(new NormalOps.Normal(KEY, Index.of(7 + 2 * k), SHAPE, now));
                device.run(new MathOps.Axpy(n, (float) rates[k], now, wanted));
                assertThat(normals.toFloats()).isEqualTo(now.toFloats());
                assertThat(sum.toFloats()).isEqualTo(wanted.toFloats());
            }
        }
        int[] counted = new int[2];
        counter.read(0, counted, 0, 2);
        assertThat(counted).containsExactly(13, 3);
    }

    @Test
    void float32IsScaledInFloat32() {
        float[] x = Numbers.normals(1, 35);
        float[] before = Numbers.normals(2, 35);
        Matrix from = Matrix.of(arena.of(x), 7, 5).transposed();
        for (double a : new double[] {1, 0.1}) {
            Buffer copy = arena.of(before);
            Buffer sum = arena.of(before);
            device.run(new MathOps.Scale(a, from, false, Matrix.of(copy, 5, 7)));
            device.run(new MathOps.Scale(a, from, true, Matrix.of(sum, 5, 7)));
            for (int i = 0; i < 35; i++) {
                float value = x[i % 7 * 5 + i / 7];
                assertThat(copy.toFloats()[i]).isEqualTo(a == 1 ? value : 0.1f * value);
                assertThat(sum.toFloats()[i]).isEqualTo(Math.fma((float) a, value, before[i]));
            }
        }
    }
}
