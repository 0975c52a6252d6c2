package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** An upstream secret in clear, which is handed out for what it may be used for and for nothing else. Immutable and thread-safe. */
public final class BoundSecret {
    private final String value;
    private final SecretBinding binding;

    public BoundSecret(String value, SecretBinding binding) {
        this.value = value;
        this.binding = binding;
    }

    /** The value, if calls to this URL may carry it; else null. A secret: never logged. */
    public @Nullable String valueFor(URI url) {
        return binding.covers(url) ? value : null;
    }

    /** The value, if model servers that this platform starts may have it; else null. A secret: never logged. */
    public @Nullable String valueForEngines() {
        return binding.engines() ? value : null;
    }

    /** Not the value. */
    @Override
    public String toString() {
        return "BoundSecret[" + binding.shownHosts() + "]";
    }
}
