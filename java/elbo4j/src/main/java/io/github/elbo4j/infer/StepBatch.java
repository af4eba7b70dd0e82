package io.github.elbo4j.infer;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DeviceException;
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
    private @Nullable Wide wide; // while a program is recorded
    private boolean isShort; // of memory: each goes on by itself

    /** What log p of draws of several fits at once reads and writes. */
    private record Wide(Buffer z, Buffer logP, @Nullable Buffer gradient) {}

    /** @param workspaceBytes what the draws that log p is evaluated of at once, and their gradients, may take */
    StepBatch(Device device, LogJoint joint, long workspaceBytes) {
        this.device = device;
        this.joint = joint;
        this.workspaceBytes = workspaceBytes;
    }

    /**
     * Takes the next step of each run, all of which are ready for one. Minibatches, a single run, and runs for whose draws together there is no memory go
     * on by themselves.
     */
    void step(List<SgviRun> runs) {
        Program all = together(runs);
        if (all == null) {
            close();
            for (SgviRun run : runs) {
                run.ascent.step(run.standing().steps());
            }
            return;
        }
        for (SgviRun run : runs) {
            run.ascent.prepare(run.standing().steps());
        }
        all.run();
        for (SgviRun run : runs) {
            run.ascent.ran();
        }
    }

    /** The program of all; null where each goes on by itself. */
    private @Nullable Program together(List<SgviRun> runs) {
        if (isShort || runs.size() == 1 || !runs.stream().allMatch(each -> each.shared.isAllOf(joint))) {
            return null;
        }
        if (program != null && isOf(runs)) {
            return program;
        }
        try {
            return bind(runs);
        } catch (DeviceException e) {
            isShort = true; // of the device's other faults the next step tells
            return null;
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
        wide = null;
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
        DrawBlock all = new DrawBlock(1, gaps.size() * draws, shape.dimensions(), shape.firstProblem(), 0, 0);
        Wide on = wide(to, all, one.gradient() != null);
        for (int i = 0; i < gaps.size(); i++) {
            copy(to, Matrix.of(gaps.get(i).z(), 1, elements), part(on.z, i, elements));
        }
        joint.record(to, all, on.z, on.logP, one.gradient() == null ? null : on.gradient);
        for (int i = 0; i < gaps.size(); i++) {
            SharedJoint.Gap gap = gaps.get(i);
            copy(to, part(on.logP, i, draws), Matrix.of(gap.logP(), 1, draws));
            if (on.gradient != null && gap.gradient() != null) {
                copy(to, part(on.gradient, i, elements), Matrix.of(gap.gradient(), 1, elements));
            }
        }
    }

    /** The same memory for one part of the draws after the other: no later part has more. */
    private Wide wide(Recorder to, DrawBlock all, boolean gradient) {
        Wide known = wide;
        if (known != null && known.z.length() >= all.elements() && (known.gradient != null || !gradient)) {
            return known;
        }
        Wide made = new Wide(
                to.scratch(all.elements()),
                to.scratch(ElementType.FLOAT64, all.allDraws()),
                gradient ? to.scratch(all.elements()) : null);
        wide = made;
        return made;
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
        wide = null;
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
