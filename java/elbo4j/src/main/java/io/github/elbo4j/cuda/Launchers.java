package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Operation;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The operations on a GPU: which kernel family launches an operation of which type. */
final class Launchers {
    private final Map<Class<? extends Operation>, Consumer<Operation>> table = new HashMap<>();

    Launchers(Cuda cuda) {
        NormalCuda normal = new NormalCuda(cuda);
        MathCuda math = new MathCuda(cuda);
        GemmCuda gemm = new GemmCuda(cuda);
        normal.addTo(this);
        math.addTo(this);
        new MeanFieldCuda(cuda).addTo(this);
        gemm.addTo(this);
        new FullRankCuda(cuda, normal, gemm).addTo(this);
        new LowRankCuda(cuda, normal).addTo(this);
        new LowRankGradientCuda(cuda).addTo(this);
        new KlCuda(cuda, gemm).addTo(this);
        new ElboCuda(cuda).addTo(this);
        new ScoreCuda(cuda).addTo(this);
        new ReparamCuda(cuda).addTo(this);
        new FullRankGradientCuda(cuda).addTo(this);
        new LikelihoodCuda(cuda).addTo(this);
        new OptimizerCuda(cuda, math).addTo(this);
        new FusedCuda(cuda).addTo(this);
    }

    /** Operations of a type are launched by {@code launcher}. */
    <O extends Operation> void add(Class<O> type, Consumer<O> launcher) {
        table.put(type, operation -> launcher.accept(type.cast(operation)));
    }

    /** What launches this operation; its arguments have been checked. */
    Runnable of(Operation operation) {
        Consumer<Operation> launcher = table.get(operation.getClass());
        if (launcher == null) {
            throw new IllegalArgumentException("no cuda device runs a "
                    + operation.getClass().getName() + "; it must be one of the operations of Ops");
        }
        return () -> launcher.accept(operation);
    }
}
