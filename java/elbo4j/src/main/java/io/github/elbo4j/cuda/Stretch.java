package io.github.elbo4j.cuda;

import java.util.List;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * Launches of a program, one after the other: a CUDA graph, which is one call of the driver. Where it makes no graph, for
 * lack of memory or for a reason of its own, they are launched one by one; so is a single one.
 */
final class Stretch {
    private final Cuda cuda;
    private final String name;
    private final boolean mayFault;
    private final CUgraphExec executable = new CUgraphExec();
    private boolean made; // executable is there
    private List<Launch> launches; // what is sent one by one

    /** @param launches one or more */
    Stretch(Cuda cuda, List<Launch> launches) {
        this.cuda = cuda;
        this.launches = launches;
        int count = launches.size();
        name = "a graph of " + count + " kernels, " + launches.get(0).operation() + " to "
                + launches.get(count - 1).operation();
        mayFault = launches.stream().anyMatch(Launch::mayFault);
        int code = count > 1 ? make() : CUresult.CUDA_SUCCESS;
        if (code != CUresult.CUDA_SUCCESS) {
            release();
            if (Driver.ends(code)) {
                throw cuda.driver().failure(code, name, "");
            }
        } else if (made) {
            this.launches = List.of(); // the graph has copies
        }
    }

    private int make() {
        CUgraph graph = new CUgraph();
        int code = JCudaDriver.cuGraphCreate(graph, 0);
        if (code != CUresult.CUDA_SUCCESS) {
            return code;
        }
        code = instantiate(graph);
        int end = JCudaDriver.cuGraphDestroy(graph); // what is made of it stays
        if (code == CUresult.CUDA_SUCCESS) {
            cuda.freeing(end, "destroying a graph");
        }
        return code;
    }

    private int instantiate(CUgraph graph) {
        CUgraphNode[] before = {};
        for (Launch launch : launches) {
            CUgraphNode node = new CUgraphNode();
            int code = JCudaDriver.cuGraphAddKernelNode(node, graph, before, before.length, launch.node());
            if (code != CUresult.CUDA_SUCCESS) {
                return code;
            }
            before = new CUgraphNode[] {node};
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
