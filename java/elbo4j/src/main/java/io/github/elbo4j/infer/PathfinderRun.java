package io.github.elbo4j.infer;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.family.VariationalFamily;
import io.github.elbo4j.model.LogJoint;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One fit of {@link Pathfinder}. */
final class PathfinderRun extends MethodRun {
    private final int paths;
    private final Family family;
    private Gaussian normal;
    private boolean isFound;
    private int evaluations;

    PathfinderRun(int paths, Device device, LogJoint joint, long seed, BooleanSupplier cancelled) {
        super(device, joint, seed, cancelled);
        this.paths = paths;
        family = dimensions <= Pathfinder.DENSE ? Family.fullRank() : Family.meanField();
        normal = StartNormal.unit(joint.start());
    }

    @Override
    boolean start() {
        try (VariationalFamily q = family.create(device, 1, dimensions)) {
            Starts.Found found = search(q, Starts.FINAL_DRAWS, paths, null);
            StartNormal best = found.normal();
            evaluations = found.evaluations();
            if (best != null) {
                isFound = true;
                normal = best.gaussian();
            }
            return isFound;
        }
    }

    @Override
    Ending advance() {
        return new Ending(
                Status.CONVERGED,
                String.format(
                        Locale.ROOT,
                        "it is the best normal along %d L-BFGS path%s (%d evaluations)",
                        paths,
                        paths == 1 ? "" : "s",
                        evaluations));
    }

    @Override
    Ending stopped() {
        return new Ending(Status.INTERRUPTED, "stopped while it followed the paths");
    }

    @Override
    @Nullable
    String reached() {
        return isFound ? "the paths" : null;
    }

    @Override
    FitResult result(Ending ending) {
        began = ""; // the paths are no start, but the fit
        Concern concern = ending.concern();
        FreshDraws judged = concern == null
                ? FreshDraws.of(
                        device,
                        joint,
                        normal,
                        FreshDraws.Background.of(ending, modes, GradientGuard.concerns(device, joint, normal, key)),
                        key)
                : FreshDraws.unmeasured(ending, List.of(concern));
        return result(
                Pathfinder.NAME,
                family.label(),
                Map.of("paths", paths),
                0,
                judged,
                new GaussianPosterior(joint.parameterNames(), normal),
                List.of(),
                0,
                List.of());
    }
}
