package dev.inferencekey.server.domain.replica;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a replica that is ready can be called. Immutable and thread-safe.
 *
 * @param baseUrl of the model server, as its node calls it
 * @param model the name that the model server knows its model by
 * @param sealedSecret what calls have to carry, sealed, in base 64; null if they need nothing
 * @param external whether it was not started by this platform, so that each node calls it directly
 * @param routesBelowV1 whether its routes are below {@code /v1} of the base URL
 * @param node where its node listens for other nodes, {@code HOST:PORT}; null if it does not
 */
public record ReplicaAddress(
        URI baseUrl,
        String model,
        @Nullable String sealedSecret,
        boolean external,
        boolean routesBelowV1,
        @Nullable String node) {
    @Override
    public String toString() {
        return "ReplicaAddress[" + baseUrl + ", " + model + "]";
    }
}
