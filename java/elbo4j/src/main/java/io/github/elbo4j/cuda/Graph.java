package io.github.elbo4j.cuda;

import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Kernels one after another as a CUDA graph. It is made when they come for the second time; when they come again, only the
 * nodes whose launches differ from the last ones are changed: other parameters, or another grid.
 */
final class Graph {
    private final Cuda cuda;
    private final CUstream stream;
    private final Kernel[] kernels;
    private final CUgraph graph = new CUgraph(); // as long as it is there, so are its nodes
    private final CUgraphExec executable = new CUgraphExec();
    private final String name;
    private Launch[] latest = {}; // what the nodes do
    private CUgraphNode[] nodes = {};
    private boolean begun; // graph is there
    private boolean made; // executable is there
    /** The driver would not make it, or change it: for lack of memory, or whatever reason it has. */
    private boolean refused;

    /** A graph that is not made yet. */
    Graph(Cuda cuda, CUstream stream, List<Launch> launches) {
        this.cuda = cuda;
        this.stream = stream;
        int count = launches.size();
        kernels = new Kernel[count];
        for (int i = 0; i < count; i++) {
            kernels[i] = launches.get(i).kernel();
        }
        name = "a graph of " + count + " kernels, " + launches.get(0).operation() + " to "
                + launches.get(count - 1).operation();
    }

    /** Whether these are launches of its kernels, in its order. */
    boolean isOf(List<Launch> launches) {
        if (launches.size() != kernels.length) {
            return false;
        }
        for (int i = 0; i < kernels.length; i++) {
            if (!launches.get(i).kernel().equals(kernels[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Launches it as these launches.
     *
     * @return false if the driver refuses the graph: nothing is launched then, but each may be by itself
     */
    boolean launch(List<Launch> launches) {
        if (refused) {
            return false;
        }
        Driver driver = cuda.driver();
        int code = made ? update(launches) : make(launches);
        if (code != CUresult.CUDA_SUCCESS) {
            if (Driver.ends(code)) {
                throw driver.failure(code, name, "");
            }
            refused = true;
            release();
            return false;
        }
        driver.launched(JCudaDriver.cuGraphLaunch(executable, stream), name);
        return true;
    }

    private int make(List<Launch> launches) {
        int code = JCudaDriver.cuGraphCreate(graph, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            return code;
        }
        begun = true;
        latest = new Launch[kernels.length];
        nodes = new CUgraphNode[kernels.length];
        CUgraphNode[] before = {};
        for (int i = 0; i < nodes.length; i++) {
            latest[i] = new Launch(cuda).of(kernels[i]);
            latest[i].become(launches.get(i));
            nodes[i] = new CUgraphNode();
            code = JCudaDriver.cuGraphAddKernelNode(nodes[i], graph, before, before.length, latest[i].node());
            if (code != CUresult.CUDA_SUCCESS) {
                return code;
            }
            before = new CUgraphNode[] {nodes[i]};
        }
        code = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            return code;
        }
        made = true;
        return JCudaDriver.cuGraphUpload(executable, stream); // takes its memory now, not when it is launched
    }

    private int update(List<Launch> launches) {
        for (int i = 0; i < nodes.length; i++) {
            if (!latest[i].isSame(launches.get(i))) {
                latest[i].become(launches.get(i));
                int code = JCudaDriver.cuGraphExecKernelNodeSetParams(executable, nodes[i], latest[i].node());
                if (code != CUresult.CUDA_SUCCESS) {
                    return code;
                }
            }
        }
        return CUresult.CUDA_SUCCESS;
    }

    /** Gives back what the driver holds of it. */
    void release() {
        if (made) {
            made = false;
            cuda.freeing(JCudaDriver.cuGraphExecDestroy(executable), "destroying a graph");
        }
        if (begun) {
            begun = false;
            cuda.freeing(JCudaDriver.cuGraphDestroy(graph), "destroying a graph");
        }
    }
}
