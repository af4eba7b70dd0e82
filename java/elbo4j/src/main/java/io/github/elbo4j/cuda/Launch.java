package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Scalar;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUDA_KERNEL_NODE_PARAMS;
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
    private final ByteBuffer fields;
    private final CUDA_KERNEL_NODE_PARAMS node = new CUDA_KERNEL_NODE_PARAMS();
    private @Nullable Kernel kernel;
    private String operation = "";
    private boolean written;
    private boolean mayFault;
    /** Where the mark stands; 0: nowhere. */
    private int end;

    Launch(Cuda cuda) {
        this(cuda, LIMIT + 2 * Long.BYTES);
    }

    private Launch(Cuda cuda, int bytes) {
        this.cuda = cuda;
        fields = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        node.kernelParams = Pointer.to(Pointer.to(fields));
        node.gridDimY = 1;
        node.gridDimZ = 1;
        node.blockDimY = 1;
        node.blockDimZ = 1;
    }

    private Launch(Launch other) {
        this(other.cuda, other.fields.limit());
        fields.put(0, other.fields, 0, other.fields.limit());
        operation = other.operation;
        written = true;
        mayFault = other.mayFault;
        node.func = other.node.func;
        node.gridDimX = other.node.gridDimX;
        node.blockDimX = other.node.blockDimX;
    }

    /** Begins a launch: the fields follow, in the order of the struct. */
    Launch of(Kernel kernel) {
        this.kernel = kernel;
        fields.clear();
        fields.putLong(end, 0); // this launch must not find an old mark
        end = 0;
        written = false;
        mayFault = false;
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

    /** A pointer to the record of faults, which the kernel may write. */
    Launch faults() {
        mayFault = true;
        return number(cuda.faults().address());
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

    /** The struct Index of kernels/index.cuh, 24 bytes. */
    Launch index(Index index) {
        Buffer counter = index.counter();
        return number(counter == null ? 0 : place(counter, index.at()))
                .number(index.base())
                .number(index.times());
    }

    /** The struct Scalar of kernels/index.cuh, 40 bytes. */
    Launch scalar(Scalar scalar) {
        return buffer(scalar.table()).index(scalar.row()).number(scalar.value());
    }

    /** The struct Normals, with the source of normals that the device was opened with. */
    Launch normals(Key key, Index step, DrawBlock shape) {
        return normals(key, step, shape, cuda.given(key, step, shape));
    }

    /** The struct Normals of kernels/normal.cuh, 64 bytes; {@code given} is the address of normals made elsewhere, or 0. */
    Launch normals(Key key, Index step, DrawBlock shape, long given) {
        return number(given)
                .index(step)
                .number((int) key.seed())
                .number((int) (key.seed() >>> 32))
                .number(shape.problems())
                .number(shape.draws())
                .number(shape.dimensions())
                .number(shape.firstProblem())
                .number(shape.firstDraw())
                .number(shape.firstDimension());
    }

    /** A view: the pointer to its first element, the row stride and the column stride, 24 bytes. */
    Launch matrix(Matrix matrix) {
        return number(place(matrix.buffer(), matrix.offset()))
                .number(matrix.rowStride())
                .number(matrix.columnStride());
    }

    /** The name that what is launched from now on has in messages. */
    Launch belongsTo(String operation) {
        this.operation = operation;
        return this;
    }

    /** Launches so many blocks of {@link Grid#THREADS}. */
    void run(long blocks) {
        run(blocks, Grid.THREADS);
    }

    /** Launches so many blocks of so many threads. No blocks: nothing is launched. */
    void run(long blocks, int threads) {
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
        node.func = kernel.function();
        node.gridDimX = (int) blocks;
        node.blockDimX = threads;
        cuda.take(this);
    }

    /** A copy, which is only sent and not written again. */
    Launch kept() {
        return new Launch(this);
    }

    /** Gives this launch to the stream. */
    void send() {
        if (mayFault) {
            cuda.faults().expect();
        }
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
                                cuda.stream(),
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

    /** The operation that it belongs to. */
    String operation() {
        return operation;
    }

    /** Whether the kernel has the record of faults. */
    boolean mayFault() {
        return mayFault;
    }

    private void aligned() {
        if (fields.position() % Long.BYTES != 0) {
            throw new IllegalStateException("an 8-byte field at byte " + fields.position() + " of the parameters");
        }
    }
}
