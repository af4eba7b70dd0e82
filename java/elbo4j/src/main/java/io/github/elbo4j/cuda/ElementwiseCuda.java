package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.ElementwiseOps.Effect;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.ElementwiseOps.Output;
import io.github.elbo4j.device.ElementwiseOps.Place;
import io.github.elbo4j.device.ElementwiseOps.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Launches kernels/elementwise.cu. */
final class ElementwiseCuda extends KernelFamily {
    /** From so many elements on, 16 a thread leave enough threads for the largest GPUs. */
    static final long MANY = 1 << 19;

    private static long many = MANY;

    private final Kernel manyElements = cuda.kernel("elementwise_many");
    private final Kernel fewElements = cuda.kernel("elementwise_few");
    private final Kernel end = cuda.kernel("elementwise_end");

    ElementwiseCuda(Cuda cuda) {
        super(cuda);
    }

    /** A test has fewer. */
    static void many(long elements) {
        many = elements;
    }

    @Override
    void addTo(Launchers launchers) {
        launchers.add(Elementwise.class, op -> op.stages().forEach(stage -> run(stage, op.draws())));
    }

    private void run(Stage stage, int draws) {
        AccumulatorCode code = new AccumulatorCode(stage);
        ElementwiseLayout layout = ElementwiseLayout.of(stage, draws, code.slots(), many);
        if (layout.columns() == 0 || code.steps().isEmpty()) {
            return;
        }
        long results = (long) layout.sums() * layout.outer() * draws;
        long tiles = layout.tiles() > 1 ? cuda.workspace(Float.BYTES * results * layout.tiles()) : 0;
        Kernel kernel = layout.elements() == ElementwiseLayout.MANY ? manyElements : fewElements;
        fields(kernel, stage, draws, code, layout, tiles)
                .run(Grid.shares(layout.columns(), layout.width()), layout.threads());
        if (layout.tiles() > 1) {
            fields(end, stage, draws, code, layout, tiles).run(Grid.warps((long) layout.outer() * draws));
        }
    }

    private Launch fields(
            Kernel kernel, Stage stage, int draws, AccumulatorCode code, ElementwiseLayout layout, long tiles) {
        Launch launch = launch(kernel);
        for (int i = 0; i < Stage.MOST_INPUTS; i++) {
            place(launch, stage, i < stage.inputs().size() ? stage.inputs().get(i) : null);
        }
        int sums = 0;
        for (int i = 0; i < Stage.MOST_OUTPUTS; i++) {
            Output output = i < stage.outputs().size() ? stage.outputs().get(i) : null;
            place(launch, stage, output == null ? null : output.place());
            launch.number(output == null ? 0 : output.scale())
                    .number(output == null ? 0 : number(output.effect()))
                    .number(sums);
            sums += output == null || output.effect() == Effect.STORE ? 0 : 1;
        }
        List<Long> steps = code.steps();
        for (int i = 0; i < AccumulatorCode.MOST_STEPS; i++) {
            launch.number(i < steps.size() ? steps.get(i) : 0);
        }
        launch.address(tiles).number(layout.columns());
        for (int i = 0; i < Stage.MOST_CONSTANTS; i++) {
            launch.number(i < stage.constants().size() ? stage.constants().get(i) : 0);
        }
        boolean empty = layout.inner() == 0; // outer rows are numbered as if they had one row each
        divisor(launch, empty ? 1 : stage.e2());
        divisor(launch, empty && stage.summed() > 1 ? 1 : stage.e1());
        divisor(launch, draws);
        divisor(launch, layout.tiles());
        divisor(launch, layout.lanes());
        divisor(launch, layout.fast());
        return launch.number(layout.outer())
                .number(layout.inner())
                .number(layout.height())
                .number(layout.width())
                .number(layout.batches())
                .number(code.slots())
                .number(steps.size())
                .number(stage.outputs().size())
                .number(sums)
                .number(0);
    }

    /** The struct Place, 40 bytes; the strides of one that moves evenly with the row's number agree on that. */
    private static void place(Launch launch, Stage stage, @Nullable Place place) {
        if (place == null) {
            launch.address(0).number(0L).number(0L).number(0L).number(0L);
            return;
        }
        Buffer buffer = place.buffer();
        long even = AccumulatorCode.rowStride(stage, place);
        launch.address(Launch.place(buffer, place.offset()))
                .number(place.stride0())
                .number(place.stride1())
                .number(even < 0 ? place.stride2() : even)
                .number(place.drawStride());
    }

    /** As the kernel numbers them. */
    private static int number(Effect effect) {
        return switch (effect) {
            case STORE -> 0;
            case SUM -> 1;
            case ADD_SUM -> 2;
            case MAX -> 3;
        };
    }

    /**
     * The struct Divisor, 12 bytes: with l = ⌈log2 d⌉ and m = ⌈2^(31 + l)/d⌉, ⌊n/d⌋ = ⌊n·m/2^(31 + l)⌋ for 0 &lt;= n &lt; 2^31
     * (Granlund and Montgomery, Division by invariant integers using multiplication, 1994).
     */
    private static void divisor(Launch launch, int by) {
        int d = Math.max(1, by);
        int shift = 31 + (Integer.SIZE - Integer.numberOfLeadingZeros(d - 1));
        launch.number(d).number((int) Grid.ceilDiv(1L << shift, d)).number(shift);
    }
}
