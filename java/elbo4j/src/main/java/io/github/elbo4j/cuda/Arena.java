package io.github.elbo4j.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Device memory for the partial sums of one operation that runs by itself: the memory is valid until the next operation
 * begins. One block, made at first use; an operation that needs more gets another one, and the next finds one block of
 * that size.
 */
final class Arena {
    private static final long ALIGNMENT = 256;

    private final Cuda cuda;
    private final Deque<Long> outgrown = new ArrayDeque<>();
    private long block;
    private long size;
    private long used;
    /** What this operation has taken so far in blocks before the current one. */
    private long before;

    Arena(Cuda cuda, long size) {
        this.cuda = cuda;
        this.size = size;
    }

    /** Another operation begins. */
    void begin() {
        used = 0;
        if (!outgrown.isEmpty()) {
            release();
            size += before;
            before = 0;
        }
    }

    /** The address of so many bytes, a multiple of 256. What they hold is undefined. */
    long take(long bytes) {
        long need = aligned(bytes);
        if (block == 0 || need > size - used) {
            long larger = Math.max(size, need);
            long another = cuda.allocate(larger, "the workspace of an operation");
            if (block != 0) {
                outgrown.push(block);
                before += size;
            }
            block = another;
            size = larger;
            used = 0;
        }
        long place = block + used;
        used += need;
        return place;
    }

    /** The next multiple of 256. */
    static long aligned(long bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Gives all memory back; freeing waits for the work that uses it. */
    void release() {
        while (!outgrown.isEmpty()) {
            cuda.free(outgrown.pop());
        }
        if (block != 0) {
            cuda.free(block);
            block = 0;
        }
    }
}
