package dev.inferencekey.server.manager;

import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.manager.http.EndpointAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane must be told.
 *
 * @param internalSecret what the gateway sends along, new at each start. A secret: never logged.
 * @param operator digest of the operator credential of this start
 * @param endpoints where applications reach the data plane
 * @param keepAlive the longest silence of a readiness stream
 * @param help what refusals link to; null for nothing
 */
public record ManagerConfig(
        String internalSecret,
        SecretDigest operator,
        EndpointAddress endpoints,
        Duration keepAlive,
        @Nullable HelpPages help) {
    /** How long a readiness stream is silent at most, unless told otherwise. */
    public static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(15);

    public ManagerConfig {
        if (internalSecret.length() < 16) {
            throw new IllegalArgumentException("the internal secret must have at least 16 characters");
        }
    }

    @Override
    public String toString() {
        return "ManagerConfig[endpoints=" + endpoints + ", keepAlive=" + keepAlive + "]";
    }
}
