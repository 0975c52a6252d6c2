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

    /**
     * Takes over what may change while it runs: all of it or, if it throws, nothing. Requests that come later see it.
     *
     * @throws dev.inferencekey.cli.api.UsageException if a setting can't be what it is
     * @throws NeedsRestartException if anything else differs from what it runs with
     */
    void reload(LaunchSettings settings);

    /** Stops it and what it started; returns when all has ended. */
    @Override
    void close();
}
