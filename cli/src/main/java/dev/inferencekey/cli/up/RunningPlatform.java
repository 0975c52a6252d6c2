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

    /** The password of the owner account, if this start made the account. */
    Optional<String> initialOwnerPassword();

    /** Stops it and what it started; returns when all has ended. */
    @Override
    void close();
}
