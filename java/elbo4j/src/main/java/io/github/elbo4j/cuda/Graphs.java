package io.github.elbo4j.cuda;

import io.github.elbo4j.device.DeviceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/**
 * The launches of a device on their way to its stream. Between {@link #begin} and {@link #end} those of the thread that
 * began are kept back; if the same kernels came in the same order before, they go as one graph, else one by one. Whatever
 * else uses the stream in between, or another thread, has them sent first ({@link #flush}), and from there on nothing is kept
 * back: the stream's order is always that of the calls.
 */
final class Graphs {
    /** Launches that are kept back at most: after so many the host is far ahead of the device anyway. */
    private static final int LONGEST = 64;
    /** Graphs that are kept; the one unused for longest goes first. */
    private static final int KEPT = 8;

    private final Cuda cuda;
    private final CUstream stream;
    private final List<Launch> launches = new ArrayList<>(); // the first are kept back, then one is written
    private final Deque<Graph> graphs = new ArrayDeque<>(); // the latest used is first
    private int count; // of launches that are kept back
    private @Nullable Keeper keeper;

    /** On whose behalf launches are kept back. */
    static final class Keeper {
        private final Thread thread = Thread.currentThread();
        /** What went wrong when another thread had them sent. */
        private @Nullable DeviceException failure;

        private boolean isHere() {
            return thread == Thread.currentThread();
        }
    }

    Graphs(Cuda cuda, CUstream stream) {
        this.cuda = cuda;
        this.stream = stream;
    }

    /** From now on this thread's launches are kept back. Null if some thread's are already. */
    @Nullable
    Keeper begin() {
        if (keeper != null && !keeper.isHere()) {
            flush();
        }
        if (keeper != null) {
            return null;
        }
        keeper = new Keeper();
        return keeper;
    }

    /** Whether launches are still kept back for it. */
    boolean isKeeping(Keeper of) {
        return keeper == of;
    }

    /**
     * Sends what was kept back.
     *
     * @param of what {@link #begin} gave
     * @param whole it may go as a graph
     */
    void end(Keeper of, boolean whole) {
        if (isKeeping(of)) {
            List<Launch> kept = launches.subList(0, count);
            count = 0;
            keeper = null;
            if (!whole || kept.size() < 2 || !isLaunched(kept)) {
                send(kept);
            }
        }
        if (of.failure != null) {
            throw of.failure;
        }
    }

    /** Launches the graph of these launches, if there is one. */
    private boolean isLaunched(List<Launch> kept) {
        Graph graph = find(kept);
        if (graph == null) {
            remember(new Graph(cuda, stream, kept));
            return false;
        }
        return graph.launch(kept);
    }

    /** Sends what was kept back, one by one, and keeps back no more. What fails is told to the thread whose launches they are. */
    void flush() {
        Keeper of = keeper;
        if (of == null || count == 0) {
            return;
        }
        List<Launch> kept = launches.subList(0, count);
        count = 0;
        keeper = null;
        try {
            send(kept);
        } catch (DeviceException e) {
            if (of.isHere()) {
                throw e;
            }
            of.failure = e;
        }
    }

    private void send(List<Launch> kept) {
        for (Launch launch : kept) {
            launch.send(stream);
        }
    }

    /** The launch to be written next. */
    Launch next() {
        if (count == launches.size()) {
            launches.add(new Launch(cuda));
        }
        return launches.get(count);
    }

    /** Keeps back or sends the launch that was written. */
    void take(Launch launch) {
        if (keeper != null && (count == LONGEST || !keeper.isHere())) {
            flush();
        }
        if (keeper != null && keeper.isHere()) {
            count++;
        } else {
            launch.send(stream);
        }
    }

    private @Nullable Graph find(List<Launch> kept) {
        for (Iterator<Graph> i = graphs.iterator(); i.hasNext(); ) {
            Graph graph = i.next();
            if (graph.isOf(kept)) {
                i.remove();
                graphs.addFirst(graph);
                return graph;
            }
        }
        return null;
    }

    private void remember(Graph graph) {
        if (graphs.size() == KEPT) {
            graphs.removeLast().release();
        }
        graphs.addFirst(graph);
    }

    /** Forgets what is kept back and gives the graphs back. */
    void close() {
        count = 0;
        keeper = null;
        for (Graph graph : graphs) {
            graph.release();
        }
        graphs.clear();
    }
}
