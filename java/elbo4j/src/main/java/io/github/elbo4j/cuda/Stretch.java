package io.github.elbo4j.cuda;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * Launches of a program: a CUDA graph, which is one call of the driver, and in which a launch waits for those alone that it must come
 * after. Where the driver makes no graph, for lack of memory or for a reason of its own, they are launched one by one, in their order;
 * so is a single one.
 */
final class Stretch {
    /** @param after the numbers of earlier nodes that it waits for */
    record Node(Launch launch, List<Integer> after) {}

    private final Cuda cuda;
    private final String name;
    private final boolean mayFault;
    private final CUgraphExec executable = new CUgraphExec();
    private boolean made; // executable is there
    private final List<Launch> launches; // what is sent one by one

    /** @param nodes one or more */
    Stretch(Cuda cuda, List<Node> nodes) {
        this.cuda = cuda;
        List<Launch> all = nodes.stream().map(Node::launch).toList();
        int count = all.size();
        name = "a graph of " + count + " kernels, " + all.get(0).operation() + " to "
                + all.get(count - 1).operation();
        mayFault = all.stream().anyMatch(Launch::mayFault);
        int code = count > 1 ? make(nodes) : CUresult.CUDA_SUCCESS;
        if (code != CUresult.CUDA_SUCCESS) {
            release();
            if (Driver.ends(code)) {
                throw cuda.driver().failure(code, name, "");
            }
        }
        launches = made ? List.of() : all; // the graph has copies
    }

    private int make(List<Node> nodes) {
        CUgraph graph = new CUgraph();
        int code = JCudaDriver.cuGraphCreate(graph, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            return code;
        }
        code = instantiate(graph, nodes);
        int end = JCudaDriver.cuGraphDestroy(graph); // what is made of it stays
        if (code == CUresult.CUDA_SUCCESS) {
            cuda.freeing(end, "destroying a graph");
        }
        return code;
    }

    private int instantiate(CUgraph graph, List<Node> nodes) {
        List<CUgraphNode> handles = new ArrayList<>();
        for (Node node : nodes) {
            CUgraphNode[] after = node.after.stream().map(handles::get).toArray(CUgraphNode[]::new);
            CUgraphNode handle = new CUgraphNode();
            int code = JCudaDriver.cuGraphAddKernelNode(handle, graph, after, after.length, node.launch.node());
            if (code != CUresult.CUDA_SUCCESS) {
                return code;
            }
            handles.add(handle);
        }
        int code = JCudaDriver.cuGraphInstantiate(executable, graph, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            return code;
        }
        made = true;
        return JCudaDriver.cuGraphUpload(executable, cuda.stream()); // takes its memory now, not when it is launched
    }

    void run() {
        if (made) {
            if (mayFault) {
                cuda.faults().expect();
            }
            cuda.driver().launched(JCudaDriver.cuGraphLaunch(executable, cuda.stream()), name);
        } else {
            for (Launch launch : launches) {
                launch.send();
            }
        }
    }

    /** Gives back what the driver holds of it; the code of the call. Work that is under way goes on. */
    int release() {
        if (!made) {
            return CUresult.CUDA_SUCCESS;
        }
        made = false;
        return JCudaDriver.cuGraphExecDestroy(executable);
    }
}
