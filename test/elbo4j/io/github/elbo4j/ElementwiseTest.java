package io.github.elbo4j;

import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.ElementwiseOps.Elementwise;
import io.github.elbo4j.device.MathOps.Function;
import java.util.Arrays;
import java.util.List;

/** Elementwise code at random, against what the text of the record says and against float64. */
class ElementwiseTest {
    private static final int CODES = Integer.getInteger("elbo4j.codes", 300);
    private static final long SEED = Long.getLong("elbo4j.seed", 20261126);

    /** To the bit. */
    @EveryDevice
    void randomCodeGivesWhatItsTextSays(Device device) {
        System.out.println(CODES + " elementwise codes from seed " + SEED + " on " + device.name());
        for (long seed = SEED; seed < SEED + CODES; seed++) {
            List<long[]> want;
            String what;
            try (Arena arena = new Arena(TestDevices.scalar())) {
                Elementwise op = RandomElementwise.of(seed, arena, Function.values(), true);
                NaiveElementwise.run(op, arena.device());
                want = arena.outputBits();
                what = op.toString();
            }
            try (Arena arena = new Arena(device)) {
                arena.run(RandomElementwise.of(seed, arena, Function.values(), true));
                assertSame(arena.outputBits(), want, "code " + seed + " on " + device + ": " + what);
            }
        }
    }

    private static void assertSame(List<long[]> got, List<long[]> want, String what) {
        for (int i = 0; i < want.size(); i++) {
            int differs = Arrays.mismatch(got.get(i), want.get(i));
            if (differs >= 0) {
                throw new AssertionError("element " + differs + " of output " + i + " is "
                        + Long.toHexString(got.get(i)[differs]) + ", but must be "
                        + Long.toHexString(want.get(i)[differs]) + ", of " + what);
            }
        }
    }
}
