package io.github.elbo4j.scalar;

import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import java.util.ArrayList;
import java.util.List;

/**
 * The launches of elementwise code. Large stages come one after the other, each shared out by rows and draws; where all are small, a
 * work item is some draws, which go through all of them.
 */
final class ElementwiseTask implements Task {
    /** Elementary steps of a stage that is worth a launch of its own. */
    private static final long LARGE = 1 << 17;
    /** Elements of a work item, about. */
    private static final int ELEMENTS = 16 * ElementwiseBlock.SIZE;
    /** Fewer draws make a work item too short for vectors. */
    private static final int FEWEST_DRAWS = 32;

    private final StageCode[] stages;
    private final List<List<HostKernel>> cuts = new ArrayList<>(); // from many draws an item to few
    private final int[] items; // of each cut, the fewest of a launch that counts
    private final long cost;

    ElementwiseTask(Elementwise op, ElementwiseKernel loops) {
        this.stages = op.stages().stream()
                .map(stage -> StageCompiler.compile(stage, op.draws(), loops))
                .toArray(StageCode[]::new);
        long most = 0;
        long all = 0;
        for (StageCode stage : stages) {
            most = Math.max(most, stage.cost());
            all += stage.cost();
        }
        this.cost = all;
        boolean through = stages.length > 1 && most < LARGE;
        int chunk = chunk(op.draws(), ElementwiseBlock.SIZE);
        List<Integer> fewest = new ArrayList<>();
        while (true) {
            List<HostKernel> launches = through ? List.of(new Through(stages, chunk, cost)) : launches(chunk);
            cuts.add(launches);
            fewest.add(fewest(chunk, through));
            if (chunk / 2 < FEWEST_DRAWS) {
                break;
            }
            chunk = chunk(op.draws(), chunk / 2);
        }
        this.items = fewest.stream().mapToInt(n -> n).toArray();
    }

    /** The draws of an item: all in as few as there may be, even, and whole vectors. */
    private static int chunk(int draws, int most) {
        int chunks = Math.max(1, HostKernel.ceilDiv(draws, most));
        int each = HostKernel.ceilDiv(draws, chunks);
        return chunks == 1 ? Math.max(1, each) : Math.min(most, (each + 15) / 16 * 16);
    }

    private List<HostKernel> launches(int chunk) {
        List<HostKernel> all = new ArrayList<>();
        for (StageCode stage : stages) {
            all.add(new Units(stage, chunk));
            if (stage.ends()) {
                all.add(new Ends(stage));
            }
        }
        return all;
    }

    /** Work items of the launch that has fewest, of those that take much time. */
    private int fewest(int chunk, boolean through) {
        int fewest = Integer.MAX_VALUE;
        for (StageCode stage : stages) {
            if (stage.cost() >= LARGE) {
                fewest = Math.min(fewest, Units.items(stage, chunk));
            }
        }
        return through ? HostKernel.ceilDiv(stages[0].draws(), chunk) : fewest;
    }

    @Override
    public void run(Workers workers) {
        int cut = 0;
        long wanted = workers.count() == 1 ? 1 : Math.min(4L * workers.count(), cost / ELEMENTS);
        while (cut < items.length - 1 && items[cut] < wanted) {
            cut++;
        }
        List<HostKernel> launches = cuts.get(cut);
        for (int i = 0; i < launches.size(); i++) {
            launches.get(i).run(workers);
        }
    }

    /** One work item is some units of a stage at some draws. */
    private static final class Units extends HostKernel {
        private final StageCode stage;
        private final int chunk;
        private final int group;

        Units(StageCode stage, int chunk) {
            super(items(stage, chunk), stage.cost());
            this.stage = stage;
            this.chunk = chunk;
            this.group = group(stage, chunk);
        }

        private static int group(StageCode stage, int chunk) {
            return Math.max(1, ELEMENTS / (stage.rowsOfUnit() * chunk));
        }

        static int items(StageCode stage, int chunk) {
            return Math.multiplyExact(ceilDiv(stage.units(), group(stage, chunk)), ceilDiv(stage.draws(), chunk));
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int chunks = ceilDiv(stage.draws(), chunk);
            for (int item = from; item < to; item++) {
                int unit = item / chunks * group;
                int draw = item % chunks * chunk;
                int end = Math.min(stage.units(), unit + group);
                stage.run(unit, end, draw, Math.min(chunk, stage.draws() - draw), memory);
            }
        }
    }

    /** Ends the sums of several tiles; one work item is an outer row. */
    private static final class Ends extends HostKernel {
        private final StageCode stage;

        Ends(StageCode stage) {
            super(stage.outer(), 4L * stage.units() * stage.draws());
            this.stage = stage;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            stage.end(from, to, 0, stage.draws(), memory);
        }
    }

    /** One work item is some draws, which go through all stages. */
    private static final class Through extends HostKernel {
        private final StageCode[] stages;
        private final int chunk;

        Through(StageCode[] stages, int chunk, long cost) {
            super(ceilDiv(stages[0].draws(), chunk), cost);
            this.stages = stages;
            this.chunk = chunk;
        }

        @Override
        protected void run(int from, int to, WorkerMemory memory) {
            int all = stages[0].draws();
            for (int draw = from * chunk; draw < Math.min(all, to * chunk); draw += chunk) {
                int draws = Math.min(chunk, all - draw);
                for (StageCode stage : stages) {
                    stage.run(0, stage.units(), draw, draws, memory);
                    if (stage.ends()) {
                        stage.end(0, stage.outer(), draw, draws, memory);
                    }
                }
            }
        }
    }
}
