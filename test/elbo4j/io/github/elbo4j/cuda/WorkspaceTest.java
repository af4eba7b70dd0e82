package io.github.elbo4j.cuda;

import static io.github.elbo4j.Numbers.doubles;
import static io.github.elbo4j.Numbers.normals;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.Matrix;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations stay within the memory that they take for partial sums, and make do with little of it. */
class WorkspaceTest {
    private static final List<DrawBlock> SHAPES =
            List.of(DrawBlock.of(3, 20, 1100).at(1, 64, 2), DrawBlock.of(40, 1100, 2), DrawBlock.of(150, 2, 5));
    /** Of operations whose memory grows with D². */
    private static final List<DrawBlock> SQUARE = List.of(DrawBlock.of(2, 35, 270), DrawBlock.of(3, 5, 33));

    @BeforeEach
    void needsTheEmulator() {
        Present.emulator(); // a GPU does not tell where an operation writes
    }

    @AfterEach
    void asMuchAsEver() {
        GemmCuda.workspace(GemmCuda.WORKSPACE);
    }

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    /** On a new device with no workspace yet, what an operation takes first is an allocation with guards around it. */
    @ParameterizedTest
    @MethodSource("cases")
    void whatIsTakenIsWhatIsUsed(OpCase operation) {
        for (DrawBlock shape : operation.square() ? SQUARE : SHAPES) {
            List<long[]> want = operation.bits(TestDevices.scalar(), shape);
            try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withWorkspaceBytes(1))) {
                assertSame(operation.bits(device, shape), want, operation + " of " + shape);
            }
        }
    }

    /** With memory for one output, for less than a tile, for some rows of some columns, for some rows; or for 40 columns. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outputsAndColumnsThatDoNotFitComeOneLotAfterTheOther(boolean accumulate) {
        int m = 33;
        int n = 70;
        int k = 3 * 1024 + 7;
        for (int outputs : new int[] {1, 30, 33 * 20, 9 * 70}) {
            GemmCuda.workspace(4L * outputs * Float.BYTES);
            assertSame(arena -> {
                Buffer c = arena.inOut(normals(3, m * n));
                Matrix a = Matrix.of(arena.of(normals(1, m * k)), m, k);
                arena.run(new GemmOps.Gemm(
                        a, Matrix.of(arena.of(normals(2, k * n)), k, n), accumulate, Matrix.of(c, m, n)));
            });
        }
        int rows = 2 * 256 + 70;
        GemmCuda.workspace(40L * 2 * 256 * Float.BYTES);
        assertSame(arena -> {
            float[] l = normals(1, rows * rows, 0, 0.01);
            for (int i = 0; i < rows; i++) {
                l[i * rows + i] = 1 + i % 7;
            }
            Buffer b = arena.inOut(normals(2, rows * n));
            arena.run(new GemmOps.TriangularSolve(Matrix.of(arena.of(l), rows, rows), true, Matrix.of(b, rows, n)));
        });
    }

    /** With memory for one row of the result, for some, for more than a tile, for all. */
    @Test
    void rowsOfAGramThatDoNotFitComeOneLotAfterTheOther() {
        int n = 3 * 1024 + 7;
        int k = 33;
        for (int rows : new int[] {1, 5, 17, 33}) {
            GemmCuda.workspace(4L * rows * k * Double.BYTES);
            assertSame(arena -> {
                Matrix x = Matrix.of(arena.of(doubles(normals(1, n * k))), n, k);
                arena.run(new GramOps.Gram(x, arena.of(normals(2, n)), arena.doubles(k * k)));
            });
        }
    }

    private interface Work {
        void on(Arena arena);
    }

    private static void assertSame(Work work) {
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT.withWorkspaceBytes(1));
                Arena arena = new Arena(device);
                Arena scalar = new Arena(TestDevices.scalar())) {
            work.on(arena);
            work.on(scalar);
            assertSame(arena.outputBits(), scalar.outputBits(), "product or solution");
        }
    }

    private static void assertSame(List<long[]> got, List<long[]> want, String what) {
        for (int i = 0; i < want.size(); i++) {
            assertThat(got.get(i)).as("output %d of %s", i, what).isEqualTo(want.get(i));
        }
    }
}
