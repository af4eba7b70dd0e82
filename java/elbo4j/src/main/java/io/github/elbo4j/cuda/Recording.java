package io.github.elbo4j.cuda;

import java.util.ArrayList;
import java.util.List;

/** What an operation of a {@link CudaProgram} launches, kept instead of sent. Its workspace is cut out of the program's. */
final class Recording {
    private final long block;
    private final List<Launch> launches = new ArrayList<>();
    private long used;
    private boolean calling;

    /** @param block the address of the program's workspace; any value while the size is being measured */
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

    /** The operation also calls a library: the launches that were kept are not all of it. */
    void calling() {
        calling = true;
    }

    boolean isWhole() {
        return !calling;
    }
}
