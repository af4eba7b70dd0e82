package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The operations on a GPU: which kernel family launches an operation of which type. */
final class Launchers {
    private final Cuda cuda;
    private final Map<Class<? extends Operation>, Consumer<Operation>> table = new HashMap<>();

    Launchers(Cuda cuda) {
        this.cuda = cuda;
        NormalCuda normal = new NormalCuda(cuda);
        GemmCuda gemm = new GemmCuda(cuda);
        List<KernelFamily> families = List.of(
                normal,
                new MathCuda(cuda),
                new MeanFieldCuda(cuda),
                gemm,
                new FullRankCuda(cuda, normal, gemm),
                new LowRankCuda(cuda, normal),
                new LowRankGradientCuda(cuda),
                new KlCuda(cuda, gemm),
                new ElboCuda(cuda),
                new ScoreCuda(cuda),
                new ReparamCuda(cuda),
                new FullRankGradientCuda(cuda),
                new LikelihoodCuda(cuda),
                new GramCuda(cuda),
                new ScanCuda(cuda),
                new MixtureCuda(cuda),
                new OptimizerCuda(cuda),
                new FusedCuda(cuda),
                new ElementwiseCuda(cuda));
        families.forEach(family -> family.addTo(this));
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
                    + operation.getClass().getName() + "; it must be one that the library defines");
        }
        String name = operation.signature().operation();
        return () -> {
            cuda.launch().belongsTo(name);
            launcher.accept(operation);
        };
    }
}
