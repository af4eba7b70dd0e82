package io.github.elbo4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.Devices;
import io.github.elbo4j.device.DeviceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jars without kernels, or with wrong ones: broken, so that {@code auto} says so and does not pass cuda over. */
class KernelImageTest {
    @BeforeEach
    void needsCuda() {
        Present.cuda();
    }

    @Test
    void aJarWithoutKernelsSaysThatItWasBuiltWithoutNvcc() throws Exception {
        refused(null, "this jar holds no CUDA kernels (exact.fatbin): it was built without nvcc");
    }

    @Test
    void damagedKernelsAreNotGivenToTheDriver() throws Exception {
        byte[] whole;
        try (InputStream kernels = Cuda.class.getResourceAsStream("exact.fatbin")) {
            whole = kernels.readAllBytes();
        }
        long body = (whole[8] & 0xffL) | (whole[9] & 0xffL) << 8 | (whole[10] & 0xffL) << 16;
        for (byte[] image : List.of(
                new byte[0],
                new byte[8],
                new byte[100],
                "no fatbin, but text".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(whole, (int) body + 15))) {
            refused(image, "the kernels in exact.fatbin are damaged");
        }
    }

    @Test
    void kernelsOfAnotherBuildAreMissed() {
        Present.emulator();
        try {
            Emulator.fail("cuModuleGetFunction", 2, 500);
            assertThatThrownBy(() -> Devices.open("auto"))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageMatching(
                            "cuda: the kernel [a-z_]+ is not in this jar: its kernels are of another build");
        } finally {
            Emulator.reset();
        }
    }

    /** The library loaded once more, with another image in the place of its kernels. */
    private static void refused(byte @Nullable [] image, String words) throws Exception {
        Class<?> devices = Class.forName(Devices.class.getName(), true, new Other(image));
        assertThat(devices).isNotSameAs(Devices.class);
        assertThat(devices.getMethod("list").invoke(null).toString())
                .contains("Status[name=cuda, opens=false, words=cuda: " + words);
        assertThatThrownBy(() -> devices.getMethod("open", String.class).invoke(null, "auto"))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .hasMessageContaining(words);
    }

    /** Loads this project's classes itself, and JCuda's as everybody does. */
    private static final class Other extends ClassLoader {
        private final byte @Nullable [] image;

        private Other(byte @Nullable [] image) {
            super(KernelImageTest.class.getClassLoader());
            this.image = image;
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            if (name.endsWith(".fatbin")) {
                return image == null ? null : new ByteArrayInputStream(image);
            }
            return super.getResourceAsStream(name);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null || !name.startsWith("io.github.elbo4j.")) {
                    return loaded != null ? loaded : super.loadClass(name, resolve);
                }
                try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                    if (file == null) {
                        throw new ClassNotFoundException(name);
                    }
                    byte[] bytes = file.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
    }
}
