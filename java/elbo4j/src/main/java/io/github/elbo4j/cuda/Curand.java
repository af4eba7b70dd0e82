package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Rng;
import jcuda.jcurand.JCurand;
import jcuda.jcurand.curandGenerator;
import jcuda.jcurand.curandRngType;
import jcuda.jcurand.curandStatus;
import jcuda.runtime.cudaStream_t;
import org.jspecify.annotations.Nullable;

/**
 * Normals of cuRAND for a block of draws, [B][S][D]. The generator is seeded with the block's key and address, so that
 * the same block has the same normals again; a block that is cut in another way has others. The last block is kept: a
 * backward pass finds the normals of its forward pass.
 */
final class Curand {
    private final Cuda cuda;
    private final curandGenerator generator = new curandGenerator();
    private @Nullable Key key;
    private int step;
    private @Nullable DrawBlock shape;
    private long place;
    private long room;

    Curand(Cuda cuda, Rng rng) {
        this.cuda = cuda;
        int type = rng == Rng.CURAND_XORWOW
                ? curandRngType.CURAND_RNG_PSEUDO_XORWOW
                : curandRngType.CURAND_RNG_PSEUDO_PHILOX4_32_10;
        check(JCurand.curandCreateGenerator(generator, type), "starting cuRAND", 0);
        check(JCurand.curandSetStream(generator, new cudaStream_t(cuda.stream())), "giving cuRAND a stream", 0);
    }

    /** The address of the block's normals, good until the next block is asked for. */
    long normals(Key key, int step, DrawBlock shape) {
        if (key.equals(this.key) && step == this.step && shape.equals(this.shape)) {
            return place;
        }
        // Generators that make normals in pairs need an even count.
        long count = Math.max(2, shape.elements() + (shape.elements() & 1));
        if (count > room) {
            this.key = null;
            if (room > 0) {
                room = 0;
                cuda.free(place);
            }
            place = cuda.allocate(count * Float.BYTES, "the normals of cuRAND");
            room = count;
        }
        this.key = null; // until they are made
        check(JCurand.curandSetPseudoRandomGeneratorSeed(generator, seed(key, step, shape)), "seeding cuRAND", 0);
        check(JCurand.curandSetGeneratorOffset(generator, 0), "seeding cuRAND", 0);
        check(JCurand.curandGenerateNormal(generator, new Address(place), count, 0, 1), "normals of cuRAND", count);
        this.key = key;
        this.step = step;
        this.shape = shape;
        return place;
    }

    private static long seed(Key key, int step, DrawBlock shape) {
        return key.fork("curand " + step + " " + shape.firstProblem() + " " + shape.firstDraw() + " "
                        + shape.firstDimension())
                .seed();
    }

    void close() {
        int status = JCurand.curandDestroyGenerator(generator);
        if (status != curandStatus.CURAND_STATUS_SUCCESS) {
            cuda.freeing(failure(status, "ending cuRAND", 0));
        }
    }

    private void check(int status, String operation, long count) {
        if (status != curandStatus.CURAND_STATUS_SUCCESS) {
            throw failure(status, operation, count);
        }
    }

    private DeviceException failure(int status, String operation, long count) {
        return new DeviceException(cuda.driver().device() + ": " + operation
                + (count > 0 ? ", " + count + " of them," : "") + " failed: " + curandStatus.stringFor(status));
    }
}
