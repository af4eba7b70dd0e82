package io.github.elbo4j.device;

import io.github.elbo4j.Arena;

/** What a device makes at some addresses. */
final class Drawn {
    private Drawn() {}

    static int[] words(Device device, Key key, int step, DrawBlock shape) {
        try (Arena arena = new Arena(device)) {
            Buffer words = arena.out(ElementType.INT32, shape.elements());
            arena.run(new NormalOps.Words(key, Index.of(step), shape, words));
            return arena.ints(words);
        }
    }

    static float[] normals(Device device, Key key, int step, DrawBlock shape) {
        try (Arena arena = new Arena(device)) {
            Buffer epsilon = arena.out(shape.elements());
            arena.run(new NormalOps.Normal(key, Index.of(step), shape, epsilon));
            return arena.floats(epsilon);
        }
    }
}
