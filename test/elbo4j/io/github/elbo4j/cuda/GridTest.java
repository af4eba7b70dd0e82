package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.OpCase;
import io.github.elbo4j.OpCases;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results do not depend on how many blocks a launch has: with few, kernels go on in steps of the grid. */
class GridTest {
    private static final List<DrawBlock> SHAPES = List.of(
            DrawBlock.of(3, 65, 33).at(1, 64, 2),
            DrawBlock.of(2, 1500, 3),
            DrawBlock.of(700, 2, 5),
            DrawBlock.of(40, 12, 17));

    static List<OpCase> cases() {
        return OpCases.ALL;
    }

    @AfterEach
    void asManyBlocksAsEver() {
        Grid.most(Grid.MOST);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void resultsDoNotDependOnTheGrid(OpCase operation) {
        Device cuda = TestDevices.all().stream()
                .filter(device -> device.name().equals("cuda"))
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(cuda != null, "there is no CUDA device");
        for (DrawBlock shape : SHAPES) {
            List<long[]> want = operation.bits(TestDevices.scalar(), shape);
            for (long blocks : new long[] {1, 3}) {
                Grid.most(blocks);
                List<long[]> got = operation.bits(cuda, shape);
                for (int i = 0; i < want.size(); i++) {
                    assertThat(got.get(i))
                            .as("output %d of %s of %s, at most %d blocks", i, operation, shape, blocks)
                            .isEqualTo(want.get(i));
                }
            }
        }
    }
}
