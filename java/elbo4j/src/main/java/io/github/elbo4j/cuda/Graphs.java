package io.github.elbo4j.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import jcuda.driver.CUstream;
import org.jspecify.annotations.Nullable;

/**
 * The launches of a device on their way to its stream. Between {@link #begin} and {@link #end} they are kept back; if the
 * same kernels came in the same order once before, they go as one graph, else one by one. Whatever else uses the stream in
 * between has them sent first ({@link #flush}), and from there on nothing is kept back: the stream's order is always that
 * of the calls.
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
    private boolean keeping;

    Graphs(Cuda cuda, CUstream stream) {
        this.cuda = cuda;
        this.stream = stream;
        launches.add(new Launch(cuda));
    }

    /** From now on launches are kept back. False if they are already: then who began that ends it. */
    boolean begin() {
        if (keeping) {
            return false;
        }
        keeping = true;
        return true;
    }

    /** Whether launches are kept back. */
    boolean isKeeping() {
        return keeping;
    }

    /**
     * Sends what was kept back.
     *
     * @param whole it may go as a graph
     */
    void end(boolean whole) {
        List<Launch> kept = launches.subList(0, count);
        count = 0;
        keeping = false;
        if (!whole || kept.size() < 2 || !isLaunched(kept)) {
            send(kept);
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

    /** Sends what was kept back, one by one, and keeps back no more. */
    void flush() {
        if (count > 0) {
            List<Launch> kept = launches.subList(0, count);
            count = 0;
            keeping = false;
            send(kept);
        }
    }

    private void send(List<Launch> kept) {
        for (Launch launch : kept) {
            launch.send(stream);
        }
    }

    /** The launch to be written next. */
    Launch next() {
        return launches.get(count);
    }

    /** Keeps back or sends the launch that was written. */
    void take(Launch launch) {
        if (keeping && count == LONGEST) {
            flush();
        }
        if (!keeping) {
            launch.send(stream);
            return;
        }
        count++;
        if (count == launches.size()) {
            launches.add(new Launch(cuda));
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
        keeping = false;
        for (Graph graph : graphs) {
            graph.release();
        }
        graphs.clear();
    }
}
