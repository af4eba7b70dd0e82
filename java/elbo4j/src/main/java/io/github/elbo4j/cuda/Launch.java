package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import jcuda.Pointer;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * A launch: the fields of the kernel's only parameter, a struct, are written one by one into a direct buffer; used again
 * and again, it allocates nothing. The struct has its 8-byte fields first, so that there is no padding between them.
 */
final class Launch {
    /** Stands behind the last field, where the emulated device compares it with the size of the struct. */
    private static final long MARK = 0x454E444F46504152L;
    /** What a kernel may take as parameters. */
    private static final int LIMIT = 4096;
    /** The blocks of a grid in its first direction. */
    private static final long BLOCKS = Integer.MAX_VALUE;

    private static final int THREADS = 1024;

    private final Cuda cuda;
    private final ByteBuffer fields =
            ByteBuffer.allocateDirect(LIMIT + 2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CUDA_KERNEL_NODE_PARAMS node = new CUDA_KERNEL_NODE_PARAMS();
    private @Nullable Kernel kernel;
    private String operation = "";
    private boolean written;
    /** Where the mark stands; 0: nowhere. */
    private int end;

    Launch(Cuda cuda) {
        this.cuda = cuda;
        node.kernelParams = Pointer.to(Pointer.to(fields));
        node.gridDimY = 1;
        node.gridDimZ = 1;
        node.blockDimY = 1;
        node.blockDimZ = 1;
    }

    /** Begins a launch: the fields follow, in the order of the struct. */
    Launch of(Kernel kernel) {
        this.kernel = kernel;
        fields.clear();
        fields.putLong(end, 0); // this launch must not find an old mark
        end = 0;
        written = false;
        return this;
    }

    /** A pointer to a buffer's first element, or null. */
    Launch buffer(@Nullable Buffer buffer) {
        return number(buffer == null ? 0 : ((CudaBuffer) buffer).address());
    }

    /** The address of an element of a buffer. */
    static long place(Buffer buffer, long index) {
        return ((CudaBuffer) buffer).address() + index * buffer.type().bytes();
    }

    /** A pointer. */
    Launch address(long place) {
        return number(place);
    }

    Launch number(long value) {
        aligned();
        fields.putLong(value);
        return this;
    }

    Launch number(double value) {
        aligned();
        fields.putDouble(value);
        return this;
    }

    Launch number(int value) {
        fields.putInt(value);
        return this;
    }

    Launch number(float value) {
        fields.putFloat(value);
        return this;
    }

    /** A truth value, an int in the struct. */
    Launch flag(boolean value) {
        return number(value ? 1 : 0);
    }

    /** The struct Normals, with the source of normals that the device was opened with. */
    Launch normals(Key key, int step, Shape shape) {
        return normals(key, step, shape, cuda.given(key, step, shape));
    }

    /** The struct Normals: 48 bytes; {@code given} is the address of normals made elsewhere, or 0. */
    Launch normals(Key key, int step, Shape shape, long given) {
        return number(given)
                .number((int) key.seed())
                .number((int) (key.seed() >>> 32))
                .number(step)
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(shape.firstProblem())
                .number(shape.firstDraw())
                .number(shape.firstDimension())
                .number(0);
    }

    /** A view: the pointer to its first element, the row stride and the column stride, 24 bytes. */
    Launch matrix(Matrix matrix) {
        return number(place(matrix.buffer(), matrix.offset()))
                .number(matrix.rowStride())
                .number(matrix.columnStride());
    }

    /**
     * Launches so many blocks of so many threads. No blocks: nothing is launched.
     *
     * @param operation its name in messages
     */
    void run(long blocks, int threads, String operation) {
        if (kernel == null || written || threads < 1 || threads > THREADS || fields.position() > LIMIT) {
            throw new IllegalStateException(
                    operation + ": " + threads + " threads, " + fields.position() + " bytes of parameters");
        }
        if (blocks > BLOCKS) {
            throw new DeviceException(cuda.name() + ": " + operation + " needs " + blocks + " blocks of threads, but a "
                    + "grid ends at " + BLOCKS + "; lower the draws, the problems or the rows of one call");
        }
        if (blocks < 1) {
            return;
        }
        if (fields.position() % Long.BYTES != 0) {
            fields.putInt(0);
        }
        written = true;
        end = fields.position();
        fields.putLong(MARK).flip();
        this.operation = operation;
        node.func = kernel.function();
        node.gridDimX = (int) blocks;
        node.blockDimX = threads;
        cuda.graphs().take(this);
    }

    /** Gives this launch to the stream. */
    void send(CUstream stream) {
        cuda.driver()
                .launched(
                        JCudaDriver.cuLaunchKernel(
                                node.func,
                                node.gridDimX,
                                1,
                                1,
                                node.blockDimX,
                                1,
                                1,
                                0,
                                stream,
                                node.kernelParams,
                                null),
                        operation,
                        node.gridDimX,
                        node.blockDimX);
    }

    /** This launch as a node of a graph. */
    CUDA_KERNEL_NODE_PARAMS node() {
        return node;
    }

    Kernel kernel() {
        return Objects.requireNonNull(kernel);
    }

    /** The operation that it belongs to. */
    String operation() {
        return operation;
    }

    /** Makes this launch a copy of one of the same kernel. */
    void become(Launch other) {
        int bytes = other.fields.limit();
        fields.clear().put(0, other.fields, 0, bytes).limit(bytes);
        end = other.end;
        node.func = other.node.func;
        node.gridDimX = other.node.gridDimX;
        node.blockDimX = other.node.blockDimX;
    }

    /** Whether another launch of the same kernel does the same. */
    boolean isSame(Launch other) {
        return node.gridDimX == other.node.gridDimX
                && node.blockDimX == other.node.blockDimX
                && fields.mismatch(other.fields) < 0;
    }

    private void aligned() {
        if (fields.position() % Long.BYTES != 0) {
            throw new IllegalStateException("an 8-byte field at byte " + fields.position() + " of the parameters");
        }
    }
}
