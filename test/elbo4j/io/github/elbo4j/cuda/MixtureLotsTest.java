package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Arena;
import io.github.elbo4j.Numbers;
import io.github.elbo4j.TestDevices;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.MixtureOps;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tiles whose sums do not fit the memory for them come in lots. */
class MixtureLotsTest {
    @BeforeEach
    void needsTheEmulator() {
        Present.emulator();
    }

    @AfterEach
    void asMuchAsEver() {
        MixtureCuda.tileBytes(MixtureCuda.TILE_BYTES);
    }

    @Test
    void lotsOfTilesGiveTheSumsOfAll() {
        MixtureCuda.tileBytes(1); // then 32 tiles at a time: 32, 32 and 6 of these 70
        List<long[]> want = bits(TestDevices.scalar());
        try (Device device = CudaDevice.open(CudaOptions.DEFAULT)) {
            List<long[]> got = bits(device);
            for (int i = 0; i < want.size(); i++) {
                assertThat(got.get(i)).isEqualTo(want.get(i));
            }
        }
    }

    private static List<long[]> bits(Device device) {
        MixtureOps.Shape shape = new MixtureOps.Shape(69 * 1024 + 7, 1, 1, 1, true);
        try (Arena arena = new Arena(device)) {
            Buffer x = arena.of(Numbers.normals(1, shape.rows()));
            Buffer means = arena.of(0.5f, 0f);
            Buffer r = arena.of(Numbers.normals(2, shape.rows()));
            arena.run(new MixtureOps.MixtureStatistics(
                    shape, x, means, r, false, arena.doubles((long) MixtureOps.LANES * shape.width())));
            return arena.outputBits();
        }
    }
}
