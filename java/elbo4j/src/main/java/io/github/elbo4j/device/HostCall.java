package io.github.elbo4j.device;

/**
 * A call of Java code between other operations of a {@link Program}: it reads and writes buffers as it likes, after all that
 * came before is done. On a GPU it parts a program into two graphs.
 *
 * @param name in messages
 */
public record HostCall(String name, Runnable body) implements Operation {
    public HostCall {
        ArgumentChecks.present("name", name);
        ArgumentChecks.present("body", body);
    }

    @Override
    public Signature signature() {
        return Signature.of(name);
    }
}
