package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the jar takes from others comes with their licence. */
class LicenceTest {
    private static String resource(String name) throws IOException {
        try (InputStream in = Devices.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theNativeLibraryOfJCurandComesWithItsLicence() throws IOException {
        assertThat(resource("/lib/libJCurand-12.6.0-linux-x86_64.so")).startsWith("\u007fELF");
        assertThat(resource("/META-INF/JCurand.LICENSE"))
                .contains("JCurand", "Copyright (c) 2010-2015 Marco Hutter", "Permission is hereby granted");
        assertThat(resource("/META-INF/LICENSE")).contains("Apache License");
    }

    @Test
    void theDirectionNumbersComeWithTheirLicence() throws IOException {
        assertThat(resource("/io/github/elbo4j/device/internal/direction-numbers.txt"))
                .startsWith("#")
                .contains("new-joe-kuo-6.21201", "META-INF/Joe-Kuo.LICENSE");
        assertThat(resource("/META-INF/Joe-Kuo.LICENSE"))
                .contains("Copyright (c) 2008, Frances Y. Kuo and Stephen Joe", "Redistribution and use in source");
    }
}
