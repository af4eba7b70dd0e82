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
    private @Nullable StartNormal best;
    private List<StartNormal> others = List.of();
    private @Nullable PathMixture resampled;
    private int evaluations;

    PathfinderRun(int paths, Device device, LogJoint joint, long seed, BooleanSupplier cancelled) {
        super(device, joint, seed, cancelled);
        this.paths = paths;
        family = dimensions <= Pathfinder.DENSE ? Family.fullRank() : Family.meanField();
    }

    @Override
    boolean start() {
        try (VariationalFamily q = family.create(device, 1, dimensions)) {
            Starts.Found found = search(q, Starts.FINAL_DRAWS, paths, null);
            best = found.normal();
            others = found.others();
            evaluations = found.evaluations();
            return best != null;
        }
    }

    @Override
    Ending advance() {
        if (best != null && dimensions <= Pathfinder.DENSE) {
            PathMixture mixture = new PathMixture(joint, density, best, others, key, cancelled);
            resampled = mixture;
            mixture.resample();
            if (isCancelled()) {
                return stopped();
            }
        }
        return new Ending(Status.CONVERGED, words(resampled));
    }

    private String words(@Nullable PathMixture mixture) {
        int components = mixture == null ? 1 : mixture.mixture().components().size();
        int rounds = mixture == null ? 0 : mixture.taken();
        return String.format(
                Locale.ROOT,
                "it is %s along %d L-BFGS path%s%s (%d evaluations)",
                components == 1 ? "the best normal" : "a mixture of " + components + " normals",
                paths,
                paths == 1 ? "" : "s",
                rounds == 0
                        ? ""
                        : ", moved to where its importance-weighted draws lie"
                                + (rounds == 1 ? "" : ", " + rounds + " times"),
                evaluations + (mixture == null ? 0 : mixture.evaluations()));
    }

    @Override
    Ending stopped() {
        return new Ending(
                Status.INTERRUPTED,
                resampled == null ? "stopped while it followed the paths" : "stopped while it resampled");
    }

    @Override
    @Nullable
    String reached() {
        return resampled == null ? null : "the paths";
    }

    @Override
    FitResult result(Ending ending) {
        began = ""; // the paths are no start, but the fit
        NormalMixture q = resampled != null
                ? resampled.mixture()
                : new NormalMixture(
                        joint.parameterNames(),
                        new double[] {1},
                        List.of(best != null ? best.gaussian() : StartNormal.unit(joint.start())));
        boolean isMixture = q.components().size() > 1;
        Gaussian normal = isMixture ? q.moments() : q.components().get(0);
        return result(
                Pathfinder.NAME,
                isMixture ? "mixture of " + q.components().size() : family.label(),
                Map.of("paths", paths),
                0,
                judged(ending, q, normal),
                isMixture ? q : new GaussianPosterior(joint.parameterNames(), normal),
                List.of(),
                0,
                List.of());
    }

    /** @param normal q itself where it is one, else that with its mean and covariance */
    private FreshDraws judged(Ending ending, NormalMixture q, Gaussian normal) {
        Concern concern = ending.concern();
        if (concern != null) {
            return FreshDraws.unmeasured(ending, List.of(concern));
        }
        FreshDraws.Background known =
                FreshDraws.Background.of(ending, modes, GradientGuard.concerns(device, joint, normal, key));
        return q.components().size() == 1
                ? FreshDraws.of(device, joint, normal, known, key)
                : FreshDraws.of(device, joint, density, q, known, key);
    }
}
