package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.Program;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps that several fits of one joint take together, each of its own family, number, rate and phase, to the bit as alone. They are one program. Log
 * p, which takes most of a step's time, is evaluated once, of the draws of all fits as draws of one problem; what is left of a step is recorded for
 * each fit as for itself. The program is bound anew when a fit leaves, or goes over to the path derivative.
 *
 * <p>So the draws of all may have the same addresses, and their steps be of different numbers. A batch of B problems of one family, with one launch
 * for what is left too, could have neither: {@link DrawBlock} counts its problems' numbers from the first, and all are at one step.
 */
final class StepBatch implements AutoCloseable {
    private final Device device;
    private final LogJoint joint;
    private final long workspaceBytes;
    private final List<GradientAscent> bound = new ArrayList<>();
    private final List<Boolean> paths = new ArrayList<>(); // of those
    private @Nullable Workspace workspace;
    private @Nullable Program program;

    /** @param workspaceBytes what the draws that log p is evaluated of at once, and their gradients, may take */
    StepBatch(Device device, LogJoint joint, long workspaceBytes) {
        this.device = device;
        this.joint = joint;
        this.workspaceBytes = workspaceBytes;
    }

    /** Takes the next step of each run, all of which are ready for one. Minibatches, and a single run, go on by themselves. */
    void step(List<SgviRun> runs) {
        if (runs.size() == 1 || !runs.stream().allMatch(each -> each.shared.isAllOf(joint))) {
            for (SgviRun run : runs) {
                run.ascent.step(run.standing().steps());
            }
            return;
        }
        for (SgviRun run : runs) {
            run.ascent.prepare(run.standing().steps());
        }
        Program all = program;
        if (all == null || !isOf(runs)) {
            all = bind(runs);
        }
        all.run();
        for (SgviRun run : runs) {
            run.ascent.ran();
        }
    }

    private boolean isOf(List<SgviRun> runs) {
        boolean same = runs.size() == bound.size();
        for (int i = 0; same && i < bound.size(); i++) {
            GradientAscent ascent = runs.get(i).ascent;
            same = ascent == bound.get(i) && ascent.path() == paths.get(i);
        }
        return same;
    }

    private Program bind(List<SgviRun> runs) {
        close();
        Workspace own = new Workspace(device);
        workspace = own;
        List<SharedJoint.Step> steps = new ArrayList<>();
        for (SgviRun run : runs) {
            steps.add(run.shared.without(new Recorder(own), run.ascent::record));
            bound.add(run.ascent);
            paths.add(run.ascent.path());
        }
        Recorder to = new Recorder(own);
        // One for each chunk of draws, which all cut alike; none where a family passes over a Gaussian target by
        // itself.
        int gaps = steps.stream().mapToInt(each -> each.gaps().size()).max().orElse(0);
        for (int k = 0; k <= gaps; k++) {
            List<SharedJoint.Gap> open = new ArrayList<>();
            for (SharedJoint.Step step : steps) {
                step.part(k).forEach(to::run);
                if (k < step.gaps().size()) {
                    open.add(step.gaps().get(k));
                }
            }
            if (!open.isEmpty()) {
                fill(to, open);
            }
        }
        Program all = to.bind();
        program = all;
        return all;
    }

    /** Log p of as many fits at once as the workspace has room for. */
    private void fill(Recorder to, List<SharedJoint.Gap> gaps) {
        long elements = Math.max(1, gaps.get(0).shape().elements());
        long room = Math.min(workspaceBytes / (2 * Float.BYTES), Integer.MAX_VALUE) / elements;
        int most = (int) Math.max(1, Math.min(gaps.size(), room));
        for (int first = 0; first < gaps.size(); first += most) {
            fillAtOnce(to, gaps.subList(first, Math.min(gaps.size(), first + most)));
        }
    }

    private void fillAtOnce(Recorder to, List<SharedJoint.Gap> gaps) {
        SharedJoint.Gap one = gaps.get(0);
        DrawBlock shape = one.shape();
        if (gaps.size() == 1) {
            joint.record(to, shape, one.z(), one.logP(), one.gradient());
            return;
        }
        int draws = shape.draws();
        int elements = Math.toIntExact(shape.elements());
        DrawBlock wide = new DrawBlock(1, gaps.size() * draws, shape.dimensions(), shape.firstProblem(), 0, 0);
        Buffer z = to.scratch(wide.elements());
        Buffer logP = to.scratch(ElementType.FLOAT64, wide.allDraws());
        Buffer gradient = one.gradient() == null ? null : to.scratch(wide.elements());
        for (int i = 0; i < gaps.size(); i++) {
            copy(to, Matrix.of(gaps.get(i).z(), 1, elements), part(z, i, elements));
        }
        joint.record(to, wide, z, logP, gradient);
        for (int i = 0; i < gaps.size(); i++) {
            SharedJoint.Gap gap = gaps.get(i);
            copy(to, part(logP, i, draws), Matrix.of(gap.logP(), 1, draws));
            if (gradient != null && gap.gradient() != null) {
                copy(to, part(gradient, i, elements), Matrix.of(gap.gradient(), 1, elements));
            }
        }
    }

    private static Matrix part(Buffer all, int i, int length) {
        return new Matrix(all, (long) i * length, 1, length, length, 1);
    }

    private static void copy(Recorder to, Matrix from, Matrix there) {
        to.run(new MathOps.Scale(1, from, false, there));
    }

    /** Gives back what the program needs. */
    @Override
    public void close() {
        bound.clear();
        paths.clear();
        if (program != null) {
            program.close();
            program = null;
        }
        if (workspace != null) {
            workspace.close();
            workspace = null;
        }
    }
}
