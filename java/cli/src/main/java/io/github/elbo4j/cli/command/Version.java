package io.github.elbo4j.cli.command;

import picocli.CommandLine.IVersionProvider;

/** The versions of elbo4j, from the jar's manifest, and of Java. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"elbo4j " + (version == null ? "(not from a jar)" : version), "Java " + Runtime.version()};
    }
}
