package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DrawBlockTest {
    private static final int MAX = Integer.MAX_VALUE;

    @Test
    void lengthsAreProducts() {
        DrawBlock shape = DrawBlock.of(3, 5, 7).at(1, 2, 3);
        assertThat(shape.allDraws()).isEqualTo(15);
        assertThat(shape.parameters()).isEqualTo(21);
        assertThat(shape.elements()).isEqualTo(105);
        assertThat(shape).isEqualTo(new DrawBlock(3, 5, 7, 1, 2, 3));
        assertThat(shape.at(0, 0, 0)).isEqualTo(DrawBlock.of(3, 5, 7));
    }

    @Test
    void lengthsBeyondAnIntAreRight() {
        assertThat(DrawBlock.of(65_536, 65_536, 8).allDraws()).isEqualTo(1L << 32);
        assertThat(DrawBlock.of(65_536, 65_536, 8).elements()).isEqualTo(1L << 35);
        assertThat(DrawBlock.of(MAX, 1, MAX).parameters()).isEqualTo((long) MAX * MAX);
    }

    @Test
    void moreElementsThanALongCountsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DrawBlock.of(MAX, MAX, MAX).elements())
                .withMessageContaining("2147483647");
    }

    @Test
    void negativeExtentsAndAddressesAreRefusedByName() {
        String[] names = {"problems", "draws", "dimensions", "firstProblem", "firstDraw", "firstDimension"};
        for (int k = 0; k < 6; k++) {
            int[] x = new int[6];
            x[k] = -3;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new DrawBlock(x[0], x[1], x[2], x[3], x[4], x[5]))
                    .withMessageContainingAll(names[k] + " is -3", "must be 0 or more");
        }
    }

    @Test
    void theLastAddressIsTheLargestInt() {
        assertThat(DrawBlock.of(1, 2, 3).at(MAX - 1, MAX - 2, MAX - 3).elements())
                .isEqualTo(6);
        assertThat(DrawBlock.of(0, 0, 0).at(MAX, MAX, MAX).elements()).isZero();
        for (int k = 0; k < 3; k++) {
            int[] at = new int[3];
            at[k] = MAX;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DrawBlock.of(1, 1, 1).at(at[0], at[1], at[2]))
                    .withMessageContaining("2147483648");
        }
    }
}
