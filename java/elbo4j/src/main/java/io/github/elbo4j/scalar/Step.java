package io.github.elbo4j.scalar;

import org.jspecify.annotations.Nullable;

/** What is done with a block: a value is loaded, computed, stored or summed. */
interface Step {
    void run(ElementwiseBlock b, WorkerMemory memory);

    /** An input: where it is, if it is dense there; else copied. */
    record Load(RowView view, int value, int register, ElementwiseKernel loops) implements Step {
        @Override
        public void run(ElementwiseBlock b, WorkerMemory memory) {
            int dense = view.dense(b);
            if (dense >= 0) {
                b.arrays[value] = view.array();
                b.offsets[value] = dense;
            } else {
                b.home(value, register);
                view.load(b, b.registers, b.offsets[value], loops);
            }
        }
    }

    /** An input whose rows are all the same, laid out for every block that is to come. */
    record Spread(RowView view, int value, int register, ElementwiseKernel loops) implements Step {
        @Override
        public void run(ElementwiseBlock b, WorkerMemory memory) {
            b.home(value, register);
            int o = b.offsets[value];
            int rows = b.rows;
            b.rows = 1;
            view.load(b, b.registers, o, loops);
            b.rows = rows;
            int length = rows * b.draws;
            for (int done = b.draws; done < length; done *= 2) {
                System.arraycopy(b.registers, o, b.registers, o + done, Math.min(done, length - done));
            }
        }
    }

    /**
     * An instruction.
     *
     * @param target where the result is stored: written there at once, if it is dense there
     */
    record Apply(
            ElementwiseLoop loop,
            int a,
            int b,
            int c,
            int value,
            int register,
            @Nullable RowView target) implements Step {
        @Override
        public void run(ElementwiseBlock block, WorkerMemory memory) {
            float[][] arrays = block.arrays;
            int[] offsets = block.offsets;
            int dense = target == null ? -1 : target.dense(block);
            if (target != null && dense >= 0) {
                arrays[value] = target.array();
                offsets[value] = dense;
            } else {
                block.home(value, register);
            }
            loop.run(
                    arrays[a],
                    offsets[a],
                    arrays[b],
                    offsets[b],
                    arrays[c],
                    offsets[c],
                    arrays[value],
                    offsets[value],
                    block.rows * block.draws);
            if (target != null && dense < 0) {
                target.store(block, arrays[value], offsets[value]);
            }
        }
    }

    /** Another place where a value is stored. */
    record Store(RowView view, int value) implements Step {
        @Override
        public void run(ElementwiseBlock b, WorkerMemory memory) {
            view.store(b, b.arrays[value], b.offsets[value]);
        }
    }
}
