package io.github.elbo4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The build runs every test twice, with and without the vector module; this shows that it really does. */
class VectorModuleTest {
    @Test
    @EnabledIfSystemProperty(named = "elbo4j.expect.vector", matches = "true|false")
    void theVectorModuleIsThereExactlyWhenTheBuildAddedIt() {
        assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent())
                .isEqualTo(Boolean.getBoolean("elbo4j.expect.vector"));
    }
}
