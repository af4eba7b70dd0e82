package io.github.elbo4j.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.device.DrawBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunItemsTest {
    @Test
    void itemsCoverEveryDrawAndCoordinateOnce() {
        DrawBlock shape = DrawBlock.of(3, 130, 1500).at(0, 64, 0);
        List<String> covered = new ArrayList<>();
        for (int item = 0; item < RunItems.count(shape); item++) {
            covered.add(RunItems.problem(shape, item) + ": draws " + RunItems.firstDraw(shape, item) + " to "
                    + RunItems.lastDraw(shape, item) + ", coordinates from " + RunItems.firstDimension(shape, item));
        }

        List<String> expected = new ArrayList<>();
        for (int b = 0; b < 3; b++) {
            for (String draws : new String[] {"0 to 64", "64 to 128", "128 to 130"}) {
                expected.add(b + ": draws " + draws + ", coordinates from 0");
                expected.add(b + ": draws " + draws + ", coordinates from 1024");
            }
        }
        assertThat(covered).containsExactlyElementsOf(expected);
    }

    @Test
    void runsOfAWaveStandBehindThoseOfEarlierDraws() {
        DrawBlock shape = DrawBlock.of(2, 100, 5).at(0, 128, 0);
        int width = 10;
        int length = 2 * 6 * width; // two problems of six runs

        assertThat(RunItems.offset(shape, 0, 0, length, width)).isEqualTo(2 * width);
        assertThat(RunItems.offset(shape, 1, 1, length, width)).isEqualTo((6 + 3) * width);
    }
}
