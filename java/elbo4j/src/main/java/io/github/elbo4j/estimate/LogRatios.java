package io.github.elbo4j.estimate;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.Resources;
import io.github.elbo4j.device.Workspace;
import io.github.elbo4j.model.LogJoint;

/** The log ratios {@code f[b,s] = log p(x, z[b,s]) − log r(z[b,s])} of draws of a proposal r, a chunk of draws at a time. */
final class LogRatios {
    private LogRatios() {}

    /** Where a ratio goes; of each problem, those of one draw after the other come. */
    interface Sink {
        void accept(int problem, int draw, double f);
    }

    /**
     * Draws, evaluates both densities and passes their differences on.
     *
     * @param first the address of the first draw
     */
    static void draw(LogJoint joint, Proposal proposal, Key key, DrawChunks chunks, int first, Sink sink) {
        try (Resources own = new Resources(proposal.device());
                Workspace workspace = new Workspace(proposal.device())) {
            Buffer z = own.allocate(chunks.largest().elements());
            Buffer logP = own.allocate(ElementType.FLOAT64, chunks.largest().allDraws());
            Buffer logR = own.allocate(ElementType.FLOAT64, chunks.largest().allDraws());
            double[] p = new double[Math.toIntExact(chunks.largest().allDraws())];
            double[] r = new double[p.length];
            for (int w = 0; w < chunks.count(); w++) {
                int done = chunks.shape(w).firstDraw();
                DrawBlock shape = chunks.shape(w).at(proposal.firstProblem(), first + done, 0);
                Recorder.run(workspace, to -> {
                    proposal.record(to, key, Index.of(0), shape, z, logR);
                    joint.record(to, shape, z, logP, null);
                });
                int rows = Math.toIntExact(shape.allDraws());
                logP.read(0, p, 0, rows);
                logR.read(0, r, 0, rows);
                for (int b = 0; b < shape.problems(); b++) {
                    for (int s = 0; s < shape.draws(); s++) {
                        int row = b * shape.draws() + s;
                        sink.accept(b, done + s, p[row] - r[row]);
                    }
                }
            }
        }
    }
}
