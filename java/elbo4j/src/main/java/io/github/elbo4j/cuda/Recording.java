package io.github.elbo4j.cuda;

import java.util.ArrayList;
import java.util.List;

/** What an operation of a {@link CudaProgram} launches, kept instead of sent. Its workspace is cut out of the program's. */
final class Recording {
    private final long block;
    private final List<Launch> launches = new ArrayList<>();
    private long used;
    private boolean calling;

    /** @param block the address of the program's workspace; any at all as long as its size is being found out */
    Recording(long block) {
        this.block = block;
    }

    /** Workspace of the operation. */
    long take(long bytes) {
        long place = block + used;
        used = Math.addExact(used, Arena.aligned(bytes));
        return place;
    }

    /** The bytes that it took. */
    long taken() {
        return used;
    }

    void add(Launch launch) {
        launches.add(launch);
    }

    List<Launch> launches() {
        return launches;
    }

    /** The operation calls a library besides: what was kept of it is not the whole. */
    void calling() {
        calling = true;
    }

    boolean isWhole() {
        return !calling;
    }
}
