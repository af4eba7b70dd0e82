package io.github.elbo4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.family.Gaussian;
import io.github.elbo4j.infer.GaussianPosterior;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.commons.rng.JumpableUniformRandomProvider;
import org.apache.commons.rng.LongJumpableUniformRandomProvider;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class PhiloxRandomTest {
    private static final Key KEY = new Key(0x123456789abcdef0L);

    @EveryDevice
    void wordsAreThoseOfADevice(Device device) {
        DrawBlock shape = DrawBlock.of(1, 1, 1001).at(3, 5, 0);
        try (Buffer words = device.allocate(ElementType.INT32, 1001)) {
            device.run(new NormalOps.Words(KEY, Index.of(7), shape, words));
            PhiloxRandom random = PhiloxRandom.at(KEY, 7, 3, 5);
            for (int word : words.toInts()) {
                assertThat(random.nextInt()).isEqualTo(word);
            }
        }
    }

    private static UniformRandomProvider commons() {
        return RandomSource.PHILOX_4X32.create(new int[] {(int) KEY.seed(), (int) (KEY.seed() >>> 32), -1, -1, -1, -1});
    }

    /** Another implementation: Apache Commons RNG's. */
    @Test
    void wordsLongsAndJumpsAreThoseOfCommonsRng() {
        PhiloxRandom random = new PhiloxRandom(KEY);
        UniformRandomProvider theirs = commons();
        for (int i = 0; i < 1000; i++) {
            assertThat(random.nextInt()).isEqualTo(theirs.nextInt());
            assertThat(random.nextLong()).isEqualTo(theirs.nextLong());
        }
        for (int drawn = 0; drawn < 6; drawn++) { // in the middle of a block, too
            PhiloxRandom own = new PhiloxRandom(KEY);
            UniformRandomProvider other = commons();
            for (int i = 0; i < drawn; i++) {
                assertThat(own.nextInt()).isEqualTo(other.nextInt());
            }
            own.jump();
            ((JumpableUniformRandomProvider) other).jump();
            assertThat(own.nextInt()).as("after a jump from %d", drawn).isEqualTo(other.nextInt());
            own.leap();
            ((LongJumpableUniformRandomProvider) other).longJump();
            assertThat(own.nextInt()).as("after a leap from %d", drawn).isEqualTo(other.nextInt());
            assertThat(own.nextLong()).isEqualTo(other.nextLong());
        }
    }

    @Test
    void skippingIsDrawing() {
        for (int drawn = 0; drawn < 5; drawn++) {
            for (int skipped = 0; skipped < 14; skipped++) {
                PhiloxRandom here = new PhiloxRandom(KEY);
                PhiloxRandom there = new PhiloxRandom(KEY);
                for (int i = 0; i < drawn + skipped; i++) {
                    here.nextInt();
                }
                for (int i = 0; i < drawn; i++) {
                    there.nextInt();
                }
                there.skip(skipped);
                assertThat(there.nextInt()).as("%d, then %d", drawn, skipped).isEqualTo(here.nextInt());
            }
        }
        // 2^34 words are a whole first word of the counter: the next draw
        PhiloxRandom far = new PhiloxRandom(KEY);
        far.skip((1L << 34) + 1);
        PhiloxRandom next = PhiloxRandom.at(KEY, 0, 0, 1);
        next.nextInt();
        assertThat(far.nextInt()).isEqualTo(next.nextInt());
        assertThatThrownBy(() -> far.skip(-1)).hasMessageContaining("count is -1");
    }

    /** The last words of a draw are followed by those of the next one; all counters carry. */
    @Test
    void countersCarry() {
        PhiloxRandom last = PhiloxRandom.at(KEY, 4, -1, -1);
        last.skip(4 * 0xffffffffL);
        for (int i = 0; i < 4; i++) {
            last.nextInt();
        }
        assertThat(last.nextInt()).isEqualTo(PhiloxRandom.at(KEY, 5, 0, 0).nextInt());
    }

    @Test
    void copiesGoOnAlikeAndForksHaveTheirOwnKey() {
        PhiloxRandom random = new PhiloxRandom(KEY);
        random.nextGaussian(); // its twin is kept
        PhiloxRandom copy = random.copy();
        assertThat(copy.nextGaussian()).isEqualTo(random.nextGaussian());
        assertThat(copy.nextLong()).isEqualTo(random.nextLong());
        assertThat(random.fork("other").nextLong()).isEqualTo(new PhiloxRandom(KEY.fork("other")).nextLong());
        List<RandomGenerator> streams = new PhiloxRandom(KEY).jumps(2).toList();
        assertThat(streams.get(1).nextInt())
                .isEqualTo(PhiloxRandom.at(KEY, 0, 1, 0).nextInt());
    }

    /** Normals are those of a fit's draws to the bit, and of a device but for the rounding of float32 that NormalOps documents. */
    @Test
    void normalsAreThoseOfDrawsAndDevices() {
        int dimensions = 11;
        double[] ones = new double[dimensions];
        Arrays.fill(ones, 1);
        GaussianPosterior standard = new GaussianPosterior(
                Collections.nCopies(dimensions, "z"), Gaussian.independent(new double[dimensions], ones));
        double[] draw = standard.draws(KEY, 3)[2];
        PhiloxRandom random = PhiloxRandom.at(KEY, 0, 0, 2);
        for (double z : draw) {
            assertThat(random.nextGaussian()).isEqualTo(z);
        }
        try (Buffer epsilon = TestDevices.scalar().allocate(100)) {
            TestDevices.scalar()
                    .run(new NormalOps.Normal(
                            KEY, Index.of(0), DrawBlock.of(1, 1, 100).at(0, 2, 0), epsilon));
            PhiloxRandom again = PhiloxRandom.at(KEY, 0, 0, 2);
            for (float z : epsilon.toFloats()) {
                assertThat(again.nextGaussian()).isCloseTo(z, within(3e-6)); // |z| < 6.76, a few ulps
            }
        }
    }

    @EveryDevice
    void blocksAreTheSameInAnyPieces(Device device) {
        int row = 1 << 20;
        long first = 3L * row - 1000;
        float[] whole = new float[3000];
        try (NormalStream normals = new NormalStream(device, KEY);
                NormalStream scalar = new NormalStream(TestDevices.scalar(), KEY)) {
            scalar.fill(first, whole, 0, whole.length);
            float[] pieces = new float[whole.length + 2];
            pieces[0] = 77;
            pieces[pieces.length - 1] = 78;
            normals.fill(first, pieces, 1, 999);
            normals.fill(first + 999, pieces, 1000, 2001);
            assertThat(pieces).startsWith(77).endsWith(78);
            assertThat(Arrays.copyOfRange(pieces, 1, 3001)).containsExactly(whole);
            FloatBuffer direct = ByteBuffer.allocateDirect(4 * 3001)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            direct.position(1);
            normals.fill(first, direct);
            assertThat(direct.hasRemaining()).isFalse();
            for (int i = 0; i < whole.length; i++) {
                assertThat(direct.get(i + 1)).isEqualTo(whole[i]);
            }
            PhiloxRandom draw = PhiloxRandom.at(KEY, 0, 0, 3);
            assertThat((double) whole[1000]).isCloseTo(draw.nextGaussian(), within(3e-6));
            assertThatThrownBy(() -> normals.fill(NormalStream.MOST, whole, 0, 1))
                    .hasMessageContaining("2^51 addresses");
            assertThatThrownBy(() -> normals.fill(0, whole, 2999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
