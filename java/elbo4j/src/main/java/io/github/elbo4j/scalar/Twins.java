package io.github.elbo4j.scalar;

import io.github.elbo4j.device.HostCall;
import io.github.elbo4j.device.Operation;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The bodies of the operations: which kernel family makes a {@link Task} of an operation. */
public final class Twins {
    private final Map<Class<? extends Operation>, Function<Operation, Task>> bodies = new HashMap<>();

    /** Every operation in plain Java. */
    public static Twins scalar() {
        SharedKernels basics = SharedKernels.scalar();
        Twins twins = new Twins(basics);
        OptimizerKernel optimizer = new OptimizerKernel(basics);
        new MeanFieldKernel(basics).addTo(twins);
        new FullRankKernel(basics).addTo(twins);
        new LowRankKernel(basics).addTo(twins);
        new LowRankGradientKernel(basics).addTo(twins);
        new KlKernel(basics).addTo(twins);
        new ScoreKernel(basics).addTo(twins);
        new ReparamKernel(basics).addTo(twins);
        new FullRankGradientKernel(basics).addTo(twins);
        new LikelihoodKernel(basics).addTo(twins);
        GemmKernel gemm = new GemmKernel();
        gemm.addTo(twins);
        new BatchedGemmKernel(gemm, basics).addTo(twins);
        new TriangleKernel(basics).addTo(twins);
        new GramKernel().addTo(twins);
        new ScanKernel().addTo(twins);
        new MixtureKernel(basics).addTo(twins);
        new ElementwiseKernel(basics).addTo(twins);
        optimizer.addTo(twins);
        new FusedKernel(basics, optimizer).addTo(twins);
        return twins;
    }

    /** The operations whose bodies the others build on; each other family is to be added. */
    public Twins(SharedKernels basics) {
        basics.normals().addTo(this);
        basics.math().addTo(this);
        new ElboKernel(basics).addTo(this);
        add(HostCall.class, HostTask::new);
    }

    /** Operations of a type are run by what {@code body} makes of them. */
    public <O extends Operation> void add(Class<O> type, Function<O, Task> body) {
        bodies.put(type, operation -> body.apply(type.cast(operation)));
    }

    /** What runs the operation; its arguments have been checked. */
    Task of(Operation operation) {
        Function<Operation, Task> body = bodies.get(operation.getClass());
        if (body == null) {
            throw new IllegalArgumentException("no device of the host runs a "
                    + operation.getClass().getName() + "; it must be one that the library defines");
        }
        return body.apply(operation);
    }
}
