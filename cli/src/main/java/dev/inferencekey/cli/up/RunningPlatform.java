package dev.inferencekey.cli.up;

import java.net.URI;
import java.util.Optional;

/** A platform that runs in this process. */
public interface RunningPlatform extends AutoCloseable {
    URI url();

    /** The control plane's own address, if it has one. */
    Optional<URI> controlUrl();

    /** Where metrics and health are served, if they are. */
    Optional<URI> adminUrl();

    /** What the operator is let in with; never printed. */
    String operatorCredential();

    /** Where the owner sets up an account, while there is none. A secret: whoever opens it first owns the installation. */
    Optional<URI> setUpLink();

    /** Stops it and what it started; returns when all has ended. */
    @Override
    void close();
}
