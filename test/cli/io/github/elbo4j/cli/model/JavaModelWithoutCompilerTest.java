package io.github.elbo4j.cli.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.cli.data.InputException;
import org.junit.jupiter.api.Test;

class JavaModelWithoutCompilerTest {
    @Test
    void aJavaWithoutCompilerIsTold() {
        assertThatThrownBy(() -> JavaModel.compile(Cli.data("Schools.java"), null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(System.getProperty("java.home") + " is a Java without compiler: install a JDK");
    }
}
